//! When an error budget is spent too fast: alerts on several burn rates over several windows.
//!
//! As in The Site Reliability Workbook, chapter 5, "6: Multiwindow, Multi-Burn-Rate Alerts": a rule
//! is broken while the burn rate is too high over a long window, so that it matters, and over a
//! short one as well, so that it still goes on.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::alert::Verdict;
use super::{History, Tally, Target};
use crate::format;
use crate::time::{DAY_NANOS, HOUR_NANOS, MINUTE_NANOS};

/// Most rules of one objective.
pub const MAX_RULES: usize = 8;

/// Longest window of a rule: what is counted by the minute is kept for a day longer.
pub const MAX_WINDOW_NANOS: i64 = 7 * DAY_NANOS;

/// Highest burn rate that a rule may name.
const MAX_FACTOR: f64 = 1_000.0;

/// How soon somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Now.
    Page,
    /// Within days.
    Ticket,
}

impl Severity {
    pub const ALL: [Self; 2] = [Self::Page, Self::Ticket];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        }
    }
}

/// Written `page 14.4 1h 5m`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BurnRule {
    pub severity: Severity,
    /// The burn rate from which on it is broken.
    pub factor: f64,
    pub long_nanos: i64,
    pub short_nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BurnRuleError {
    #[error(
        "\"{0}\" is not a rule; write page or ticket, the burn rate, and the long and the short window, such as page 14.4 1h 5m"
    )]
    Unreadable(String),
    #[error("a burn rate is more than 0 and at most {MAX_FACTOR}")]
    Factor,
    #[error(
        "the short window is shorter than the long one, which is 7 days at most; both are whole minutes"
    )]
    Windows,
}

/// The table of the workbook, for windows of about a month.
pub const WORKBOOK: [BurnRule; 4] = [
    rule(Severity::Page, 14.4, HOUR_NANOS, 5 * MINUTE_NANOS),
    rule(Severity::Page, 6.0, 6 * HOUR_NANOS, 30 * MINUTE_NANOS),
    rule(Severity::Ticket, 3.0, DAY_NANOS, 2 * HOUR_NANOS),
    rule(Severity::Ticket, 1.0, 3 * DAY_NANOS, 6 * HOUR_NANOS),
];

const fn rule(severity: Severity, factor: f64, long_nanos: i64, short_nanos: i64) -> BurnRule {
    BurnRule {
        severity,
        factor,
        long_nanos,
        short_nanos,
    }
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    pub long: Tally,
    pub short: Tally,
}

impl BurnRule {
    /// What was counted in its windows, both ending at that moment. No window is shorter than
    /// `least_nanos`, the columns that there are.
    #[must_use]
    pub fn read(&self, history: &History, now_nanos: i64, least_nanos: i64) -> Reading {
        let since = |nanos: i64| {
            let begin_nanos = now_nanos.saturating_sub(nanos.max(least_nanos));
            history.between(begin_nanos, now_nanos)
        };
        Reading {
            long: since(self.long_nanos),
            short: since(self.short_nanos),
        }
    }

    /// With fewer than `least_bad` that were bad in the long window nothing is wrong: of little
    /// traffic a single failure is a high rate.
    #[must_use]
    pub fn verdict(&self, reading: &Reading, target: Target, least_bad: u32) -> Verdict {
        let is_over = |tally: Tally| Some(tally.burn_rate(target)? >= self.factor);
        match (is_over(reading.long), is_over(reading.short)) {
            (Some(true), Some(true)) if reading.long.bad() >= f64::from(least_bad) => {
                Verdict::Breach
            }
            (_, None) | (None, _) => Verdict::NoData,
            _ => Verdict::Clear,
        }
    }

    /// What is wrong with it.
    ///
    /// # Errors
    /// When it could never be broken, or what it asks for is not kept.
    pub fn check(&self) -> Result<(), BurnRuleError> {
        if !(self.factor > 0.0 && self.factor <= MAX_FACTOR) {
            return Err(BurnRuleError::Factor);
        }
        let is_whole = |nanos: i64| nanos > 0 && nanos % MINUTE_NANOS == 0;
        let are_windows = is_whole(self.short_nanos)
            && is_whole(self.long_nanos)
            && self.short_nanos < self.long_nanos
            && self.long_nanos <= MAX_WINDOW_NANOS;
        are_windows.then_some(()).ok_or(BurnRuleError::Windows)
    }
}

impl fmt::Display for BurnRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [long, short] = [self.long_nanos, self.short_nanos].map(format::typed_duration);
        write!(f, "{} {} {long} {short}", self.severity.name(), self.factor)
    }
}

impl FromStr for BurnRule {
    type Err = BurnRuleError;

    fn from_str(text: &str) -> Result<Self, BurnRuleError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let read = || {
            let [severity, factor, long, short] = words.as_slice() else {
                return None;
            };
            Some(Self {
                severity: Severity::ALL
                    .into_iter()
                    .find(|own| own.name().eq_ignore_ascii_case(severity))?,
                factor: factor.trim_end_matches(['x', '×']).parse().ok()?,
                long_nanos: format::parse_duration(long)?,
                short_nanos: format::parse_duration(short)?,
            })
        };
        let rule = read().ok_or_else(|| BurnRuleError::Unreadable(text.trim().to_owned()))?;
        rule.check()?;
        Ok(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_written_as_they_are_read() {
        for rule in WORKBOOK {
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
        assert_eq!(WORKBOOK[0].to_string(), "page 14.4 1h 5m");
        assert_eq!("Page 14.4x 60m 5min".parse(), Ok(WORKBOOK[0]));
        let wrong = [
            ("page 14.4 1h", "is not a rule"),
            ("mail 14.4 1h 5m", "is not a rule"),
            ("page 0 1h 5m", "more than 0"),
            ("page NaN 1h 5m", "more than 0"),
            ("page 2 5m 1h", "shorter"),
            ("page 2 8d 1h", "7 days at most"),
            ("page 2 1h 90s", "whole minutes"),
        ];
        for (text, expected) in wrong {
            let error = text.parse::<BurnRule>().expect_err("no rule").to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn both_windows_must_be_over_and_enough_be_bad() {
        let target = Target::from_percent(99.0).expect("a share");
        let tally = |bad: f64, total: f64| Tally {
            good: total - bad,
            total,
        };
        let judge = |long, short, least_bad| {
            WORKBOOK[0].verdict(&Reading { long, short }, target, least_bad)
        };
        let over = tally(20.0, 100.0);
        assert_eq!(judge(over, over, 5), Verdict::Breach);
        assert_eq!(judge(over, over, 21), Verdict::Clear);
        assert_eq!(judge(over, tally(1.0, 100.0), 5), Verdict::Clear);
        assert_eq!(judge(tally(14.0, 100.0), over, 5), Verdict::Clear);
        assert_eq!(judge(over, Tally::default(), 5), Verdict::NoData);
        assert_eq!(
            judge(Tally::default(), Tally::default(), 0),
            Verdict::NoData
        );
    }
}
