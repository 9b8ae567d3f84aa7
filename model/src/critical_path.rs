//! The critical path: which span the user was waiting for at each moment of a request.
//!
//! As published for CRISP (Zhang et al., "CRISP: Critical Path Analysis of Large-Scale
//! Microservice Architectures", USENIX ATC 2022, section 4) and as Jaeger's page does it: from the
//! end of the root backwards, into the child that finished last, and so on from where that child
//! started. A child counts only while its parent runs, so the slices add up to exactly what the
//! root took.

use crate::trace::Trace;

/// A part of the time line that one span is answerable for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Index into [`Trace::spans`].
    pub span: usize,
    /// On the time line that the shifts make.
    pub start_nanos: i64,
    pub end_nanos: i64,
}

impl Slice {
    #[must_use]
    pub fn nanos(&self) -> i64 {
        self.end_nanos.saturating_sub(self.start_nanos)
    }
}

/// A span on the way down.
struct Frame {
    span: usize,
    start_nanos: i64,
    end_nanos: i64,
    /// What is later has been given away.
    cutoff_nanos: i64,
    /// Those not yet looked at; the one that finished last stands last.
    children: Vec<usize>,
}

impl Frame {
    fn new(trace: &Trace, shifts: &[i64], span: usize, start_nanos: i64, end_nanos: i64) -> Self {
        let mut children: Vec<usize> = trace.children(span).collect();
        children.sort_by_key(|&child| ends(trace, shifts, child));
        Self {
            span,
            start_nanos,
            end_nanos,
            cutoff_nanos: end_nanos,
            children,
        }
    }

    /// The child that finished last before the cutoff, with the time that it ran within its
    /// parent.
    fn next_child(&mut self, trace: &Trace, shifts: &[i64]) -> Option<(usize, i64, i64)> {
        while let Some(child) = self.children.pop() {
            let (start, end) = (
                starts(trace, shifts, child).max(self.start_nanos),
                ends(trace, shifts, child).min(self.end_nanos),
            );
            if start < end && end <= self.cutoff_nanos {
                return Some((child, start, end));
            }
        }
        None
    }

    /// What of its time the span is answerable for itself, from there to the cutoff.
    fn own(&self, from_nanos: i64) -> Slice {
        Slice {
            span: self.span,
            start_nanos: from_nanos,
            end_nanos: self.cutoff_nanos,
        }
    }
}

/// The critical path through a root span, in the order of time; `shifts` are those of
/// [`crate::clock_skew`]. Empty for a span that took no time.
#[must_use]
pub fn critical_path(trace: &Trace, shifts: &[i64], root: usize) -> Vec<Slice> {
    let (start, end) = (starts(trace, shifts, root), ends(trace, shifts, root));
    let mut slices = Vec::new();
    let mut frames = Vec::new();
    if start < end {
        frames.push(Frame::new(trace, shifts, root, start, end));
    }
    while let Some(frame) = frames.last_mut() {
        if let Some((child, start, end)) = frame.next_child(trace, shifts) {
            slices.push(frame.own(end));
            frame.cutoff_nanos = start;
            frames.push(Frame::new(trace, shifts, child, start, end));
        } else {
            slices.push(frame.own(frame.start_nanos));
            frames.pop();
        }
    }
    slices.retain(|slice| slice.nanos() > 0);
    slices.reverse();
    slices
}

fn starts(trace: &Trace, shifts: &[i64], span: usize) -> i64 {
    trace.spans[span].start_nanos.saturating_add(shifts[span])
}

fn ends(trace: &Trace, shifts: &[i64], span: usize) -> i64 {
    trace.spans[span].end_nanos.saturating_add(shifts[span])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;
    use crate::trace::tests::{build, span};
    use proptest::prelude::*;

    fn at(id: u64, parent: u64, start: i64, end: i64) -> Span {
        Span {
            end_nanos: end,
            ..span(id, parent, start)
        }
    }

    /// Each slice as its span's number, start and end.
    fn path(spans: Vec<Span>) -> Vec<(String, i64, i64)> {
        let trace = build(spans);
        let shifts = vec![0; trace.spans.len()];
        critical_path(&trace, &shifts, 0)
            .iter()
            .map(|slice| {
                let name = &trace.spans[slice.span].name;
                let number = name.trim_start_matches("span ").to_owned();
                (number, slice.start_nanos, slice.end_nanos)
            })
            .collect()
    }

    fn expected(slices: &[(&str, i64, i64)]) -> Vec<(String, i64, i64)> {
        let owned = |(name, start, end): &(&str, i64, i64)| ((*name).to_owned(), *start, *end);
        slices.iter().map(owned).collect()
    }

    /// ```text
    /// 1 |--------------------|
    /// 2    |----|
    /// 3             |-----|
    /// ```
    #[test]
    fn children_one_after_the_other() {
        assert_eq!(
            path(vec![at(1, 0, 0, 100), at(2, 1, 20, 40), at(3, 1, 60, 90)]),
            expected(&[
                ("1", 0, 20),
                ("2", 20, 40),
                ("1", 40, 60),
                ("3", 60, 90),
                ("1", 90, 100)
            ])
        );
    }

    /// ```text
    /// 1 |--------------------|
    /// 2    |----------|
    /// 3       |-------------|
    /// ```
    #[test]
    fn of_children_side_by_side_the_last_to_finish_counts() {
        assert_eq!(
            path(vec![at(1, 0, 0, 100), at(2, 1, 10, 70), at(3, 1, 20, 90)]),
            expected(&[("1", 0, 20), ("3", 20, 90), ("1", 90, 100)])
        );
    }

    /// ```text
    /// 1 |---------|
    /// 2      |-----------|
    /// 3             |--|
    /// 4            |--|
    /// ```
    #[test]
    fn a_child_counts_only_while_its_parent_runs() {
        assert_eq!(
            path(vec![
                at(1, 0, 0, 50),
                at(2, 1, 30, 100),
                at(3, 2, 60, 80),
                at(4, 1, 50, 70)
            ]),
            expected(&[("1", 0, 30), ("2", 30, 50)])
        );
    }

    /// ```text
    /// 1    |------|
    /// 2 |-----|
    /// ```
    #[test]
    fn a_child_that_starts_before_its_parent_counts_from_there() {
        assert_eq!(
            path(vec![at(1, 0, 50, 100), at(2, 1, 0, 80)]),
            expected(&[("2", 50, 80), ("1", 80, 100)])
        );
    }

    #[test]
    fn a_root_without_time_has_no_path() {
        assert_eq!(path(vec![at(1, 0, 5, 5)]), vec![]);
        assert_eq!(path(vec![at(1, 0, 9, 5), at(2, 1, 5, 9)]), vec![]);
    }

    #[test]
    fn depth_does_not_matter() {
        let chain = (1..=50_000).map(|n| at(n, n - 1, 0, 100)).collect();
        assert_eq!(path(chain), expected(&[("50000", 0, 100)]));
    }

    proptest! {
        #[test]
        fn slices_cover_the_root_without_gap_or_overlap(
            links in prop::collection::vec((0_u64..12, 0_i64..60, 0_i64..60), 0..20),
        ) {
            let below = links.iter().enumerate().map(|(index, &(parent, start, length))| {
                let id = u64::try_from(index).expect("few") + 2;
                at(id, parent.min(id - 2) + 1, start, start + length)
            });
            let spans = std::iter::once(at(1, 0, 10, 50)).chain(below).collect();
            let trace = build(spans);
            let root = trace.spans.iter().position(|span| span.parent_id.is_none()).expect("there");
            let shifts = vec![0; trace.spans.len()];
            let mut at = 10;
            for slice in critical_path(&trace, &shifts, root) {
                prop_assert_eq!(slice.start_nanos, at);
                prop_assert!(slice.end_nanos > at);
                at = slice.end_nanos;
            }
            prop_assert_eq!(at, 50);
        }
    }
}
