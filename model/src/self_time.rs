//! Self time: for how long a span ran while none of its children did.

use crate::trace::Trace;

/// Nanoseconds for each span, by its index. Children count while their parent runs, and two that run
/// at once count once. `shifts` are those of [`crate::clock_skew`].
#[must_use]
pub fn self_times(trace: &Trace, shifts: &[i64]) -> Vec<i64> {
    let runs = |position: usize| {
        let (span, shift) = (&trace.spans[position], shifts[position]);
        let start = span.start_nanos.saturating_add(shift);
        // A span that ends before it starts took no time.
        (start, span.end_nanos.saturating_add(shift).max(start))
    };
    let mut children = Vec::new();
    let times = (0..trace.spans.len()).map(|position| {
        let (start, end) = runs(position);
        children.clear();
        children.extend(trace.children(position).map(runs));
        // Clocks that were corrected may have changed their order.
        children.sort_unstable();
        let (mut own, mut covered) = (0_i64, start);
        for &(child_start, child_end) in &children {
            own = own.saturating_add(child_start.min(end).saturating_sub(covered).max(0));
            covered = covered.max(child_end.min(end));
        }
        own.saturating_add(end.saturating_sub(covered))
    });
    times.collect()
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

    fn times(spans: Vec<Span>) -> Vec<i64> {
        let trace = build(spans);
        self_times(&trace, &vec![0; trace.spans.len()])
    }

    #[test]
    fn children_are_taken_off_once() {
        assert_eq!(times(vec![at(1, 0, 0, 100)]), [100]);
        let parallel = vec![at(1, 0, 0, 100), at(2, 1, 10, 60), at(3, 1, 40, 80)];
        assert_eq!(times(parallel), [30, 50, 40]);
        let within = vec![at(1, 0, 0, 100), at(2, 1, 10, 90), at(3, 1, 40, 50)];
        assert_eq!(times(within), [20, 80, 10]);
    }

    #[test]
    fn children_count_while_their_parent_runs() {
        let beyond = vec![at(1, 0, 100, 200), at(2, 1, 50, 120), at(3, 1, 190, 400)];
        assert_eq!(times(beyond), [70, 70, 210]);
        let elsewhere = vec![at(1, 0, 100, 200), at(2, 1, 300, 400), at(3, 1, 10, 20)];
        assert_eq!(times(elsewhere), [100, 10, 100]);
    }

    #[test]
    fn what_ends_before_it_starts_took_no_time() {
        assert_eq!(times(vec![at(1, 0, 100, 50), at(2, 1, 60, 70)]), [0, 10]);
        assert_eq!(times(vec![at(1, 0, i64::MIN, i64::MAX)]), [i64::MAX]);
    }

    proptest! {
        #[test]
        fn it_is_what_counting_moments_says(
            spans in proptest::collection::vec((0_u64..4, -20..40_i64, -5..40_i64), 1..8)
        ) {
            let spans: Vec<Span> = (1..).zip(spans).map(|(id, (parent, start, length))| {
                at(id, if parent < id { parent } else { 0 }, start, start + length)
            }).collect();
            let trace = build(spans);
            let shifts: Vec<i64> = (0..).take(trace.spans.len()).map(|number| number % 3).collect();
            let runs = |position: usize, moment: i64| {
                let span = &trace.spans[position];
                (span.start_nanos + shifts[position]..span.end_nanos + shifts[position]).contains(&moment)
            };
            for (position, own) in self_times(&trace, &shifts).into_iter().enumerate() {
                let moments = (-50..150).filter(|&moment| {
                    let is_child = trace.children(position).any(|child| runs(child, moment));
                    runs(position, moment) && !is_child
                });
                prop_assert_eq!(own, i64::try_from(moments.count()).expect("few"));
            }
        }
    }
}
