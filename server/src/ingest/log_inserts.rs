//! Putting log records on disk: one statement for each request, a few at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use store::Store;
use store::log_records::LogRecordWrite;
use store::traces::day_of;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::append::{AppendError, PATIENCE};
use super::memory::Reservation;
use crate::metrics::{Metrics, Queue, Queued};

/// Statements under way; the others wait, within the patience of their clients. Few, so that
/// pages always find a connection.
const INSERTS: usize = 4;

/// The way to the log records. Cheap to clone.
#[derive(Clone)]
pub(crate) struct LogInserts {
    store: Store,
    under_way: Arc<Semaphore>,
    /// The last day that there is room for.
    prepared_day: Arc<AtomicI32>,
    metrics: Arc<Metrics>,
}

impl LogInserts {
    pub(crate) fn new(store: Store, metrics: Arc<Metrics>) -> Self {
        Self {
            store,
            under_way: Arc::new(Semaphore::new(INSERTS)),
            prepared_day: Arc::new(AtomicI32::new(i32::MIN)),
            metrics,
        }
    }

    /// Returns when records that were received at that time are on disk.
    pub(super) async fn insert(
        &self,
        records: Vec<LogRecordWrite>,
        now_nanos: i64,
        reservation: Reservation,
    ) -> Result<(), AppendError> {
        if records.is_empty() {
            return Ok(());
        }
        let bytes = records.iter().map(|record| record.body.len()).sum();
        let queued = Queued::new(Arc::clone(&self.metrics), Queue::LogRecords, bytes);
        let inserted = async {
            let permit = Arc::clone(&self.under_way).acquire_owned().await.ok()?;
            drop(queued);
            let inserts = self.clone();
            // It goes on when nobody waits any more, and keeps its place and its memory until then.
            let work = tokio::spawn(async move {
                let _held = (permit, reservation);
                let outcome = inserts.write(&records, day_of(now_nanos)).await;
                if let Err(error) = &outcome {
                    tracing::warn!(%error, "log records could not be stored; their client was told to send them again");
                }
                outcome.ok()
            });
            work.await.ok()?
        };
        match timeout(PATIENCE, inserted).await {
            Ok(Some(())) => Ok(()),
            Ok(None) | Err(_) => Err(AppendError::Unavailable),
        }
    }

    async fn write(&self, records: &[LogRecordWrite], day: i32) -> Result<(), store::Error> {
        if self.prepared_day.load(Ordering::Relaxed) != day {
            self.store.prepare_day(day).await?;
            self.prepared_day.store(day, Ordering::Relaxed);
        }
        self.store.add_log_records(records, day).await
    }
}
