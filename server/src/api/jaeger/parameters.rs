//! The parameters of a question, as Jaeger's clients write them.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use chrono::DateTime;
use model::format;
use model::id::TraceId;
use serde::Deserialize;
use serde_json::Value;

use super::error::bad;
use crate::api::error::ApiError;

/// Most tags in one search.
const MAX_TAGS: usize = 32;

/// Hexadecimal digits of a trace id.
const TRACE_ID_DIGITS: usize = 32;

/// How a handler is given them.
pub(super) type Asked = Result<Query<Parameters>, QueryRejection>;

/// Names and values in the order of the address; a name may stand there more than once.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Parameters(Vec<(String, String)>);

/// A parameter that has a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    name: &'a str,
    pub(super) value: &'a str,
}

impl Parameters {
    /// The first that has one of the names, and a value.
    pub(super) fn first(&self, names: &[&str]) -> Option<Given<'_>> {
        names.iter().find_map(|name| self.all(name).next())
    }

    pub(super) fn value(&self, names: &[&str]) -> Option<&str> {
        self.first(names).map(|given| given.value)
    }

    /// All of that name that have a value.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = Given<'_>> {
        let given = self.0.iter().map(|(name, value)| Given { name, value });
        given.filter(move |given| given.name == name && !given.value.trim().is_empty())
    }
}

impl Given<'_> {
    fn refuse(self, is_no: &str, hint: &str) -> ApiError {
        let Self { name, value } = self;
        bad(format!("{name} is \"{value}\", which is no {is_no}."), hint)
    }

    /// For parameters of Jaeger that are not answered.
    pub(super) fn not_known(self) -> ApiError {
        let message = format!("{} is not answered here.", self.name);
        bad(
            message,
            "Leave it out, and search by service, operation, attributes and duration.",
        )
    }

    /// A moment or a length in whole units of so many nanoseconds; as nanoseconds.
    fn units(self, unit_nanos: i64, hint: &str) -> Result<i64, ApiError> {
        let number: Option<i64> = self.value.trim().parse().ok();
        let nanos = number.and_then(|number| number.checked_mul(unit_nanos));
        nanos.ok_or_else(|| self.refuse("such number", hint))
    }

    /// A moment in microseconds since the Unix epoch; as nanoseconds.
    pub(super) fn micros(self) -> Result<i64, ApiError> {
        let hint = "Write microseconds since the Unix epoch, as 1767225600000000.";
        self.units(1_000, hint)
    }

    /// A moment in milliseconds since the Unix epoch, or a length; as nanoseconds.
    pub(super) fn millis(self) -> Result<i64, ApiError> {
        self.units(1_000_000, "Write milliseconds, as 86400000 for a day.")
    }

    /// A moment by RFC 3339; as nanoseconds since the Unix epoch.
    pub(super) fn moment(self) -> Result<i64, ApiError> {
        let time = DateTime::parse_from_rfc3339(self.value.trim());
        let nanos = time.ok().and_then(|time| time.timestamp_nanos_opt());
        let hint = "Write RFC 3339, as 2026-01-31T12:00:00Z.";
        nanos.ok_or_else(|| self.refuse("time", hint))
    }

    /// In nanoseconds.
    pub(super) fn duration(self) -> Result<i64, ApiError> {
        let hint = "Write a number with ns, us, ms, s, m or h, as 1.5s or 1m30s.";
        duration(self.value.trim()).ok_or_else(|| self.refuse("duration", hint))
    }

    pub(super) fn limit(self, most: usize) -> Result<usize, ApiError> {
        let limit: Option<usize> = self.value.trim().parse().ok();
        let limit = limit.filter(|limit| (1..=most).contains(limit));
        limit.ok_or_else(|| {
            let hint = format!("Write a number from 1 to {most}.");
            self.refuse("such number", &hint)
        })
    }

    pub(super) fn yes_or_no(self) -> Result<bool, ApiError> {
        match self.value.trim() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
            _ => Err(self.refuse("choice", "Write true or false.")),
        }
    }

    /// A name and a value with a colon between them.
    fn tag(self) -> Result<(String, String), ApiError> {
        let tag = self.value.split_once(':');
        let tag = tag.filter(|(key, _)| !key.is_empty());
        let tag = tag.map(|(key, value)| (key.to_owned(), value.to_owned()));
        tag.ok_or_else(|| self.refuse("tag", "Write a name and a value, as tag=error:true."))
    }

    /// An object whose values are text; numbers and booleans are taken for their text.
    pub(super) fn tags(self) -> Result<BTreeMap<String, String>, ApiError> {
        let refused = || {
            let hint = r#"Write an object of texts, as {"http.status_code":"500","error":"true"}."#;
            self.refuse("JSON of tags", hint)
        };
        let object: BTreeMap<String, Value> =
            serde_json::from_str(self.value).map_err(|_not_an_object| refused())?;
        let text = |(key, value)| match value {
            Value::String(text) => Ok((key, text)),
            Value::Number(_) | Value::Bool(_) => Ok((key, value.to_string())),
            _ => Err(refused()),
        };
        object.into_iter().map(text).collect()
    }

    pub(super) fn trace_id(self) -> Result<TraceId, ApiError> {
        trace_id(self.value)
    }
}

/// The tags of `tag=name:value` and of `tags={"name":"value"}`; of a name that stands there
/// more than once the last value counts, as in Jaeger.
pub(super) fn tags(
    parameters: &Parameters,
    simple: &[&str],
    json: &[&str],
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = BTreeMap::new();
    for given in simple.iter().flat_map(|name| parameters.all(name)) {
        let (key, value) = given.tag()?;
        tags.insert(key, value);
    }
    for given in json.iter().flat_map(|name| parameters.all(name)) {
        tags.extend(given.tags()?);
    }
    if tags.len() > MAX_TAGS {
        let message = format!("{} tags are too many.", tags.len());
        return Err(bad(message, format!("Write at most {MAX_TAGS}.")));
    }
    Ok(tags)
}

/// An id as Jaeger writes it: zeros in front may be left out, and digits are of either case.
pub(super) fn trace_id(text: &str) -> Result<TraceId, ApiError> {
    let text = text.trim();
    let id = match text.len() {
        1..=TRACE_ID_DIGITS => format!("{text:0>TRACE_ID_DIGITS$}").parse().ok(),
        _ => None,
    };
    id.ok_or_else(|| {
        bad(
            format!("\"{text}\" is no trace id."),
            "Write up to 32 hexadecimal digits that are not all zero.",
        )
    })
}

/// Nanoseconds of a duration as Go writes it, each part with its unit: `1h30m`, `1.5s`; days
/// (`2d`) too. None for what is negative or beyond 292 years.
pub(super) fn duration(text: &str) -> Option<i64> {
    if text == "0" {
        return Some(0);
    }
    // Of two letters that look the same.
    let text = text.replace(['\u{b5}', '\u{3bc}'], "u");
    let (mut rest, mut nanos) = (text.as_str(), 0_i64);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let is_number = |letter: char| letter.is_ascii_digit() || letter == '.';
        let unit = rest.find(|letter| !is_number(letter))?;
        let end = rest[unit..].find(is_number);
        let (part, later) = rest.split_at(end.map_or(rest.len(), |end| unit + end));
        nanos = nanos.checked_add(format::parse_duration(part)?)?;
        rest = later;
    }
    Some(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Parameters(pairs.iter().map(pair).collect())
    }

    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, nanos) in [
            ("0", 0),
            ("100ns", 100),
            ("1.5ms", 1_500_000),
            ("20us", 20_000),
            ("20µs", 20_000),
            ("20\u{3bc}s", 20_000),
            ("1h15m30.5s", 4_530_500_000_000),
            ("2d", 172_800_000_000_000),
        ] {
            assert_eq!(duration(text), Some(nanos), "{text}");
        }
        for text in ["", "5", "s", "-1s", "1s5", "1x", "1.2.3s", "999999999h"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn ids_may_be_short_and_in_capitals() {
        let whole = "0000000000000000000000000000abcd";
        for text in ["abcd", "ABCD", "0abcd", whole] {
            assert_eq!(trace_id(text).unwrap().to_string(), whole);
        }
        for text in ["", "0", "xyz", &"a".repeat(33), "é"] {
            assert!(trace_id(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tags_come_in_two_forms() {
        let asked = parameters(&[
            ("tag", "http.url:http://x/"),
            ("tags", r#"{"error":true,"http.status_code":500,"a":"b"}"#),
            ("tags", ""),
            ("tag", "a:c"),
        ]);
        let found = tags(&asked, &["tag"], &["tags"]).unwrap();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let expected = [
            ("a", "b"),
            ("error", "true"),
            ("http.status_code", "500"),
            ("http.url", "http://x/"),
        ];
        assert_eq!(found, expected);
        for wrong in ["x", "[]", r#"{"a":null}"#, r#"{"a":{}}"#] {
            let asked = parameters(&[("tags", wrong)]);
            assert!(tags(&asked, &["tag"], &["tags"]).is_err(), "{wrong}");
        }
        for wrong in ["x", ":y"] {
            let asked = parameters(&[("tag", wrong)]);
            assert!(tags(&asked, &["tag"], &["tags"]).is_err(), "{wrong}");
        }
        let many: Vec<String> = (0..40).map(|number| format!("{number}:x")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|tag| ("tag", tag.as_str())).collect();
        assert!(tags(&parameters(&many), &["tag"], &["tags"]).is_err());
    }

    #[test]
    fn what_has_no_value_is_not_given() {
        let asked = parameters(&[("limit", ""), ("limit", "7"), ("depth", "9")]);
        assert_eq!(asked.value(&["limit", "depth"]), Some("7"));
        assert_eq!(asked.value(&["none", "depth"]), Some("9"));
        assert!(asked.first(&["none"]).is_none());
        assert!(asked.first(&["limit"]).unwrap().limit(6).is_err());
    }
}
