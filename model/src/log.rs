//! Log records that belong to a trace, as events of its spans.

use crate::attribute::{self, Attribute, Value};
use crate::id::SpanId;
use crate::span::Event;

/// Longest name that is taken from the text of a record.
pub const MAX_NAME_CHARS: usize = 120;

/// What is called so says no more of itself.
const NAMELESS: &str = "log";

/// The attribute that named an event before records had a field for it (general semantic
/// conventions, `event.name`).
const EVENT_NAME: &str = "event.name";

/// OTLP's `LogRecord`, without what joins it to its trace.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRecord {
    pub time_nanos: i64,
    /// From 1 (trace) to 24 (fatal); 0 when it tells none (`SeverityNumber`).
    pub severity_number: u64,
    /// What the source calls the severity; may be empty.
    pub severity_text: String,
    /// May be empty.
    pub event_name: String,
    pub body: Value,
    pub attributes: Vec<Attribute>,
}

/// An event that came as a log record.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEvent {
    /// None when it names only its trace.
    pub span_id: Option<SpanId>,
    pub event: Event,
}

impl LogRecord {
    /// The record as an event. Severity and body are among its attributes, the body unless it is
    /// all in the name.
    #[must_use]
    pub fn into_event(self) -> Event {
        let name = self.name();
        let severity = self.severity();
        let is_named_by_body = self.body.as_str() == Some(name.as_str());
        let body = (self.body != Value::Empty && !is_named_by_body).then_some(self.body);
        let of_record = [
            ("log.severity", severity.map(Value::String)),
            ("log.body", body),
        ];
        let of_record = of_record.into_iter().filter_map(|(key, value)| {
            Some(Attribute {
                key: key.to_owned(),
                value: value?,
            })
        });
        Event {
            time_nanos: self.time_nanos,
            name,
            attributes: of_record.chain(self.attributes).collect(),
        }
    }

    fn name(&self) -> String {
        let of_attribute = attribute::find(&self.attributes, EVENT_NAME).and_then(Value::as_str);
        let names = [Some(self.event_name.as_str()), of_attribute];
        let name = names.into_iter().flatten().find(|name| !name.is_empty());
        let of_body = || self.body.as_str().map(first_line);
        name.map(str::to_owned)
            .or_else(|| of_body().filter(|line| !line.is_empty()))
            .unwrap_or_else(|| NAMELESS.to_owned())
    }

    fn severity(&self) -> Option<String> {
        if self.severity_text.is_empty() {
            severity_name(self.severity_number)
        } else {
            Some(self.severity_text.clone())
        }
    }
}

/// Up to [`MAX_NAME_CHARS`].
fn first_line(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(MAX_NAME_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Logs data model, "Displaying Severity": four degrees of each of six words.
fn severity_name(number: u64) -> Option<String> {
    const WORDS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    let word = WORDS.get(place / 4)?;
    Some(match place % 4 {
        0 => (*word).to_owned(),
        degree => format!("{word}{}", degree + 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &str, value: &str) -> Attribute {
        Attribute {
            key: key.into(),
            value: Value::String(value.into()),
        }
    }

    fn record(body: Value) -> LogRecord {
        LogRecord {
            time_nanos: 7,
            severity_number: 0,
            severity_text: String::new(),
            event_name: String::new(),
            body,
            attributes: vec![],
        }
    }

    #[test]
    fn an_event_is_named_by_what_says_most() {
        let body = Value::String("card declined".into());
        let plain = record(body.clone());
        let by_attribute = LogRecord {
            attributes: vec![text("event.name", "app.crash")],
            ..plain.clone()
        };
        let by_field = LogRecord {
            event_name: "screen.load".into(),
            ..by_attribute.clone()
        };
        let names = [plain, by_attribute, by_field, record(Value::Empty)];
        let names = names.map(|record| record.into_event().name);
        assert_eq!(names, ["card declined", "app.crash", "screen.load", "log"]);
    }

    #[test]
    fn a_body_that_is_not_all_in_the_name_is_an_attribute() {
        let of = |body: Value| record(body).into_event();
        assert_eq!(of(Value::String("short".into())).attributes, []);
        let long = "é".repeat(MAX_NAME_CHARS + 1);
        let event = of(Value::String(long.clone()));
        assert_eq!(event.name.chars().count(), MAX_NAME_CHARS + 1);
        assert_eq!(event.attributes, [text("log.body", &long)]);
        let event = of(Value::String("Panic\n at main".into()));
        assert_eq!(event.name, "Panic");
        assert_eq!(event.attributes, [text("log.body", "Panic\n at main")]);
        let map = Value::Map(vec![text("url", "/cart")]);
        let event = of(map.clone());
        assert_eq!(
            (event.name.as_str(), &event.attributes[0].value),
            ("log", &map)
        );
    }

    #[test]
    fn severity_is_told_by_text_or_number() {
        let severity = |number, text: &str| {
            let record = LogRecord {
                severity_number: number,
                severity_text: text.into(),
                ..record(Value::Empty)
            };
            let attributes = record.into_event().attributes;
            attributes
                .first()
                .map(|attribute| attribute.value.to_string())
        };
        assert_eq!(severity(9, "Information").as_deref(), Some("Information"));
        assert_eq!(severity(1, "").as_deref(), Some("TRACE"));
        assert_eq!(severity(20, "").as_deref(), Some("ERROR4"));
        assert_eq!(severity(24, "").as_deref(), Some("FATAL4"));
        assert_eq!((severity(0, ""), severity(25, "")), (None, None));
    }
}
