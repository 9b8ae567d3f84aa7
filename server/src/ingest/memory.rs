//! How much memory all requests together may take that have not been answered yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::metrics::Metrics;

/// Bytes of all requests that are being received or wait for a commit. Whoever comes when they
/// are used up is told to come back.
const MAX_BYTES: usize = 256 << 20;

/// There is no room; it will be in a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests are being processed; send again in a second")]
pub(crate) struct Full;

/// What is left. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Memory {
    used: Arc<AtomicUsize>,
    metrics: Arc<Metrics>,
}

impl Memory {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            used: Arc::default(),
            metrics,
        }
    }

    /// Room for one request, to be taken as its bytes arrive.
    pub(crate) fn reservation(&self) -> Reservation {
        Reservation {
            memory: self.clone(),
            bytes: 0,
        }
    }
}

/// The room that one request takes; given back when it is dropped.
pub(crate) struct Reservation {
    memory: Memory,
    bytes: usize,
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
    }
}
