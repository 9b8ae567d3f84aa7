//! The queue before the ingest log: requests that arrive together share one commit.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use store::Store;
use store::document::Writer;
use store::log::Entry;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::{JoinError, JoinSet, spawn_blocking};
use tokio::time::timeout;

use super::clean::Part;
use super::memory::Reservation;
use crate::clock;
use crate::metrics::{Metrics, Queue, Queued};

/// Requests that wait for a commit; more are told to come back.
const MAX_WAITING: usize = 256;

/// Most bytes of encoded spans in one commit.
const MAX_COMMIT_BYTES: usize = 16 << 20;

/// Commits under way: while one waits for the disk, the next is gathered and compressed.
const COMMITS: usize = 2;

/// How long a client waits for its commit. The commit goes on without it; sending the same spans
/// again does no harm.
pub(super) const PATIENCE: Duration = Duration::from_millis(900);

/// Why spans were not acknowledged. Sending them again is right in each case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("too many requests wait for the disk; send again in a second")]
    Full,
    #[error("the database does not answer; nothing was acknowledged, send again in a second")]
    Unavailable,
}

/// Why a commit did not happen.
#[derive(Debug, thiserror::Error)]
enum CommitError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("spans could not be compressed: {0}")]
    Compress(#[from] io::Error),
    #[error("compressing spans failed: {0}")]
    Task(#[from] JoinError),
}

/// Spans on their way to the log, and who waits for them.
struct Submission {
    parts: Vec<Part>,
    /// The memory that they take, also when nobody waits for them any more.
    reservation: Reservation,
    committed: oneshot::Sender<Result<(), AppendError>>,
    /// Of all parts.
    bytes: usize,
    /// Until it is gathered.
    queued: Queued,
}

/// The way into the log. Cheap to clone; when the last clone is gone, the appender ends.
#[derive(Clone)]
pub(crate) struct Append {
    queue: mpsc::Sender<Submission>,
    metrics: Arc<Metrics>,
}

impl Append {
    /// Returns when the spans are on disk.
    pub(crate) async fn append(
        &self,
        parts: Vec<Part>,
        reservation: Reservation,
    ) -> Result<(), AppendError> {
        if parts.is_empty() {
            return Ok(());
        }
        let (committed, outcome) = oneshot::channel();
        let bytes = parts.iter().map(|part| part.message.len()).sum();
        let submission = Submission {
            parts,
            reservation,
            committed,
            bytes,
            queued: Queued::new(Arc::clone(&self.metrics), Queue::Spans, bytes),
        };
        self.queue
            .try_send(submission)
            .map_err(|error| match error {
                TrySendError::Full(_) => AppendError::Full,
                TrySendError::Closed(_) => AppendError::Unavailable,
            })?;
        match timeout(PATIENCE, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(AppendError::Unavailable),
        }
    }
}

pub(crate) struct Appender {
    queue: Arc<Mutex<mpsc::Receiver<Submission>>>,
    store: Store,
    /// Told after every commit.
    commits: Arc<Notify>,
    metrics: Arc<Metrics>,
}

impl Appender {
    pub(crate) fn start(
        store: &Store,
        commits: &Arc<Notify>,
        metrics: &Arc<Metrics>,
    ) -> (Append, JoinSet<()>) {
        let (sender, queue) = mpsc::channel(MAX_WAITING);
        let queue = Arc::new(Mutex::new(queue));
        let mut tasks = JoinSet::new();
        for _ in 0..COMMITS {
            let appender = Self {
                queue: Arc::clone(&queue),
                store: store.clone(),
                commits: Arc::clone(commits),
                metrics: Arc::clone(metrics),
            };
            tasks.spawn(appender.run());
        }
        let append = Append {
            queue: sender,
            metrics: Arc::clone(metrics),
        };
        (append, tasks)
    }

    async fn run(self) {
        while let Some(gathered) = self.gather().await {
            let mut parts = Vec::new();
            let mut waiting = Vec::new();
            for submission in gathered {
                drop(submission.queued);
                parts.extend(submission.parts);
                waiting.push((submission.committed, submission.reservation));
            }
            let outcome = self.commit(parts).await;
            if let Err(error) = &outcome {
                tracing::warn!(%error, "spans could not be appended; their clients were told to send them again");
            }
            for (committed, _reservation) in waiting {
                let answer = outcome
                    .as_ref()
                    .copied()
                    .map_err(|_logged| AppendError::Unavailable);
                // A client that has gone away will send again.
                drop(committed.send(answer));
            }
        }
    }

    /// All that wait, at least one; none when there will be no more.
    async fn gather(&self) -> Option<Vec<Submission>> {
        let mut queue = self.queue.lock().await;
        let mut first = queue.recv().await?;
        // Whoever has stopped waiting sends again.
        while first.committed.is_closed() {
            first = queue.recv().await?;
        }
        let mut bytes = first.bytes;
        let mut gathered = vec![first];
        while bytes < MAX_COMMIT_BYTES
            && let Ok(next) = queue.try_recv()
        {
            if next.committed.is_closed() {
                continue;
            }
            bytes += next.bytes;
            gathered.push(next);
        }
        Some(gathered)
    }

    async fn commit(&self, parts: Vec<Part>) -> Result<(), CommitError> {
        let started = clock::instant();
        let entries = spawn_blocking(move || entries(parts)).await??;
        self.store.append(&entries, clock::now_nanos()).await?;
        self.metrics.committed(started.elapsed());
        self.commits.notify_waiters();
        Ok(())
    }
}

/// One entry for each shard.
fn entries(parts: Vec<Part>) -> io::Result<Vec<Entry>> {
    let mut of_shard: BTreeMap<i16, Vec<Part>> = BTreeMap::new();
    for part in parts {
        of_shard.entry(part.shard).or_default().push(part);
    }
    let mut writer = Writer::new()?;
    let entry = |(shard, parts): (i16, Vec<Part>)| {
        // Messages side by side decode as one.
        let messages: Vec<&[u8]> = parts.iter().map(|part| part.message.as_slice()).collect();
        Ok(Entry {
            shard,
            span_count: parts.iter().map(|part| part.span_count).sum(),
            payload: writer.write(&messages.concat())?,
        })
    };
    of_shard.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::super::memory::Memory;
    use super::*;
    use crate::metrics::tests::assert_lines;

    #[tokio::test]
    async fn what_waits_in_the_queue_is_counted() {
        let metrics = Arc::new(Metrics::new());
        let (sender, queue) = mpsc::channel(1);
        let append = Append {
            queue: sender,
            metrics: Arc::clone(&metrics),
        };
        let memory = Memory::new(Arc::clone(&metrics));
        let submit = || {
            let part = Part {
                shard: 0,
                message: vec![0; 100],
                span_count: 1,
            };
            append.append(vec![part], memory.reservation())
        };
        let mut waiting = Box::pin(submit());
        assert!(waiting.as_mut().now_or_never().is_none());
        let refused = submit().now_or_never();
        assert!(matches!(refused, Some(Err(AppendError::Full))));
        let lines = [
            "throughline_queue_requests{queue=\"spans\"} 1",
            "throughline_queue_bytes{queue=\"spans\"} 100",
        ];
        assert_lines(&metrics, &lines);
        drop(queue);
        let lines = [
            "throughline_queue_requests{queue=\"spans\"} 0",
            "throughline_queue_bytes{queue=\"spans\"} 0",
        ];
        assert_lines(&metrics, &lines);
    }
}
