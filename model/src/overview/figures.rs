//! The figures of requests that were counted together.

use serde::{Deserialize, Serialize};

use crate::decomposition::{Decomposition, Segment};
use crate::journey::Budget;
use crate::rollup::Rollup;
use crate::stats::{self, Interval, Level};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Requests that were counted.
    pub count: i64,
    /// How many those stand for, before sampling.
    pub weight: f64,
    pub p50_nanos: Option<i64>,
    pub p95_nanos: Option<i64>,
    pub p99_nanos: Option<i64>,
    /// How sure the 95th percentile is; none when there are too few requests to tell.
    pub p95_interval: Option<Interval>,
    /// From 0 to 1.
    pub error_rate: Option<f64>,
    /// None without requests or without a budget to satisfy.
    pub apdex: Option<f64>,
    pub budget: BudgetState,
    pub means: Decomposition,
}

/// How the 95th percentile stands to the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetState {
    /// There is no budget, or nothing was counted.
    #[default]
    None,
    Within,
    Over,
}

impl Figures {
    #[must_use]
    pub fn of(rollup: &Rollup, budget: Budget) -> Self {
        let durations = &rollup.durations;
        let p95_nanos = durations.quantile(super::P95);
        let state = match (p95_nanos, budget.total_nanos) {
            (Some(p95), Some(total)) if p95 > total => BudgetState::Over,
            (Some(_), Some(_)) => BudgetState::Within,
            _ => BudgetState::None,
        };
        Self {
            count: rollup.count,
            weight: rollup.weight,
            p50_nanos: durations.quantile(0.5),
            p95_nanos,
            p99_nanos: durations.quantile(0.99),
            p95_interval: stats::confidence(durations, super::P95, Level::Usual),
            error_rate: stats::error_rate(rollup),
            apdex: budget
                .total_nanos
                .and_then(|target| stats::apdex(rollup, target)),
            budget: state,
            means: Decomposition::mean(rollup),
        }
    }

    /// Whether requests were left out by sampling.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.weight > float(self.count) * 1.001
    }
}

/// What a segment is called in a sentence.
#[must_use]
pub fn segment_words(segment: Segment) -> &'static str {
    match segment {
        Segment::Device => "the device",
        Segment::Network => "the network",
        Segment::Gateway => "the gateway",
        Segment::Services => "services",
        Segment::Database => "the database",
        Segment::ThirdParty => "third parties",
    }
}

/// A part of a whole, from 0 to 1; nothing of nothing is 0.
#[must_use]
pub fn share_of(part: i64, whole: i64) -> f64 {
    if whole > 0 {
        (float(part) / float(whole)).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sums of durations need far fewer digits than f64 has"
)]
fn float(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_what_was_counted() {
        let mut rollup = Rollup {
            count: 2,
            errors: 1,
            weight: 20.0,
            weighted_errors: 5.0,
            sums: vec![200, 100, 0, 60, 40, 0],
            ..Rollup::default()
        };
        rollup.durations.record(1_000, 2, 20.0);
        let budget = |nanos| Budget {
            total_nanos: Some(nanos),
            ..Budget::default()
        };
        let found = Figures::of(&rollup, budget(500));
        assert_eq!(
            (found.budget, found.error_rate),
            (BudgetState::Over, Some(0.25))
        );
        assert_eq!(found.means.0, [10, 5, 0, 3, 2, 0]);
        assert_eq!(
            (found.means.backend_nanos(), found.means.total_nanos()),
            (5, 20)
        );
        assert!(found.is_sampled() && found.p95_interval.is_none());
        let within = Figures::of(&rollup, budget(5_000));
        assert_eq!(
            (within.budget, within.apdex),
            (BudgetState::Within, Some(0.75))
        );
        let nothing = Figures::of(&Rollup::default(), budget(500));
        assert_eq!(nothing, Figures::default());
        assert!(!nothing.is_sampled());
    }
}
