//! What OTLP's messages are made of, and whether bytes are such a message.
//!
//! What passes [`check`] every decoder of OTLP reads: wire types fit their fields, text is UTF-8,
//! nothing is nested deeper than [`MAX_DEPTH`]. Fields that a newer version has added are left as
//! they are.

use super::wire::{Field, Fields, Value, WireError};

/// How deep messages may be nested below the one that is checked. Prost, which many readers are
/// made with, stops at 100 from the outermost.
pub const MAX_DEPTH: usize = 64;

/// A message by its fields; the place in the list is the field's number.
#[derive(Debug)]
pub struct Message([Kind; MAX_FIELDS]);

/// Most fields of a message, with the number 0 that none has.
const MAX_FIELDS: usize = 17;

#[derive(Debug, Clone, Copy)]
enum Kind {
    Unknown,
    Varint,
    Fixed32,
    Fixed64,
    Text,
    /// Text that names an attribute.
    Key,
    Bytes,
    Message(&'static Message),
}

use Kind::{Bytes, Fixed32, Fixed64, Key, Text, Unknown, Varint};

const fn message<const N: usize>(fields: [Kind; N]) -> Message {
    let mut kinds = [Unknown; MAX_FIELDS];
    let mut number = 0;
    while number < N {
        kinds[number] = fields[number];
        number += 1;
    }
    Message(kinds)
}

/// `Span`, whose fields [`super::decode`] reads by these numbers.
pub static SPAN: Message = message([
    Unknown,
    Bytes,
    Bytes,
    Text,
    Bytes,
    Text,
    Varint,
    Fixed64,
    Fixed64,
    Kind::Message(&KEY_VALUE),
    Varint,
    Kind::Message(&EVENT),
    Varint,
    Kind::Message(&LINK),
    Varint,
    Kind::Message(&STATUS),
    Fixed32,
]);

/// `LogRecord`, whose fields [`super::logs`] reads by these numbers.
pub static LOG_RECORD: Message = message([
    Unknown,
    Fixed64,
    Varint,
    Text,
    // Reserved.
    Unknown,
    Kind::Message(&ANY_VALUE),
    Kind::Message(&KEY_VALUE),
    Varint,
    Fixed32,
    Bytes,
    Bytes,
    Fixed64,
    Text,
]);

pub static EVENT: Message = message([Unknown, Fixed64, Text, Kind::Message(&KEY_VALUE), Varint]);

pub static LINK: Message = message([
    Unknown,
    Bytes,
    Bytes,
    Text,
    Kind::Message(&KEY_VALUE),
    Varint,
    Fixed32,
]);

pub static STATUS: Message = message([Unknown, Unknown, Text, Varint]);

pub static KEY_VALUE: Message = message([Unknown, Key, Kind::Message(&ANY_VALUE), Varint]);

pub static ANY_VALUE: Message = message([
    Unknown,
    Text,
    Varint,
    Varint,
    Fixed64,
    Kind::Message(&ARRAY_VALUE),
    Kind::Message(&KEY_VALUE_LIST),
    Bytes,
    Varint,
]);

static ARRAY_VALUE: Message = message([Unknown, Kind::Message(&ANY_VALUE)]);

static KEY_VALUE_LIST: Message = message([Unknown, Kind::Message(&KEY_VALUE)]);

pub static RESOURCE: Message = message([
    Unknown,
    Kind::Message(&KEY_VALUE),
    Varint,
    Kind::Message(&ENTITY_REF),
]);

static ENTITY_REF: Message = message([Unknown, Text, Text, Text, Text]);

pub static SCOPE: Message = message([Unknown, Text, Text, Kind::Message(&KEY_VALUE), Varint]);

/// `ResourceSpans` without its `scope_spans`, and `ResourceLogs` without its `scope_logs`.
pub static RESOURCE_HEAD: Message = message([Unknown, Kind::Message(&RESOURCE), Bytes, Text]);

/// `ScopeSpans` without its `spans`, and `ScopeLogs` without its `log_records`.
pub static SCOPE_HEAD: Message = message([Unknown, Kind::Message(&SCOPE), Bytes, Text]);

/// Whether bytes are such a message.
///
/// # Errors
/// Says what is wrong with them.
pub fn check(message: &[u8], schema: &Message) -> Result<(), WireError> {
    check_below(message, schema, MAX_DEPTH, &mut |_key| ())
}

/// Whether a field of such a message is as it should be. Shows the names of all attributes in it
/// on the way.
///
/// # Errors
/// Says what is wrong with it.
#[inline]
pub fn check_field(
    field: &Field<'_>,
    schema: &Message,
    on_key: &mut impl FnMut(&[u8]),
) -> Result<(), WireError> {
    check_field_below(field, schema, MAX_DEPTH - 1, on_key)
}

/// Calls itself no deeper than `depth`.
fn check_below(
    message: &[u8],
    schema: &Message,
    depth: usize,
    on_key: &mut impl FnMut(&[u8]),
) -> Result<(), WireError> {
    let below = depth.checked_sub(1).ok_or(WireError::Depth)?;
    Fields::new(message).try_for_each(|field| check_field_below(&field?, schema, below, on_key))
}

#[inline]
fn check_field_below(
    field: &Field<'_>,
    schema: &Message,
    depth: usize,
    on_key: &mut impl FnMut(&[u8]),
) -> Result<(), WireError> {
    let index = usize::try_from(field.number).unwrap_or(usize::MAX);
    match (schema.0.get(index).unwrap_or(&Unknown), field.value) {
        (Unknown, _)
        | (Varint, Value::Varint(_))
        | (Fixed32, Value::Fixed32(_))
        | (Fixed64, Value::Fixed64(_))
        | (Bytes, Value::Bytes(_)) => Ok(()),
        (Text, Value::Bytes(_)) => field.text().map(drop),
        (Key, Value::Bytes(key)) => {
            on_key(key);
            field.text().map(drop)
        }
        (Kind::Message(inner), Value::Bytes(bytes)) => check_below(bytes, inner, depth, on_key),
        _ => Err(field.wrong_type()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::put_bytes;
    use super::*;

    fn field(number: u32, content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, number, content);
        bytes
    }

    /// A value within so many arrays.
    fn nested(arrays: usize) -> Vec<u8> {
        (0..arrays).fold(field(1, b"text"), |inner, _| field(5, &field(1, &inner)))
    }

    #[test]
    fn text_must_be_utf8_wherever_it_stands() {
        assert_eq!(check(&field(5, "é".as_bytes()), &SPAN), Ok(()));
        let wrong = Err(WireError::Utf8 { field: 5 });
        assert_eq!(check(&field(5, b"\xff"), &SPAN), wrong);
        let attribute = field(9, &field(2, &field(1, b"\xff")));
        assert_eq!(check(&attribute, &SPAN), Err(WireError::Utf8 { field: 1 }));
        assert_eq!(check(&field(1, b"\xff"), &SPAN), Ok(()), "an id is bytes");
    }

    #[test]
    fn a_field_has_its_own_wire_type_and_new_fields_have_any() {
        let wrong = WireError::WireType {
            field: 5,
            wire_type: 0,
        };
        assert_eq!(check(&[5 << 3, 1], &SPAN), Err(wrong));
        assert_eq!(check(&[0xf8, 0x01, 1], &SPAN), Ok(()));
    }

    #[test]
    fn the_names_of_attributes_are_shown() {
        let inner = field(1, &[field(1, b"inner"), field(2, b"")].concat());
        let outer = [field(1, b"outer"), field(2, &field(6, &inner))].concat();
        let span = field(9, &outer);
        let mut keys = Vec::new();
        for field in Fields::new(&span) {
            let mut on_key = |key: &[u8]| keys.push(key.to_vec());
            check_field(&field.expect("a field"), &SPAN, &mut on_key).expect("a span");
        }
        assert_eq!(keys, [b"outer", b"inner"]);
    }

    #[test]
    fn nesting_has_a_limit() {
        assert_eq!(check(&nested(MAX_DEPTH / 2 - 1), &ANY_VALUE), Ok(()));
        assert_eq!(
            check(&nested(MAX_DEPTH / 2), &ANY_VALUE),
            Err(WireError::Depth)
        );
        assert_eq!(check(&nested(5_000), &ANY_VALUE), Err(WireError::Depth));
    }
}
