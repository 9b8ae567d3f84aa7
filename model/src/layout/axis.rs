//! Ticks of a time axis.

use crate::time::{DAY_NANOS, HOUR_NANOS, MINUTE_NANOS};

/// Seconds are counted by tens, minutes and hours are not.
const LONGEST_DECIMAL_NANOS: i64 = 20_000_000_000;

/// Between two times of a long time line.
const LONG_STEPS: [i64; 13] = [
    MINUTE_NANOS / 2,
    MINUTE_NANOS,
    2 * MINUTE_NANOS,
    5 * MINUTE_NANOS,
    10 * MINUTE_NANOS,
    15 * MINUTE_NANOS,
    30 * MINUTE_NANOS,
    HOUR_NANOS,
    2 * HOUR_NANOS,
    3 * HOUR_NANOS,
    6 * HOUR_NANOS,
    12 * HOUR_NANOS,
    DAY_NANOS,
];

/// Round times from 0 to `duration_nanos`, at most `most` + 1 of them: multiples of 1, 2 or 5
/// times a power of ten, or from half a minute on of what people count longer times by.
#[must_use]
pub fn ticks(duration_nanos: i64, most: i64) -> Vec<i64> {
    let step = round_step(duration_nanos.max(1) / most.max(1));
    (0..=most)
        .map(|n| n.saturating_mul(step))
        .take_while(|&tick| tick <= duration_nanos.max(0))
        .collect()
}

/// The least round time that is no shorter.
fn round_step(least_nanos: i64) -> i64 {
    if least_nanos <= LONGEST_DECIMAL_NANOS {
        return decimal_step(least_nanos);
    }
    let named = LONG_STEPS.into_iter().find(|step| *step >= least_nanos);
    named.unwrap_or_else(|| {
        let days = least_nanos / DAY_NANOS + i64::from(least_nanos % DAY_NANOS > 0);
        decimal_step(days).saturating_mul(DAY_NANOS)
    })
}

/// 1, 2 or 5 times a power of ten.
fn decimal_step(least: i64) -> i64 {
    let mut step = 1_i64;
    let mut factors = [2, 5, 10].into_iter().cycle();
    let mut decade = 1_i64;
    while step < least {
        let factor = factors.next().unwrap_or(10);
        step = decade.saturating_mul(factor);
        if factor == 10 {
            decade = step;
        }
    }
    step
}

/// Round times between two, at most `most` + 1 of them, as [`ticks`] has them from 0.
#[must_use]
pub fn ticks_within(from_nanos: i64, to_nanos: i64, most: i64) -> Vec<i64> {
    let length = to_nanos.saturating_sub(from_nanos).max(1);
    let steps = ticks(length, most);
    let step = steps.get(1).copied().unwrap_or(length).max(1);
    let first = from_nanos.div_euclid(step).saturating_mul(step);
    let first = if first < from_nanos {
        first.saturating_add(step)
    } else {
        first
    };
    (0..=most)
        .map(|number| first.saturating_add(number.saturating_mul(step)))
        .take_while(|&tick| tick <= to_nanos)
        .collect()
}

/// Between two times that are named, in nanoseconds.
const TIME_STEPS: [i64; 16] = [
    MINUTE_NANOS,
    2 * MINUTE_NANOS,
    5 * MINUTE_NANOS,
    10 * MINUTE_NANOS,
    15 * MINUTE_NANOS,
    30 * MINUTE_NANOS,
    HOUR_NANOS,
    2 * HOUR_NANOS,
    3 * HOUR_NANOS,
    6 * HOUR_NANOS,
    12 * HOUR_NANOS,
    DAY_NANOS,
    2 * DAY_NANOS,
    7 * DAY_NANOS,
    14 * DAY_NANOS,
    28 * DAY_NANOS,
];

/// Round times within a span of time, at most so many; and from each to the next, in nanoseconds.
#[must_use]
pub fn times(from_nanos: i64, to_nanos: i64, most: i64) -> (i64, Vec<i64>) {
    let length = to_nanos.saturating_sub(from_nanos);
    let most = most.max(1);
    let step = TIME_STEPS.into_iter().find(|step| length / step < most);
    let step = step.unwrap_or_else(|| (length / most / DAY_NANOS + 1).saturating_mul(DAY_NANOS));
    let first = from_nanos.saturating_add((-from_nanos).rem_euclid(step));
    let times = (0..=most)
        .map(|number| first.saturating_add(number.saturating_mul(step)))
        .take_while(|time| *time < to_nanos);
    (step, times.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_round() {
        let hours = |from: i64, to: i64, most: i64| -> Vec<i64> {
            let (_, times) = times(from * HOUR_NANOS, to * HOUR_NANOS + 1, most);
            times.iter().map(|time| time / HOUR_NANOS).collect()
        };
        assert_eq!(hours(1, 25, 9), [3, 6, 9, 12, 15, 18, 21, 24]);
        assert_eq!(hours(0, 240, 5), [0, 168]);
        assert_eq!(hours(0, 24 * 400, 4), [0, 2_424, 4_848, 7_272]);
        assert_eq!(times(0, 0, 5).1, [0_i64; 0]);
    }

    #[test]
    fn ticks_are_round_wherever_they_begin() {
        assert_eq!(ticks_within(0, 4_900, 5), ticks(4_900, 5));
        assert_eq!(
            ticks_within(1_950, 2_410, 5),
            [2_000, 2_100, 2_200, 2_300, 2_400]
        );
        assert_eq!(ticks_within(7, 8, 5), [7, 8]);
        assert!(ticks_within(0, i64::MAX, 5).len() > 1);
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(4_900, 5), [0, 1_000, 2_000, 3_000, 4_000]);
        assert_eq!(ticks(100, 5), [0, 20, 40, 60, 80, 100]);
        assert_eq!(ticks(0, 5), [0]);
        let minutes = [0, 1, 2, 3, 4].map(|minutes| minutes * MINUTE_NANOS);
        assert_eq!(ticks(290_000_000_000, 5), minutes);
        let year = [0, 100, 200, 300].map(|days| days * DAY_NANOS);
        assert_eq!(ticks(365 * DAY_NANOS, 5), year);
        assert_eq!(ticks(i64::MAX, 5).first(), Some(&0));
        assert!(ticks(i64::MAX, 5).len() > 1);
    }
}
