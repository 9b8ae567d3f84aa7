//! The assembler: reads the log in order, joins spans into traces, and stores each trace when it
//! is complete and quiet.
//!
//! What it holds is only a copy: the log keeps every span until it is stored. So when anything
//! fails it drops everything, and begins again from the log.

mod merge;
mod open_traces;

use std::sync::Arc;
use std::time::Duration;

use model::id::TraceId;
use store::Store;
use store::shard::Shard;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, block_in_place};
use tokio::time::{sleep, timeout};

use self::open_traces::{DueTrace, OpenTraces};
use crate::clock;

/// How long the assembler sleeps when there is nothing to do and nobody wakes it: the log may be
/// filled by another server.
const IDLE: Duration = Duration::from_millis(100);

/// How long it waits after a failure, and before it asks again for a shard that another has.
const RETRY: Duration = Duration::from_secs(1);

/// Entries of the log read at once.
const READ_BATCH: i64 = 32;

/// Traces stored in one transaction.
const STORE_BATCH: usize = 1_000;

/// Why the assembler begins again from the log.
#[derive(Debug, thiserror::Error)]
enum AssembleError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Merge(#[from] merge::MergeError),
}

pub(crate) struct Assembler {
    store: Store,
    shard: i16,
    commits: Arc<Notify>,
    stop: watch::Receiver<bool>,
}

impl Assembler {
    pub(crate) fn start(
        store: Store,
        shard: i16,
        commits: Arc<Notify>,
        stop: watch::Receiver<bool>,
    ) -> JoinHandle<()> {
        let assembler = Self {
            store,
            shard,
            commits,
            stop,
        };
        tokio::spawn(assembler.run())
    }

    async fn run(mut self) {
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
        loop {
            let read = if open.has_room() {
                read(&mut shard, &mut open).await?
            } else {
                0
            };
            let due = open.take_due(clock::instant(), STORE_BATCH);
            if !due.is_empty() {
                store(&mut shard, &mut open, due).await?;
            } else if read == 0 {
                // Elapsed or woken, there may be something to do.
                timeout(IDLE, self.commits.notified()).await.ok();
            }
        }
    }
}

/// Reads the next entries of the log; returns how many.
async fn read(shard: &mut Shard, open: &mut OpenTraces) -> Result<usize, AssembleError> {
    let entries = shard.read(&open.held(), READ_BATCH).await?;
    let count = entries.len();
    block_in_place(|| {
        for entry in entries {
            match entry.resource_spans {
                Ok(spans) => open.add(entry.seq, spans, clock::instant()),
                Err(error) => {
                    tracing::error!(%error, seq = entry.seq, "an entry of the ingest log is damaged; it is kept and passed over");
                    open.pass_over(entry.seq);
                }
            }
        }
    });
    Ok(count)
}

async fn store(
    shard: &mut Shard,
    open: &mut OpenTraces,
    due: Vec<DueTrace>,
) -> Result<(), AssembleError> {
    let ids: Vec<TraceId> = due.iter().map(|trace| trace.id).collect();
    let stored = shard.stored(&ids).await?;
    let writes = block_in_place(|| merge::merge(&due, stored))?;
    let finished = open.finish(&due);
    shard.store(&writes, &finished).await?;
    Ok(())
}
