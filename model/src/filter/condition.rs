//! Reading the filter language: what a key and its values mean.

use super::FilterError;
use super::lexer::{Item, error};
use super::matcher::{Matcher, Wildcard};
use super::parse::ATTRIBUTE;
use super::range::{Number, Order, Range};
use super::regular::Regex;
use super::{SpanField, SpanTest, Test, TraceField, TraceTest};
use crate::format;
use crate::id::TraceId;
use crate::span::{Kind, StatusCode};
use crate::spelling;

/// How long the trace took, or within braces the span.
pub(super) const DURATION: &str = "duration";
pub(super) const SPAN_DURATION: &str = "span.duration";
pub(super) const TRACE_DURATION: &str = "trace.duration";

/// How a request may have ended, or that it has.
const OUTCOMES: [&str; 3] = ["ok", "error", "*"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Is,
    Order(Order),
    Matches,
}

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// At least one.
    Values(Vec<Item>),
    Order(Order, String),
    Expression(String),
}

/// A key of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    SpanDuration,
    TraceDuration,
    Span(SpanField),
    Trace(TraceField),
    Attribute(String),
}

/// All keys but those of attributes.
pub(super) fn keys() -> impl Iterator<Item = &'static str> + Clone {
    let durations = [DURATION, SPAN_DURATION, TRACE_DURATION];
    let of_spans = SpanField::ALL.into_iter().map(SpanField::key);
    let of_traces = TraceField::all().map(TraceField::key);
    of_spans.chain(durations).chain(of_traces)
}

/// Keys that numbers are asked of.
pub(super) fn is_compared(key: &str) -> bool {
    matches!(key, DURATION | SPAN_DURATION | TRACE_DURATION)
        || [TraceField::Spans, TraceField::Errors]
            .map(TraceField::key)
            .contains(&key)
}

/// `at` is where the key stands.
pub(super) fn test(
    key: &str,
    at: usize,
    asked: Asked,
    value_at: usize,
    in_braces: bool,
) -> Result<Test, FilterError> {
    let Some(found) = read_key(key, in_braces) else {
        return Err(unknown_key(key, at));
    };
    let value = Value {
        key,
        at,
        asked,
        begin: value_at,
    };
    Ok(match found {
        Key::SpanDuration => Test::Span(SpanTest::Duration(value.duration()?)),
        Key::TraceDuration => Test::Trace(TraceTest::Duration(value.duration()?)),
        Key::Span(field) => {
            let matcher = match field {
                SpanField::Status => value.one_of(&StatusCode::ALL.map(StatusCode::name))?,
                SpanField::Kind => value.one_of(&Kind::ALL.map(Kind::name))?,
                SpanField::Link => value.ids()?,
                _ => value.text()?,
            };
            Test::Span(SpanTest::Field(field, matcher))
        }
        Key::Trace(field) => {
            let matcher = match field {
                TraceField::Id => value.ids()?,
                TraceField::Outcome if value.is_star() => Matcher::Any,
                TraceField::Outcome => value.one_of(&OUTCOMES)?,
                TraceField::Spans | TraceField::Errors => value.count()?,
                _ => value.text()?,
            };
            Test::Trace(TraceTest::Field(field, matcher))
        }
        Key::Attribute(key) => {
            let matcher = value.attribute()?;
            Test::Span(SpanTest::Attribute { key, matcher })
        }
    })
}

fn read_key(key: &str, in_braces: bool) -> Option<Key> {
    match key {
        DURATION if in_braces => return Some(Key::SpanDuration),
        SPAN_DURATION => return Some(Key::SpanDuration),
        DURATION | TRACE_DURATION => return Some(Key::TraceDuration),
        _ => {}
    }
    if let Some(name) = key.strip_prefix(ATTRIBUTE).filter(|name| !name.is_empty()) {
        return Some(Key::Attribute(name.to_owned()));
    }
    let of_span = SpanField::ALL.into_iter().find(|field| field.key() == key);
    let of_trace = || TraceField::all().find(|field| field.key() == key);
    let attribute = || {
        let is_name = key.starts_with(char::is_alphabetic) && key.ends_with(char::is_alphanumeric);
        (is_name && key.contains('.')).then(|| Key::Attribute(key.to_owned()))
    };
    of_span
        .map(Key::Span)
        .or_else(|| of_trace().map(Key::Trace))
        .or_else(attribute)
}

fn unknown_key(key: &str, at: usize) -> FilterError {
    if let Some(key) = key.strip_prefix('!') {
        let hint = format!("Write a minus, as in -{key}:value.");
        return error(at, "\"!\" is no sign of the language", hint);
    }
    let hint = match spelling::nearest(&key.to_lowercase(), keys()) {
        Some(known) => format!("Did you mean {known}? For an attribute, write attr.{key}:value."),
        None => format!(
            "Write attr.{key}:value for an attribute, or a key: {}.",
            keys().collect::<Vec<_>>().join(", ")
        ),
    };
    error(at, format!("There is no key \"{key}\""), hint)
}

/// What is asked, and where it stands.
struct Value<'a> {
    key: &'a str,
    at: usize,
    asked: Asked,
    /// Where the values begin.
    begin: usize,
}

impl Value<'_> {
    fn is_star(&self) -> bool {
        match &self.asked {
            Asked::Values(items) => items.len() == 1 && is_star(&items[0]),
            _ => false,
        }
    }

    fn attribute(self) -> Result<Matcher, FilterError> {
        let range = match &self.asked {
            Asked::Order(order, text) => Some(Range::Order(*order, self.number(text)?)),
            // What is no number is a value with dots in it.
            Asked::Values(_) => self.between(Number::parse),
            Asked::Expression(_) => None,
        };
        match range {
            Some(range) => {
                self.in_order(range)?;
                Ok(Matcher::Number(range))
            }
            None => self.text(),
        }
    }

    fn count(self) -> Result<Matcher, FilterError> {
        match &self.asked {
            Asked::Expression(_) => Err(self.not_compared("~")),
            Asked::Values(items) if self.between(Number::parse).is_none() => {
                let number = |item: &Item| self.number(item.value.as_exact().unwrap_or("*"));
                let numbers = items.iter().map(number);
                let exact = |number: Number| Wildcard::exact(number.to_string());
                let values = numbers.map(|number| number.map(exact));
                values.collect::<Result<_, _>>().map(Matcher::Values)
            }
            _ => self.attribute(),
        }
    }

    fn number(&self, text: &str) -> Result<Number, FilterError> {
        Number::parse(text).ok_or_else(|| {
            let hint = if format::parse_duration(text).is_some() {
                "Only duration, span.duration and trace.duration are compared with durations; \
                 write a number without a unit."
            } else {
                "Write a number, as in 500 or 0.5."
            };
            error(self.begin, format!("\"{text}\" is not a number"), hint)
        })
    }

    /// A matcher of names, of which numbers are not asked.
    fn text(self) -> Result<Matcher, FilterError> {
        match self.asked {
            Asked::Order(order, _) => Err(self.not_compared(order.sign())),
            Asked::Expression(text) => Regex::new(&text).map(Matcher::Regex).map_err(|reason| {
                let hint =
                    format!("Mend the pattern: {reason}. Signs such as ( mean themselves as \\(.");
                error(self.begin, format!("\"{text}\" is no pattern"), hint)
            }),
            Asked::Values(_) if self.is_star() => Ok(Matcher::Any),
            Asked::Values(items) => {
                let values = items.into_iter().map(|item| item.value);
                Ok(Matcher::Values(values.collect()))
            }
        }
    }

    fn not_compared(&self, sign: &str) -> FilterError {
        let key = self.key;
        let (message, hint) = if sign == "~" {
            let message = format!("{key} has no patterns");
            (message, format!("Write {key}:value."))
        } else {
            let message = format!("\"{sign}\" compares durations and numbers only");
            let hint =
                format!("Write {key}:value; durations, spans, errors and attributes are compared.");
            (message, hint)
        };
        error(self.at, message, hint)
    }

    /// Some of the values that there are.
    fn one_of(self, names: &[&str]) -> Result<Matcher, FilterError> {
        let items = match &self.asked {
            Asked::Values(items) => items,
            Asked::Order(order, _) => return Err(self.not_compared(order.sign())),
            Asked::Expression(_) => return Err(self.not_compared("~")),
        };
        for item in items {
            let text = item.value.as_exact();
            if text.is_some_and(|text| text != "*" && names.contains(&text)) {
                continue;
            }
            let text = text.map_or_else(|| item.value.pieces().join("*"), str::to_owned);
            let names = names.iter().copied();
            let nearest = spelling::nearest(&text.to_lowercase(), names.clone());
            let meant = nearest.map(|name| format!("Did you mean {name}? "));
            let all = names.collect::<Vec<_>>().join(", ");
            let hint = format!("{}Write one of: {all}.", meant.unwrap_or_default());
            let message = format!("{} cannot be \"{text}\"", self.key);
            return Err(error(item.at, message, hint));
        }
        self.text()
    }

    /// Ids of traces; also the beginning of one with a star.
    fn ids(mut self) -> Result<Matcher, FilterError> {
        if let Asked::Values(items) = &mut self.asked {
            for item in items {
                if let Some(text) = item.value.as_exact() {
                    let id: TraceId = text.parse().map_err(|reason| {
                        let message = format!("This is not a trace id: {reason}");
                        error(item.at, message, "Write 32 hexadecimal digits.")
                    })?;
                    item.value = Wildcard::exact(id.to_string());
                }
            }
        }
        self.text()
    }

    fn duration(self) -> Result<Range<i64>, FilterError> {
        let range = match &self.asked {
            Asked::Order(order, text) => Range::Order(*order, self.nanos(text)?),
            Asked::Values(items) => match self.between(format::parse_duration) {
                Some(range) => range,
                None => match items.as_slice() {
                    [item] if ends(item).is_some() => {
                        let text = item.value.as_exact().unwrap_or_default();
                        return Err(self.no_duration(text));
                    }
                    _ => return Err(self.no_comparison()),
                },
            },
            Asked::Expression(_) => return Err(self.no_comparison()),
        };
        self.in_order(range)?;
        Ok(range)
    }

    fn nanos(&self, text: &str) -> Result<i64, FilterError> {
        format::parse_duration(text).ok_or_else(|| self.no_duration(text))
    }

    fn no_duration(&self, text: &str) -> FilterError {
        let message = format!("\"{text}\" is not a duration");
        let hint = "Write a number and a unit, as in 500ms, 1.5s or 2m.";
        error(self.begin, message, hint)
    }

    fn no_comparison(&self) -> FilterError {
        let key = self.key;
        let hint = format!("Write {key}>500ms, {key}<=2s or {key}:100ms..2s.");
        error(self.at, "A duration needs a comparison", hint)
    }

    /// `a..b`, `a..` or `..b` where what stands there is read.
    fn between<T>(&self, read: impl Fn(&str) -> Option<T>) -> Option<Range<T>> {
        let Asked::Values(items) = &self.asked else {
            return None;
        };
        let [item] = items.as_slice() else {
            return None;
        };
        match ends(item)? {
            (least, "") => Some(Range::Order(Order::AtLeast, read(least)?)),
            ("", greatest) => Some(Range::Order(Order::AtMost, read(greatest)?)),
            (least, greatest) => Some(Range::Between(read(least)?, read(greatest)?)),
        }
    }

    fn in_order<T: PartialOrd>(&self, range: Range<T>) -> Result<(), FilterError> {
        match range {
            Range::Between(least, greatest) if least > greatest => {
                let hint = "Write the lesser end first, as in 100ms..2s.";
                Err(error(self.begin, "The range is empty", hint))
            }
            _ => Ok(()),
        }
    }
}

fn is_star(item: &Item) -> bool {
    !item.is_quoted && item.value.pieces().iter().map(String::as_str).eq(["", ""])
}

/// What stands before and behind two dots, when no part of it is quoted.
fn ends(item: &Item) -> Option<(&str, &str)> {
    let text = item.value.as_exact().filter(|_| !item.is_quoted)?;
    text.split_once("..").filter(|ends| *ends != ("", ""))
}

#[cfg(test)]
mod tests {
    use crate::filter::Filter;

    #[test]
    fn an_error_says_where_and_what_was_meant() {
        for (text, at, message, hint) in [
            (
                "pay servce:x",
                4,
                "There is no key \"servce\"",
                "Did you mean service?",
            ),
            ("10.0.0.1:80", 0, "There is no key \"10.0.0.1\"", ""),
            (
                "Service:x",
                0,
                "There is no key \"Service\"",
                "Did you mean service?",
            ),
            (":x", 0, "There is no key \"\"", ""),
            (
                "status:broken",
                7,
                "status cannot be \"broken\"",
                "Write one of: unset, ok, error.",
            ),
            (
                "status:ok,eror",
                10,
                "status cannot be \"eror\"",
                "Did you mean error?",
            ),
            ("kind:ser*", 5, "kind cannot be \"ser*\"", "Write one of"),
            (
                "service:",
                8,
                "A value is missing",
                "Write a value, as in service:name",
            ),
            ("(service:)", 9, "A value is missing", ""),
            (
                "service:a, b",
                10,
                "A value is missing",
                "Write another value",
            ),
            (
                "duration>fast",
                9,
                "\"fast\" is not a duration",
                "Write a number and a unit",
            ),
            (
                "duration:5ms..fast",
                9,
                "\"5ms..fast\" is not a duration",
                "",
            ),
            (
                "duration:5ms",
                0,
                "A duration needs a comparison",
                "Write duration>500ms",
            ),
            (
                "duration:2s..1s",
                9,
                "The range is empty",
                "Write the lesser end first",
            ),
            ("attr.x>5ms", 7, "\"5ms\" is not a number", "Only duration"),
            (
                "spans:many",
                6,
                "\"many\" is not a number",
                "Write a number",
            ),
            (
                "service>3",
                0,
                "\">\" compares durations and numbers only",
                "Write service:value",
            ),
            (
                "operation~\"a(\"",
                10,
                "\"a(\" is no pattern",
                "Mend the pattern: unclosed group.",
            ),
            ("trace:12", 6, "This is not a trace id: expected", ""),
        ] {
            let found = text.parse::<Filter>().expect_err(text);
            assert_eq!(found.at, at, "{text}: {found:?}");
            assert!(found.message.starts_with(message), "{text}: {found:?}");
            assert!(found.hint.starts_with(hint), "{text}: {found:?}");
        }
    }
}
