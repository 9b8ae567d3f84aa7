//! What the formats of other tools have in common on their way to OTLP.

use crate::id::bytes_from_hex;
use crate::otlp::json::{
    AnyValue, Hex, Int, KeyValue, Message, Resource, ResourceSpans, Scope, ScopeSpans, Span,
    TracesData,
};

pub(super) const NANOS_PER_MICRO: u64 = 1_000;

/// OTLP's number for a span kind (`Span.SpanKind`).
pub(super) mod kind {
    pub(in super::super) const UNSPECIFIED: i32 = 0;
    pub(in super::super) const INTERNAL: i32 = 1;
    pub(in super::super) const SERVER: i32 = 2;
    pub(in super::super) const CLIENT: i32 = 3;
    pub(in super::super) const PRODUCER: i32 = 4;
    pub(in super::super) const CONSUMER: i32 = 5;
}

/// OTLP's number for a status (`Status.StatusCode`).
pub(super) const STATUS_OK: i32 = 1;
pub(super) const STATUS_ERROR: i32 = 2;

/// What made the spans, by the tags that name it.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Library {
    pub(super) name: String,
    pub(super) version: String,
}

impl Library {
    pub(super) const NAME: [&str; 2] = ["otel.scope.name", "otel.library.name"];
    pub(super) const VERSION: [&str; 2] = ["otel.scope.version", "otel.library.version"];

    pub(super) fn resource_spans(self, resource: Vec<KeyValue>, spans: Vec<Span>) -> ResourceSpans {
        ResourceSpans {
            resource: Some(Resource {
                attributes: resource,
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                scope: Some(Scope {
                    name: self.name,
                    version: self.version,
                    ..Scope::default()
                }),
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }
    }
}

/// The protobuf of a `TracesData`.
pub(super) fn message(resource_spans: Vec<ResourceSpans>) -> Vec<u8> {
    let mut message = Vec::new();
    TracesData { resource_spans }.put(&mut message);
    message
}

/// 64- or 128-bit, of which clients leave out leading zeros. Empty where it is none.
pub(super) fn trace_id(text: Option<&str>) -> Hex {
    padded(text, 32)
}

pub(super) fn span_id(text: Option<&str>) -> Hex {
    padded(text, 16)
}

fn padded(text: Option<&str>, digits: usize) -> Hex {
    let text = text.unwrap_or_default();
    if text.is_empty() {
        return Hex::default();
    }
    Hex(bytes_from_hex(&format!("{text:0>digits$}")).unwrap_or_default())
}

pub(super) fn text(key: &str, value: impl Into<String>) -> KeyValue {
    let value = AnyValue {
        string_value: Some(value.into()),
        ..AnyValue::default()
    };
    key_value(key, value)
}

pub(super) fn number(key: &str, value: i64) -> KeyValue {
    let value = AnyValue {
        int_value: Some(Int(value)),
        ..AnyValue::default()
    };
    key_value(key, value)
}

pub(super) fn flag(key: &str, value: bool) -> KeyValue {
    let value = AnyValue {
        bool_value: Some(value),
        ..AnyValue::default()
    };
    key_value(key, value)
}

pub(super) fn key_value(key: &str, value: AnyValue) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(value),
    }
}
