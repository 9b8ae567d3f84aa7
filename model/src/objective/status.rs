//! How an objective stands.

use serde::{Deserialize, Serialize};

use super::alert::Verdict;
use super::{Definition, History, Judged, Tally};
use crate::rollup::Coverage;

/// How fast the budget was spent over a window of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BurnRate {
    pub window_nanos: i64,
    /// None when nothing was counted.
    pub rate: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub from_nanos: i64,
    pub to_nanos: i64,
    /// Of the window of the objective.
    #[serde(flatten)]
    pub tally: Tally,
    /// Share that was good, from 0 to 1; none when nothing was counted.
    pub attainment: Option<f64>,
    /// Share of the budget, below 0 when it is overspent; none when nothing was counted.
    pub budget_left: Option<f64>,
    /// The shortest window first.
    pub burn_rates: Vec<BurnRate>,
    pub rules: Vec<Judged>,
}

impl Status {
    /// `history` has a bound at each begin of a window ([`Definition::begins`]) and at `to_nanos`.
    #[must_use]
    pub fn of(definition: &Definition, history: &History, to_nanos: i64) -> Self {
        let target = definition.target;
        let from_nanos = definition.from_nanos(to_nanos);
        let tally = history.between(from_nanos, to_nanos);
        let mut windows: Vec<i64> = definition.alerting.windows().collect();
        windows.sort_unstable();
        windows.dedup();
        let burn_rate = |window_nanos: i64| BurnRate {
            window_nanos,
            rate: history
                .between(to_nanos.saturating_sub(window_nanos), to_nanos)
                .burn_rate(target),
        };
        Self {
            from_nanos,
            to_nanos,
            tally,
            attainment: tally.attainment(),
            budget_left: tally.budget_left(target),
            burn_rates: windows.into_iter().map(burn_rate).collect(),
            rules: definition.alerting.judge(history, target, to_nanos, 0),
        }
    }

    /// The highest burn rate that still goes on: of each rule the lower one of its windows.
    #[must_use]
    pub fn burn_rate(&self, definition: &Definition) -> Option<f64> {
        let rates = self.rules.iter().filter_map(|judged| {
            let long = judged.reading.long.burn_rate(definition.target)?;
            let short = judged.reading.short.burn_rate(definition.target)?;
            Some(long.min(short))
        });
        rates.reduce(f64::max)
    }

    /// Whether any rule is broken.
    #[must_use]
    pub fn is_in_breach(&self) -> bool {
        self.rules
            .iter()
            .any(|judged| judged.verdict == Verdict::Breach)
    }

    /// The more urgent, the lower: broken rules first, those with the highest burn rate before
    /// others; then by what is left of the budget; what nothing is known of last.
    #[must_use]
    pub fn urgency(&self, definition: &Definition) -> f64 {
        /// More than any burn rate, and than any budget can be overspent.
        const FAR: f64 = 1e12;
        if self.is_in_breach() {
            -FAR - self.burn_rate(definition).unwrap_or_default()
        } else {
            self.budget_left.unwrap_or(FAR)
        }
    }
}

impl Definition {
    /// Begin of its window that ends or lies at a moment, in nanoseconds; as long ago, to the hour
    /// or the day that is counted then.
    #[must_use]
    pub fn from_nanos(&self, to_nanos: i64) -> i64 {
        let begin_nanos = self.window.begin_nanos(to_nanos);
        Coverage::of(begin_nanos, to_nanos, to_nanos).from_nanos
    }

    /// Where the windows begin that end at a moment, in nanoseconds, and that moment: everything
    /// that a [`Status`] looks at lies between these. In order, each once.
    #[must_use]
    pub fn begins(&self, to_nanos: i64) -> Vec<i64> {
        let windows = self.alerting.windows();
        let mut bounds: Vec<i64> = windows
            .map(|window| to_nanos.saturating_sub(window))
            .chain([self.from_nanos(to_nanos), to_nanos])
            .collect();
        bounds.sort_unstable();
        bounds.dedup();
        bounds
    }
}
