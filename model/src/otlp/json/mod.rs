//! OTLP's JSON encoding: proto3 JSON with the exceptions of the OTLP specification ("JSON Protobuf
//! Encoding"): ids are hexadecimal, enums are integers, keys are lowerCamelCase.
//!
//! A text becomes the protobuf of the same messages, and these become text: each message is
//! declared once, with the numbers of its fields ([`message`]), and both encodings follow.
//!
//! The reader is lenient where the specification is: 64-bit numbers as numbers or strings, `null`
//! for an absent field, unknown fields ignored. An id that is not hexadecimal is kept as one that
//! no check accepts, so that it costs its own span and not the whole request.

#![expect(
    clippy::struct_field_names,
    reason = "these are the names of the protocol"
)]

mod logs;
mod message;
mod value;

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use self::logs::LogsData;
pub(crate) use self::message::Message;
use self::message::{MAX_DEPTH, messages};
pub(crate) use self::value::{AnyValue, Base64, Double, Fixed32, Hex, Int};
use super::wire::WireError;

/// Why stored messages could not be written as JSON.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Reads an `ExportTraceServiceRequest` or a `TracesData`, which look the same: its protobuf.
///
/// # Errors
/// When the text is not JSON, or a field is not as OTLP has it.
pub fn read_traces(text: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    read::<TracesData>(text)
}

/// Writes the protobuf of a `TracesData` as JSON. The list at its top is always there.
///
/// # Errors
/// When it is none.
pub fn write_traces(message: &[u8]) -> Result<String, WriteError> {
    write::<TracesData>(message, r#"{"resourceSpans":[]}"#)
}

/// Reads an `ExportLogsServiceRequest` or a `LogsData`, which look the same: its protobuf.
///
/// # Errors
/// As [`read_traces`].
pub fn read_logs(text: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    read::<LogsData>(text)
}

/// Writes the protobuf of a `LogsData` as JSON. The list at its top is always there.
///
/// # Errors
/// When it is none.
pub fn write_logs(message: &[u8]) -> Result<String, WriteError> {
    write::<LogsData>(message, r#"{"resourceLogs":[]}"#)
}

fn read<M: Message + DeserializeOwned>(text: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let Object(data): Object<M> = serde_json::from_slice(text)?;
    let mut message = Vec::new();
    data.put(&mut message);
    Ok(message)
}

/// `nothing` is the text of a message without any fields, which otherwise are left out where they
/// are empty.
fn write<M: Message + PartialEq + Serialize>(
    message: &[u8],
    nothing: &str,
) -> Result<String, WriteError> {
    let mut data = M::default();
    data.merge(message, MAX_DEPTH)?;
    if data == M::default() {
        return Ok(nothing.to_owned());
    }
    Ok(serde_json::to_string(&data)?)
}

/// A message that is written as an object, and not as a list of its fields, which serde would
/// accept for a struct.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = T;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer
            .deserialize_map(ObjectVisitor(PhantomData))
            .map(Self)
    }
}

messages! {
    TracesData {
        resource_spans: Vec<ResourceSpans> = 1,
    }
    ResourceSpans {
        resource: Option<Resource> = 1,
        scope_spans: Vec<ScopeSpans> = 2,
        schema_url: String = 3,
    }
    Resource {
        attributes: Vec<KeyValue> = 1,
        dropped_attributes_count: u32 = 2,
    }
    ScopeSpans {
        scope: Option<Scope> = 1,
        spans: Vec<Span> = 2,
        schema_url: String = 3,
    }
    Scope {
        name: String = 1,
        version: String = 2,
        attributes: Vec<KeyValue> = 3,
        dropped_attributes_count: u32 = 4,
    }
    Span {
        trace_id: Hex = 1,
        span_id: Hex = 2,
        trace_state: String = 3,
        parent_span_id: Hex = 4,
        name: String = 5,
        kind: i32 = 6,
        start_time_unix_nano: Int<u64> = 7,
        end_time_unix_nano: Int<u64> = 8,
        attributes: Vec<KeyValue> = 9,
        dropped_attributes_count: u32 = 10,
        events: Vec<Event> = 11,
        dropped_events_count: u32 = 12,
        links: Vec<Link> = 13,
        dropped_links_count: u32 = 14,
        status: Option<Status> = 15,
        flags: Fixed32 = 16,
    }
    Event {
        time_unix_nano: Int<u64> = 1,
        name: String = 2,
        attributes: Vec<KeyValue> = 3,
        dropped_attributes_count: u32 = 4,
    }
    Link {
        trace_id: Hex = 1,
        span_id: Hex = 2,
        trace_state: String = 3,
        attributes: Vec<KeyValue> = 4,
        dropped_attributes_count: u32 = 5,
        flags: Fixed32 = 6,
    }
    Status {
        message: String = 2,
        code: i32 = 3,
    }
    KeyValue {
        key: String = 1,
        value: Option<AnyValue> = 2,
    }
    ArrayValue {
        values: Vec<AnyValue> = 1,
    }
    KeyValueList {
        values: Vec<KeyValue> = 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_an_empty_list() {
        let traces = write_traces(&[]).expect("JSON");
        assert_eq!(traces, r#"{"resourceSpans":[]}"#);
        let logs = write_logs(&[]).expect("JSON");
        assert_eq!(logs, r#"{"resourceLogs":[]}"#);
    }

    const EVERYTHING: &str = r#"{"resourceSpans":[{
        "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}],"droppedAttributesCount":1},
        "scopeSpans":[{"scope":{"name":"lib","version":"1"},"schemaUrl":"https://example.test/schema","spans":[{
            "traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","traceState":"a=b",
            "parentSpanId":"eee19b7ec3c1b173","flags":257,"name":"pay","kind":3,
            "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000",
            "attributes":[
                {"key":"b","value":{"boolValue":false}},{"key":"i","value":{"intValue":"-9007199254740993"}},
                {"key":"d","value":{"doubleValue":"NaN"}},{"key":"e","value":{"doubleValue":1.5}},
                {"key":"a","value":{"arrayValue":{"values":[{"stringValue":""},{}]}}},
                {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}}},
                {"key":"y","value":{"bytesValue":"AQI="}},{"key":"empty"}],
            "events":[{"timeUnixNano":"1544712660500000000","name":"tap"}],"droppedEventsCount":2,
            "links":[{"traceId":"5b8efff798038103d269b633813fc60d","spanId":"eee19b7ec3c1b175"}],
            "status":{"message":"declined","code":2}}]}]}]}"#;

    fn compact(text: &str) -> serde_json::Value {
        serde_json::from_str(text).expect("JSON")
    }

    fn span(text: &str) -> Span {
        let mut data = TracesData::default();
        let message = read_traces(text.as_bytes()).expect("OTLP");
        data.merge(&message, MAX_DEPTH).expect("OTLP");
        data.resource_spans[0].scope_spans[0].spans[0].clone()
    }

    #[test]
    fn everything_reads_back_as_it_was_written() {
        let message = read_traces(EVERYTHING.as_bytes()).expect("OTLP");
        let written = write_traces(&message).expect("OTLP");
        assert_eq!(compact(&written), compact(EVERYTHING));
    }

    #[test]
    fn numbers_nulls_and_unknown_fields_are_accepted() {
        let text = r#"{"resourceSpans":[{"resource":null,"scopeSpans":[{"spans":[{
            "traceId":"5B8EFFF798038103D269B633813FC60C","kind":null,"startTimeUnixNano":1544712660000000000,
            "attributes":[{"key":"i","value":{"intValue":7}}],"novelty":{"x":[1]}}]}]}],"other":1}"#;
        let span = span(text);
        assert_eq!((span.trace_id.0.len(), span.kind), (16, 0));
        assert_eq!(span.start_time_unix_nano, Int(1_544_712_660_000_000_000));
        assert!(read_traces(b"{}").expect("OTLP").is_empty());
    }

    #[test]
    fn an_id_that_is_none_costs_its_span_only() {
        let text =
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zzzzzzzzzzzzzzzz"}]}]}]}"#;
        assert_eq!(span(text).trace_id.0, [0]);
    }

    #[test]
    fn what_is_not_otlp_is_an_error() {
        for text in ["", "[]", "{\"resourceSpans\":1}", &"[".repeat(100_000)] {
            assert!(read_traces(text.as_bytes()).is_err());
        }
        assert!(write_traces(b"\x0a\x09").is_err());
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |arrays: usize| {
            let (open, close) = (r#"{"arrayValue":{"values":["#, "]}}");
            let value = format!("{}{{}}{}", open.repeat(arrays), close.repeat(arrays));
            let attribute = format!(r#"{{"key":"a","value":{value}}}"#);
            format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{attribute}]}}}}]}}"#)
        };
        let deep = read_traces(nested(35).as_bytes()).expect("OTLP");
        assert_eq!(
            compact(&write_traces(&deep).expect("OTLP")),
            compact(&nested(35))
        );
        assert!(read_traces(nested(100_000).as_bytes()).is_err());
        // As nobody writes it, and somebody may send it.
        let mut message = Vec::new();
        for number in [1, 5].iter().cycle().take(20_000) {
            let mut outer = Vec::new();
            super::super::wire::put_bytes(&mut outer, *number, &message);
            message = outer;
        }
        let mut value = AnyValue::default();
        assert_eq!(value.merge(&message, MAX_DEPTH), Err(WireError::Depth));
    }
}
