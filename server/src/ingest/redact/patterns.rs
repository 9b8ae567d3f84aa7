//! What is found in any text, whatever its attribute is called.
//!
//! The expressions run in time linear in the text, which is what the regex crate is for. Each is
//! only run on text where the [`Prefilter`] has seen a reason to.

use std::ops::Range;

use regex::Regex;

use super::prefilter::{Hints, Prefilter};
use super::{card, words};

/// A kind of secret that is known by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Secret {
    Password,
    Token,
    Card,
    Email,
}

impl Secret {
    pub(super) const ALL: [Self; 4] = [Self::Password, Self::Token, Self::Card, Self::Email];

    /// Its name in rules and metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::Card => "card",
            Self::Email => "e-mail",
        }
    }

    /// What stands in its place.
    fn label(self) -> &'static str {
        match self {
            Self::Password => "[password]",
            Self::Token => "[token]",
            Self::Card => "[card]",
            Self::Email => "[e-mail]",
        }
    }
}

/// A way to find a kind of secret.
struct Finder {
    secret: Secret,
    /// It is looked for only where one of these is given.
    hints: Hints,
    /// Where this ends the search begins; without one, at the start of the text.
    begins_after: Option<Regex>,
    /// What is replaced is the first group that took part, or all where there is no group.
    regex: Regex,
    /// Whether it is what it looks like.
    is_secret: fn(&str, Range<usize>) -> bool,
}

impl Finder {
    fn new(
        secret: Secret,
        hints: Hints,
        regex: &str,
        is_secret: fn(&str, Range<usize>) -> bool,
    ) -> Self {
        Self {
            secret,
            hints,
            begins_after: None,
            regex: expression(regex),
            is_secret,
        }
    }

    /// The text with labels in the place of secrets, and how many there are; none without any.
    fn replace(&self, text: &str) -> Option<String> {
        let start = match &self.begins_after {
            Some(before) => before.find(text)?.end(),
            None => 0,
        };
        let found = self
            .regex
            .captures_iter(&text[start..])
            .filter_map(|groups| {
                let whole = groups.get(0);
                let secret = groups.iter().skip(1).flatten().next().or(whole)?.range();
                let secret = start + secret.start..start + secret.end;
                let is_new = text[secret.clone()] != *self.secret.label();
                (is_new && (self.is_secret)(text, secret.clone())).then_some(secret)
            });
        replaced(text, found, self.secret.label())
    }
}

fn expression(text: &str) -> Regex {
    Regex::new(text).expect("what is written here is a regular expression")
}

/// The text with something else in some places; none when there are no such places.
pub(super) fn replaced(
    text: &str,
    places: impl Iterator<Item = Range<usize>>,
    label: &str,
) -> Option<String> {
    let mut new = String::new();
    let mut copied = 0;
    for place in places {
        new.push_str(&text[copied..place.start]);
        new.push_str(label);
        copied = place.end;
    }
    if new.is_empty() {
        return None;
    }
    new.push_str(&text[copied..]);
    Some(new)
}

/// The patterns that are on.
pub(super) struct Patterns {
    prefilter: Prefilter,
    finders: Vec<Finder>,
}

impl Patterns {
    pub(super) fn new(secrets: &[Secret]) -> Self {
        let mut finders = finders();
        finders.retain(|finder| secrets.contains(&finder.secret));
        Self {
            prefilter: Prefilter::new(),
            finders,
        }
    }

    /// Whether text among these bytes may hold a secret. Never misses one that
    /// [`Self::replace`] finds.
    pub(super) fn may_find(&self, bytes: &[u8]) -> bool {
        !self.finders.is_empty() && !self.prefilter.hints(bytes).is_empty()
    }

    /// The text without its secrets, none when it has none. Tells of each kind that it finds.
    pub(super) fn replace(&self, text: &str, mut on_found: impl FnMut(Secret)) -> Option<String> {
        let hints = self.prefilter.hints(text.as_bytes());
        let mut new: Option<String> = None;
        for finder in &self.finders {
            if !finder.hints.meet(hints) {
                continue;
            }
            if let Some(replaced) = finder.replace(new.as_deref().unwrap_or(text)) {
                on_found(finder.secret);
                new = Some(replaced);
            }
        }
        new
    }
}

const AT: Hints = Hints {
    at: true,
    digits: false,
    words: false,
};

const DIGITS: Hints = Hints {
    at: false,
    digits: true,
    words: false,
};

const WORDS: Hints = Hints {
    at: false,
    digits: false,
    words: true,
};

/// In the order in which they run: what stands before the `@` of a URL is no e-mail address.
fn finders() -> Vec<Finder> {
    let password = Secret::Password;
    let url = r"://[^\s/?#:@]*:([^\s/?#]+)@[[:alnum:]\[/[^\x00-\x7f]]";
    // As some drivers write where a database is: user:password@tcp(host:3306)/name.
    let address = r"[\w.-]:([^\s:@/]+)@(?:tcp|udp|unix)\(";
    let short = format!(r"\b{}([^\s&;]+)", words::any(words::PASS));
    let mut inserted = Finder::new(password, WORDS, QUOTED, is_value);
    inserted.begins_after = Some(expression(&insert()));
    vec![
        Finder::new(password, AT, url, is_any),
        Finder::new(password, AT, address, is_any),
        inserted,
        Finder::new(password, WORDS, &named_password(), is_value),
        Finder::new(password, WORDS, &short, is_value),
        Finder::new(Secret::Token, WORDS, &credentials(), is_credential),
        Finder::new(
            Secret::Token,
            WORDS,
            r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?",
            is_any,
        ),
        Finder::new(Secret::Token, WORDS, &named_token(), is_value),
        Finder::new(Secret::Card, DIGITS, CARD, card::is_card),
        Finder::new(Secret::Email, AT | WORDS, EMAIL, is_email),
    ]
}

/// A literal of SQL or a string of JSON; one that is cut off goes to the end.
const QUOTED: &str = r#"'((?:[^'\\]|\\.|'')+)'?|"((?:[^"\\]|\\.)+)"?"#;

/// Digits in one, or grouped as on a card.
const CARD: &str =
    r"\d{13,19}|\d{4}(?:[ -]\d{4}){2}[ -]\d{1,4}(?:[ -]\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5}";

/// An address of RFC 5321 without quotes and comments; its `@` may be escaped as in a URL.
const EMAIL: &str = r"[\p{L}\p{N}._+'-]+(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}";

/// `insert into account (name, password) values`, after which literals stand.
fn insert() -> String {
    let password = words::any(words::PASSWORD);
    format!(r"(?s)\b(?i:insert)\b.*?{password}.*?\b(?i:values)\b")
}

/// A value after the name of a password: `password='x'`, `"password": "x"`, `Password = x`,
/// `password = crypt('x', …)`, `[password] = 'x'`, `PASSWORD 'x'`, `IDENTIFIED BY 'x'`. The bracket
/// counts only before an operator: labels have one too.
fn named_password() -> String {
    let name = words::any(words::PASSWORD);
    let by = words::any(words::IDENTIFIED_BY);
    let more = r"\d*(?i:_?(?:hash|digest|salt|confirmation|confirm|new|old))?";
    let quote = r#"\\?["'`]?"#;
    let operator = r"(?:=>|:=|[=:<>!~]{1,2}|\b(?i:i?like|in|by|to|as)\b)";
    let escaped = r#"\\["']([^"'\\]+)"#;
    let call = r"(\w+\([^)]*\)*)";
    let bare = r#"([^\s&;,(){}<>"'|\\]+)"#;
    format!(
        r"(?:{name}{more}{quote}(?:\]?\s*{operator}\s*\(*\s*(?:{escaped}|{QUOTED}|{call}|{bare})|\s*\(*\s*(?:{QUOTED}))|{by}\s+(?:{QUOTED}))"
    )
}

/// A value after the name of a token: `token=x`, `"token": "x"`. A colon without quotes is
/// rather that of a sentence.
fn named_token() -> String {
    let name = words::any(words::TOKEN);
    format!(
        r#"{name}(?:\\?["']?\s?=\s?\\?["']?([^\s&;,(){{}}<>"'|\\]+)|\\?["']\s*:\s*\\?["']([^"'\\]+))"#
    )
}

/// What follows the scheme of an `Authorization`.
fn credentials() -> String {
    let scheme = words::any(words::SCHEME);
    format!(r"\b{scheme}(?:\s+|%20|\+)([\w.~+/-]{{4,}}=*)")
}

fn is_any(_text: &str, _range: Range<usize>) -> bool {
    true
}

/// Whether it is a value and not the place of one in a prepared statement, or none at all.
fn is_value(text: &str, range: Range<usize>) -> bool {
    let value = &text[range];
    let none = ["null", "none", "nil", "true", "false", "undefined"];
    let is_none = none.iter().any(|none| value.eq_ignore_ascii_case(none));
    let is_place = match value.as_bytes() {
        [b'?' | b'$', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        [b':', rest @ ..] => rest
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'),
        [b'@', rest @ ..] => {
            rest.starts_with(b"p")
                || words::PASSWORD
                    .iter()
                    .any(|word| rest.starts_with(word.as_bytes()))
        }
        [b'%', b's' | b'('] | [b'%', b's' | b'(', ..] => true,
        bytes => bytes.iter().all(|byte| *byte == b'*'),
    };
    let is_label = value.starts_with("[redacted")
        || Secret::ALL
            .iter()
            .any(|secret| value.starts_with(secret.label().trim_end_matches(']')));
    !is_none && !is_place && !is_label
}

/// Whether it is a credential rather than a word, as in "bearer authentication".
fn is_credential(text: &str, range: Range<usize>) -> bool {
    /// Longer than words that follow.
    const LONG: usize = 20;
    let value = &text[range];
    value.len() >= LONG
        || value
            .bytes()
            .any(|byte| !byte.is_ascii_lowercase() && byte != b'.')
            && !value
                .bytes()
                .skip(1)
                .all(|byte| byte.is_ascii_lowercase() || byte == b'.')
}

/// Whether it is an address, and neither the user of a URL nor a place in a script.
fn is_email(text: &str, range: Range<usize>) -> bool {
    let files = [
        "js", "mjs", "cjs", "jsx", "ts", "tsx", "html", "css", "so", "dylib", "dll",
    ];
    let end = text[range.clone()].rsplit('.').next().unwrap_or_default();
    !text[..range.start].ends_with("//") && !files.contains(&end)
}
