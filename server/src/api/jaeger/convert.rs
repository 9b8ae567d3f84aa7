//! Traces as Jaeger's JSON, by the OpenTelemetry specification ("OpenTelemetry to Jaeger
//! Transformation"); and the tags by which Jaeger finds spans, which are those that it shows.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::attribute::{self, Attribute, Value};
use model::clock_skew;
use model::defect::Defect;
use model::format;
use model::id::{SpanId, TraceId};
use model::span::{Event, Kind, Link, Resource, SERVICE_NAME, Span, StatusCode};
use model::trace::{Node, Trace};
use serde::Serialize;
use serde_json::json;

/// The greatest integer that JavaScript's numbers tell from its neighbours; what is beyond is
/// written as text.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// The attribute of a link that says how OpenTracing called it.
const REFERENCE_TYPE: &str = "opentracing.ref_type";

/// The field of a log that has the name of an event.
const EVENT: &str = "event";

#[derive(Debug, Serialize)]
pub(super) struct JaegerTrace {
    #[serde(rename = "traceID")]
    trace_id: TraceId,
    spans: Vec<JaegerSpan>,
    processes: BTreeMap<String, Process>,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JaegerSpan {
    #[serde(rename = "traceID")]
    trace_id: TraceId,
    #[serde(rename = "spanID")]
    span_id: SpanId,
    operation_name: String,
    references: Vec<Reference>,
    /// Microseconds since the Unix epoch.
    start_time: u64,
    /// Microseconds.
    duration: u64,
    tags: Vec<KeyValue>,
    logs: Vec<Log>,
    #[serde(rename = "processID")]
    process_id: String,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: &'static str,
    #[serde(rename = "traceID")]
    trace_id: TraceId,
    #[serde(rename = "spanID")]
    span_id: SpanId,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Process {
    service_name: String,
    tags: Vec<KeyValue>,
}

#[derive(Debug, Serialize)]
struct Log {
    /// Microseconds since the Unix epoch.
    timestamp: u64,
    fields: Vec<KeyValue>,
}

#[derive(Debug, Serialize)]
struct KeyValue {
    key: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: serde_json::Value,
}

/// The value of a tag.
#[derive(Debug, Clone, Copy)]
enum Tag<'a> {
    Attribute(&'a Value),
    Text(&'a str),
    True,
}

impl<'a> Tag<'a> {
    /// As it is searched for.
    fn text(self) -> Cow<'a, str> {
        match self {
            Self::Attribute(Value::Bytes(bytes)) => BASE64_STANDARD.encode(bytes).into(),
            Self::Attribute(value @ (Value::Array(_) | Value::Map(_))) => {
                nested(value).to_string().into()
            }
            Self::Attribute(Value::String(text)) => text.into(),
            Self::Attribute(value) => value.to_string().into(),
            Self::Text(text) => text.into(),
            Self::True => "true".into(),
        }
    }

    fn with_key(self, key: &str) -> KeyValue {
        let text = |tag: Self| ("string", json!(tag.text()));
        let (kind, value) = match self {
            Self::True => ("bool", json!(true)),
            Self::Attribute(value) => match value {
                Value::Bool(value) => ("bool", json!(value)),
                Value::Int(value) if value.unsigned_abs() > MAX_SAFE_INTEGER => {
                    ("int64", json!(value.to_string()))
                }
                Value::Int(value) => ("int64", json!(value)),
                Value::Double(value) => ("float64", double(*value)),
                Value::Bytes(_) => ("binary", json!(self.text())),
                Value::Empty | Value::String(_) | Value::Array(_) | Value::Map(_) => text(self),
            },
            Self::Text(_) => text(self),
        };
        KeyValue {
            key: key.to_owned(),
            kind,
            value,
        }
    }
}

/// JSON has no infinite numbers.
fn double(value: f64) -> serde_json::Value {
    if value.is_finite() {
        json!(value)
    } else {
        json!(value.to_string())
    }
}

/// A value within a list or a map. Calls itself no deeper than values were received.
fn nested(value: &Value) -> serde_json::Value {
    match value {
        Value::Empty => serde_json::Value::Null,
        Value::String(text) => json!(text),
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Double(value) => double(*value),
        Value::Bytes(bytes) => json!(BASE64_STANDARD.encode(bytes)),
        Value::Array(values) => values.iter().map(nested).collect(),
        Value::Map(entries) => {
            let entries = entries.iter();
            entries
                .map(|entry| (entry.key.clone(), nested(&entry.value)))
                .collect()
        }
    }
}

/// Whether the text is that of a tag of the span, its process or one of its logs.
pub(super) fn has_tag(trace: &Trace, span: &Span, key: &str, text: &str) -> bool {
    let is_it = |(own, tag): (&str, Tag<'_>)| own == key && tag.text() == text;
    attributes(&trace.resource_of(span).attributes).any(is_it)
        || tags(trace, span).any(is_it)
        || span.events.iter().any(|event| fields(event).any(is_it))
}

/// Tags that are no attributes, unless a client sends one of that name.
const SCOPE_NAME: &str = "otel.scope.name";
const SCOPE_VERSION: &str = "otel.scope.version";
const KIND: &str = "span.kind";
const STATUS_CODE: &str = "otel.status_code";
const STATUS_DESCRIPTION: &str = "otel.status_description";
const TRACE_STATE: &str = "w3c.tracestate";
const ERROR: &str = "error";

/// Whether a tag of that name may be made of something else than an attribute.
pub(super) fn is_made(key: &str) -> bool {
    [
        SCOPE_NAME,
        SCOPE_VERSION,
        KIND,
        STATUS_CODE,
        STATUS_DESCRIPTION,
        TRACE_STATE,
        ERROR,
        EVENT,
    ]
    .contains(&key)
}

/// All tags of a span.
fn tags<'a>(trace: &'a Trace, span: &'a Span) -> impl Iterator<Item = (&'a str, Tag<'a>)> {
    let scope = trace.scopes.get(span.scope);
    let of_scope = scope.into_iter().flat_map(|scope| {
        let names = [
            (SCOPE_NAME, scope.name.as_str()),
            (SCOPE_VERSION, scope.version.as_str()),
        ];
        texts(names).chain(attributes(&scope.attributes))
    });
    let own = texts([
        (KIND, kind(span.kind)),
        (STATUS_CODE, status_code(span.status.code)),
        (STATUS_DESCRIPTION, &span.status.message),
        (TRACE_STATE, &span.trace_state),
    ]);
    let error = span.is_error().then_some((ERROR, Tag::True));
    of_scope
        .chain(attributes(&span.attributes))
        .chain(own)
        .chain(error)
}

/// The fields of a log. An attribute named `event` goes before the name of the event.
fn fields(event: &Event) -> impl Iterator<Item = (&str, Tag<'_>)> {
    let is_named = attribute::find(&event.attributes, EVENT).is_none();
    let name = is_named.then_some((EVENT, event.name.as_str()));
    texts(name).chain(attributes(&event.attributes))
}

/// Those that are not empty.
fn texts<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> impl Iterator<Item = (&'a str, Tag<'a>)> {
    let pairs = pairs.into_iter().filter(|(_, text)| !text.is_empty());
    pairs.map(|(key, text)| (key, Tag::Text(text)))
}

fn attributes(attributes: &[Attribute]) -> impl Iterator<Item = (&str, Tag<'_>)> {
    let attributes = attributes.iter();
    attributes.map(|attribute| (attribute.key.as_str(), Tag::Attribute(&attribute.value)))
}

/// The specification leaves `internal` out; Jaeger's own translation has it, and its users search
/// for it.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Unspecified => "",
        kind => kind.name(),
    }
}

fn status_code(code: StatusCode) -> &'static str {
    match code {
        StatusCode::Unset => "",
        StatusCode::Ok => "OK",
        StatusCode::Error => "ERROR",
    }
}

fn written<'a>(tags: impl Iterator<Item = (&'a str, Tag<'a>)>) -> Vec<KeyValue> {
    tags.map(|(key, tag)| tag.with_key(key)).collect()
}

/// The trace with its clocks corrected, or `raw` with the times that were sent.
pub(super) fn trace(trace: &Trace, raw: bool) -> JaegerTrace {
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    let mut processes = BTreeMap::new();
    let mut warnings: HashMap<SpanId, Vec<String>> = HashMap::new();
    let mut of_trace = Vec::new();
    for defect in &trace.defects {
        match defect.span() {
            Some(span) => warnings.entry(span).or_default().push(defect.to_string()),
            None => of_trace.push(defect.to_string()),
        }
    }
    let shifts = if raw {
        vec![0; trace.spans.len()]
    } else {
        clock_skew::shifts(trace)
    };
    let orphans = orphans(trace);
    let spans = trace.spans.iter().zip(&trace.nodes).zip(shifts);
    let spans = spans.map(|((span, node), shift)| {
        let next = numbers.len() + 1;
        let number = *numbers.entry(span.resource).or_insert(next);
        let process_id = format!("p{number}");
        if number == next {
            processes.insert(process_id.clone(), process(trace.resource_of(span)));
        }
        let mut warnings = warnings.remove(&span.id).unwrap_or_default();
        if shift != 0 {
            warnings.push(moved(shift));
        }
        let micros = |nanos: i64| micros(nanos.saturating_add(shift));
        let log = |event: &Event| Log {
            timestamp: micros(event.time_nanos),
            fields: written(fields(event)),
        };
        JaegerSpan {
            trace_id: trace.id,
            span_id: span.id,
            operation_name: span.name.clone(),
            references: references(trace, span, node, orphans.contains(&span.id)),
            start_time: micros(span.start_nanos),
            duration: self::micros(span.duration_nanos()),
            tags: written(tags(trace, span)),
            logs: span.events.iter().map(log).collect(),
            process_id,
            warnings: some(warnings),
        }
    });
    let spans = spans.collect();
    JaegerTrace {
        trace_id: trace.id,
        spans,
        processes,
        warnings: some(of_trace),
    }
}

/// The spans whose parent is not there.
pub(super) fn orphans(trace: &Trace) -> HashSet<SpanId> {
    let orphans = trace.defects.iter().filter_map(|defect| match *defect {
        Defect::MissingParent { span, .. } => Some(span),
        _ => None,
    });
    orphans.collect()
}

/// Jaeger has no warnings where there are none.
fn some(warnings: Vec<String>) -> Option<Vec<String>> {
    (!warnings.is_empty()).then_some(warnings)
}

fn moved(shift_nanos: i64) -> String {
    let way = if shift_nanos > 0 { "later" } else { "earlier" };
    let nanos = shift_nanos.saturating_abs();
    let length = format::duration(nanos);
    format!("Shown {length} {way} than it was sent: its clock disagrees with the others")
}

fn process(resource: &Resource) -> Process {
    let tags = attributes(&resource.attributes).filter(|(key, _)| *key != SERVICE_NAME);
    Process {
        service_name: resource.service().to_owned(),
        tags: written(tags),
    }
}

/// The parent first, then links. Where spans are in a circle, the one that is shown as a root has
/// no parent, or clients would go round.
fn references(trace: &Trace, span: &Span, node: &Node, is_orphan: bool) -> Vec<Reference> {
    let parent = match node.parent {
        Some(position) => Some(trace.spans[position].id),
        None => span.parent_id.filter(|_| is_orphan),
    };
    let parent = parent.map(|span_id| Reference {
        ref_type: "CHILD_OF",
        trace_id: trace.id,
        span_id,
    });
    let link = |link: &Link| {
        let named = attribute::find(&link.attributes, REFERENCE_TYPE);
        let is_child = named.and_then(Value::as_str) == Some("child_of");
        Reference {
            ref_type: if is_child { "CHILD_OF" } else { "FOLLOWS_FROM" },
            trace_id: link.trace_id,
            span_id: link.span_id,
        }
    };
    parent
        .into_iter()
        .chain(span.links.iter().map(link))
        .collect()
}

/// What is negative becomes none: Jaeger's numbers have no sign.
fn micros(nanos: i64) -> u64 {
    u64::try_from(nanos / 1_000).unwrap_or(0)
}
