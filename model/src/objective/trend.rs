//! How fast the budget was spent, day by day.

use serde::{Deserialize, Serialize};

use super::{Tally, Target};
use crate::time::DAY_NANOS;

/// Days of a trend, today among them.
pub const TREND_DAYS: i64 = 14;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trend {
    /// The burn rate of each day in UTC, today so far the last; none when nothing was counted.
    pub burn_rates: Vec<Option<f64>>,
}

/// Where the days of a trend begin, and where today ends so far, in nanoseconds.
#[must_use]
pub fn trend_bounds(to_nanos: i64) -> Vec<i64> {
    // The last nanosecond belongs to today even at midnight.
    let last = to_nanos.saturating_sub(1);
    let today = last.saturating_sub(last.rem_euclid(DAY_NANOS));
    let days = (0..TREND_DAYS).rev();
    days.map(|back| today.saturating_sub(back * DAY_NANOS))
        .chain([to_nanos])
        .collect()
}

impl Trend {
    /// `days` are those of [`trend_bounds`].
    #[must_use]
    pub fn of(days: &[Tally], target: Target) -> Self {
        Self {
            burn_rates: days.iter().map(|day| day.burn_rate(target)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR_NANOS;

    #[test]
    fn days_begin_at_midnight_and_today_is_the_last() {
        let midnight = 20_000 * DAY_NANOS;
        for (to_nanos, today) in [
            (midnight + 5 * HOUR_NANOS, midnight),
            (midnight + 1, midnight),
            (midnight, midnight - DAY_NANOS),
        ] {
            let bounds = trend_bounds(to_nanos);
            assert_eq!(bounds.len(), 15);
            assert_eq!(bounds[13..], [today, to_nanos]);
            assert_eq!(bounds[0], today - 13 * DAY_NANOS);
        }
    }

    #[test]
    fn a_day_burns_at_its_own_rate() {
        let day = |good: f64| Tally {
            good,
            total: 1_000.0,
        };
        let target = Target::from_percent(99.0).expect("a target");
        let trend = Trend::of(&[day(1_000.0), day(980.0), Tally::default()], target);
        assert_eq!(trend.burn_rates.len(), 3);
        assert_eq!(trend.burn_rates[0], Some(0.0));
        let rate = trend.burn_rates[1].expect("counted");
        assert!((rate - 2.0).abs() < 1e-9, "{rate}");
        assert_eq!(trend.burn_rates[2], None);
    }
}
