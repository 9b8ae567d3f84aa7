//! A receiver as people type it into a form.

use serde::{Deserialize, Serialize};

use super::{Channel, Definition, SecretChange};
use crate::form::{self, Mistakes};
use crate::objective::burn::Severity;

/// Every field as text, as a form sends it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub name: String,
    /// [`Channel::kind`].
    pub kind: String,
    pub url: String,
    /// Addresses of e-mail, one a line.
    pub to: String,
    /// Empty where the one that there is stays.
    pub secret: String,
    /// `yes` where the one that there is goes.
    pub forget_secret: String,
    /// With spaces between them.
    pub severities: String,
    /// `yes` or `no`.
    pub send_resolved: String,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft of receiver {:?}", self.name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    Name,
    Kind,
    Url,
    To,
    Secret,
    Severities,
    SendResolved,
}

pub type FieldError = form::FieldError<Field>;

impl Field {
    /// Its name in forms.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Url => "url",
            Self::To => "to",
            Self::Secret => "secret",
            Self::Severities => "severities",
            Self::SendResolved => "send_resolved",
        }
    }
}

const YES: &str = "yes";
const NO: &str = "no";

impl From<&Definition> for Draft {
    fn from(definition: &Definition) -> Self {
        let (url, to) = match &definition.channel {
            Channel::Email { to } => (String::new(), to.join("\n")),
            other => (other.target(), String::new()),
        };
        Self {
            name: definition.name.clone(),
            kind: definition.channel.kind().to_owned(),
            url,
            to,
            secret: String::new(),
            forget_secret: String::new(),
            severities: severity_names(&definition.severities),
            send_resolved: if definition.send_resolved { YES } else { NO }.to_owned(),
        }
    }
}

/// As a form has them: names with spaces between them, the most urgent first.
fn severity_names(severities: &[Severity]) -> String {
    let taken = Severity::ALL
        .into_iter()
        .filter(|severity| severities.contains(severity));
    taken.map(Severity::name).collect::<Vec<_>>().join(" ")
}

impl Draft {
    /// What stands in the form of a new receiver.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            kind: "webhook".to_owned(),
            severities: severity_names(&Severity::ALL),
            send_resolved: YES.to_owned(),
            ..Self::default()
        }
    }

    /// What was typed, fit to be shown again: nobody sees the secret a second time. In place of one
    /// that is wrong stands another that is, so that the form still says so.
    #[must_use]
    pub fn without_secret(&self) -> Self {
        let mistakes = self.check().err().unwrap_or_default();
        let is_wrong = mistakes
            .iter()
            .any(|mistake| mistake.field == Field::Secret);
        Self {
            secret: if is_wrong { "?" } else { "" }.to_owned(),
            ..self.clone()
        }
    }

    /// What becomes of the secret.
    #[must_use]
    pub fn secret_change(&self) -> SecretChange {
        let secret = self.secret.trim();
        match (self.forget_secret == YES, secret.is_empty()) {
            (_, false) => SecretChange::Set(secret.to_owned()),
            (true, true) => SecretChange::Remove,
            (false, true) => SecretChange::Keep,
        }
    }

    /// What was typed as a definition.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the form.
    pub fn check(&self) -> Result<Definition, Vec<FieldError>> {
        let Some(channel) = self.channel() else {
            let mut mistakes = Mistakes::default();
            mistakes.name(&self.name);
            mistakes.add(Field::Kind, "Choose how it is told");
            return Err(mistakes.0);
        };
        let names: Vec<&str> = self.severities.split_whitespace().collect();
        let is_named = |severity: &Severity| names.contains(&severity.name());
        let definition = Definition {
            name: self.name.clone(),
            channel,
            severities: Severity::ALL.into_iter().filter(is_named).collect(),
            send_resolved: self.send_resolved != NO,
        };
        let definition = definition.trimmed();
        let mistakes = definition.mistakes(self.secret_change().new_secret());
        if mistakes.is_empty() {
            Ok(definition)
        } else {
            Err(mistakes)
        }
    }

    fn channel(&self) -> Option<Channel> {
        let url = self.url.clone();
        let lines = self.to.split(['\n', ',']).map(str::trim);
        match self.kind.as_str() {
            "webhook" => Some(Channel::Webhook { url }),
            "alertmanager" => Some(Channel::Alertmanager { url }),
            "slack" => Some(Channel::Slack { url }),
            "email" => Some(Channel::Email {
                to: lines
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned)
                    .collect(),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: &str, url: &str, to: &str) -> Draft {
        Draft {
            name: " On call ".into(),
            kind: kind.into(),
            url: url.into(),
            to: to.into(),
            ..Draft::usual()
        }
    }

    fn wrong(draft: &Draft) -> Vec<Field> {
        let mistakes = draft.check().expect_err("something is wrong");
        mistakes.into_iter().map(|mistake| mistake.field).collect()
    }

    #[test]
    fn what_is_typed_comes_back_the_same() {
        for draft in [
            typed("webhook", "https://a.example/x", ""),
            typed("slack", "https://a.example/x", ""),
            typed("email", "", "a@b.example\nc@d.example"),
        ] {
            let definition = draft.check().expect("a definition");
            assert_eq!(definition.name, "On call");
            let again = Draft::from(&definition);
            assert_eq!((&again.url, &again.to), (&draft.url, &draft.to));
            assert_eq!(again.check(), Ok(definition));
        }
        let listed = typed("email", "", " a@b.example , c@d.example\n\n");
        assert_eq!(
            Draft::from(&listed.check().expect("two")).to,
            "a@b.example\nc@d.example"
        );
    }

    #[test]
    fn every_mistake_is_told_at_its_field() {
        let url = "https://a.example";
        assert_eq!(wrong(&typed("pigeon", url, "")), [Field::Kind]);
        assert_eq!(wrong(&typed("webhook", "a.example", "")), [Field::Url]);
        assert_eq!(wrong(&typed("email", url, "")), [Field::To]);
        let many = vec!["a@b.example"; MAX + 1].join("\n");
        assert_eq!(wrong(&typed("email", "", &many)), [Field::To]);
        let draft = Draft {
            name: String::new(),
            secret: "short".into(),
            severities: "none".into(),
            ..typed("webhook", url, "")
        };
        assert_eq!(
            wrong(&draft),
            [Field::Name, Field::Secret, Field::Severities]
        );
    }

    const MAX: usize = super::super::MAX_ADDRESSES;

    #[test]
    fn a_secret_is_set_kept_or_removed_and_never_shown() {
        let draft = |secret: &str, forget: &str| Draft {
            secret: secret.into(),
            forget_secret: forget.into(),
            ..Draft::default()
        };
        let secret = "0123456789abcdef";
        assert!(draft("", "").secret_change() == SecretChange::Keep);
        assert!(draft(" ", "yes").secret_change() == SecretChange::Remove);
        let set = draft(secret, "yes");
        assert!(set.secret_change() == SecretChange::Set(secret.into()));
        assert!(!format!("{set:?}").contains(secret));
        let valid = Draft {
            secret: secret.into(),
            ..typed("webhook", "https://a.example", "")
        };
        assert_eq!(valid.without_secret().secret, "");
        let wrong_one = Draft {
            secret: "too short".into(),
            ..valid
        };
        assert_eq!(wrong(&wrong_one.without_secret()), [Field::Secret]);
    }
}
