//! The time over which an objective is to be met.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::rollup::Resolution;
use crate::time::DAY_NANOS;

/// Longest window that moves along, in days.
pub const MAX_DAYS: u16 = 90;

/// `28d` moves along, ending now; `week`, `month` and `quarter` begin anew, on Monday or on the
/// first, at midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Window {
    Rolling { days: u16 },
    Calendar(Period),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    Week,
    Month,
    Quarter,
}

impl Period {
    pub const ALL: [Self; 3] = [Self::Week, Self::Month, Self::Quarter];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    fn first_day(self, date: NaiveDate) -> NaiveDate {
        let begin = |month| NaiveDate::from_ymd_opt(date.year(), month, 1);
        let first = match self {
            Self::Week => {
                let since_monday = date.weekday().num_days_from_monday();
                date.checked_sub_days(Days::new(since_monday.into()))
            }
            Self::Month => begin(date.month()),
            Self::Quarter => begin((date.month() - 1) / 3 * 3 + 1),
        };
        first.unwrap_or(date)
    }

    fn following(self, first: NaiveDate) -> NaiveDate {
        let next = match self {
            Self::Week => first.checked_add_days(Days::new(7)),
            Self::Month => first.checked_add_months(Months::new(1)),
            Self::Quarter => first.checked_add_months(Months::new(3)),
        };
        next.unwrap_or(first)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a window; write days such as 28d, at most 90d, or week, month or quarter of the calendar"
)]
pub struct WindowError(String);

impl Window {
    /// Windows that people choose.
    pub const USUAL: [Self; 7] = [
        Self::Rolling { days: 7 },
        Self::Rolling { days: 28 },
        Self::Rolling { days: 30 },
        Self::Rolling { days: 90 },
        Self::Calendar(Period::Week),
        Self::Calendar(Period::Month),
        Self::Calendar(Period::Quarter),
    ];

    /// Begin of the window that a moment ends or lies in, in nanoseconds; to the minute, as
    /// everything is counted.
    #[must_use]
    pub fn begin_nanos(self, now_nanos: i64) -> i64 {
        match self {
            Self::Rolling { days } => {
                let end = Resolution::Minute.ceil(now_nanos);
                end.saturating_sub(i64::from(days) * DAY_NANOS)
            }
            Self::Calendar(period) => midnight_nanos(period.first_day(date(now_nanos))),
        }
    }

    /// How long it is as a whole, in nanoseconds, where a moment lies in it.
    #[must_use]
    pub fn length_nanos(self, now_nanos: i64) -> i64 {
        match self {
            Self::Rolling { days } => i64::from(days) * DAY_NANOS,
            Self::Calendar(period) => {
                let first = period.first_day(date(now_nanos));
                midnight_nanos(period.following(first)).saturating_sub(midnight_nanos(first))
            }
        }
    }

    /// As a part of a sentence: `over 28 days`, `this month`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Rolling { days: 1 } => "over one day".to_owned(),
            Self::Rolling { days } => format!("over {days} days"),
            Self::Calendar(period) => format!("this {}", period.name()),
        }
    }
}

fn date(nanos: i64) -> NaiveDate {
    DateTime::from_timestamp_nanos(nanos).date_naive()
}

fn midnight_nanos(date: NaiveDate) -> i64 {
    let midnight = date.and_time(NaiveTime::MIN).and_utc();
    midnight.timestamp_nanos_opt().unwrap_or(i64::MAX)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rolling { days } => write!(f, "{days}d"),
            Self::Calendar(period) => f.write_str(period.name()),
        }
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        let text = text.trim();
        let days = || text.strip_suffix('d')?.parse().ok();
        let named = Period::ALL.into_iter().find(|own| own.name() == text);
        match (named, days()) {
            (Some(period), _) => Ok(Self::Calendar(period)),
            (None, Some(days)) if (1..=MAX_DAYS).contains(&days) => Ok(Self::Rolling { days }),
            _ => Err(WindowError(text.to_owned())),
        }
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

impl TryFrom<String> for Window {
    type Error = WindowError;

    fn try_from(text: String) -> Result<Self, WindowError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> i64 {
        let time: DateTime<chrono::Utc> = text.parse().expect("a time");
        time.timestamp_nanos_opt().expect("in range")
    }

    #[test]
    fn calendars_begin_anew_and_others_move_along() {
        // A Sunday.
        let now = nanos("2026-11-22T12:00:30Z");
        let begin = |text: &str| {
            let window: Window = text.parse().expect("a window");
            assert_eq!(window.to_string(), text);
            window.begin_nanos(now)
        };
        assert_eq!(begin("week"), nanos("2026-11-16T00:00:00Z"));
        assert_eq!(begin("month"), nanos("2026-11-01T00:00:00Z"));
        assert_eq!(begin("quarter"), nanos("2026-10-01T00:00:00Z"));
        assert_eq!(begin("28d"), nanos("2026-10-25T12:01:00Z"));
    }

    #[test]
    fn months_have_their_own_length() {
        let days = |text: &str, now: &str| {
            let window: Window = text.parse().expect("a window");
            window.length_nanos(nanos(now)) / DAY_NANOS
        };
        assert_eq!(days("month", "2028-02-29T23:59:59Z"), 29);
        assert_eq!(days("quarter", "2026-12-31T00:00:00Z"), 92);
        assert_eq!(days("week", "2026-01-01T00:00:00Z"), 7);
        assert_eq!(days("90d", "2026-01-01T00:00:00Z"), 90);
    }

    #[test]
    fn what_is_no_window_is_told() {
        for text in ["", "0d", "91d", "28", "year", "-1d", "1.5d"] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }
}
