//! Traces as Jaeger's user interface and its query API write them (jaeger-ui, `types/trace.tsx`):
//! the OpenTelemetry specification, "OpenTelemetry to Jaeger Transformation", read backwards.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Found;
use super::parts::{
    Library, NANOS_PER_MICRO, STATUS_ERROR, STATUS_OK, key_value, kind, message, span_id, text,
    trace_id,
};
use crate::otlp::json as otlp;
use crate::otlp::json::{AnyValue, Base64, Double, Int, KeyValue};
use crate::span::SERVICE_NAME;

/// The attribute of a link that says how OpenTracing called it.
const REFERENCE_TYPE: &str = "opentracing.ref_type";

#[derive(Deserialize)]
struct Trace<'a> {
    #[serde(borrow)]
    spans: Vec<&'a RawValue>,
    #[serde(default)]
    processes: HashMap<String, Process>,
}

#[derive(Deserialize, Clone, Default)]
#[serde(rename_all = "camelCase")]
struct Process {
    #[serde(default)]
    service_name: String,
    tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    id: String,
    /// Files of old versions have it, instead of a reference.
    #[serde(rename = "parentSpanID")]
    parent_id: Option<String>,
    operation_name: Option<String>,
    references: Option<Vec<Reference>>,
    /// Microseconds since the Unix epoch.
    start_time: u64,
    /// Microseconds.
    #[serde(default)]
    duration: u64,
    tags: Option<Vec<Tag>>,
    logs: Option<Vec<Log>>,
    #[serde(rename = "processID")]
    process_id: Option<String>,
    /// In files of some tools, instead of an id of a process.
    process: Option<Process>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: Option<String>,
    #[serde(rename = "traceID")]
    trace_id: Option<String>,
    #[serde(rename = "spanID")]
    span_id: Option<String>,
}

#[derive(Deserialize)]
struct Log {
    /// Microseconds since the Unix epoch.
    timestamp: u64,
    #[serde(default)]
    fields: Vec<Tag>,
}

#[derive(Deserialize, Clone)]
struct Tag {
    key: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: Value,
}

/// Reads a trace. Ids and times are not judged here; what cannot be read as one is left empty, which
/// no check accepts.
///
/// # Errors
/// When it is not a trace of Jaeger's.
pub fn read(trace: &str) -> Result<Found, serde_json::Error> {
    let trace: Trace<'_> = serde_json::from_str(trace)?;
    let mut found = Found::default();
    let mut of_process: BTreeMap<(String, Library), Vec<otlp::Span>> = BTreeMap::new();
    let mut processes = trace.processes;
    for (position, element) in trace.spans.into_iter().enumerate() {
        match serde_json::from_str::<Span>(element.get()) {
            Ok(mut span) => {
                let mut process = span.process_id.take().unwrap_or_default();
                if let Some(own) = span.process.take() {
                    // No id of a process begins so.
                    process = format!(" {position}");
                    processes.insert(process.clone(), own);
                }
                let (scope, span) = span.into_otlp();
                of_process.entry((process, scope)).or_default().push(span);
            }
            Err(error) => found.leave_out(&error),
        }
    }
    let resource_spans = of_process.into_iter().map(|((process, scope), spans)| {
        let process = processes.get(&process).cloned().unwrap_or_default();
        scope.resource_spans(process.attributes(), spans)
    });
    found.message = message(resource_spans.collect());
    Ok(found)
}

impl Process {
    fn attributes(self) -> Vec<KeyValue> {
        let service = Some(self.service_name).filter(|name| !name.is_empty());
        let service = service.map(|name| text(SERVICE_NAME, name));
        let tags = self.tags.unwrap_or_default();
        let tags = tags.into_iter().map(Tag::into_attribute);
        service.into_iter().chain(tags).collect()
    }
}

impl Span {
    fn into_otlp(self) -> (Library, otlp::Span) {
        let mut tags = self.tags.unwrap_or_default();
        let scope = Library {
            name: take(&mut tags, &Library::NAME),
            version: take(&mut tags, &Library::VERSION),
        };
        let kind = kind_of(&take(&mut tags, &["span.kind"]));
        let status = status(&mut tags);
        let trace_state = take(&mut tags, &["w3c.tracestate"]);
        let mut references = self.references.unwrap_or_default();
        let parent = parent(&references, &self.trace_id);
        let parent = parent.map(|position| references.remove(position));
        let parent = parent.and_then(|parent| parent.span_id);
        let parent = parent.or(self.parent_id);
        let start = self.start_time.saturating_mul(NANOS_PER_MICRO);
        let end = self.start_time.saturating_add(self.duration);
        let span = otlp::Span {
            trace_id: trace_id(Some(&self.trace_id)),
            span_id: span_id(Some(&self.id)),
            parent_span_id: span_id(parent.as_deref()),
            trace_state,
            name: self.operation_name.unwrap_or_default(),
            kind,
            start_time_unix_nano: Int(start),
            end_time_unix_nano: Int(end.saturating_mul(NANOS_PER_MICRO)),
            attributes: tags.into_iter().map(Tag::into_attribute).collect(),
            events: (self.logs.unwrap_or_default().into_iter())
                .map(Log::into_event)
                .collect(),
            links: references.into_iter().map(Reference::into_link).collect(),
            status,
            ..otlp::Span::default()
        };
        (scope, span)
    }
}

/// The first that the span is a child of, or else the first that it follows from, in the same trace.
fn parent(references: &[Reference], own_trace: &str) -> Option<usize> {
    let own_trace = trace_id(Some(own_trace));
    let is_own = |reference: &Reference| trace_id(reference.trace_id.as_deref()) == own_trace;
    let is_child = |reference: &Reference| reference.ref_type.as_deref() == Some("CHILD_OF");
    let mut places = references.iter();
    let child = places.position(|reference| is_own(reference) && is_child(reference));
    child.or_else(|| references.iter().position(is_own))
}

impl Reference {
    fn into_link(self) -> otlp::Link {
        let kind = self.ref_type.unwrap_or_default().to_ascii_lowercase();
        otlp::Link {
            trace_id: trace_id(self.trace_id.as_deref()),
            span_id: span_id(self.span_id.as_deref()),
            attributes: vec![text(REFERENCE_TYPE, kind)],
            ..otlp::Link::default()
        }
    }
}

impl Log {
    /// Its name is in the field `event`; logs of old clients have none.
    fn into_event(mut self) -> otlp::Event {
        let name = take(&mut self.fields, &["event"]);
        otlp::Event {
            time_unix_nano: Int(self.timestamp.saturating_mul(NANOS_PER_MICRO)),
            name: if name.is_empty() { "log".into() } else { name },
            attributes: self.fields.into_iter().map(Tag::into_attribute).collect(),
            ..otlp::Event::default()
        }
    }
}

impl Tag {
    fn printed(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            value => value.to_string(),
        }
    }

    /// What is not as its type says is kept as text.
    fn into_attribute(self) -> KeyValue {
        let printed = self.printed();
        let mut value = AnyValue::default();
        match self.kind.as_deref() {
            Some("bool") => value.bool_value = printed.parse().ok(),
            Some("int64") => value.int_value = printed.parse().ok().map(Int),
            Some("float64") => value.double_value = printed.parse().ok().map(Double),
            Some("binary") => value.bytes_value = BASE64_STANDARD.decode(&printed).ok().map(Base64),
            _ => {}
        }
        if value == AnyValue::default() {
            return text(&self.key, printed);
        }
        key_value(&self.key, value)
    }
}

/// The first tag of those names as text; all of them are removed.
fn take(tags: &mut Vec<Tag>, keys: &[&str]) -> String {
    let taken = tags.extract_if(.., |tag| keys.contains(&&*tag.key));
    let taken: Vec<Tag> = taken.collect();
    taken.first().map(Tag::printed).unwrap_or_default()
}

fn kind_of(text: &str) -> i32 {
    match text {
        "client" => kind::CLIENT,
        "server" => kind::SERVER,
        "producer" => kind::PRODUCER,
        "consumer" => kind::CONSUMER,
        "internal" => kind::INTERNAL,
        _ => kind::UNSPECIFIED,
    }
}

/// The tag `error` stays where it says more than the status does.
fn status(tags: &mut Vec<Tag>) -> Option<otlp::Status> {
    let code = take(tags, &["otel.status_code"]);
    let message = take(tags, &["otel.status_description"]);
    let error = tags.iter().find(|tag| tag.key == "error");
    let error = error.map(Tag::printed).unwrap_or_default();
    if error == "true" {
        take(tags, &["error"]);
    }
    let code = match (code.to_ascii_uppercase().as_str(), error.as_str()) {
        ("OK", _) => STATUS_OK,
        ("ERROR", _) => STATUS_ERROR,
        (_, "" | "false") => return None,
        _ => STATUS_ERROR,
    };
    Some(otlp::Status { message, code })
}

#[cfg(test)]
mod tests {
    use super::super::parts::{flag, number};
    use super::super::tests::resource_spans;
    use super::*;

    const TRACE: &str = r#"{"traceID":"af7183fb1d4cf5f","spans":[
        {"traceID":"af7183fb1d4cf5f","spanID":"b221d5bc9e6496c","operationName":"pay",
         "references":[{"refType":"FOLLOWS_FROM","traceID":"1","spanID":"2"}],
         "startTime":1556604172355737,"duration":1431,"processID":"p1",
         "tags":[{"key":"span.kind","type":"string","value":"server"},
                 {"key":"error","type":"bool","value":true},
                 {"key":"otel.library.name","type":"string","value":"lib"},
                 {"key":"retries","type":"int64","value":3},
                 {"key":"large","type":"int64","value":"9007199254740993"},
                 {"key":"blob","type":"binary","value":"AAE="},
                 {"key":"odd","type":"int64","value":"three"},
                 {"key":"vip","type":"bool","value":true}],
         "logs":[{"timestamp":1556604172355740,"fields":[
            {"key":"event","type":"string","value":"cache miss"},
            {"key":"ratio","type":"float64","value":0.5}]}],"warnings":null},
        {"traceID":"0af7183fb1d4cf5f","spanID":"3","operationName":"query","flags":1,
         "references":[{"refType":"FOLLOWS_FROM","traceID":"af7183fb1d4cf5f","spanID":"4"},
                       {"refType":"CHILD_OF","traceID":"af7183fb1d4cf5f","spanID":"b221d5bc9e6496c"}],
         "startTime":1556604172355738,"duration":1,"processID":"p2","tags":null,"logs":null},
        {"spanID":"5"}],
        "processes":{"p1":{"serviceName":"shop","tags":[{"key":"host","type":"string","value":"a"}]},
                     "p2":{"serviceName":"store"}},"warnings":null}"#;

    #[test]
    fn everything_has_its_place() {
        let found = read(TRACE).expect("Jaeger's");
        assert_eq!(found.unreadable, 1);
        let spans = resource_spans(&found);
        let [shop, store] = spans.as_slice() else {
            panic!("two processes");
        };
        let of_shop = &shop.resource.as_ref().expect("it is there").attributes;
        assert_eq!(of_shop, &[text(SERVICE_NAME, "shop"), text("host", "a")]);
        let of_scope = &shop.scope_spans[0];
        assert_eq!(of_scope.scope.as_ref().expect("it is there").name, "lib");
        let pay = &of_scope.spans[0];
        assert_eq!(pay.trace_id, trace_id(Some("0af7183fb1d4cf5f")));
        assert_eq!(pay.parent_span_id, otlp::Hex::default());
        assert_eq!(pay.links[0].span_id, span_id(Some("2")));
        assert_eq!(pay.kind, 2);
        assert_eq!(pay.start_time_unix_nano, Int(1_556_604_172_355_737_000));
        assert_eq!(pay.end_time_unix_nano, Int(1_556_604_172_357_168_000));
        assert_eq!(pay.status.as_ref().expect("it is there").code, 2);
        let attributes = [
            number("retries", 3),
            number("large", 9_007_199_254_740_993),
            key_value(
                "blob",
                AnyValue {
                    bytes_value: Some(Base64(vec![0, 1])),
                    ..AnyValue::default()
                },
            ),
            text("odd", "three"),
            flag("vip", true),
        ];
        assert_eq!(pay.attributes, attributes);
        assert_eq!(pay.events[0].name, "cache miss");
        let ratio = pay.events[0].attributes[0].value.clone();
        assert_eq!(ratio.expect("a value").double_value, Some(Double(0.5)));
        let query = &store.scope_spans[0].spans[0];
        assert_eq!(query.parent_span_id, pay.span_id);
        assert_eq!(query.links[0].span_id, span_id(Some("4")));
        assert_eq!(query.status, None);
    }

    #[test]
    fn older_files_name_the_parent_and_the_process_in_the_span() {
        let found = read(
            r#"{"spans":[{"traceID":"1","spanID":"2","parentSpanID":"3","startTime":7,
                "process":{"serviceName":"a"}}]}"#,
        );
        let of_resource = &resource_spans(&found.expect("Jaeger's"))[0];
        let resource = of_resource.resource.as_ref().expect("it is there");
        assert_eq!(resource.attributes, [text(SERVICE_NAME, "a")]);
        let span = &of_resource.scope_spans[0].spans[0];
        assert_eq!(span.parent_span_id, span_id(Some("3")));
        assert_eq!(span.end_time_unix_nano, Int(7_000));
        assert!(read("[]").is_err() && read(r#"{"spans":1}"#).is_err());
    }
}
