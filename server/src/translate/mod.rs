//! From other protocols to OTLP, which everything behind the receivers speaks.

pub(crate) mod skywalking;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};

fn text(key: &str, value: impl Into<String>) -> KeyValue {
    key_value(key, any_value::Value::StringValue(value.into()))
}

#[cfg(test)]
fn number(key: &str, value: i64) -> KeyValue {
    key_value(key, any_value::Value::IntValue(value))
}

#[cfg(test)]
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
