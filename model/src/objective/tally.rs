//! How many requests were good, of how many.

use serde::{Deserialize, Serialize};

use super::{Indicator, Target};
use crate::histogram::{Histogram, nearest_bound};

/// Below this, a weight is what adding fractions leaves of nothing.
const NOTHING: f64 = 1e-6;

/// Before sampling: each that was counted, times its weight.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub good: f64,
    pub total: f64,
}

impl Tally {
    /// What an indicator sees of so many, of which so many failed, by their weight.
    #[must_use]
    pub fn of(
        indicator: Indicator,
        weight: f64,
        weighted_errors: f64,
        durations: &Histogram,
    ) -> Self {
        let good = match indicator {
            Indicator::Availability => weight - weighted_errors,
            Indicator::Latency { threshold_nanos } => {
                durations.weight_below(nearest_bound(threshold_nanos))
            }
        };
        Self {
            good,
            total: weight,
        }
    }

    pub fn add(&mut self, other: Self) {
        self.good += other.good;
        self.total += other.total;
    }

    #[must_use]
    pub fn sum(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut sum = Self::default();
        parts.into_iter().for_each(|part| sum.add(part));
        sum
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.total < NOTHING
    }

    #[must_use]
    pub fn bad(self) -> f64 {
        (self.total - self.good).max(0.0)
    }

    /// Share that was good, from 0 to 1; none of nothing.
    #[must_use]
    pub fn attainment(self) -> Option<f64> {
        (!self.is_empty()).then(|| (self.good / self.total).clamp(0.0, 1.0))
    }

    /// How many times faster than the target allows the budget is spent: at 1 it lasts exactly as
    /// long as the window (The Site Reliability Workbook, chapter 5). None of nothing.
    #[must_use]
    pub fn burn_rate(self, target: Target) -> Option<f64> {
        (!self.is_empty()).then(|| self.bad() / self.total / target.allowance())
    }

    /// Share of the budget that is left, 1 when nothing is spent, below 0 when more is spent than
    /// there was. None of nothing.
    #[must_use]
    pub fn budget_left(self, target: Target) -> Option<f64> {
        self.burn_rate(target).map(|rate| 1.0 - rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::{bucket_of, bucket_start};
    use crate::rollup::{Direction, Observation, Rollup};
    use crate::trace::tests::trace_id;
    use proptest::prelude::*;

    fn target(percent: f64) -> Target {
        Target::from_percent(percent).expect("a share")
    }

    #[test]
    fn a_budget_is_what_the_target_leaves() {
        let tally = Tally {
            good: 995.0,
            total: 1_000.0,
        };
        let about = |found: Option<f64>, expected: f64| {
            assert!(
                (found.expect("a figure") - expected).abs() < 1e-9,
                "{found:?}"
            );
        };
        about(tally.attainment(), 0.995);
        about(tally.burn_rate(target(99.0)), 0.5);
        about(tally.budget_left(target(99.0)), 0.5);
        about(tally.budget_left(target(99.9)), -4.0);
        assert_eq!(Tally::default().burn_rate(target(99.0)), None);
        assert_eq!(Tally::default().attainment(), None);
    }

    proptest! {
        /// Whatever was recorded, and however it was sampled.
        #[test]
        fn what_is_under_a_bound_is_counted_exactly(
            seen in prop::collection::vec((1_i64..5_000_000_000, any::<bool>(), 1_u8..20), 0..80),
            near in 1_i64..5_000_000_000,
        ) {
            let threshold_nanos = bucket_start(bucket_of(near));
            let mut rollup = Rollup::default();
            let (mut under, mut passed, mut total) = (0.0, 0.0, 0.0);
            for (duration_nanos, is_error, weight) in seen {
                let weight = f64::from(weight);
                rollup.record(Direction::Add, &Observation {
                    trace_id: trace_id(),
                    duration_nanos,
                    is_error,
                    weight,
                    sums: &[],
                });
                total += weight;
                under += if duration_nanos < threshold_nanos { weight } else { 0.0 };
                passed += if is_error { 0.0 } else { weight };
            }
            let tally = |indicator| {
                let Rollup { weight, weighted_errors, durations, .. } = &rollup;
                Tally::of(indicator, *weight, *weighted_errors, durations)
            };
            let latency = tally(Indicator::Latency { threshold_nanos });
            prop_assert_eq!(latency, Tally { good: under, total });
            let availability = tally(Indicator::Availability);
            prop_assert_eq!(availability, Tally { good: passed, total });
        }
    }
}
