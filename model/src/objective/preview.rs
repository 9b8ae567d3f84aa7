//! What an objective would have meant over the past weeks, for whoever is about to set it.

use serde::{Deserialize, Serialize};

use super::{Definition, Episode, History, Indicator, Status, Window, budget_line, episodes};
use crate::comparison::Distribution;
use crate::histogram::{Histogram, bucket_of, bucket_start, nearest_bound};
use crate::rollup::Resolution;
use crate::time::{DAY_NANOS, HOUR_NANOS};

/// How far back it looks, in days.
pub const PREVIEW_DAYS: i64 = 28;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    pub status: Status,
    /// From when on alerts and budget are shown, in nanoseconds.
    pub from_nanos: i64,
    /// The share of the budget that was left at the end of each day, and now.
    pub line: Vec<(i64, Option<f64>)>,
    /// The alerts that would have fired, looked for once an hour.
    pub episodes: Vec<Episode>,
    /// Of an objective over latency.
    pub threshold: Option<Threshold>,
}

/// Where the durations of the window lie against the threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Where it is counted exactly, nearest to what is wanted.
    pub counted_nanos: i64,
    /// The least bound that would meet the target; none when nothing was counted.
    pub meets_target_nanos: Option<i64>,
    /// What took less, and the rest.
    pub distribution: Distribution,
}

/// The columns of time that a preview is made of: hours where alerts are looked for, and before
/// that days, for a window to lie in.
#[must_use]
pub fn preview_bounds(definition: &Definition, to_nanos: i64) -> Vec<i64> {
    let from_nanos = preview_from(to_nanos);
    let earlier = match definition.window {
        Window::Rolling { days } => i64::from(days) * DAY_NANOS,
        // The first period may have begun before.
        Window::Calendar(_) => from_nanos.saturating_sub(definition.window.begin_nanos(from_nanos)),
    };
    let first = Resolution::Day.floor(from_nanos.saturating_sub(earlier));
    let steps = |from: i64, to: i64, step: i64| {
        (0_i64..)
            .map(move |number| from.saturating_add(number.saturating_mul(step)))
            .take_while(move |bound| *bound < to)
    };
    steps(first, from_nanos, DAY_NANOS)
        .chain(steps(from_nanos, to_nanos, HOUR_NANOS))
        .chain([to_nanos])
        .collect()
}

fn preview_from(to_nanos: i64) -> i64 {
    Resolution::Day.floor(to_nanos.saturating_sub(PREVIEW_DAYS * DAY_NANOS))
}

impl Preview {
    /// `history` has the columns of [`preview_bounds`], and `durations` are those of the window
    /// until `to_nanos`.
    #[must_use]
    pub fn of(
        definition: &Definition,
        status: Status,
        history: &History,
        durations: &Histogram,
    ) -> Self {
        let from_nanos = preview_from(status.to_nanos);
        let target = definition.target;
        let mut line = budget_line(history, definition.window, target, from_nanos);
        line.retain(|(end, _)| end % DAY_NANOS == 0 && *end < status.to_nanos);
        line.push((status.to_nanos, status.budget_left));
        let threshold = match definition.indicator {
            Indicator::Availability => None,
            Indicator::Latency { threshold_nanos } => {
                let counted_nanos = nearest_bound(threshold_nanos);
                Some(Threshold {
                    counted_nanos,
                    meets_target_nanos: bound_above(durations, target.share()),
                    distribution: Distribution::divided(durations, counted_nanos),
                })
            }
        };
        Self {
            from_nanos,
            line,
            episodes: episodes(history, &definition.alerting, target, from_nanos),
            threshold,
            status,
        }
    }
}

/// The least bound that so large a share took less than; none when nothing was counted.
fn bound_above(durations: &Histogram, share: f64) -> Option<i64> {
    let bucket = bucket_of(durations.quantile(share)?);
    Some(bucket_start(bucket.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, Tally};
    use super::*;

    const MILLI: i64 = 1_000_000;
    /// In the middle of an hour.
    const NOW: i64 = 20_000 * DAY_NANOS + 5 * HOUR_NANOS + 20 * 60 * 1_000 * MILLI;

    fn definition(window: &str) -> Definition {
        let draft = Draft {
            name: "x".into(),
            indicator: "latency".into(),
            threshold: "500ms".into(),
            target: "90".into(),
            window: window.into(),
            ..Draft::usual()
        };
        draft.check().expect("all is well")
    }

    fn preview(window: &str, tally: impl Fn(i64) -> Tally) -> Preview {
        let definition = definition(window);
        let bounds = preview_bounds(&definition, NOW);
        assert!(bounds.is_sorted_by(|left, right| left < right));
        let tallies = bounds.iter().map(|begin| tally(*begin)).collect();
        let history = History::new(bounds, tallies);
        let status = Status::of(&definition, &history, NOW);
        let mut durations = Histogram::default();
        for millis in 1..=1_000 {
            durations.record(millis * MILLI, 1, 1.0);
        }
        Preview::of(&definition, status, &history, &durations)
    }

    #[test]
    fn a_steady_past_is_a_straight_line_without_alerts() {
        for window in ["7d", "90d", "week", "quarter"] {
            let found = preview(window, |_begin| Tally {
                good: 95.0,
                total: 100.0,
            });
            assert_eq!(found.line.len(), 29, "{window}");
            let left = found.line.iter().map(|(_, left)| left.expect("counted"));
            assert!(
                left.clone().all(|left| (left - 0.5).abs() < 1e-9),
                "{window}"
            );
            assert!(found.episodes.is_empty());
        }
    }

    #[test]
    fn an_outage_shows_as_an_alert_when_it_was() {
        let outage = NOW - NOW % HOUR_NANOS - 200 * HOUR_NANOS;
        let found = preview("28d", |begin| Tally {
            good: if begin == outage { 0.0 } else { 100.0 },
            total: 100.0,
        });
        let fired: Vec<i64> = found.episodes.iter().map(|one| one.from_nanos).collect();
        // 1 of 1 hour is ten times what 90 % allows: less than 14.4, more than 6 in six hours.
        assert_eq!(fired, Vec::<i64>::new(), "{:?}", found.episodes);
        let found = preview("28d", |begin| Tally {
            good: if begin == outage { 0.0 } else { 100.0 },
            total: if begin == outage { 900.0 } else { 100.0 },
        });
        let fired: Vec<i64> = found.episodes.iter().map(|one| one.from_nanos).collect();
        assert_eq!(fired.first(), Some(&(outage + HOUR_NANOS)), "{fired:?}");
    }

    #[test]
    fn the_threshold_that_would_do_is_suggested() {
        let found = preview("28d", |_begin| Tally::default());
        let threshold = found.threshold.expect("of latency");
        let meets = threshold.meets_target_nanos.expect("counted");
        assert!((900 * MILLI..920 * MILLI).contains(&meets), "{meets}");
        assert_eq!(nearest_bound(meets), meets);
        let below: f64 = threshold.distribution.a.iter().sum();
        assert!((below - 0.5).abs() < 0.01, "{below}");
        assert_eq!(found.status.budget_left, None);
    }
}
