//! The messages of [`super`] in both encodings: objects in JSON, numbered fields in protobuf.

use serde::{Deserialize, Deserializer};

use super::super::wire::{Field, Fields, Value, WireError, put_bytes, put_field, put_nested};

/// How deep messages may be nested, from the outermost; prost stops there as well. JSON of at most
/// 128 levels, where its reader stops, becomes messages of less.
pub(super) const MAX_DEPTH: usize = 100;

/// What is written as one message.
pub(crate) trait Message: Default {
    /// Appends its fields.
    fn put(&self, out: &mut Vec<u8>);

    /// Takes a field over; one that it does not know is passed over.
    fn take(&mut self, field: &Field<'_>, depth: usize) -> Result<(), WireError>;

    /// Takes all fields over. Calls itself, through [`Self::take`], no deeper than `depth`.
    fn merge(&mut self, message: &[u8], depth: usize) -> Result<(), WireError> {
        let below = depth.checked_sub(1).ok_or(WireError::Depth)?;
        Fields::new(message).try_for_each(|field| self.take(&field?, below))
    }
}

/// What may stand in a field.
pub(super) trait Part {
    /// Appends it as that field, unless it is the default, which is not written.
    fn put(&self, number: u32, out: &mut Vec<u8>);

    fn take(&mut self, field: &Field<'_>, depth: usize) -> Result<(), WireError>;
}

/// Declares messages whose fields are all optional: of each its name, its type and its number.
macro_rules! messages {
    ($($name:ident { $($field:ident: $type:ty = $number:literal,)* })*) => {$(
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(crate) struct $name {
            $(
                #[serde(
                    default,
                    deserialize_with = "crate::otlp::json::message::null_is_default",
                    skip_serializing_if = "crate::otlp::json::message::is_default"
                )]
                pub(crate) $field: $type,
            )*
        }

        impl $crate::otlp::json::message::Message for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $($crate::otlp::json::message::Part::put(&self.$field, $number, out);)*
            }

            fn take(
                &mut self,
                field: &$crate::otlp::wire::Field<'_>,
                depth: usize,
            ) -> Result<(), $crate::otlp::wire::WireError> {
                match field.number {
                    $($number => $crate::otlp::json::message::Part::take(&mut self.$field, field, depth),)*
                    _ => Ok(()),
                }
            }
        }
    )*};
}

pub(super) use messages;

pub(super) fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl<M: Message> Part for Vec<M> {
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        for message in self {
            put_nested(out, number, |out| message.put(out));
        }
    }

    fn take(&mut self, field: &Field<'_>, depth: usize) -> Result<(), WireError> {
        let mut message = M::default();
        message.merge(field.bytes()?, depth)?;
        self.push(message);
        Ok(())
    }
}

impl<M: Message> Part for Option<M> {
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if let Some(message) = self {
            put_nested(out, number, |out| message.put(out));
        }
    }

    /// Of several the fields are joined (Protocol Buffers, "Last One Wins").
    fn take(&mut self, field: &Field<'_>, depth: usize) -> Result<(), WireError> {
        let message = self.get_or_insert_default();
        message.merge(field.bytes()?, depth)
    }
}

impl Part for String {
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if !self.is_empty() {
            put_bytes(out, number, self.as_bytes());
        }
    }

    fn take(&mut self, field: &Field<'_>, _depth: usize) -> Result<(), WireError> {
        field.text()?.clone_into(self);
        Ok(())
    }
}

impl Part for u32 {
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if *self != 0 {
            put_field(out, number, Value::Varint(u64::from(*self)));
        }
    }

    fn take(&mut self, field: &Field<'_>, _depth: usize) -> Result<(), WireError> {
        *self = low_bits(field.varint()?);
        Ok(())
    }
}

/// An enum.
impl Part for i32 {
    fn put(&self, number: u32, out: &mut Vec<u8>) {
        if *self != 0 {
            put_field(out, number, Value::Varint(i64::from(*self).cast_unsigned()));
        }
    }

    fn take(&mut self, field: &Field<'_>, _depth: usize) -> Result<(), WireError> {
        *self = low_bits(field.varint()?).cast_signed();
        Ok(())
    }
}

/// What a shorter number keeps of a longer one (Protocol Buffers, "Updating A Message Type").
fn low_bits(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}
