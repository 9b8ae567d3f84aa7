//! What has happened to objectives and their alerts, for those who follow it.

use serde::{Deserialize, Serialize};

use super::alert::Transition;
use super::burn::Severity;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    Alert {
        slo: i64,
        severity: Severity,
        transition: Transition,
        /// The time for which it fires; none of one that did not fire.
        alert: Option<i64>,
        headline: String,
    },
    Slo {
        slo: i64,
        change: Edit,
        /// Of the objective as it is then.
        version: i32,
        name: String,
        /// Who has made it, and why, as they say.
        author: String,
        reason: String,
    },
}

/// What somebody has done to an objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    Created,
    Changed,
    Deleted,
}

impl Event {
    /// What stands for its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Alert { .. } => "alert",
            Self::Slo { .. } => "slo",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_the_one_in_its_json() {
        let event = Event::Alert {
            slo: 7,
            severity: Severity::Page,
            transition: Transition::Fired,
            alert: Some(3),
            headline: "x".into(),
        };
        let json = serde_json::to_value(&event).expect("JSON");
        assert_eq!(
            (&json["kind"], &json["transition"]),
            (&event.kind().into(), &"fired".into())
        );
        assert_eq!(serde_json::from_value::<Event>(json).ok(), Some(event));
    }
}
