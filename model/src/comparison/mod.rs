//! Two sets of requests beside each other: two releases, two weeks, two regions, a flag on and
//! off. How long they took, how many failed, and which operations have changed, ranked by what
//! that costs users.
//!
//! Set a is what is compared with, set b what is asked about: worse means that b is.

mod cost;
mod distribution;
mod figures;
mod operations;

use serde::{Deserialize, Serialize};

pub use cost::Cost;
pub use distribution::Distribution;
pub use figures::{Figures, PERCENTILES, Percentile};
pub use operations::{
    Direction, MAX_OPERATIONS, MAX_ROWS, OneSided, OperationRow, Operations, Ranked,
};

use crate::rollup::Rollup;
use crate::stats::{self, Change};

/// The labels that operations are compared by, by place in
/// [`Family::labels`](crate::rollup::Family::labels): service and operation.
pub const OPERATION_LABELS: [usize; 2] = [0, 1];

/// What was counted under the values of [`OPERATION_LABELS`].
pub type Counted = (Vec<String>, Rollup);

/// What is known of a set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    pub requests: Rollup,
    pub source: Source,
    pub operations: Vec<Counted>,
}

/// How a set was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// Whether requests were counted as they came. Otherwise they were looked at one by one: those
    /// that were not kept are missing.
    pub is_by_rollups: bool,
    /// From when on requests are counted, where there were too many to look at them all.
    pub since_nanos: Option<i64>,
    /// From how many of its traces operations were counted; none where they were counted as they
    /// came.
    pub operations_from_traces: Option<usize>,
}

/// One of the two sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    pub figures: Figures,
    pub source: Source,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub a: Side,
    pub b: Side,
    /// How each of [`PERCENTILES`] changed; none where a set has no requests.
    pub percentiles: [Option<Change>; PERCENTILES.len()],
    pub error_rate: Option<Change>,
    /// None where a set has no requests.
    pub cost: Option<Cost>,
    pub distribution: Distribution,
    pub operations: Operations,
}

impl Comparison {
    #[must_use]
    pub fn of(a: &Observed, b: &Observed) -> Self {
        let (before, now) = (&a.requests, &b.requests);
        Self {
            a: Side::of(a),
            b: Side::of(b),
            percentiles: PERCENTILES
                .map(|share| stats::quantile_change(&before.durations, &now.durations, share)),
            error_rate: stats::error_rate_change(before, now),
            cost: Cost::of(before, now),
            distribution: Distribution::of(&before.durations, &now.durations),
            operations: Operations::of(&a.operations, &b.operations),
        }
    }
}

impl Side {
    fn of(observed: &Observed) -> Self {
        Self {
            figures: Figures::of(&observed.requests),
            source: observed.source,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::rollup::{Direction, Observation};
    use crate::trace::tests::trace_id;

    pub(crate) const MILLI: i64 = 1_000_000;

    /// So many requests, evenly spread between two durations in milliseconds, of which every so
    /// manieth failed; none did for 0.
    pub(crate) fn requests(count: i64, millis: (i64, i64), failed_each: i64) -> Rollup {
        let mut rollup = Rollup::default();
        let (shortest, longest) = (millis.0 * MILLI, millis.1 * MILLI);
        for number in 0..count {
            let seen = Observation {
                trace_id: trace_id(),
                duration_nanos: shortest + (longest - shortest) * number / count.max(2),
                is_error: failed_each > 0 && number % failed_each == 0,
                weight: 1.0,
                sums: &[],
            };
            rollup.record(Direction::Add, &seen);
        }
        rollup
    }

    pub(crate) fn counted(name: &str, rollup: Rollup) -> Counted {
        (vec!["shop".into(), name.into()], rollup)
    }

    fn observed(requests: Rollup) -> Observed {
        Observed {
            operations: vec![counted("GET /", requests.clone())],
            requests,
            source: Source::default(),
        }
    }

    #[test]
    fn the_second_set_is_judged_by_the_first() {
        let (old, new) = (
            observed(requests(4_000, (100, 200), 100)),
            observed(requests(1_000, (150, 300), 10)),
        );
        let found = Comparison::of(&old, &new);
        assert_eq!(
            (found.a.figures.count, found.b.figures.count),
            (4_000, 1_000)
        );
        for change in found.percentiles {
            let change = change.expect("both have requests");
            assert_eq!(change.verdict, stats::Verdict::Worse);
            assert!((change.ratio.expect("some time") - 1.5).abs() < 0.02);
        }
        let errors = found.error_rate.expect("requests");
        assert_eq!(errors.verdict, stats::Verdict::Worse);
        let cost = found.cost.expect("requests");
        assert!((cost.extra_errors - 90.0).abs() < 1e-6, "{cost:?}");
        assert!((cost.nanos - 75 * MILLI * 1_000).abs() < 2 * MILLI * 1_000);
        assert_eq!(found.operations.latency.rows.len(), 1);

        let swapped = Comparison::of(&new, &old);
        let p95 = swapped.percentiles[3].expect("both have requests");
        assert_eq!(p95.verdict, stats::Verdict::Better);
        let nothing = Comparison::of(&Observed::default(), &new);
        assert_eq!((nothing.percentiles, nothing.cost), ([None; 5], None));
        assert_eq!(nothing.operations.only_b.rows.len(), 1);
    }

    #[test]
    fn a_set_is_no_different_from_itself() {
        let same = observed(requests(500, (10, 900), 7));
        let found = Comparison::of(&same, &same);
        assert_eq!(found.distribution.a, found.distribution.b);
        assert_eq!(found.operations.unchanged.rows.len(), 1);
        assert_eq!(found.cost.map(|cost| cost.nanos), Some(0));
        for change in found.percentiles.into_iter().chain([found.error_rate]) {
            assert!(!change.expect("requests").verdict.is_significant());
        }
    }
}
