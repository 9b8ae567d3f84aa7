//! The queue before the ingest log: requests that arrive together share one commit.

use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, TracesData};
use prost::Message;
use std::sync::Arc;
use store::Store;
use store::log::Entry;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};

use super::check::Checked;
use crate::clock;

/// Requests that wait for a commit; more are told to come back.
const MAX_WAITING: usize = 256;

/// Most bytes of encoded spans in one commit.
const MAX_COMMIT_BYTES: usize = 16 << 20;

/// Why spans were not acknowledged. Sending them again is right in each case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("too many requests wait for the disk; send again in a second")]
    Full,
    #[error("the database does not answer; nothing was acknowledged, send again in a second")]
    Unavailable,
}

/// Spans on their way to the log, and who waits for them.
struct Submission {
    encoded: Vec<u8>,
    span_count: usize,
    committed: oneshot::Sender<Result<(), AppendError>>,
}

/// The way into the log. Cheap to clone; when the last clone is gone, the appender ends.
#[derive(Clone)]
pub(crate) struct Append {
    queue: mpsc::Sender<Submission>,
}

impl Append {
    /// Returns when the spans are on disk.
    pub(crate) async fn append(&self, checked: Checked) -> Result<(), AppendError> {
        let encoded = encode(checked.resource_spans);
        let (committed, outcome) = oneshot::channel();
        let submission = Submission {
            encoded,
            span_count: checked.accepted,
            committed,
        };
        self.queue
            .try_send(submission)
            .map_err(|error| match error {
                TrySendError::Full(_) => AppendError::Full,
                TrySendError::Closed(_) => AppendError::Unavailable,
            })?;
        outcome.await.unwrap_or(Err(AppendError::Unavailable))
    }
}

fn encode(resource_spans: Vec<ResourceSpans>) -> Vec<u8> {
    TracesData { resource_spans }.encode_to_vec()
}

pub(crate) struct Appender {
    queue: mpsc::Receiver<Submission>,
    store: Store,
    /// Told after every commit.
    commits: Arc<Notify>,
}

impl Appender {
    pub(crate) fn start(store: Store, commits: Arc<Notify>) -> (Append, JoinHandle<()>) {
        let (sender, queue) = mpsc::channel(MAX_WAITING);
        let appender = Self {
            queue,
            store,
            commits,
        };
        (Append { queue: sender }, tokio::spawn(appender.run()))
    }

    /// While one commit is under way, the next gathers.
    async fn run(mut self) {
        while let Some(first) = self.queue.recv().await {
            let mut bytes = first.encoded.len();
            let mut batch = vec![first];
            while bytes < MAX_COMMIT_BYTES {
                let Ok(next) = self.queue.try_recv() else {
                    break;
                };
                bytes += next.encoded.len();
                batch.push(next);
            }
            let (encoded, waiting): (Vec<_>, Vec<_>) = batch
                .into_iter()
                .map(|one| ((one.encoded, one.span_count), one.committed))
                .unzip();
            let is_committed = self.commit(encoded).await;
            for committed in waiting {
                let outcome = if is_committed {
                    Ok(())
                } else {
                    Err(AppendError::Unavailable)
                };
                // A client that has gone away will send again.
                drop(committed.send(outcome));
            }
        }
    }

    async fn commit(&self, encoded: Vec<(Vec<u8>, usize)>) -> bool {
        let entry = spawn_blocking(move || {
            let span_count = encoded.iter().map(|(_, count)| count).sum();
            // Messages side by side decode as one.
            let joined: Vec<u8> = encoded.into_iter().flat_map(|(bytes, _)| bytes).collect();
            store::document::compress(&joined).map(|payload| Entry {
                shard: 0,
                span_count,
                payload,
            })
        });
        let entry = match entry.await {
            Ok(Ok(entry)) => entry,
            Ok(Err(error)) => {
                tracing::error!(%error, "spans could not be compressed");
                return false;
            }
            Err(error) => {
                tracing::error!(%error, "compressing spans failed");
                return false;
            }
        };
        match self.store.append(&[entry], clock::now_nanos()).await {
            Ok(()) => {
                self.commits.notify_one();
                true
            }
            Err(error) => {
                tracing::warn!(%error, "spans could not be appended; their clients were told to send them again");
                false
            }
        }
    }
}
