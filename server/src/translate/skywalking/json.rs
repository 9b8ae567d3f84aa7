//! How JSON writes the messages of [`super::proto`] (protobuf documentation, "`ProtoJSON` Format"):
//! what is absent or `null` has its default, numbers may be texts, enumerations are names or
//! numbers.
//!
//! Where SkyWalking's own server is more lenient, so is this: a text may be written as a number or
//! a truth value, and a name that is not known is no error.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::proto::Named;

/// What stands for a name that is not known.
const UNRECOGNIZED: i32 = -1;

pub(super) fn list<'de, D, T>(json: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(json)?.unwrap_or_default())
}

pub(super) fn truth<'de, D: Deserializer<'de>>(json: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(json)?.unwrap_or_default())
}

pub(super) fn text<'de, D: Deserializer<'de>>(json: D) -> Result<String, D::Error> {
    json.deserialize_any(Text)
}

pub(super) fn integer<'de, D, T>(json: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let value = json.deserialize_any(Integer)?;
    let unexpected = Unexpected::Signed(value);
    T::try_from(value).map_err(|_out_of_range| Error::invalid_value(unexpected, &"32 bits"))
}

pub(super) fn enumeration<'de, D, E>(json: D) -> Result<i32, D::Error>
where
    D: Deserializer<'de>,
    E: Named + Copy,
{
    json.deserialize_any(Enumeration::<E>(PhantomData))
}

struct Text;

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_string<E>(self, value: String) -> Result<String, E> {
        Ok(value)
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok(String::new())
    }
}

struct Integer;

impl Visitor<'_> for Integer {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        let unexpected = Unexpected::Unsigned(value);
        i64::try_from(value).map_err(|_too_large| E::invalid_value(unexpected, &self))
    }

    /// As some write what is large: `1.588664577013e12`.
    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        let whole = format!("{value:.0}").parse();
        match whole {
            Ok(whole) if value.fract() == 0.0 => Ok(whole),
            _ => Err(E::invalid_value(Unexpected::Float(value), &self)),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<i64, E> {
        let parsed = value.trim().parse();
        parsed.map_err(|_other| E::invalid_value(Unexpected::Str(value), &self))
    }

    fn visit_unit<E>(self) -> Result<i64, E> {
        Ok(0)
    }
}

struct Enumeration<E>(PhantomData<E>);

impl<N: Named + Copy> Visitor<'_> for Enumeration<N> {
    type Value = i32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name or the number of a value")
    }

    fn visit_i64<E>(self, value: i64) -> Result<i32, E> {
        Ok(i32::try_from(value).unwrap_or(UNRECOGNIZED))
    }

    fn visit_u64<E>(self, value: u64) -> Result<i32, E> {
        Ok(i32::try_from(value).unwrap_or(UNRECOGNIZED))
    }

    fn visit_str<E>(self, value: &str) -> Result<i32, E> {
        let mut values = N::NAMES.iter();
        let found = values.find(|(name, _)| *name == value);
        Ok(found.map_or(UNRECOGNIZED, |(_, value)| (*value).into()))
    }

    fn visit_unit<E>(self) -> Result<i32, E> {
        Ok(0)
    }
}
