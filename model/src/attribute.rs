//! Attributes: the key-value pairs that OpenTelemetry puts on resources, scopes, spans and events.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::hex_from_bytes;

/// A value as OTLP's `AnyValue` carries it (`opentelemetry/proto/common/v1/common.proto`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Empty,
    String(String),
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(Vec<u8>),
    Array(Vec<Value>),
    Map(Vec<Attribute>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    pub key: String,
    pub value: Value,
}

impl Value {
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Prints what a person reads and types in a filter: strings bare, lists and maps as in JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::String(text) => f.write_str(text),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Double(value) => write!(f, "{value}"),
            Self::Bytes(bytes) => f.write_str(&hex_from_bytes(bytes)),
            Self::Array(values) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{value}")?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (index, entry) in entries.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{}: {}", entry.key, entry.value)?;
                }
                f.write_str("}")
            }
        }
    }
}

/// The value of the first attribute with that key.
#[must_use]
pub fn find<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a Value> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    Some(&attribute.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_print_like_json() {
        let value = Value::Map(vec![Attribute {
            key: "codes".into(),
            value: Value::Array(vec![Value::Int(1), Value::Bool(true)]),
        }]);
        assert_eq!(value.to_string(), "{codes: [1, true]}");
    }
}
