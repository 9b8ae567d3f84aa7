//! The figures of a set, or of an operation in a set.

use serde::{Deserialize, Serialize};

use crate::rollup::Rollup;
use crate::stats::{self, Interval, Level, ShareInterval};

/// The percentiles that are told, as shares.
pub const PERCENTILES: [f64; 5] = [0.50, 0.75, 0.90, 0.95, 0.99];

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// How many were counted.
    pub count: i64,
    /// How many those stand for, before sampling.
    pub weight: f64,
    /// How many of `count` failed.
    pub errors: i64,
    /// From 0 to 1, by weight; none where nothing was counted.
    pub error_rate: Option<f64>,
    /// At 95 %.
    pub error_rate_interval: Option<ShareInterval>,
    /// One for each of [`PERCENTILES`]; none where nothing was counted.
    pub percentiles: [Option<Percentile>; PERCENTILES.len()],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentile {
    /// By weight, off by less than 1 %.
    pub nanos: i64,
    /// At 95 %; none where there are too few requests to tell ([`stats::confidence`]).
    pub interval: Option<Interval>,
}

impl Figures {
    /// Whether they rest on fewer requests than there were.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a comparison of magnitudes")]
    pub fn is_sampled(&self) -> bool {
        self.weight > self.count as f64 * 1.001
    }

    #[must_use]
    pub fn of(rollup: &Rollup) -> Self {
        let durations = &rollup.durations;
        let percentile = |share: f64| {
            Some(Percentile {
                nanos: durations.quantile(share)?,
                interval: stats::confidence(durations, share, Level::Usual),
            })
        };
        Self {
            count: rollup.count,
            weight: rollup.weight,
            errors: rollup.errors,
            error_rate: stats::error_rate(rollup),
            error_rate_interval: stats::error_rate_interval(rollup, Level::Usual),
            percentiles: PERCENTILES.map(percentile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::tests::{MILLI, requests};

    #[test]
    fn the_interval_of_a_percentile_is_between_order_statistics() {
        // 1 to 1 000 ms. For the median of 1 000 the ranks are 500 ± 1.96 · √250, so 469 and 532.
        let figures = Figures::of(&requests(1_000, (1, 1_001), 20));
        let near = |found: i64, millis: i64| (found - millis * MILLI).abs() * 100 <= millis * MILLI;
        let median = figures.percentiles[0].expect("requests");
        let interval = median.interval.expect("enough");
        assert!(near(median.nanos, 500), "{median:?}");
        assert!(near(interval.low_nanos, 469), "{median:?}");
        assert!(near(interval.high_nanos, 532), "{median:?}");
        // 950 ± 1.96 · √47.5.
        let p95 = figures.percentiles[3].expect("requests");
        let interval = p95.interval.expect("enough");
        assert!(near(interval.low_nanos, 936) && near(interval.high_nanos, 965));
        assert_eq!((figures.count, figures.errors), (1_000, 50));
        assert_eq!(figures.error_rate, Some(0.05));
        let rate = figures.error_rate_interval.expect("requests");
        assert!((rate.low - 0.0381).abs() < 1e-4 && (rate.high - 0.0653).abs() < 1e-4);
    }

    #[test]
    fn of_nothing_there_are_no_figures() {
        assert_eq!(Figures::of(&Rollup::default()), Figures::default());
        let few = Figures::of(&requests(3, (1, 9), 0));
        assert!(
            few.percentiles
                .iter()
                .flatten()
                .all(|one| one.interval.is_none())
        );
        assert_eq!(few.percentiles.iter().flatten().count(), 5);
    }
}
