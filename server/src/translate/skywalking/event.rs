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

/// What an error log says in words: its message, or the line of its stack that has it, which is the
/// last in Python and the first in JavaScript.
pub(super) fn error_message(log: &Log) -> Option<String> {
    let is_error = is_error(log);
    let mut data = log.data.iter().filter(|_pair| is_error);
    let message = data.find_map(|pair| {
        let mut lines = pair.value.lines().map(str::trim);
        let is_said = |line: &&str| !line.is_empty();
        match pair.key.as_str() {
            "message" => Some(pair.value.as_str()).filter(is_said),
            "Traceback" => lines.rfind(is_said),
            "Stack" => lines.find(is_said),
            _ => None,
        }
    });
    message.map(str::to_owned)
}

fn is_error(log: &Log) -> bool {
    let mut data = log.data.iter();
    data.any(|pair| match pair.key.as_str() {
        "event" => pair.value == "error",
        "Traceback" | "Stack" => true,
        _ => false,
    })
}
