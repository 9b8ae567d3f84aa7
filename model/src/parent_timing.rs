//! Where a span runs while its parent does not. That is no defect: work that nobody waits for goes
//! on, and clocks differ. But whoever reads the times has to know.

use std::fmt;

use crate::format;
use crate::trace::Trace;

/// Nanoseconds each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// It starts so long before its parent.
    StartsBefore(i64),
    /// It ends so long after its parent, within which it starts.
    EndsAfter(i64),
    /// It starts so long after its parent has ended.
    StartsAfterEnd(i64),
}

/// What a span, by its index, has beyond its parent; `shifts` are those of [`crate::clock_skew`].
#[must_use]
pub fn beyond(trace: &Trace, shifts: &[i64], position: usize) -> Vec<Beyond> {
    let Some(parent) = trace.nodes[position].parent else {
        return vec![];
    };
    let runs = |position: usize| {
        let (span, shift) = (&trace.spans[position], shifts[position]);
        let start = span.start_nanos.saturating_add(shift);
        (start, span.end_nanos.saturating_add(shift).max(start))
    };
    let (start, end) = runs(position);
    let (parent_start, parent_end) = runs(parent);
    let mut beyond = Vec::new();
    if start < parent_start {
        beyond.push(Beyond::StartsBefore(parent_start.saturating_sub(start)));
    }
    if start > parent_end {
        beyond.push(Beyond::StartsAfterEnd(start.saturating_sub(parent_end)));
    } else if end > parent_end {
        beyond.push(Beyond::EndsAfter(end.saturating_sub(parent_end)));
    }
    beyond
}

/// A sentence for people, without a full stop.
impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::StartsBefore(nanos) => {
                let long = format::duration(nanos);
                write!(
                    f,
                    "Starts {long} before its parent, as if a clock were wrong"
                )
            }
            Self::EndsAfter(nanos) => {
                let long = format::duration(nanos);
                write!(f, "Ends {long} after its parent, which did not wait for it")
            }
            Self::StartsAfterEnd(nanos) => {
                let long = format::duration(nanos);
                write!(
                    f,
                    "Starts {long} after its parent had ended, which did not wait for it"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{build, span};

    /// A child of a span that runs from 100 to 200.
    fn of_child(start: i64, end: i64, shift: i64) -> Vec<Beyond> {
        let mut child = span(2, 1, start);
        child.end_nanos = end;
        let mut parent = span(1, 0, 100);
        parent.end_nanos = 200;
        let trace = build(vec![parent, child]);
        assert_eq!(beyond(&trace, &[0, shift], 0), []);
        beyond(&trace, &[0, shift], 1)
    }

    #[test]
    fn what_lies_beyond_the_parent_is_told() {
        assert_eq!(of_child(100, 200, 0), []);
        assert_eq!(of_child(90, 150, 0), [Beyond::StartsBefore(10)]);
        assert_eq!(of_child(90, 150, 10), [], "as it was corrected");
        assert_eq!(of_child(150, 230, 0), [Beyond::EndsAfter(30)]);
        assert_eq!(
            of_child(0, 300, 0),
            [Beyond::StartsBefore(100), Beyond::EndsAfter(100)]
        );
        assert_eq!(of_child(260, 300, 0), [Beyond::StartsAfterEnd(60)]);
        assert_eq!(of_child(150, 120, 0), [], "it ends before it starts");
        let words = Beyond::EndsAfter(30_000_000).to_string();
        assert_eq!(
            words,
            "Ends 30 ms after its parent, which did not wait for it"
        );
    }
}
