//! Zipkin's JSON, version 2 (zipkin-api, `zipkin2-api.yaml`, `ListOfSpans`).
//!
//! Tags and annotations become attributes and events by the rules of the OpenTelemetry
//! specification, "OpenTelemetry to Zipkin Transformation", read backwards.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Found;
use super::parts::{
    Library, NANOS_PER_MICRO, STATUS_ERROR, STATUS_OK, flag, kind, message, number, span_id, text,
    trace_id,
};
use crate::id::SpanId;
use crate::otlp::json as otlp;
use crate::otlp::json::{Hex, Int, KeyValue};
use crate::span::SERVICE_NAME;

/// Clients send `null` for whatever they have not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    trace_id: Option<String>,
    id: Option<String>,
    parent_id: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    /// Microseconds since the Unix epoch.
    timestamp: Option<u64>,
    /// Microseconds.
    duration: Option<u64>,
    shared: Option<bool>,
    local_endpoint: Option<Endpoint>,
    remote_endpoint: Option<Endpoint>,
    annotations: Option<Vec<Annotation>>,
    tags: Option<BTreeMap<String, Option<String>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    service_name: Option<String>,
    ipv4: Option<String>,
    ipv6: Option<String>,
    port: Option<u16>,
}

#[derive(Deserialize)]
struct Annotation {
    /// Microseconds since the Unix epoch.
    timestamp: Option<u64>,
    value: Option<String>,
}

/// Reads a list of spans. Ids and times are not judged here; what cannot be read as one is left
/// empty, which no check accepts.
///
/// # Errors
/// When it is not a JSON list.
pub fn read(spans: &[u8]) -> Result<Found, serde_json::Error> {
    let elements: Vec<&RawValue> = serde_json::from_slice(spans)?;
    let mut found = Found::default();
    let mut of_service: BTreeMap<(Option<String>, Library), Vec<otlp::Span>> = BTreeMap::new();
    for element in elements {
        match serde_json::from_str::<Span>(element.get()) {
            Ok(span) => {
                let service = span.service();
                let (scope, span) = span.into_otlp();
                of_service.entry((service, scope)).or_default().push(span);
            }
            Err(error) => found.leave_out(&error),
        }
    }
    let resource_spans = of_service.into_iter().map(|((service, scope), spans)| {
        let service = service.map(|name| text(SERVICE_NAME, name));
        scope.resource_spans(service.into_iter().collect(), spans)
    });
    found.message = message(resource_spans.collect());
    Ok(found)
}

impl Span {
    /// Of its endpoint; OpenTelemetry's exporters may name it in a tag.
    fn service(&self) -> Option<String> {
        let endpoint = self.local_endpoint.as_ref();
        let named = endpoint.and_then(|endpoint| endpoint.service_name.as_ref());
        let tags = self.tags.as_ref();
        let tagged = tags.and_then(|tags| tags.get(SERVICE_NAME)?.as_ref());
        let named = named.filter(|name| !name.is_empty()).or(tagged)?;
        Some(named.clone())
    }

    fn into_otlp(self) -> (Library, otlp::Span) {
        let id = span_id(self.id.as_deref());
        let mut parent_span_id = match self.parent_id.as_deref() {
            None | Some("") => Hex::default(),
            // One that cannot be read costs the span: it would stand in the wrong place.
            parent => non_empty(span_id(parent)),
        };
        let is_shared = self.shared == Some(true);
        let mut own_id = id.clone();
        if is_shared && let Ok(client) = SpanId::from_slice(&id.0) {
            // Client and server have one id between them; here each span has its own.
            own_id = Hex(client.shared_server().as_bytes().to_vec());
            parent_span_id = id;
        }
        let mut tags = self.tags.unwrap_or_default();
        let scope = Library {
            name: take(&mut tags, &Library::NAME),
            version: take(&mut tags, &Library::VERSION),
        };
        let status = status(&mut tags);
        let mut attributes: Vec<KeyValue> = tags
            .into_iter()
            .map(|(key, value)| text(&key, value.unwrap_or_default()))
            .collect();
        if is_shared {
            attributes.push(flag("zipkin.shared", true));
        }
        if let Some(local) = &self.local_endpoint {
            attributes.extend(address(local, "network.local"));
        }
        if let Some(remote) = &self.remote_endpoint {
            let service = remote.service_name.iter().filter(|name| !name.is_empty());
            attributes.extend(service.map(|name| text("peer.service", name)));
            attributes.extend(address(remote, "network.peer"));
        }
        let annotations = self.annotations.unwrap_or_default();
        let times = annotations.iter().filter_map(|found| found.timestamp);
        let start = self.timestamp.or_else(|| times.min()).unwrap_or(0);
        let end = start.saturating_add(self.duration.unwrap_or(0));
        let span = otlp::Span {
            trace_id: trace_id(self.trace_id.as_deref()),
            span_id: own_id,
            parent_span_id,
            name: self.name.unwrap_or_default(),
            kind: kind_of(self.kind.as_deref()),
            start_time_unix_nano: Int(start.saturating_mul(NANOS_PER_MICRO)),
            end_time_unix_nano: Int(end.saturating_mul(NANOS_PER_MICRO)),
            attributes,
            events: annotations.into_iter().map(event).collect(),
            status,
            ..otlp::Span::default()
        };
        (scope, span)
    }
}

fn kind_of(text: Option<&str>) -> i32 {
    match text {
        Some("CLIENT") => kind::CLIENT,
        Some("SERVER") => kind::SERVER,
        Some("PRODUCER") => kind::PRODUCER,
        Some("CONSUMER") => kind::CONSUMER,
        _ => kind::INTERNAL,
    }
}

/// So that what cannot be read is not taken for absent.
fn non_empty(id: Hex) -> Hex {
    if id.0.is_empty() { Hex(vec![0]) } else { id }
}

fn take(tags: &mut BTreeMap<String, Option<String>>, keys: &[&str]) -> String {
    let mut found = None;
    for key in keys {
        if let Some(value) = tags.remove(*key) {
            found = found.or(value);
        }
    }
    found.unwrap_or_default()
}

/// The tag `error` says that there was one, and often which.
fn status(tags: &mut BTreeMap<String, Option<String>>) -> Option<otlp::Status> {
    let error = tags.get("error").cloned();
    let code = take(tags, &["otel.status_code"]);
    let description = take(tags, &["otel.status_description"]);
    let code = match (code.to_ascii_uppercase().as_str(), &error) {
        ("OK", _) => STATUS_OK,
        ("ERROR", _) => STATUS_ERROR,
        (_, Some(value)) if value.as_deref() != Some("false") => STATUS_ERROR,
        _ => return None,
    };
    let says_what = |text: &String| !text.is_empty() && text != "true";
    let message = if description.is_empty() && code == STATUS_ERROR {
        error.flatten().filter(says_what).unwrap_or_default()
    } else {
        description
    };
    Some(otlp::Status { message, code })
}

fn address(endpoint: &Endpoint, prefix: &str) -> Vec<KeyValue> {
    let ip = endpoint.ipv4.as_ref().or(endpoint.ipv6.as_ref());
    let ip = ip.map(|ip| text(&format!("{prefix}.address"), ip));
    let port = endpoint.port.filter(|port| *port != 0);
    let port = port.map(|port| number(&format!("{prefix}.port"), port.into()));
    ip.into_iter().chain(port).collect()
}

fn event(annotation: Annotation) -> otlp::Event {
    let micros = annotation.timestamp.unwrap_or(0);
    otlp::Event {
        time_unix_nano: Int(micros.saturating_mul(NANOS_PER_MICRO)),
        name: annotation.value.unwrap_or_default(),
        ..otlp::Event::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::resource_spans;
    use super::*;
    use crate::id::bytes_from_hex;

    fn spans(body: &str) -> Vec<otlp::Span> {
        let found = read(body.as_bytes()).expect("Zipkin's");
        assert_eq!(found.reason, None);
        let of_resources = resource_spans(&found).into_iter();
        of_resources
            .flat_map(|of_resource| of_resource.scope_spans)
            .flat_map(|of_scope| of_scope.spans)
            .collect()
    }

    #[test]
    fn everything_has_its_place() {
        let body = r#"[{"traceId":"5af7183fb1d4cf5f","parentId":"6b221d5bc9e6496c","id":"352bff9a74ca9ad2",
            "kind":"CLIENT","name":"get /api","timestamp":1556604172355737,"duration":1431,
            "localEndpoint":{"serviceName":"backend","ipv4":"192.168.99.1","port":3306},
            "remoteEndpoint":{"serviceName":"database","ipv6":"::1","port":58648},
            "annotations":[{"timestamp":1556604172355740,"value":"cache miss"}],
            "tags":{"http.method":"GET","error":"refused","otel.library.name":"lib"}}]"#;
        let found = read(body.as_bytes()).expect("Zipkin's");
        let of_resource = &resource_spans(&found)[0];
        let resource = of_resource.resource.as_ref().expect("it is there");
        assert_eq!(resource.attributes, [text("service.name", "backend")]);
        let of_scope = &of_resource.scope_spans[0];
        assert_eq!(of_scope.scope.as_ref().expect("it is there").name, "lib");
        let span = &of_scope.spans[0];
        assert_eq!(span.trace_id.0[..8], [0; 8]);
        assert_eq!(
            span.trace_id.0[8..],
            bytes_from_hex("5af7183fb1d4cf5f").expect("digits")
        );
        assert_eq!(span.kind, 3);
        assert_eq!(span.start_time_unix_nano, Int(1_556_604_172_355_737_000));
        assert_eq!(span.end_time_unix_nano, Int(1_556_604_172_357_168_000));
        let expected = [
            text("error", "refused"),
            text("http.method", "GET"),
            text("network.local.address", "192.168.99.1"),
            number("network.local.port", 3306),
            text("peer.service", "database"),
            text("network.peer.address", "::1"),
            number("network.peer.port", 58_648),
        ];
        assert_eq!(span.attributes, expected);
        assert_eq!(span.events[0].name, "cache miss");
        let status = span.status.as_ref().expect("it is there");
        assert_eq!((status.code, status.message.as_str()), (2, "refused"));
    }

    #[test]
    fn what_is_null_is_absent() {
        let body = r#"[{"traceId":"1","id":"2","parentId":null,"kind":null,"name":null,"timestamp":7,
            "duration":null,"shared":null,"localEndpoint":null,"remoteEndpoint":{"serviceName":null},
            "annotations":null,"tags":null}]"#;
        let span = &spans(body)[0];
        assert_eq!((span.kind, span.parent_span_id.0.len()), (1, 0));
        assert_eq!(span.start_time_unix_nano, span.end_time_unix_nano);
        assert_eq!(span.span_id.0, [0, 0, 0, 0, 0, 0, 0, 2]);
    }

    #[test]
    fn the_service_may_be_a_tag() {
        let body = r#"[{"traceId":"1","id":"2","timestamp":7,"localEndpoint":{"serviceName":""},
            "tags":{"service.name":"till"}}]"#;
        let found = read(body.as_bytes()).expect("Zipkin's");
        let resource = resource_spans(&found)[0].resource.clone();
        assert_eq!(
            resource.expect("it is there").attributes,
            [text("service.name", "till")]
        );
    }

    #[test]
    fn a_shared_server_span_hangs_below_its_client() {
        let body = r#"[{"traceId":"1","id":"2","parentId":"9","kind":"CLIENT","timestamp":7},
            {"traceId":"1","id":"2","parentId":"9","kind":"SERVER","shared":true,"timestamp":8}]"#;
        let spans = spans(body);
        let (client, server) = (&spans[0], &spans[1]);
        assert_eq!(client.parent_span_id.0, [0, 0, 0, 0, 0, 0, 0, 9]);
        assert_eq!(server.parent_span_id, client.span_id);
        assert_ne!(server.span_id, client.span_id);
        assert_eq!(server.span_id.0.len(), 8);
    }

    #[test]
    fn what_is_no_span_costs_itself_only() {
        let body = r#"[{"traceId":"1","id":"2","timestamp":7},7,{"traceId":8},
            {"traceId":"xyz","id":"2","parentId":"no"}]"#;
        let found = read(body.as_bytes()).expect("Zipkin's");
        assert_eq!(found.unreadable, 2);
        let reason = found.reason.clone().expect("why");
        assert!(reason.starts_with("invalid type: integer `7`"), "{reason}");
        let spans = &resource_spans(&found)[0].scope_spans[0].spans;
        assert_eq!(
            (spans[1].trace_id.0.len(), spans[1].parent_span_id.0.len()),
            (0, 1)
        );
        for body in ["", "{}", "7", "[", &"[".repeat(100_000)] {
            assert!(read(body.as_bytes()).is_err(), "{body:.9}");
        }
    }
}
