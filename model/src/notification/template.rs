//! Templates of JSON with a few named places in them, such as `{"flag": "cart", "why": "{headline}"}`.
//!
//! A place is a name in braces, without anything else between them; all other braces are JSON's.
//! What stands there then is escaped as within a text of JSON, so no name of an objective can end
//! the text that it is in.

use serde_json::Value;

use super::{Envelope, Notice};
use crate::format::rfc3339;
use crate::objective::burn::Severity;

/// Longest template, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 4_000;

/// What may stand in braces.
pub const PLACES: [&str; 10] = [
    "alert",
    "delivery",
    "fired_time",
    "headline",
    "link",
    "objective",
    "owner",
    "severity",
    "slo",
    "state",
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("{{{0}}} stands for nothing; there are {{{places}}}", places = PLACES.join("}, {"))]
    Unknown(String),
    #[error(
        "With all places filled in this is no JSON; put texts in quotes, such as \
         {{\"why\": \"{{headline}}\"}}"
    )]
    NoJson,
    #[error("This has {0} bytes; shorten it to {MAX_TEMPLATE_BYTES}")]
    Long(usize),
}

enum Part<'a> {
    Text(&'a str),
    Place(&'a str),
}

/// # Errors
/// When it could not be filled in.
pub fn check(template: &str) -> Result<(), TemplateError> {
    if template.len() > MAX_TEMPLATE_BYTES {
        return Err(TemplateError::Long(template.len()));
    }
    for part in parts(template) {
        if let Part::Place(name) = part
            && !PLACES.contains(&name)
        {
            return Err(TemplateError::Unknown(name.to_owned()));
        }
    }
    let filled = fill(template, |name| value(name, &sample(), &SAMPLE));
    let json: Result<Value, _> = serde_json::from_str(&filled);
    json.map(|_value| ())
        .map_err(|_error| TemplateError::NoJson)
}

/// The body for an alert.
#[must_use]
pub fn render(template: &str, notice: &Notice, envelope: &Envelope<'_>) -> String {
    fill(template, |name| value(name, notice, envelope))
}

fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let written = |part| match part {
        Part::Text(text) => text.to_owned(),
        Part::Place(name) => escaped(&value(name)),
    };
    parts(template).into_iter().map(written).collect()
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let mut parts = Vec::new();
    let (mut from, mut looked) = (0, 0);
    while let Some(found) = template[looked..].find('{') {
        let open = looked + found;
        looked = open + 1;
        let inner = template[looked..].split_once('}').map(|(inner, _)| inner);
        if let Some(name) = inner.filter(|inner| is_name(inner)) {
            parts.push(Part::Text(&template[from..open]));
            parts.push(Part::Place(name));
            from = looked + name.len() + 1;
            looked = from;
        }
    }
    parts.push(Part::Text(&template[from..]));
    parts
}

fn value(name: &str, notice: &Notice, envelope: &Envelope<'_>) -> String {
    match name {
        "alert" => notice.episode.to_string(),
        "delivery" => envelope.delivery.to_owned(),
        "fired_time" => rfc3339(notice.fired_nanos),
        "headline" => notice.headline.clone(),
        "link" => notice.link(envelope.public_url),
        "objective" => notice.name.clone(),
        "owner" => notice.owner.clone(),
        "severity" => notice.severity.name().to_owned(),
        "slo" => notice.objective.to_string(),
        "state" => notice.status().name().to_owned(),
        _ => String::new(),
    }
}

/// As within a text of JSON.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

const SAMPLE: Envelope<'static> = Envelope {
    delivery: "a\"b",
    receiver: "",
    public_url: "a\"b",
};

/// Texts that would be noticed outside of quotes.
fn sample() -> Notice {
    let text = || "a \"b\"".to_owned();
    Notice {
        episode: 1,
        objective: 1,
        name: text(),
        owner: text(),
        description: text(),
        runbook: text(),
        severity: Severity::Page,
        headline: text(),
        fired_nanos: 0,
        resolved_nanos: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{ENVELOPE, notice};
    use super::*;

    #[test]
    fn places_are_filled_in_and_escaped() {
        let mut hostile = notice(3, Some(5));
        hostile.name = "a\", \"admin\": true, \"\\ \n{link}".into();
        let template = r#"{"x": {"alert": {alert}}, "y": "{objective} is {state}", "z": {}}"#;
        assert_eq!(check(template), Ok(()));
        let json: Value =
            serde_json::from_str(&render(template, &hostile, &ENVELOPE)).expect("JSON");
        assert_eq!(json["x"]["alert"], 3);
        assert_eq!(json["y"], format!("{} is resolved", hostile.name));
        assert_eq!(json["admin"], Value::Null);
        let all: Vec<String> = PLACES
            .iter()
            .map(|name| format!("\"{{{name}}}\""))
            .collect();
        let all = format!("[{}]", all.join(","));
        assert_eq!(check(&all), Ok(()));
        let json: Value =
            serde_json::from_str(&render(&all, &notice(3, None), &ENVELOPE)).expect("JSON");
        let texts = json.as_array().expect("a list");
        assert!(
            texts
                .iter()
                .all(|text| text.as_str().is_some_and(|text| !text.is_empty()))
        );
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused() {
        let unknown = check(r#"{"a": "{secret}"}"#).expect_err("unknown");
        assert!(unknown.to_string().contains("{secret} stands for nothing"));
        assert!(unknown.to_string().contains("{objective}, {owner}"));
        for wrong in [
            "",
            "text",
            r#"{"a": {headline}}"#,
            r#"{"a": "{headline}"#,
            r#"{"a": 1,}"#,
            "{state}",
        ] {
            assert_eq!(check(wrong), Err(TemplateError::NoJson), "{wrong}");
        }
        let long = format!("\"{}\"", "x".repeat(MAX_TEMPLATE_BYTES));
        assert!(matches!(check(&long), Err(TemplateError::Long(_))));
    }
}
