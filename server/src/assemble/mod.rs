//! The assembler: reads the log in order, joins spans into traces, and stores each trace when it
//! is complete and quiet.
//!
//! What it holds is only a copy: the log keeps every span until it is stored. So when anything
//! fails it drops everything, and begins again from the log.

mod merge;
mod open_traces;
mod runs;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::dimensions::DimensionTable;
use model::id::TraceId;
use model::sampling::tail::{Policy, Sampler};
use store::shard::{ReadEntry, SHARDS, Shard, Stored};
use store::traces::day_of;
use store::{Store, document};
use tokio::sync::{Notify, watch};
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

use self::merge::{Merged, Merger};
use self::open_traces::{AddError, DueTrace, OpenTraces};
use self::runs::runs;
use crate::clock;
use crate::metrics::Metrics;

/// How long the assembler sleeps when there is nothing to do and nobody wakes it: the log may be
/// filled by another server.
const IDLE: Duration = Duration::from_millis(100);

/// How long it waits after a failure, and before it asks again for a shard that another has.
const RETRY: Duration = Duration::from_secs(1);

/// Entries of the log read at once.
const READ_BATCH: usize = 32;

/// Bytes of compressed entries after which no more are read at once.
const READ_BYTES: i64 = 8 << 20;

/// How often it is asked which earlier entries have been committed meanwhile.
const LOOK_BACK: Duration = Duration::from_secs(1);

/// How many days before its spans were received a trace is looked for, to join them. What is sent
/// again later than that is a trace of its own.
const DAYS_BACK: i32 = 1;

/// Traces taken up at once.
const STORE_BATCH: usize = 1_000;

/// How long due traces gather, so that few transactions store many. What they add to the rollups is
/// then added up before it is written.
const GATHER: Duration = Duration::from_millis(250);

/// Why the assembler begins again from the log.
#[derive(Debug, thiserror::Error)]
enum AssembleError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Merge(#[from] merge::MergeError),
    #[error("there is no memory: {0}")]
    Memory(io::Error),
}

pub(crate) struct Assembler {
    store: Store,
    shard: i16,
    rules: TraceRules,
    commits: Arc<Notify>,
    metrics: Arc<Metrics>,
    stop: watch::Receiver<bool>,
}

/// What the operator says about traces.
#[derive(Debug, Clone)]
pub(crate) struct TraceRules {
    pub(crate) dimensions: Arc<DimensionTable>,
    /// Of all shards together; none to keep every trace.
    pub(crate) sampling: Option<Policy>,
}

impl Assembler {
    pub(crate) fn new(
        store: Store,
        shard: i16,
        rules: TraceRules,
        commits: Arc<Notify>,
        metrics: Arc<Metrics>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            store,
            shard,
            rules,
            commits,
            metrics,
            stop,
        }
    }

    /// Works until it is told to stop.
    pub(crate) async fn run(mut self) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = self.work() => {}
            // An error means that whoever could stop it is gone.
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }

    async fn work(&mut self) {
        loop {
            match self.store.take_shard(self.shard).await {
                Ok(Some(shard)) => {
                    if let Err(error) = self.assemble(shard).await {
                        tracing::warn!(%error, shard = self.shard, "assembling was interrupted; starting again from the log");
                    }
                }
                Ok(None) => tracing::debug!(shard = self.shard, "another assembler has the shard"),
                Err(error) => tracing::warn!(%error, "the log cannot be reached; trying again"),
            }
            sleep(RETRY).await;
        }
    }

    async fn assemble(&self, mut shard: Shard) -> Result<(), AssembleError> {
        let mut open = OpenTraces::default();
        let sampling = self.rules.sampling.map(of_shard);
        let sampler = sampling.map(Sampler::new);
        let table = Arc::clone(&self.rules.dimensions);
        let mut merger = Merger::new(table, sampler).map_err(AssembleError::Memory)?;
        let mut reader = LogReader::new();
        let mut store_next = clock::instant();
        loop {
            let read = if open.has_room() {
                reader.read(&mut shard, &mut open).await?
            } else {
                0
            };
            self.metrics
                .open(self.shard, open.trace_count(), open.bytes());
            let now = clock::instant();
            let due = if now >= store_next || !open.has_room() {
                open.take_due(now, STORE_BATCH)
            } else {
                vec![]
            };
            if !due.is_empty() {
                // A full batch has others behind it.
                let is_full = due.len() == STORE_BATCH;
                store_next = if is_full { now } else { now + GATHER };
                self.store(&mut shard, &mut open, &mut merger, due).await?;
            } else if read == 0 {
                // Elapsed or woken, there may be something to do.
                timeout(IDLE, self.commits.notified()).await.ok();
            }
        }
    }

    /// Stores traces, as many in one transaction as have room in memory together.
    async fn store(
        &self,
        shard: &mut Shard,
        open: &mut OpenTraces,
        merger: &mut Merger,
        due: Vec<DueTrace>,
    ) -> Result<(), AssembleError> {
        let ids: Vec<TraceId> = due.iter().map(|trace| trace.id).collect();
        let first = due.iter().map(|trace| trace.received_nanos).min();
        let first = first.unwrap_or_else(clock::now_nanos);
        let since = day_of(first).saturating_sub(DAYS_BACK);
        let stored_bytes = shard.stored_bytes(&ids, since).await?;
        let dictionary = shard.dictionary().await?;
        merger
            .use_dictionary(dictionary.as_deref())
            .map_err(AssembleError::Memory)?;
        for run in runs(due, &stored_bytes) {
            let ids = run.iter().map(|trace| trace.id);
            let ids: Vec<TraceId> = ids.filter(|id| stored_bytes.contains_key(id)).collect();
            let stored = if ids.is_empty() {
                HashMap::new()
            } else {
                shard.stored(&ids, since).await?
            };
            self.store_run(shard, open, merger, &run, &stored).await?;
        }
        Ok(())
    }

    async fn store_run(
        &self,
        shard: &mut Shard,
        open: &mut OpenTraces,
        merger: &mut Merger,
        run: &[DueTrace],
        stored: &HashMap<TraceId, Stored>,
    ) -> Result<(), AssembleError> {
        let now = clock::now_nanos();
        let outcome = block_in_place(|| merger.merge(run, stored, now))?;
        let Merged { writes, deltas, .. } = &outcome;
        let finished = open.finish(run);
        let seqs: Vec<i64> = finished.iter().map(|entry| entry.seq).collect();
        shard.store(writes, deltas, &seqs).await?;
        let spans = writes.iter().map(|write| write.new_spans).sum();
        self.metrics.stored(writes.len(), spans);
        self.metrics.sampled_out(outcome.sampled_out);
        let now = clock::now_nanos();
        for entry in finished {
            let nanos = u64::try_from(now.saturating_sub(entry.received_nanos)).unwrap_or(0);
            self.metrics.assembled(Duration::from_nanos(nanos));
        }
        Ok(())
    }
}

/// The policy for one shard of all, which has its part of the rate.
fn of_shard(policy: Policy) -> Policy {
    let part = |rate: f64| rate / f64::from(SHARDS);
    Policy {
        spans_per_second: policy.spans_per_second.map(part),
        ..policy
    }
}

/// Reads the log in the order of its sequence. What was committed later than what follows it is
/// found by looking back.
struct LogReader {
    last_seq: i64,
    looked_back: Instant,
}

impl LogReader {
    fn new() -> Self {
        Self {
            last_seq: i64::MIN,
            looked_back: clock::instant(),
        }
    }

    /// Adds the next entries of the log, as long as there is room; returns how many.
    async fn read(
        &mut self,
        shard: &mut Shard,
        open: &mut OpenTraces,
    ) -> Result<usize, AssembleError> {
        let mut entries = shard
            .read_after(self.last_seq, READ_BATCH, READ_BYTES)
            .await?;
        if self.looked_back.elapsed() > LOOK_BACK {
            let mut missed = shard.seqs(self.last_seq).await?;
            missed.retain(|seq| !open.holds(*seq));
            missed.truncate(READ_BATCH);
            entries.extend(shard.read(&missed).await?);
            self.looked_back = clock::instant();
        }
        Ok(block_in_place(|| {
            let mut count = 0;
            // What is left is read again.
            for entry in entries {
                if !open.has_room() {
                    break;
                }
                self.last_seq = self.last_seq.max(entry.seq);
                add(open, &entry);
                count += 1;
            }
            count
        }))
    }
}

fn add(open: &mut OpenTraces, entry: &ReadEntry) {
    let message = document::decompress(&entry.payload).map_err(AddError::Document);
    let added = message
        .and_then(|message| open.add(entry.seq, entry.received_nanos, &message, clock::instant()));
    if let Err(error) = added {
        tracing::error!(%error, seq = entry.seq, "an entry of the ingest log is damaged; it is kept and passed over");
        open.pass_over(entry.seq);
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
    use prost::Message;

    /// A `TracesData` of spans, each given by its trace, its own number, and its parent's or 0.
    pub(super) fn message(spans: &[(u8, u8, u8)]) -> Vec<u8> {
        let span = |&(trace, id, parent): &(u8, u8, u8)| Span {
            trace_id: vec![trace; 16],
            span_id: vec![id; 8],
            parent_span_id: if parent == 0 { vec![] } else { vec![parent; 8] },
            ..Span::default()
        };
        let scope_spans = vec![ScopeSpans {
            spans: spans.iter().map(span).collect(),
            ..ScopeSpans::default()
        }];
        let resource_spans = vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }];
        TracesData { resource_spans }.encode_to_vec()
    }
}
