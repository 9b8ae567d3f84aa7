//! Logs as events.
//!
//! An agent logs an error as OpenTracing has it ("Semantic Conventions", "Log fields table"): keys
//! `event`, which is `error`, `error.kind`, `message` and `stack`. The agents for Python and for
//! Node.js log a lone `Traceback` or `Stack`. OpenTelemetry has an event `exception` for these
//! (semantic conventions, "Exceptions on spans").

use opentelemetry_proto::tonic::trace::v1::span::Event;

use super::attributes::Attributes;
use super::proto::Log;
use super::span::nanos;

pub(super) fn translate(log: &Log) -> Event {
    let is_error = is_error(log);
    let mut name = None;
    let mut attributes = Attributes::default();
    for pair in &log.data {
        match pair.key.as_str() {
            "event" if is_error => {}
            "event" if name.is_none() => name = Some(pair.value.clone()),
            "error.kind" if is_error => attributes.text("exception.type", &pair.value),
            "message" if is_error => attributes.text("exception.message", &pair.value),
            "stack" | "Traceback" | "Stack" if is_error => {
                attributes.text("exception.stacktrace", &pair.value);
            }
            key => attributes.text(key, &pair.value),
        }
    }
    let otherwise = if is_error { "exception" } else { "log" };
    Event {
        time_unix_nano: nanos(log.time).unwrap_or_default(),
        name: name.unwrap_or_else(|| otherwise.to_owned()),
        attributes: attributes.into_list(),
        ..Event::default()
    }
}

/// What an error log says in words.
pub(super) fn error_message(log: &Log) -> Option<String> {
    if !is_error(log) {
        return None;
    }
    let mut data = log.data.iter();
    let message = data.find(|pair| pair.key == "message" && !pair.value.is_empty());
    message.map(|pair| pair.value.clone())
}

fn is_error(log: &Log) -> bool {
    let mut data = log.data.iter();
    data.any(|pair| match pair.key.as_str() {
        "event" => pair.value == "error",
        "Traceback" | "Stack" => true,
        _ => false,
    })
}
