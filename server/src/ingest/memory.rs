//! How much memory all requests together may take that have not been answered yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of all requests that are being received or wait for a commit. Whoever comes when they
/// are used up is told to come back.
const MAX_BYTES: usize = 256 << 20;

/// There is no room; it will be in a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests are being processed; send again in a second")]
pub(crate) struct Full;

/// What is left. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    used: Arc<AtomicUsize>,
}

impl Memory {
    /// Room for one request, to be taken as its bytes arrive.
    pub(crate) fn reservation(&self) -> Reservation {
        Reservation {
            memory: self.clone(),
            bytes: 0,
        }
    }
}

/// The room that one request takes; given back when it is dropped.
#[derive(Debug)]
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
        taken.map_err(|_used| Full)?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.memory.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back() {
        let memory = Memory::default();
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
