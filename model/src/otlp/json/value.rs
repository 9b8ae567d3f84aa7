//! What stands in the fields of messages, where JSON writes it in a way of its own.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::message::{Message, Part};
use super::{ArrayValue, KeyValueList};
use crate::id::{bytes_from_hex, hex_from_bytes};
use crate::otlp::wire::{Field, Value, WireError, put_bytes, put_field, put_nested};

/// At most one field is there; with several, JSON's first in this order counts, and protobuf's
/// last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AnyValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bool_value: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) int_value: Option<Int<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) double_value: Option<Double>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) array_value: Option<ArrayValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kvlist_value: Option<KeyValueList>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes_value: Option<Base64>,
}

/// A value that is there is written, also when it is zero or empty.
impl Message for AnyValue {
    fn put(&self, out: &mut Vec<u8>) {
        if let Some(text) = &self.string_value {
            put_bytes(out, 1, text.as_bytes());
        } else if let Some(flag) = self.bool_value {
            put_field(out, 2, Value::Varint(flag.into()));
        } else if let Some(Int(number)) = self.int_value {
            put_field(out, 3, Value::Varint(number.cast_unsigned()));
        } else if let Some(Double(number)) = self.double_value {
            put_field(out, 4, Value::Fixed64(number.to_bits()));
        } else if let Some(array) = &self.array_value {
            put_nested(out, 5, |out| array.put(out));
        } else if let Some(list) = &self.kvlist_value {
            put_nested(out, 6, |out| list.put(out));
        } else if let Some(Base64(bytes)) = &self.bytes_value {
            put_bytes(out, 7, bytes);
        }
    }

    fn take(&mut self, field: &Field<'_>, depth: usize) -> Result<(), WireError> {
        let mut value = Self::default();
        match field.number {
            1 => value.string_value = Some(field.text()?.to_owned()),
            2 => value.bool_value = Some(field.varint()? != 0),
            3 => value.int_value = Some(Int(field.varint()?.cast_signed())),
            4 => value.double_value = Some(Double(f64::from_bits(field.fixed64()?))),
            5 => Part::take(&mut value.array_value, field, depth)?,
            6 => Part::take(&mut value.kvlist_value, field, depth)?,
            7 => value.bytes_value = Some(Base64(field.bytes()?.to_vec())),
            // A string of a table that only profiles have, or something newer.
            _ => return Ok(()),
        }
        *self = value;
        Ok(())
    }
}

/// An id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl Part for Hex {
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if !self.0.is_empty() {
            put_bytes(out, number, &self.0);
        }
    }

    fn take(&mut self, field: &Field<'_>, _depth: usize) -> Result<(), WireError> {
        self.0 = field.bytes()?.to_vec();
        Ok(())
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

/// Of 32 bits, whatever its value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fixed32(pub(crate) u32);

impl Part for Fixed32 {
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if self.0 != 0 {
            put_field(out, number, Value::Fixed32(self.0));
        }
    }

    fn take(&mut self, field: &Field<'_>, _depth: usize) -> Result<(), WireError> {
        self.0 = field.fixed32()?;
        Ok(())
    }
}

/// A 64-bit integer: written as a string, read from a string or a number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Int<T>(pub(crate) T);

/// A time.
impl Part for Int<u64> {
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if self.0 != 0 {
            put_field(out, number, Value::Fixed64(self.0));
        }
    }

    fn take(&mut self, field: &Field<'_>, _depth: usize) -> Result<(), WireError> {
        self.0 = field.fixed64()?;
        Ok(())
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
            .ok_or_else(|| Error::custom("the number is out of range"))
    }
}

struct IntVisitor;

impl Visitor<'_> for IntVisitor {
    type Value = i128;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an integer, as a number or a string")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<i128, E> {
        text.parse()
            .ok()
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &"an integer"))
    }
}

/// A double: a number, or one of the strings that proto3 JSON writes for what JSON lacks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Double(pub(crate) f64);

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
        deserializer.deserialize_any(DoubleVisitor).map(Self)
    }
}

struct DoubleVisitor;

impl Visitor<'_> for DoubleVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON's numbers are doubles")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON's numbers are doubles")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        text.parse()
            .ok()
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &"a number"))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Base64(pub(crate) Vec<u8>);

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
            .map_err(Error::custom)
    }
}
