//! When a silence holds.

use serde::{Deserialize, Serialize};

use crate::format;
use crate::time::{DAY_NANOS, HOUR_NANOS, MINUTE_NANOS, Moment};

/// Longest silence that comes once, and that comes every week, in nanoseconds.
pub const MAX_ONCE_NANOS: i64 = 365 * DAY_NANOS;
pub const MAX_WEEKLY_NANOS: i64 = 6 * DAY_NANOS;

/// Days of the week by number.
pub const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const WEEK_NANOS: i64 = 7 * DAY_NANOS;

/// From the Unix epoch, a Thursday, to the Monday before it.
const MONDAY_NANOS: i64 = -3 * DAY_NANOS;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Schedule {
    /// Until the second moment is not in it any more.
    Once { from_nanos: i64, until_nanos: i64 },
    /// Every week, UTC.
    Weekly {
        /// From 0, Monday.
        weekday: u8,
        /// Minutes since midnight.
        start_minute: u16,
        duration_nanos: i64,
    },
}

impl Schedule {
    #[must_use]
    pub fn is_active(&self, now_nanos: i64) -> bool {
        match *self {
            Self::Once {
                from_nanos,
                until_nanos,
            } => (from_nanos..until_nanos).contains(&now_nanos),
            Self::Weekly { duration_nanos, .. } => self.since_begin(now_nanos) < duration_nanos,
        }
    }

    /// When it ends for good; none of what comes every week.
    #[must_use]
    pub fn ends_nanos(&self) -> Option<i64> {
        match *self {
            Self::Once { until_nanos, .. } => Some(until_nanos),
            Self::Weekly { .. } => None,
        }
    }

    /// When it ends next, of one that is active.
    #[must_use]
    pub fn active_until_nanos(&self, now_nanos: i64) -> i64 {
        match *self {
            Self::Once { until_nanos, .. } => until_nanos,
            Self::Weekly { duration_nanos, .. } => {
                now_nanos.saturating_add(duration_nanos - self.since_begin(now_nanos))
            }
        }
    }

    /// How long ago it began the last time, of what comes every week.
    fn since_begin(&self, now_nanos: i64) -> i64 {
        let Self::Weekly {
            weekday,
            start_minute,
            ..
        } = *self
        else {
            return 0;
        };
        let begin = i64::from(weekday) * DAY_NANOS + i64::from(start_minute) * MINUTE_NANOS;
        let week = now_nanos
            .saturating_sub(MONDAY_NANOS)
            .rem_euclid(WEEK_NANOS);
        (week - begin).rem_euclid(WEEK_NANOS)
    }

    /// In words, UTC: `every Monday at 02:00 for 2 h`.
    #[must_use]
    pub fn words(&self) -> String {
        match *self {
            Self::Once {
                from_nanos,
                until_nanos,
            } => format!(
                "from {} until {}",
                Moment::At(from_nanos),
                Moment::At(until_nanos)
            ),
            Self::Weekly {
                weekday,
                start_minute,
                duration_nanos,
            } => {
                let day = WEEKDAYS.get(usize::from(weekday)).unwrap_or(&"day");
                let (start, length) = (clock(start_minute), format::duration(duration_nanos));
                format!("every {day} at {start} UTC for {length}")
            }
        }
    }
}

/// Hours and minutes.
pub(super) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Reads `02:00`; minutes since midnight.
pub(super) fn parse_clock(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let read = |part: &str| {
        let part = Some(part).filter(|part| (1..=2).contains(&part.len()) && is_number(part));
        part?.parse::<u16>().ok()
    };
    let (hours, minutes) = (read(hours)?, read(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Whether something may last so long, in nanoseconds.
pub(super) fn is_length(nanos: i64, most_nanos: i64) -> bool {
    (MINUTE_NANOS..=most_nanos).contains(&nanos)
}

/// How long a silence lasts where nothing else is typed, in nanoseconds.
pub(super) const USUAL_NANOS: i64 = 2 * HOUR_NANOS;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Moment>().expect("a moment").nanos(0)
    }

    #[test]
    fn a_window_comes_every_week() {
        let weekly = |weekday, start_minute, hours| Schedule::Weekly {
            weekday,
            start_minute,
            duration_nanos: hours * HOUR_NANOS,
        };
        // 2 March 2026 is a Monday.
        let monday = weekly(0, 120, 2);
        for (time, expected) in [
            ("2026-03-02T01:59:59Z", false),
            ("2026-03-02T02:00:00Z", true),
            ("2026-03-02T03:59:59Z", true),
            ("2026-03-02T04:00:00Z", false),
            ("2026-03-09T02:30:00Z", true),
            ("2026-03-03T02:30:00Z", false),
            ("1969-12-29T02:30:00Z", true),
        ] {
            assert_eq!(monday.is_active(at(time)), expected, "{time}");
        }
        // Over midnight, and over the end of the week.
        let sunday = weekly(6, 23 * 60, 3);
        assert!(sunday.is_active(at("2026-03-02T01:59:00Z")));
        assert!(!sunday.is_active(at("2026-03-02T02:00:00Z")));
        let until = sunday.active_until_nanos(at("2026-03-01T23:30:00Z"));
        assert_eq!(until, at("2026-03-02T02:00:00Z"));
        assert_eq!(monday.words(), "every Monday at 02:00 UTC for 2 h");
    }

    #[test]
    fn times_of_day_are_read() {
        assert_eq!(parse_clock(" 2:05 "), Some(125));
        assert_eq!(parse_clock(&clock(1439)), Some(1439));
        for wrong in [
            "", "2", "24:00", "1:60", "-1:00", "a:b", "1:005", ":", "+1:00",
        ] {
            assert_eq!(parse_clock(wrong), None, "{wrong}");
        }
    }
}
