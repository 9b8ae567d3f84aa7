//! From other protocols to OTLP, which everything behind the receivers speaks.

pub(crate) mod jaeger;
pub(crate) mod skywalking;
pub(crate) mod zipkin;

use model::id::bytes_from_hex;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

const NANOS_PER_MICRO: u64 = 1_000;

/// Spans as OTLP, and what was no span.
#[derive(Debug, Default)]
pub(crate) struct Translated {
    pub(crate) request: ExportTraceServiceRequest,
    /// Elements that are not spans.
    pub(crate) unreadable: usize,
    /// Why the first of them is none.
    pub(crate) reason: Option<String>,
}

/// What made the spans, by the tags that name it.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct Scope {
    name: String,
    version: String,
}

impl Scope {
    const NAME: [&str; 2] = ["otel.scope.name", "otel.library.name"];
    const VERSION: [&str; 2] = ["otel.scope.version", "otel.library.version"];

    fn resource_spans(self, resource: Vec<KeyValue>, spans: Vec<Span>) -> ResourceSpans {
        ResourceSpans {
            resource: Some(Resource {
                attributes: resource,
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                scope: Some(InstrumentationScope {
                    name: self.name,
                    version: self.version,
                    ..InstrumentationScope::default()
                }),
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }
    }
}

/// 64- or 128-bit, of which clients leave out leading zeros. Empty where it is none.
fn trace_id(text: Option<&str>) -> Vec<u8> {
    padded(text, 32)
}

fn span_id(text: Option<&str>) -> Vec<u8> {
    padded(text, 16)
}

fn padded(text: Option<&str>, digits: usize) -> Vec<u8> {
    let text = text.unwrap_or_default();
    if text.is_empty() {
        return vec![];
    }
    bytes_from_hex(&format!("{text:0>digits$}")).unwrap_or_default()
}

fn text(key: &str, value: impl Into<String>) -> KeyValue {
    key_value(key, any_value::Value::StringValue(value.into()))
}

fn number(key: &str, value: i64) -> KeyValue {
    key_value(key, any_value::Value::IntValue(value))
}

fn flag(key: &str, value: bool) -> KeyValue {
    key_value(key, any_value::Value::BoolValue(value))
}

fn key_value(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}
