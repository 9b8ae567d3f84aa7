//! Receivers: who is told when an alert fires or is resolved, and how.

mod action;
mod draft;
mod validity;

use serde::{Deserialize, Serialize};

pub use action::{Action, MAX_COOLDOWN_NANOS};
pub use draft::{Draft, Field, FieldError};
pub use validity::{MAX_ADDRESSES, MAX_NAME_CHARS, MAX_SECRET_BYTES, MAX_URL_BYTES};

use crate::notification::Status;
use crate::objective::burn::Severity;

/// A receiver that somebody has set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    pub id: i64,
    pub definition: Definition,
    /// Whether what it gets is signed. The secret itself is told to nobody.
    pub has_secret: bool,
    /// Counts the changes: who changes it says which version they have seen.
    pub version: i32,
    pub updated_nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub name: String,
    #[serde(flatten)]
    pub channel: Channel,
    /// The alerts that it gets.
    #[serde(default = "all_severities")]
    pub severities: Vec<Severity>,
    /// Whether it is told when they are resolved.
    #[serde(default = "yes")]
    pub send_resolved: bool,
}

fn all_severities() -> Vec<Severity> {
    Severity::ALL.to_vec()
}

fn yes() -> bool {
    true
}

/// The way to a receiver, and the form that it understands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Channel {
    /// Our own JSON.
    Webhook {
        url: String,
    },
    /// JSON as Prometheus' Alertmanager sends it to webhooks, version 4.
    Alertmanager {
        url: String,
    },
    /// Slack's incoming webhooks, and what understands the same.
    Slack {
        url: String,
    },
    Email {
        to: Vec<String>,
    },
    /// A call with a body of its own.
    Action(Action),
}

impl Channel {
    /// Those that there are: what stands for each in forms and in the API, and what it is.
    pub const KINDS: [(&str, &str); 5] = [
        ("webhook", "Webhook (JSON)"),
        ("alertmanager", "Webhook as Alertmanager sends it"),
        ("slack", "Slack, or what is compatible with it"),
        ("email", "E-mail"),
        ("action", "Action: a call with a body of your own"),
    ];

    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Alertmanager { .. } => "alertmanager",
            Self::Slack { .. } => "slack",
            Self::Email { .. } => "email",
            Self::Action(_) => "action",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        let mut kinds = Self::KINDS.into_iter();
        let own = kinds.find(|(kind, _)| *kind == self.kind());
        own.map_or("", |(_, words)| words)
    }

    /// Where it leads: an address, or several.
    #[must_use]
    pub fn target(&self) -> String {
        match self {
            Self::Webhook { url } | Self::Alertmanager { url } | Self::Slack { url } => url.clone(),
            Self::Email { to } => to.join(", "),
            Self::Action(action) => action.url.clone(),
        }
    }
}

impl Definition {
    /// Whether it is told of an alert.
    #[must_use]
    pub fn takes(&self, severity: Severity, status: Status) -> bool {
        let takes_status = match &self.channel {
            Channel::Action(action) => !action.template(status).is_empty(),
            _ => self.send_resolved || status == Status::Firing,
        };
        self.severities.contains(&severity) && takes_status
    }

    /// Without the space around its texts.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        self.name = self.name.trim().to_owned();
        match &mut self.channel {
            Channel::Webhook { url } | Channel::Alertmanager { url } | Channel::Slack { url } => {
                *url = url.trim().to_owned();
            }
            Channel::Action(action) => {
                let Action {
                    url,
                    on_firing,
                    on_resolved,
                    ..
                } = action;
                for text in [url, on_firing, on_resolved] {
                    *text = text.trim().to_owned();
                }
            }
            Channel::Email { to } => {
                for address in to {
                    *address = address.trim().to_owned();
                }
            }
        }
        self
    }
}

/// What becomes of the secret when a receiver is written.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretChange {
    Keep,
    Remove,
    Set(String),
}

impl SecretChange {
    /// As the API has it: nothing keeps the secret that there is, an empty text removes it.
    #[must_use]
    pub fn of(wanted: Option<String>) -> Self {
        match wanted {
            None => Self::Keep,
            Some(text) if text.is_empty() => Self::Remove,
            Some(text) => Self::Set(text),
        }
    }

    /// The secret that is set, if one is.
    #[must_use]
    pub fn new_secret(&self) -> Option<&str> {
        match self {
            Self::Set(text) => Some(text),
            Self::Keep | Self::Remove => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_told_what_it_takes() {
        let text = r#"{"name":"x","kind":"webhook","url":"https://a.example"}"#;
        let mut definition: Definition = serde_json::from_str(text).expect("a definition");
        assert!(definition.takes(Severity::Ticket, Status::Resolved));
        definition.send_resolved = false;
        definition.severities = vec![Severity::Page];
        let taken = [
            definition.takes(Severity::Page, Status::Firing),
            definition.takes(Severity::Page, Status::Resolved),
            definition.takes(Severity::Ticket, Status::Firing),
        ];
        assert_eq!(taken, [true, false, false]);
    }

    #[test]
    fn every_kind_has_its_words() {
        let url = String::new;
        for channel in [
            Channel::Webhook { url: url() },
            Channel::Alertmanager { url: url() },
            Channel::Slack { url: url() },
            Channel::Email { to: vec![] },
            Channel::Action(Action {
                url: url(),
                on_firing: String::new(),
                on_resolved: "{}".into(),
                cooldown_nanos: 0,
                dry_run: false,
            }),
        ] {
            assert!(!channel.words().is_empty());
            let json = serde_json::to_value(&channel).expect("JSON");
            assert_eq!(json["kind"], channel.kind());
        }
    }
}
