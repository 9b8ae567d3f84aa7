//! What receivers are told: alerts that have fired or were resolved, in the forms that they
//! understand.

pub mod alertmanager;
pub mod backoff;
pub mod decide;
mod delivery;
pub mod mail;
pub mod plain;
pub mod slack;
pub mod template;

use serde::{Deserialize, Serialize};

pub use delivery::{Delivery, DeliveryState};

use crate::objective::Definition;
use crate::objective::burn::Severity;

/// Most alerts of one message.
pub const MAX_ALERTS: usize = 100;

/// An alert as a receiver is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The time for which it fires; 0 of a test.
    pub episode: i64,
    /// The number of the objective; 0 of a test.
    pub objective: i64,
    /// What the objective is called.
    pub name: String,
    /// Who answers for it; may be empty.
    pub owner: String,
    pub description: String,
    /// Address of what to do; may be empty.
    pub runbook: String,
    pub severity: Severity,
    /// What is wrong, or that it is well again, in a sentence.
    pub headline: String,
    pub fired_nanos: i64,
    /// None while it fires.
    pub resolved_nanos: Option<i64>,
}

impl Notice {
    /// Of an alert that fires. Its texts are those of the objective as it was then, so that they are
    /// the same until it is resolved.
    #[must_use]
    pub fn firing(
        episode: i64,
        objective: i64,
        definition: &Definition,
        severity: Severity,
        fired_nanos: i64,
        headline: String,
    ) -> Self {
        Self {
            episode,
            objective,
            name: definition.name.clone(),
            owner: definition.owner.clone(),
            description: definition.description.clone(),
            runbook: definition.runbook.clone(),
            severity,
            headline,
            fired_nanos,
            resolved_nanos: None,
        }
    }

    /// The same alert when it does not fire any more.
    #[must_use]
    pub fn resolved(self, resolved_nanos: i64, is_objective_there: bool) -> Self {
        let words = if is_objective_there {
            "the error budget burns no more too fast"
        } else {
            "the objective was deleted"
        };
        Self {
            headline: format!("{}: {words}", self.name),
            resolved_nanos: Some(resolved_nanos),
            ..self
        }
    }

    #[must_use]
    pub fn status(&self) -> Status {
        match self.resolved_nanos {
            None => Status::Firing,
            Some(_) => Status::Resolved,
        }
    }

    /// Where it is looked into. `public_url` is the address of the pages.
    #[must_use]
    pub fn link(&self, public_url: &str) -> String {
        match self.objective {
            0 => format!("{public_url}/alerts"),
            objective => format!("{public_url}/slos/{objective}"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Firing,
    Resolved,
}

impl Status {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }

    /// Of several: as long as one fires.
    #[must_use]
    pub fn of_all<'a>(notices: impl IntoIterator<Item = &'a Notice>) -> Self {
        let mut notices = notices.into_iter();
        if notices.any(|notice| notice.status() == Self::Firing) {
            Self::Firing
        } else {
            Self::Resolved
        }
    }
}

/// What one delivery says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Message {
    /// What has changed: alerts that have fired or were resolved in one round.
    pub alerts: Vec<Notice>,
    /// Others that the receiver was told of before, and that fire still.
    #[serde(default)]
    pub still_firing: Vec<Notice>,
    /// How many of those there was no room for.
    #[serde(default)]
    pub left_out: usize,
    /// Whether somebody only wants to see that it arrives.
    #[serde(default)]
    pub is_test: bool,
}

impl Message {
    /// Messages of at most [`MAX_ALERTS`] alerts each that together tell all that has changed.
    #[must_use]
    pub fn of_changes(changes: &[Notice], still_firing: &[Notice]) -> Vec<Self> {
        let message = |alerts: &[Notice]| {
            let room = MAX_ALERTS - alerts.len();
            let (told, left_out) = still_firing.split_at(room.min(still_firing.len()));
            Self {
                alerts: alerts.to_vec(),
                still_firing: told.to_vec(),
                left_out: left_out.len(),
                is_test: false,
            }
        };
        changes.chunks(MAX_ALERTS).map(message).collect()
    }

    /// One that says nothing but that it arrives.
    #[must_use]
    pub fn test(receiver: &str, severity: Severity, now_nanos: i64) -> Self {
        let notice = Notice {
            episode: 0,
            objective: 0,
            name: "Test".to_owned(),
            owner: String::new(),
            description: String::new(),
            runbook: String::new(),
            severity,
            headline: format!("Test: this is how alerts reach {receiver}. Nothing is wrong"),
            fired_nanos: now_nanos,
            resolved_nanos: None,
        };
        Self {
            alerts: vec![notice],
            is_test: true,
            ..Self::default()
        }
    }

    /// The episodes that it speaks of. Messages that share one must arrive in their order, or an
    /// alert would seem to fire that is resolved.
    #[must_use]
    pub fn episodes(&self) -> Vec<i64> {
        let notices = self.alerts.iter().chain(&self.still_firing);
        let episodes = notices.map(|notice| notice.episode);
        episodes.filter(|episode| *episode != 0).collect()
    }

    /// What it says, in a line: for lists, and as the subject of a mail.
    #[must_use]
    pub fn title(&self) -> String {
        let count = |status| {
            let alerts = self.alerts.iter();
            alerts.filter(|notice| notice.status() == status).count()
        };
        match self.alerts.as_slice() {
            [one] => {
                let status = crate::format::capitalised(one.status().name());
                format!("{status}: {} ({})", one.name, one.severity.name())
            }
            alerts => format!(
                "{} alerts: {} firing, {} resolved",
                alerts.len(),
                count(Status::Firing),
                count(Status::Resolved)
            ),
        }
    }
}

/// What stands around a message.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The same at every attempt, so that receivers know what they have already.
    pub delivery: &'a str,
    /// The name of the receiver.
    pub receiver: &'a str,
    /// The address of the pages, without a slash at its end.
    pub public_url: &'a str,
}

/// What unit tests speak of.
#[cfg(test)]
pub(crate) mod example {
    use super::*;

    pub(crate) const ENVELOPE: Envelope<'static> = Envelope {
        delivery: "d-1",
        receiver: "On call",
        public_url: "https://t.example",
    };

    pub(crate) fn notice(episode: i64, resolved_nanos: Option<i64>) -> Notice {
        Notice {
            episode,
            objective: episode + 10,
            name: format!("Checkout <{episode}>"),
            owner: "shop".into(),
            description: "What it is".into(),
            runbook: "https://runbook.example".into(),
            severity: Severity::Page,
            headline: format!("Checkout <{episode}>: it burns & burns"),
            fired_nanos: 1_700_000_000_000_000_000,
            resolved_nanos,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::example::notice;
    use super::*;

    #[test]
    fn many_changes_are_told_in_several_messages() {
        let changes: Vec<Notice> = (1..=150).map(|episode| notice(episode, None)).collect();
        let others: Vec<Notice> = (200..270).map(|episode| notice(episode, None)).collect();
        let messages = Message::of_changes(&changes, &others);
        let sizes: Vec<_> = messages
            .iter()
            .map(|message| {
                (
                    message.alerts.len(),
                    message.still_firing.len(),
                    message.left_out,
                )
            })
            .collect();
        assert_eq!(sizes, [(100, 0, 70), (50, 50, 20)]);
        assert_eq!(messages[1].episodes().len(), 100);
        assert_eq!(Message::of_changes(&[], &others), []);
    }

    #[test]
    fn a_title_says_what_has_happened() {
        let message = |alerts: &[Notice]| Message {
            alerts: alerts.to_vec(),
            ..Message::default()
        };
        let one = message(&[notice(1, Some(5))]);
        assert_eq!(one.title(), "Resolved: Checkout <1> (page)");
        let two = message(&[notice(1, Some(5)), notice(2, None)]);
        assert_eq!(two.title(), "2 alerts: 1 firing, 1 resolved");
        let test = Message::test("On call", Severity::Page, 5);
        assert_eq!(test.title(), "Firing: Test (page)");
        assert!(test.episodes().is_empty());
    }
}
