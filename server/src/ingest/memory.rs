//! How much memory all requests together may take that have not been answered yet, and how many
//! are worked on at once.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::metrics::Metrics;

/// Bytes of all requests that are being received or wait for a commit. Whoever comes when they
/// are used up is told to come back.
const MAX_BYTES: usize = 256 << 20;

/// Requests that are decompressed, translated and checked at once, for each core. More would only
/// take each other's time and memory.
const AT_ONCE: usize = 2;

/// How long a request waits for its turn before its client is told to come back. Until then it
/// has cost no more than its reading.
const PATIENCE: Duration = Duration::from_millis(500);

/// There is no room; it will be in a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests are being processed; send again in a second")]
pub(crate) struct Full;

/// What is left. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Memory {
    used: Arc<AtomicUsize>,
    turns: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

impl Memory {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self {
            used: Arc::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE * cores)),
            metrics,
        }
    }

    #[cfg(test)]
    pub(super) fn turns_taken(&self) -> usize {
        let cores = available_parallelism().map_or(1, NonZero::get);
        AT_ONCE * cores - self.turns.available_permits()
    }

    /// Room for one request, to be taken as its bytes arrive.
    pub(crate) fn reservation(&self) -> Reservation {
        Reservation {
            memory: self.clone(),
            bytes: 0,
            turn: None,
        }
    }
}

/// The room that one request takes, and its turn to be worked on; given back when it is dropped.
pub(crate) struct Reservation {
    memory: Memory,
    bytes: usize,
    turn: Option<OwnedSemaphorePermit>,
}

impl Reservation {
    /// Takes more room.
    ///
    /// # Errors
    /// When there is none; what was taken before is kept.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Full> {
        let used = &self.memory.used;
        let taken = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|used| *used <= MAX_BYTES)
        });
        let before = taken.map_err(|_used| Full)?;
        self.memory.metrics.waiting(before + bytes);
        self.bytes += bytes;
        Ok(())
    }

    /// Gives back room that was taken before.
    pub(super) fn shrink(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        let before = self.memory.used.fetch_sub(bytes, Ordering::Relaxed);
        self.memory.metrics.waiting(before - bytes);
    }

    /// Waits for the request's turn to be worked on, unless it has come already.
    ///
    /// # Errors
    /// When too many are before it.
    pub(crate) async fn wait_for_turn(&mut self) -> Result<(), Full> {
        if self.turn.is_none() {
            let turns = Arc::clone(&self.memory.turns);
            let turn = timeout(PATIENCE, turns.acquire_owned()).await;
            self.turn = Some(turn.map_err(|_late| Full)?.map_err(|_closed| Full)?);
        }
        Ok(())
    }

    /// What is left to do is to wait for the disk: another may be worked on.
    pub(crate) fn end_turn(&mut self) {
        self.turn = None;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let before = self.memory.used.fetch_sub(self.bytes, Ordering::Relaxed);
        self.memory.metrics.waiting(before - self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_are_few_and_nobody_waits_for_long() {
        let memory = Memory::new(Arc::new(Metrics::new()));
        let mut working = Vec::new();
        for _ in 0..memory.turns.available_permits() {
            let mut reservation = memory.reservation();
            reservation.wait_for_turn().await.unwrap();
            reservation.wait_for_turn().await.unwrap();
            working.push(reservation);
        }
        let mut late = memory.reservation();
        assert_eq!(late.wait_for_turn().await, Err(Full));
        working[0].end_turn();
        assert_eq!(late.wait_for_turn().await, Ok(()));
    }

    #[test]
    fn what_is_taken_is_given_back() {
        let memory = Memory::new(Arc::new(Metrics::new()));
        let mut first = memory.reservation();
        assert_eq!(first.grow(MAX_BYTES - 1), Ok(()));
        let mut second = memory.reservation();
        assert_eq!(second.grow(1), Ok(()));
        assert_eq!(second.grow(1), Err(Full));
        assert_eq!(second.grow(usize::MAX), Err(Full));
        drop(first);
        assert_eq!(second.grow(MAX_BYTES - 1), Ok(()));
        second.shrink(2);
        assert_eq!(second.grow(3), Err(Full));
        assert_eq!(second.grow(2), Ok(()));
    }
}
