//! Moments and ranges of time as people type them and links carry them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::format;

const SECOND: i64 = 1_000_000_000;

pub const MINUTE_NANOS: i64 = 60 * SECOND;
pub const HOUR_NANOS: i64 = 60 * MINUTE_NANOS;
pub const DAY_NANOS: i64 = 24 * HOUR_NANOS;

/// A moment, absolute or relative to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Moment {
    /// Nanoseconds since the Unix epoch.
    At(i64),
    /// So many nanoseconds before now.
    Ago(i64),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum TimeError {
    #[error("\"{0}\" is not a time; write now-1h, 2026-01-31T12:00:00Z or Unix seconds")]
    Moment(String),
    #[error("the range ends before it begins; swap from and to")]
    Reversed,
}

impl Moment {
    #[must_use]
    pub fn nanos(self, now_nanos: i64) -> i64 {
        match self {
            Self::At(nanos) => nanos,
            Self::Ago(nanos) => now_nanos.saturating_sub(nanos),
        }
    }
}

impl FromStr for Moment {
    type Err = TimeError;

    /// Reads `now`, `now-1h`, RFC 3339 (a date alone is its midnight, a time without a zone is
    /// UTC), or Unix seconds with or without a fraction.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let text = text.trim();
        let moment = match text.strip_prefix("now") {
            Some("") => Some(Self::Ago(0)),
            Some(ago) => ago
                .strip_prefix('-')
                .and_then(format::parse_duration)
                .map(Self::Ago),
            None => absolute(text).map(Self::At),
        };
        moment.ok_or_else(|| TimeError::Moment(text.to_owned()))
    }
}

fn absolute(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(SECOND);
    }
    if let Some(nanos) = fractional_seconds(text) {
        return Some(nanos);
    }
    let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_nanos_opt());
    let naive = [
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:%S%.f",
    ];
    zoned.ok().flatten().or_else(|| {
        let time = naive
            .iter()
            .find_map(|pattern| NaiveDateTime::parse_from_str(text, pattern).ok());
        let midnight = || {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()?
                .and_hms_opt(0, 0, 0)
        };
        time.or_else(midnight)?.and_utc().timestamp_nanos_opt()
    })
}

/// Unix seconds with a decimal fraction, digit by digit: a float would lose the nanoseconds.
fn fractional_seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.')?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let digits: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(SECOND)?
        .checked_add(digits.parse().ok()?)
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Ago(0) => f.write_str("now"),
            Self::Ago(nanos) => write!(f, "now-{}", format::typed_duration(nanos)),
            Self::At(nanos) => {
                let time = DateTime::from_timestamp_nanos(nanos);
                f.write_str(&time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            }
        }
    }
}

/// What a page looks at: from the first moment up to, not including, the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    pub from: Moment,
    pub to: Moment,
}

impl TimeRange {
    /// The last hour.
    pub const DEFAULT: Self = Self {
        from: Moment::Ago(3_600 * SECOND),
        to: Moment::Ago(0),
    };

    /// Reads both ends; an empty one is that of [`Self::DEFAULT`].
    ///
    /// # Errors
    /// When an end is not a moment.
    pub fn parse(from: &str, to: &str) -> Result<Self, TimeError> {
        let moment = |text: &str, default| {
            if text.trim().is_empty() {
                Ok(default)
            } else {
                text.parse()
            }
        };
        Ok(Self {
            from: moment(from, Self::DEFAULT.from)?,
            to: moment(to, Self::DEFAULT.to)?,
        })
    }

    /// First nanosecond, and the one after the last.
    ///
    /// # Errors
    /// When the range ends before it begins.
    pub fn nanos(&self, now_nanos: i64) -> Result<(i64, i64), TimeError> {
        let (from, to) = (self.from.nanos(now_nanos), self.to.nanos(now_nanos));
        if to < from {
            Err(TimeError::Reversed)
        } else {
            Ok((from, to))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_every_form() {
        let at = |text: &str| {
            text.parse::<Moment>()
                .map(|moment| moment.nanos(1_000 * SECOND))
        };
        assert_eq!(at("now"), Ok(1_000 * SECOND));
        assert_eq!(at("now-15m"), Ok(100 * SECOND));
        assert_eq!(at("100"), Ok(100 * SECOND));
        assert_eq!(at("100.000000001"), Ok(100 * SECOND + 1));
        assert_eq!(at("1970-01-01T00:01:40Z"), Ok(100 * SECOND));
        assert_eq!(at("1970-01-01T02:01:40+02:00"), Ok(100 * SECOND));
        assert_eq!(at("1970-01-01T00:01"), Ok(60 * SECOND));
        assert_eq!(at("1970-01-02"), Ok(86_400 * SECOND));
    }

    #[test]
    fn refuses_what_is_no_moment() {
        for text in [
            "",
            "yesterday",
            "now+1h",
            "now-",
            "now-1",
            "99999999999999999999",
            "1.2.3",
            ".5",
            "9999-01-01",
        ] {
            assert_eq!(
                text.parse::<Moment>(),
                Err(TimeError::Moment(text.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn an_empty_end_is_the_default_and_a_reversed_range_an_error() {
        assert_eq!(TimeRange::parse("", " "), Ok(TimeRange::DEFAULT));
        let reversed = TimeRange::parse("now-1h", "now-2h").expect("two moments");
        assert_eq!(reversed.nanos(0), Err(TimeError::Reversed));
    }

    proptest! {
        #[test]
        fn reads_what_it_prints(nanos: i64, ago in 0_i64..i64::MAX / 2) {
            let at = Moment::At(nanos);
            prop_assert_eq!(at.to_string().parse(), Ok(at));
            // Durations are read as decimal fractions: exact to the microsecond up to a century.
            let ago = Moment::Ago(ago / 1_000_000_000 * 1_000_000_000);
            prop_assert_eq!(ago.to_string().parse(), Ok(ago));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let printed = text.parse::<Moment>().map(|moment| moment.to_string());
            prop_assert!(printed.is_err() || printed != Ok(String::new()));
        }
    }
}
