//! What a change costs users: how much it is, times how often they meet it.

use serde::{Deserialize, Serialize};

use crate::histogram::{Histogram, bucket_middle};
use crate::rollup::Rollup;
use crate::stats;

/// What is longer than this share counts as that long: a few stray durations, or those of a broken
/// clock, would outweigh all others in a mean.
const STRAY: f64 = 0.99;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Means, in which what is longer than 99 % of either set counts as that long.
    pub mean_a_nanos: i64,
    pub mean_b_nanos: i64,
    /// The difference of the means times the volume of set b: how much longer its users waited, in
    /// all, than they would have in set a. Negative where they waited less.
    pub nanos: i64,
    /// The difference of the error rates times the volume of set b. Negative where fewer failed.
    pub extra_errors: f64,
}

impl Cost {
    /// None where either has nothing.
    #[must_use]
    pub fn of(a: &Rollup, b: &Rollup) -> Option<Self> {
        let stray = |rollup: &Rollup| rollup.durations.quantile(STRAY);
        // The longer of both: were it of both together, a small set would count for nothing that
        // is much slower than a large one.
        let most = stray(a)?.max(stray(b)?);
        let (mean_a, mean_b) = (mean(&a.durations, most)?, mean(&b.durations, most)?);
        let (rate_a, rate_b) = (stats::error_rate(a)?, stats::error_rate(b)?);
        Some(Self {
            mean_a_nanos: rounded(mean_a),
            mean_b_nanos: rounded(mean_b),
            nanos: rounded((mean_b - mean_a) * b.weight),
            extra_errors: (rate_b - rate_a) * b.weight,
        })
    }
}

/// By weight; none without any.
fn mean(durations: &Histogram, most_nanos: i64) -> Option<f64> {
    let weight = durations.weight();
    let buckets = durations.buckets().iter();
    let sum: f64 = buckets
        .map(|bucket| float(bucket_middle(bucket.index).min(most_nanos)) * bucket.weight)
        .sum();
    (weight > 0.0).then(|| sum / weight)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "buckets have fewer digits than f64"
)]
fn float(nanos: i64) -> f64 {
    nanos as f64
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
fn rounded(nanos: f64) -> i64 {
    nanos.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::tests::{MILLI, requests};
    use proptest::prelude::*;

    fn near(found: i64, millis: i64) -> bool {
        (found - millis * MILLI).abs() * 50 <= (millis * MILLI).abs()
    }

    #[test]
    fn a_change_costs_what_it_is_times_how_often_it_is_met() {
        let (old, new) = (
            requests(300, (100, 100), 0),
            requests(1_000, (160, 160), 50),
        );
        let cost = Cost::of(&old, &new).expect("both have some");
        assert!(near(cost.mean_a_nanos, 100) && near(cost.mean_b_nanos, 160));
        assert!(near(cost.nanos, 60 * 1_000), "{cost:?}");
        assert!((cost.extra_errors - 20.0).abs() < 1e-9);
        let back = Cost::of(&new, &old).expect("both have some");
        assert!(near(back.nanos, -60 * 300), "{back:?}");
        assert_eq!(Cost::of(&old, &Rollup::default()), None);
    }

    #[test]
    fn one_broken_clock_is_no_cost_and_a_slow_canary_is_one() {
        let old = requests(1_000, (100, 100), 0);
        let mut stray = old.clone();
        stray.durations.record(i64::MAX, 1, 1.0);
        let cost = Cost::of(&old, &stray).expect("both have some");
        assert_eq!(cost.mean_a_nanos, cost.mean_b_nanos);
        // Of both together it would be less than the hundredth part.
        let canary = Cost::of(&old, &requests(5, (900, 900), 0)).expect("both have some");
        assert!(near(canary.nanos, 800 * 5), "{canary:?}");
    }

    proptest! {
        #[test]
        fn what_is_slower_for_all_costs_more(
            millis in 1_i64..1_000,
            slower in 20_i64..1_000,
            count in 1_i64..200,
        ) {
            let old = requests(count, (millis, 2 * millis), 0);
            let new = requests(count, (millis + slower, 2 * millis + slower), 0);
            let cost = Cost::of(&old, &new).expect("both have some");
            let back = Cost::of(&new, &old).expect("both have some");
            // As many in both, so it is the same back and forth.
            prop_assert_eq!(cost.nanos, -back.nanos);
            let is_beyond_rounding = slower * 30 > millis;
            prop_assert!(cost.nanos > 0 || !is_beyond_rounding);
        }
    }
}
