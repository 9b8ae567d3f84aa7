//! Cutting due traces into runs, each stored in one transaction, by the memory that they take.

use std::collections::HashMap;

use model::id::TraceId;

use super::open_traces::DueTrace;

/// Bytes of spans that are merged and written together, with those that are stored already. One
/// trace alone may have more.
const MAX_BYTES: usize = 16 << 20;

/// How many times larger stored spans are in memory than on disk, about.
const EXPANSION: usize = 8;

/// All traces in their order; `stored_bytes` is what is stored of them already, compressed.
pub(super) fn runs(
    due: Vec<DueTrace>,
    stored_bytes: &HashMap<TraceId, usize>,
) -> Vec<Vec<DueTrace>> {
    let mut runs: Vec<Vec<DueTrace>> = Vec::new();
    let mut bytes = 0_usize;
    for trace in due {
        let stored = stored_bytes.get(&trace.id).copied().unwrap_or(0);
        let own = trace
            .message
            .len()
            .saturating_add(stored.saturating_mul(EXPANSION));
        let fits = bytes.saturating_add(own) <= MAX_BYTES;
        if let Some(run) = runs.last_mut().filter(|_run| fits) {
            run.push(trace);
            bytes += own;
        } else {
            runs.push(vec![trace]);
            bytes = own;
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> TraceId {
        TraceId::from_slice(&[number; 16]).unwrap()
    }

    /// How many traces there are in each run, of messages with those lengths.
    fn cut(lengths: &[usize], stored: &[(u8, usize)]) -> Vec<usize> {
        let due = lengths.iter().zip(1..);
        let due = due.map(|(length, number)| DueTrace::of(id(number), vec![0; *length]));
        let stored = stored.iter().map(|(number, bytes)| (id(*number), *bytes));
        let runs = runs(due.collect(), &stored.collect());
        let order = runs.iter().flatten().map(|trace| trace.id);
        assert!(order.eq((1..).map(id).take(lengths.len())));
        runs.iter().map(Vec::len).collect()
    }

    #[test]
    fn a_run_has_as_many_traces_as_there_is_room_for() {
        const HALF: usize = MAX_BYTES / 2;
        assert_eq!(cut(&[], &[]), [0; 0]);
        assert_eq!(cut(&[1, 2, 3], &[]), [3]);
        assert_eq!(cut(&[HALF, HALF, HALF], &[]), [2, 1]);
        assert_eq!(cut(&[1, 3 * MAX_BYTES, 1, 1], &[]), [1, 1, 2]);
    }

    #[test]
    fn what_is_stored_takes_room_too() {
        const MOST: usize = MAX_BYTES / EXPANSION;
        assert_eq!(cut(&[0, 0, 0], &[(1, MOST), (3, MOST)]), [2, 1]);
        assert_eq!(cut(&[1, 1, 1], &[(2, usize::MAX)]), [1, 1, 1]);
    }
}
