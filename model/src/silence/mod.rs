//! Silences: times in which alerts notify nobody, once or again every week (a maintenance window).

mod draft;
mod schedule;

use serde::{Deserialize, Serialize};

pub use draft::{Draft, Field, FieldError};
pub use schedule::{MAX_ONCE_NANOS, MAX_WEEKLY_NANOS, Schedule, WEEKDAYS};

use crate::objective::burn::Severity;

/// Longest texts, in characters.
pub const MAX_AUTHOR_CHARS: usize = 80;
pub const MAX_REASON_CHARS: usize = 500;

/// A silence that somebody has set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    pub id: i64,
    pub definition: Definition,
    /// Counts the changes: who changes it says which version they have seen.
    pub version: i32,
    pub updated_nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The number of the objective; none for all.
    pub objective: Option<i64>,
    /// None for all.
    pub severity: Option<Severity>,
    pub schedule: Schedule,
    /// Who has set it, as they say.
    pub author: String,
    pub reason: String,
}

impl Definition {
    /// Whether it holds alerts of that objective and severity back, if it is its time.
    #[must_use]
    pub fn is_about(&self, objective: i64, severity: Severity) -> bool {
        self.objective.is_none_or(|own| own == objective)
            && self.severity.is_none_or(|own| own == severity)
    }

    /// Whether an alert notifies nobody at that moment.
    #[must_use]
    pub fn silences(&self, objective: i64, severity: Severity, now_nanos: i64) -> bool {
        self.is_about(objective, severity) && self.schedule.is_active(now_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_about_one_objective_or_all() {
        let silence = |objective, severity| Definition {
            objective,
            severity,
            schedule: Schedule::Once {
                from_nanos: 10,
                until_nanos: 20,
            },
            author: "Ada".into(),
            reason: String::new(),
        };
        let all = silence(None, None);
        assert!(all.silences(7, Severity::Page, 10) && !all.silences(7, Severity::Page, 20));
        let one = silence(Some(7), Some(Severity::Ticket));
        assert!(one.silences(7, Severity::Ticket, 15));
        assert!(!one.silences(7, Severity::Page, 15) && !one.silences(8, Severity::Ticket, 15));
    }
}
