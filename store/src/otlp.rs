//! From OTLP's messages to the model's values.

use std::collections::HashMap;

use model::attribute::{Attribute, Value};
use model::id::{SpanId, TraceId};
use model::span::{Event, Kind, Link, Resource, Scope, Span, Status, StatusCode};
use model::trace::Trace;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{self as otlp, ResourceSpans, span::SpanKind};
use prost::Message;

/// Joins the spans of one trace. Spans of other traces, or without a valid id, are left out:
/// what is received is checked before it is stored.
#[must_use]
pub fn trace(id: TraceId, resource_spans: &[ResourceSpans]) -> Trace {
    let mut resources = Unique::default();
    let mut scopes = Unique::default();
    let mut spans = Vec::new();
    for of_resource in resource_spans {
        let otlp_resource = of_resource.resource.clone().unwrap_or_default();
        let resource = resources.index(&otlp_resource, |found| Resource {
            attributes: attributes(&found.attributes),
        });
        for of_scope in &of_resource.scope_spans {
            let otlp_scope = of_scope.scope.clone().unwrap_or_default();
            let scope = scopes.index(&otlp_scope, scope_from_otlp);
            let own = of_scope
                .spans
                .iter()
                .filter(|span| span.trace_id == id.as_bytes());
            spans.extend(own.filter_map(|found| span(found, resource, scope)));
        }
    }
    Trace::build(id, resources.values, scopes.values, spans)
}

/// Values without repetition, found again by their encoding.
struct Unique<T> {
    index_of: HashMap<Vec<u8>, usize>,
    values: Vec<T>,
}

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Self {
            index_of: HashMap::new(),
            values: Vec::new(),
        }
    }
}

impl<T> Unique<T> {
    fn index<M: Message>(&mut self, message: &M, convert: impl Fn(&M) -> T) -> usize {
        let next = self.values.len();
        let index = *self.index_of.entry(message.encode_to_vec()).or_insert(next);
        if index == next {
            self.values.push(convert(message));
        }
        index
    }
}

fn scope_from_otlp(scope: &InstrumentationScope) -> Scope {
    Scope {
        name: scope.name.clone(),
        version: scope.version.clone(),
        attributes: attributes(&scope.attributes),
    }
}

fn span(span: &otlp::Span, resource: usize, scope: usize) -> Option<Span> {
    let status = span.status.clone().unwrap_or_default();
    Some(Span {
        id: SpanId::from_slice(&span.span_id).ok()?,
        parent_id: SpanId::from_slice(&span.parent_span_id).ok(),
        name: span.name.clone(),
        kind: kind(span.kind()),
        start_nanos: nanos(span.start_time_unix_nano),
        end_nanos: nanos(span.end_time_unix_nano),
        status: Status {
            code: status_code(status.code()),
            message: status.message,
        },
        trace_state: span.trace_state.clone(),
        attributes: attributes(&span.attributes),
        events: span.events.iter().map(event).collect(),
        links: span.links.iter().filter_map(link).collect(),
        resource,
        scope,
    })
}

fn event(event: &otlp::span::Event) -> Event {
    Event {
        time_nanos: nanos(event.time_unix_nano),
        name: event.name.clone(),
        attributes: attributes(&event.attributes),
    }
}

fn link(link: &otlp::span::Link) -> Option<Link> {
    Some(Link {
        trace_id: TraceId::from_slice(&link.trace_id).ok()?,
        span_id: SpanId::from_slice(&link.span_id).ok()?,
        attributes: attributes(&link.attributes),
    })
}

fn kind(kind: SpanKind) -> Kind {
    match kind {
        SpanKind::Unspecified => Kind::Unspecified,
        SpanKind::Internal => Kind::Internal,
        SpanKind::Server => Kind::Server,
        SpanKind::Client => Kind::Client,
        SpanKind::Producer => Kind::Producer,
        SpanKind::Consumer => Kind::Consumer,
    }
}

fn status_code(code: otlp::status::StatusCode) -> StatusCode {
    match code {
        otlp::status::StatusCode::Unset => StatusCode::Unset,
        otlp::status::StatusCode::Ok => StatusCode::Ok,
        otlp::status::StatusCode::Error => StatusCode::Error,
    }
}

fn attributes(attributes: &[KeyValue]) -> Vec<Attribute> {
    let attribute = |found: &KeyValue| Attribute {
        key: found.key.clone(),
        value: value(found.value.as_ref()),
    };
    attributes.iter().map(attribute).collect()
}

/// Nested values are at most as deep as the decoder allows (prost: 100).
fn value(value: Option<&AnyValue>) -> Value {
    match value.and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => Value::String(text.clone()),
        Some(any_value::Value::BoolValue(flag)) => Value::Bool(*flag),
        Some(any_value::Value::IntValue(number)) => Value::Int(*number),
        Some(any_value::Value::DoubleValue(number)) => Value::Double(*number),
        Some(any_value::Value::BytesValue(bytes)) => Value::Bytes(bytes.clone()),
        Some(any_value::Value::ArrayValue(array)) => Value::Array(
            array
                .values
                .iter()
                .map(|item| self::value(Some(item)))
                .collect(),
        ),
        Some(any_value::Value::KvlistValue(list)) => Value::Map(attributes(&list.values)),
        // Nothing, or a string of a table that only profiles have.
        None | Some(any_value::Value::StringValueStrindex(_)) => Value::Empty,
    }
}

/// Times beyond the year 2262 are rejected when they are received.
fn nanos(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}
