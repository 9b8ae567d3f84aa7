//! OTLP's JSON encoding: proto3 JSON with the exceptions of the OTLP specification ("JSON Protobuf
//! Encoding"): ids are hexadecimal, enums are integers, keys are lowerCamelCase.
//!
//! The reader is lenient where the specification is: 64-bit numbers as numbers or strings, `null`
//! for an absent field, unknown fields ignored. An id that is not hexadecimal is kept as one that
//! no check accepts, so that it costs its own span and not the whole request.

#![expect(
    clippy::struct_field_names,
    reason = "these are the names of the protocol"
)]

mod logs;

use std::marker::PhantomData;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::id::{bytes_from_hex, hex_from_bytes};
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::resource::v1 as resource;
use opentelemetry_proto::tonic::trace::v1 as trace;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub(crate) use logs::{decode_logs, encode_logs};

/// Reads an `ExportTraceServiceRequest` or a `TracesData`, which look the same.
pub(crate) fn decode(body: &[u8]) -> Result<Vec<trace::ResourceSpans>, serde_json::Error> {
    let Object(data): Object<TracesData> = serde_json::from_slice(body)?;
    Ok(into(data.resource_spans))
}

/// Writes a `TracesData`.
pub(crate) fn encode(
    resource_spans: Vec<trace::ResourceSpans>,
) -> Result<String, serde_json::Error> {
    serde_json::to_string(&TracesData {
        resource_spans: into(resource_spans),
    })
}

/// A message that is written as an object, and not as a list of its fields, which serde would
/// accept for a struct.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for ObjectVisitor<T> {
            type Value = T;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(map))
            }
        }
        deserializer
            .deserialize_map(ObjectVisitor(PhantomData))
            .map(Self)
    }
}

fn into<A: Into<B>, B>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(Into::into).collect()
}

/// Declares messages whose fields are all optional, and how each becomes its protobuf twin and
/// back: field by field, by `Into`.
macro_rules! messages {
    ($($name:ident as $twin:ty { $($field:ident: $type:ty = $read:expr, $write:expr;)* } $(+ $rest:expr)?)*) => {$(
        #[derive(Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct $name {
            $(
                #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
                $field: $type,
            )*
        }

        impl From<$name> for $twin {
            fn from(message: $name) -> Self {
                Self { $($field: $read(message.$field),)* $(..$rest)? }
            }
        }

        impl From<$twin> for $name {
            fn from(message: $twin) -> Self {
                Self { $($field: $write(message.$field),)* }
            }
        }
    )*};
}

use messages;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TracesData {
    #[serde(default, deserialize_with = "null_is_default")]
    resource_spans: Vec<ResourceSpans>,
}

messages! {
    ResourceSpans as trace::ResourceSpans {
        resource: Option<Resource> = option, option;
        scope_spans: Vec<ScopeSpans> = into, into;
        schema_url: String = same, same;
    }
    Resource as resource::Resource {
        attributes: Vec<KeyValue> = into, into;
        dropped_attributes_count: u32 = same, same;
    } + resource::Resource::default()
    ScopeSpans as trace::ScopeSpans {
        scope: Option<Scope> = option, option;
        spans: Vec<Span> = into, into;
        schema_url: String = same, same;
    }
    Scope as common::InstrumentationScope {
        name: String = same, same;
        version: String = same, same;
        attributes: Vec<KeyValue> = into, into;
        dropped_attributes_count: u32 = same, same;
    }
    Span as trace::Span {
        trace_id: Hex = Hex::bytes, Hex;
        span_id: Hex = Hex::bytes, Hex;
        trace_state: String = same, same;
        parent_span_id: Hex = Hex::bytes, Hex;
        flags: u32 = same, same;
        name: String = same, same;
        kind: i32 = same, same;
        start_time_unix_nano: Int<u64> = Int::value, Int;
        end_time_unix_nano: Int<u64> = Int::value, Int;
        attributes: Vec<KeyValue> = into, into;
        dropped_attributes_count: u32 = same, same;
        events: Vec<Event> = into, into;
        dropped_events_count: u32 = same, same;
        links: Vec<Link> = into, into;
        dropped_links_count: u32 = same, same;
        status: Option<Status> = option, option;
    }
    Event as trace::span::Event {
        time_unix_nano: Int<u64> = Int::value, Int;
        name: String = same, same;
        attributes: Vec<KeyValue> = into, into;
        dropped_attributes_count: u32 = same, same;
    }
    Link as trace::span::Link {
        trace_id: Hex = Hex::bytes, Hex;
        span_id: Hex = Hex::bytes, Hex;
        trace_state: String = same, same;
        attributes: Vec<KeyValue> = into, into;
        dropped_attributes_count: u32 = same, same;
        flags: u32 = same, same;
    }
    Status as trace::Status {
        message: String = same, same;
        code: i32 = same, same;
    }
    KeyValue as common::KeyValue {
        key: String = same, same;
        value: Option<AnyValue> = option, option;
    } + common::KeyValue::default()
    ArrayValue as common::ArrayValue {
        values: Vec<AnyValue> = into, into;
    }
    KeyValueList as common::KeyValueList {
        values: Vec<KeyValue> = into, into;
    }
}

fn same<T>(value: T) -> T {
    value
}

fn option<A: Into<B>, B>(value: Option<A>) -> Option<B> {
    value.map(Into::into)
}

/// At most one field is there; with several, the first in this order counts.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AnyValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bool_value: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    int_value: Option<Int<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    double_value: Option<Double>,
    #[serde(skip_serializing_if = "Option::is_none")]
    array_value: Option<ArrayValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kvlist_value: Option<KeyValueList>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_value: Option<Base64>,
}

impl From<AnyValue> for common::AnyValue {
    fn from(any: AnyValue) -> Self {
        use common::any_value::Value;
        let value = (any.string_value.map(Value::StringValue))
            .or(any.bool_value.map(Value::BoolValue))
            .or(any.int_value.map(|Int(number)| Value::IntValue(number)))
            .or(any
                .double_value
                .map(|Double(number)| Value::DoubleValue(number)))
            .or(any.array_value.map(|array| Value::ArrayValue(array.into())))
            .or(any.kvlist_value.map(|list| Value::KvlistValue(list.into())))
            .or(any
                .bytes_value
                .map(|Base64(bytes)| Value::BytesValue(bytes)));
        Self { value }
    }
}

impl From<common::AnyValue> for AnyValue {
    fn from(any: common::AnyValue) -> Self {
        use common::any_value::Value;
        let none = Self::default();
        match any.value {
            None | Some(Value::StringValueStrindex(_)) => none,
            Some(Value::StringValue(text)) => Self {
                string_value: Some(text),
                ..none
            },
            Some(Value::BoolValue(flag)) => Self {
                bool_value: Some(flag),
                ..none
            },
            Some(Value::IntValue(number)) => Self {
                int_value: Some(Int(number)),
                ..none
            },
            Some(Value::DoubleValue(number)) => Self {
                double_value: Some(Double(number)),
                ..none
            },
            Some(Value::ArrayValue(array)) => Self {
                array_value: Some(array.into()),
                ..none
            },
            Some(Value::KvlistValue(list)) => Self {
                kvlist_value: Some(list.into()),
                ..none
            },
            Some(Value::BytesValue(bytes)) => Self {
                bytes_value: Some(Base64(bytes)),
                ..none
            },
        }
    }
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// An id.
#[derive(Default, PartialEq)]
struct Hex(Vec<u8>);

impl Hex {
    fn bytes(self) -> Vec<u8> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // One byte is an id nowhere.
        Ok(Self(
            bytes_from_hex(&text).unwrap_or_else(|_not_an_id| vec![0]),
        ))
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex_from_bytes(&self.0))
    }
}

/// A 64-bit integer: written as a string, read from a string or a number.
#[derive(Default, PartialEq)]
struct Int<T>(T);

impl<T> Int<T> {
    fn value(self) -> T {
        self.0
    }
}

impl<T: ToString> Serialize for Int<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de, T: TryFrom<i128>> Deserialize<'de> for Int<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = deserializer.deserialize_any(IntVisitor)?;
        T::try_from(number)
            .ok()
            .map(Self)
            .ok_or_else(|| de::Error::custom("the number is out of range"))
    }
}

struct IntVisitor;

impl de::Visitor<'_> for IntVisitor {
    type Value = i128;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an integer, as a number or a string")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<i128, E> {
        text.parse()
            .ok()
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &"an integer"))
    }
}

/// A double: a number, or one of the strings that proto3 JSON writes for what JSON lacks.
#[derive(PartialEq)]
struct Double(f64);

impl Serialize for Double {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_finite() => serializer.serialize_f64(number),
            number if number.is_nan() => serializer.serialize_str("NaN"),
            number if number > 0.0 => serializer.serialize_str("Infinity"),
            _ => serializer.serialize_str("-Infinity"),
        }
    }
}

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DoubleVisitor;
        impl de::Visitor<'_> for DoubleVisitor {
            type Value = f64;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number")
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<f64, E> {
                Ok(number)
            }

            #[expect(clippy::cast_precision_loss, reason = "JSON's numbers are doubles")]
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<f64, E> {
                Ok(number as f64)
            }

            #[expect(clippy::cast_precision_loss, reason = "JSON's numbers are doubles")]
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<f64, E> {
                Ok(number as f64)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
                text.parse()
                    .ok()
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &"a number"))
            }
        }
        deserializer.deserialize_any(DoubleVisitor).map(Self)
    }
}

#[derive(PartialEq)]
struct Base64(Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD
            .decode(text)
            .map(Self)
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn everything_reads_back_as_it_was_written() {
        let spans = decode(EVERYTHING.as_bytes()).unwrap();
        assert_eq!(compact(&encode(spans).unwrap()), compact(EVERYTHING));
    }

    #[test]
    fn numbers_nulls_and_unknown_fields_are_accepted() {
        let text = r#"{"resourceSpans":[{"resource":null,"scopeSpans":[{"spans":[{
            "traceId":"5B8EFFF798038103D269B633813FC60C","kind":null,"startTimeUnixNano":1544712660000000000,
            "attributes":[{"key":"i","value":{"intValue":7}}],"novelty":{"x":[1]}}]}]}],"other":1}"#;
        let spans = decode(text.as_bytes()).unwrap();
        let span = &spans[0].scope_spans[0].spans[0];
        assert_eq!((span.trace_id.len(), span.kind), (16, 0));
        assert_eq!(span.start_time_unix_nano, 1_544_712_660_000_000_000);
        assert_eq!(decode(b"{}").unwrap(), []);
    }

    #[test]
    fn an_id_that_is_none_costs_its_span_only() {
        let text =
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zzzzzzzzzzzzzzzz"}]}]}]}"#;
        let spans = decode(text.as_bytes()).unwrap();
        assert_eq!(spans[0].scope_spans[0].spans[0].trace_id, [0]);
    }

    #[test]
    fn what_is_not_otlp_is_an_error() {
        for text in ["", "[]", "{\"resourceSpans\":1}", &"[".repeat(100_000)] {
            assert!(decode(text.as_bytes()).is_err());
        }
    }
}
