//! The rules: those that hold unless something else is said, and how a file says it.

use std::borrow::Cow;

use regex::{NoExpand, Regex, RegexBuilder};

use super::names::{Action, NameRule};
use super::patterns::Secret;

/// Most memory that one expression of the file may be compiled to.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// Most lines of a file.
const MAX_LINES: usize = 1_000;

/// Which attributes are changed by default, with the names of the OpenTelemetry semantic
/// conventions, current and earlier ones.
const DEFAULTS: &[(Action, &[&str])] = &[
    (
        Action::Mask,
        &[
            "http.request.header.authorization",
            "http.request.header.proxy-authorization",
            "http.request.header.cookie",
            "http.request.header.x-api-key",
            "http.request.header.x-auth-token",
            "http.request.header.x-csrf-token",
            "http.response.header.set-cookie",
            "rpc.grpc.request.metadata.authorization",
            "rpc.request.metadata.authorization",
            "password",
            "authorization",
            "cookie",
        ],
    ),
    (
        Action::Hash,
        &[
            "user.id",
            "user.name",
            "user.full_name",
            "user.email",
            "enduser.id",
        ],
    ),
    (
        Action::TruncateIp,
        &[
            "client.address",
            "client.socket.address",
            "http.client_ip",
            "source.address",
            "http.request.header.x-forwarded-for",
            "http.request.header.x-real-ip",
        ],
    ),
    (
        Action::TruncatePeerIp,
        &["network.peer.address", "net.peer.ip", "net.sock.peer.addr"],
    ),
];

/// What is looked for in every text, besides what is known by its form.
#[derive(Debug, Clone)]
pub(super) struct Custom {
    regex: Regex,
    /// With brackets around it.
    label: String,
}

impl Custom {
    pub(super) fn replace<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.regex.replace_all(text, NoExpand(&self.label))
    }
}

#[derive(Debug)]
pub(crate) struct Rules {
    pub(super) names: Vec<NameRule>,
    pub(super) secrets: Vec<Secret>,
    pub(super) custom: Vec<Custom>,
}

impl Default for Rules {
    fn default() -> Self {
        let names = DEFAULTS
            .iter()
            .flat_map(|(action, names)| names.iter().map(|name| NameRule::new(*action, name)));
        Self {
            names: names.collect(),
            secrets: Secret::ALL.to_vec(),
            custom: vec![],
        }
    }
}

/// What is wrong with a file of rules, in which line, and what to write instead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}. {hint}")]
pub(crate) struct RulesError {
    line: usize,
    message: String,
    hint: String,
}

/// What is wrong within a line.
type Wrong = (String, String);

impl Rules {
    /// Reads rules, one to a line; `#` begins a comment. docs/operating.md describes them.
    ///
    /// # Errors
    /// Names the first line that makes no sense.
    pub(crate) fn parse(text: &str) -> Result<Self, RulesError> {
        let mut rules = Self::default();
        let mut own = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let outcome = if line > MAX_LINES {
                let message = format!("there are more than {MAX_LINES} lines");
                Err((
                    message,
                    "Let one name stand for many by a * at its end".into(),
                ))
            } else {
                rules.add(content, &mut own)
            };
            outcome.map_err(|(message, hint)| RulesError {
                line,
                message,
                hint,
            })?;
        }
        rules.names.append(&mut own);
        Ok(rules)
    }

    /// Adds one line; names are for later, since they count more than the defaults.
    fn add(&mut self, line: &str, own: &mut Vec<NameRule>) -> Result<(), Wrong> {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        if let Some(action) = Action::ALL.into_iter().find(|action| action.name() == word) {
            own.push(name_rule(action, rest)?);
            return Ok(());
        }
        match word {
            "defaults" if rest == "off" => {
                self.names.clear();
                self.secrets.clear();
                Ok(())
            }
            "defaults" => Err((
                "only \"off\" can follow defaults".into(),
                "Write: defaults off".into(),
            )),
            "keep-pattern" => {
                let secret = secret(rest)?;
                self.secrets.retain(|on| *on != secret);
                Ok(())
            }
            "mask-pattern" if rest.starts_with('/') => {
                self.custom.push(custom(rest)?);
                Ok(())
            }
            "mask-pattern" => {
                let secret = secret(rest)?;
                self.secrets.push(secret);
                Ok(())
            }
            _ => Err(unknown(word)),
        }
    }
}

fn name_rule(action: Action, name: &str) -> Result<NameRule, Wrong> {
    let example = format!(
        "Write: {} user.id, or a name with * at its end",
        action.name()
    );
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err((
            format!("{} takes the name of one attribute", action.name()),
            example,
        ));
    }
    if name.strip_suffix('*').unwrap_or(name).contains('*') {
        return Err((
            format!("\"{name}\" has a * that is not at its end"),
            example,
        ));
    }
    Ok(NameRule::new(action, name))
}

fn secret(name: &str) -> Result<Secret, Wrong> {
    let known = Secret::ALL.into_iter().find(|secret| secret.name() == name);
    known.ok_or_else(|| {
        let names = Secret::ALL.map(Secret::name);
        let hint = match model::spelling::nearest(name, names.into_iter()) {
            Some(near) => format!("Did you mean {near}?"),
            None => format!("Write one of {}, or an expression as /…/", names.join(", ")),
        };
        (format!("there is no pattern \"{name}\""), hint)
    })
}

/// `/expression/ label`; the label may be left out.
fn custom(text: &str) -> Result<Custom, Wrong> {
    let hint = || "Write: mask-pattern /ACC-[0-9]{8}/ account".to_owned();
    let inner = text
        .strip_prefix('/')
        .and_then(|rest| rest.rsplit_once('/'));
    let (expression, label) =
        inner.ok_or_else(|| ("the expression has no / at its end".into(), hint()))?;
    let label = label.trim();
    let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if !label.chars().all(is_word) {
        return Err((format!("the label \"{label}\" is not a word"), hint()));
    }
    let regex = RegexBuilder::new(expression)
        .size_limit(MAX_REGEX_BYTES)
        .build()
        .map_err(|error| (format!("the expression cannot be used: {error}"), hint()))?;
    if regex.is_match("") {
        return Err((
            "the expression matches where there is nothing".into(),
            hint(),
        ));
    }
    let label = if label.is_empty() { "redacted" } else { label };
    Ok(Custom {
        regex,
        label: format!("[{label}]"),
    })
}

fn unknown(word: &str) -> Wrong {
    let known = Action::ALL.into_iter().map(Action::name);
    let known = known.chain(["mask-pattern", "keep-pattern", "defaults"]);
    let hint = match model::spelling::nearest(word, known.clone()) {
        Some(near) => format!("Did you mean {near}?"),
        None => format!(
            "A line begins with one of {}",
            known.collect::<Vec<_>>().join(", ")
        ),
    };
    (format!("\"{word}\" is no rule"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_adds_to_the_defaults_and_overrides_them() {
        let text = "# for the shop\n\nkeep user.id\n  drop shop.note*\nmask-pattern /ACC-\\d{8}/ account\nkeep-pattern card\n";
        let rules = Rules::parse(text).unwrap();
        let defaults = Rules::default();
        assert_eq!(rules.names.len(), defaults.names.len() + 2);
        assert_eq!(
            rules.names.last(),
            Some(&NameRule::new(Action::Drop, "shop.note*"))
        );
        assert_eq!(rules.custom[0].label, "[account]");
        assert!(!rules.secrets.contains(&Secret::Card));
        let bare = Rules::parse("drop a\ndefaults off\nmask-pattern card").unwrap();
        assert_eq!((bare.names.len(), bare.secrets), (1, vec![Secret::Card]));
    }

    #[test]
    fn an_error_says_where_and_what_was_meant() {
        let cases = [
            (
                "drop a\nhsh user.id",
                "line 2: \"hsh\" is no rule. Did you mean hash?",
            ),
            ("remove x", "A line begins with one of keep, drop"),
            (
                "mask",
                "line 1: mask takes the name of one attribute. Write: mask user.id",
            ),
            ("mask a b", "takes the name of one"),
            ("mask *.password", "a * that is not at its end"),
            ("keep-pattern email", "Did you mean e-mail?"),
            ("mask-pattern /x", "no / at its end"),
            ("mask-pattern /(/ x", "the expression cannot be used"),
            ("mask-pattern /a*/ x", "matches where there is nothing"),
            ("mask-pattern /a/ x]y", "is not a word"),
            (
                "mask-pattern /\\w{9}{99}{99}{99}/",
                "the expression cannot be used",
            ),
            ("defaults on", "Write: defaults off"),
        ];
        for (text, expected) in cases {
            let found = Rules::parse(text).unwrap_err().to_string();
            assert!(found.contains(expected), "{found}");
        }
    }
}
