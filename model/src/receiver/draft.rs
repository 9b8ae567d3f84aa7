//! A receiver as people type it into a form.

use serde::{Deserialize, Serialize};

use super::{Action, Channel, Definition, SecretChange};
use crate::form::{self, Mistakes};
use crate::format;
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
    /// Templates of an action.
    pub on_firing: String,
    pub on_resolved: String,
    /// A duration; empty for none.
    pub cooldown: String,
    /// `yes` or `no`.
    pub dry_run: String,
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
    OnFiring,
    OnResolved,
    Cooldown,
    DryRun,
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
            Self::OnFiring => "on_firing",
            Self::OnResolved => "on_resolved",
            Self::Cooldown => "cooldown",
            Self::DryRun => "dry_run",
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
        let own = match &definition.channel {
            Channel::Action(action) => Self::of_action(action),
            _ => Self::usual(),
        };
        Self {
            name: definition.name.clone(),
            kind: definition.channel.kind().to_owned(),
            url,
            to,
            secret: String::new(),
            forget_secret: String::new(),
            severities: severity_names(&definition.severities),
            send_resolved: yes_or_no(definition.send_resolved),
            ..own
        }
    }
}

fn yes_or_no(is_so: bool) -> String {
    if is_so { YES } else { NO }.to_owned()
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
            // Nobody wants their first attempt to be the real one.
            dry_run: YES.to_owned(),
            ..Self::default()
        }
    }

    fn of_action(action: &Action) -> Self {
        let cooldown = Some(action.cooldown_nanos).filter(|nanos| *nanos > 0);
        Self {
            on_firing: action.on_firing.clone(),
            on_resolved: action.on_resolved.clone(),
            cooldown: cooldown.map_or(String::new(), format::typed_duration),
            dry_run: yes_or_no(action.dry_run),
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
            "action" => {
                let cooldown = self.cooldown.trim();
                let cooldown_nanos = match cooldown {
                    "" => Some(0),
                    text => format::parse_duration(text),
                };
                Some(Channel::Action(Action {
                    url,
                    on_firing: self.on_firing.clone(),
                    on_resolved: self.on_resolved.clone(),
                    // What is no duration is no cooldown either.
                    cooldown_nanos: cooldown_nanos.unwrap_or(-1),
                    dry_run: self.dry_run != NO,
                }))
            }
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

    #[test]
    fn an_action_needs_a_body_that_is_json() {
        let action = |on_firing: &str, cooldown: &str| Draft {
            on_firing: on_firing.into(),
            cooldown: cooldown.into(),
            dry_run: NO.into(),
            ..typed("action", "https://a.example", "")
        };
        let draft = action(r#"{"off": "{objective}"}"#, "30m");
        let definition = draft.check().expect("an action");
        assert_eq!(Draft::from(&definition).check(), Ok(definition));
        assert_eq!(wrong(&action("", "")), [Field::OnFiring]);
        assert_eq!(wrong(&action("{secret}", "")), [Field::OnFiring]);
        assert_eq!(wrong(&action("{}", "soon")), [Field::Cooldown]);
        assert_eq!(wrong(&action("{}", "8d")), [Field::Cooldown]);
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
