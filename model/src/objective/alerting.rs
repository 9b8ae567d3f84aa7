//! When people are told that an objective is in danger.

use serde::{Deserialize, Serialize};

use super::alert::Verdict;
use super::burn::{BurnRule, Reading, Severity, WORKBOOK};
use super::{History, Target};
use crate::time::DAY_NANOS;

/// Longest time that an alert may wait before it fires, in nanoseconds.
pub const MAX_PENDING_NANOS: i64 = DAY_NANOS;

/// How many must have been bad before anybody is told, where nothing else is said.
const USUAL_LEAST_BAD: u32 = 5;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerting {
    /// Those of one severity are one alert: it fires while any of them is broken.
    pub rules: Vec<BurnRule>,
    /// How many must have been bad in the long window, before sampling.
    pub least_bad: u32,
    /// How long a rule must have been broken, in nanoseconds.
    pub pending_nanos: i64,
}

impl Default for Alerting {
    fn default() -> Self {
        Self {
            rules: WORKBOOK.to_vec(),
            least_bad: USUAL_LEAST_BAD,
            pending_nanos: 0,
        }
    }
}

/// What a rule read, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub rule: BurnRule,
    pub reading: Reading,
    pub verdict: Verdict,
}

impl Alerting {
    /// What each rule says of a moment; see [`BurnRule::read`].
    #[must_use]
    pub fn judge(
        &self,
        history: &History,
        target: Target,
        now_nanos: i64,
        least_nanos: i64,
    ) -> Vec<Judged> {
        let judge = |rule: &BurnRule| {
            let reading = rule.read(history, now_nanos, least_nanos);
            Judged {
                rule: *rule,
                reading,
                verdict: rule.verdict(&reading, target, self.least_bad),
            }
        };
        self.rules.iter().map(judge).collect()
    }

    /// The severities that have a rule, the most urgent first.
    pub fn severities(&self) -> impl Iterator<Item = Severity> + '_ {
        let has = |severity: &Severity| self.rules.iter().any(|rule| rule.severity == *severity);
        Severity::ALL.into_iter().filter(has)
    }

    /// How long the windows of its rules are, in nanoseconds.
    pub fn windows(&self) -> impl Iterator<Item = i64> + '_ {
        let rules = self.rules.iter();
        rules.flat_map(|rule| [rule.long_nanos, rule.short_nanos])
    }
}

/// What the rules of a severity say together.
#[must_use]
pub fn verdict_of(judged: &[Judged], severity: Severity) -> Verdict {
    let own = judged.iter().filter(|one| one.rule.severity == severity);
    Verdict::of_any(own.map(|one| one.verdict))
}
