//! Protobuf's wire format: fields one after the other.

/// Why bytes are not a protobuf message, or not the one they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum WireError {
    #[error("it ends in the middle of a field")]
    Truncated,
    #[error("it has a number of more than 64 bits")]
    Varint,
    #[error("it has a field with the number {0}")]
    FieldNumber(u64),
    #[error("field {field} has wire type {wire_type}, which is not its own")]
    WireType { field: u32, wire_type: u8 },
    #[error("field {field} is not valid UTF-8")]
    Utf8 { field: u32 },
    #[error("its values are nested too deep")]
    Depth,
}

/// The content of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

impl Value<'_> {
    #[must_use]
    pub fn wire_type(&self) -> u8 {
        match self {
            Self::Varint(_) => 0,
            Self::Fixed64(_) => 1,
            Self::Bytes(_) => 2,
            Self::Fixed32(_) => 5,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    pub number: u32,
    pub value: Value<'a>,
    /// The whole field with its tag, to be copied elsewhere.
    pub raw: &'a [u8],
}

impl<'a> Field<'a> {
    /// The content of a string, bytes or message field.
    ///
    /// # Errors
    /// When the field has another wire type.
    pub fn bytes(&self) -> Result<&'a [u8], WireError> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(self.wrong_type()),
        }
    }

    /// # Errors
    /// When the field has another wire type, or is not valid UTF-8.
    pub fn text(&self) -> Result<&'a str, WireError> {
        let field = self.number;
        std::str::from_utf8(self.bytes()?).map_err(|_where| WireError::Utf8 { field })
    }

    /// # Errors
    /// When the field has another wire type.
    pub fn varint(&self) -> Result<u64, WireError> {
        match self.value {
            Value::Varint(number) => Ok(number),
            _ => Err(self.wrong_type()),
        }
    }

    /// # Errors
    /// When the field has another wire type.
    pub fn fixed64(&self) -> Result<u64, WireError> {
        match self.value {
            Value::Fixed64(number) => Ok(number),
            _ => Err(self.wrong_type()),
        }
    }

    /// # Errors
    /// When the field has another wire type.
    pub fn fixed32(&self) -> Result<u32, WireError> {
        match self.value {
            Value::Fixed32(number) => Ok(number),
            _ => Err(self.wrong_type()),
        }
    }

    #[must_use]
    pub fn wrong_type(&self) -> WireError {
        WireError::WireType {
            field: self.number,
            wire_type: self.value.wire_type(),
        }
    }
}

/// The fields of a message, in the order of the bytes. After an error nothing more comes.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "checking spans takes twice as long where it is called"
    )]
    fn read(&mut self) -> Result<Field<'a>, WireError> {
        let all = self.rest;
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3)
            .ok()
            .filter(|number| (1..=MAX_FIELD_NUMBER).contains(number))
            .ok_or(WireError::FieldNumber(tag >> 3))?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length).map_err(|_too_long| WireError::Truncated)?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.array()?)),
            // Groups, which no version of OTLP has had, and what protobuf has never defined.
            other => {
                return Err(WireError::WireType {
                    field: number,
                    wire_type: u8::try_from(other).unwrap_or(u8::MAX),
                });
            }
        };
        Ok(Field {
            number,
            value,
            raw: &all[..all.len() - self.rest.len()],
        })
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, WireError> {
        if let [byte @ 0..=0x7f, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let mut number = 0;
        for (index, &byte) in self.rest.iter().take(MAX_VARINT_BYTES).enumerate() {
            // The tenth byte has room for one bit.
            if index == MAX_VARINT_BYTES - 1 && byte > 1 {
                return Err(WireError::Varint);
            }
            number |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                self.rest = &self.rest[index + 1..];
                return Ok(number);
            }
        }
        Err(if self.rest.len() < MAX_VARINT_BYTES {
            WireError::Truncated
        } else {
            WireError::Varint
        })
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, WireError>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Protocol Buffers, "Assigning Field Numbers".
const MAX_FIELD_NUMBER: u32 = (1 << 29) - 1;

const MAX_VARINT_BYTES: usize = 10;

/// Appends a number.
pub fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while let high @ 1.. = number >> 7 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number = high;
    }
    out.push(number.to_le_bytes()[0]);
}

/// How many bytes [`put_varint`] appends.
#[must_use]
pub fn varint_bytes(number: u64) -> usize {
    let bits = u64::BITS - number.leading_zeros();
    usize::try_from(bits.div_ceil(7).max(1)).unwrap_or(MAX_VARINT_BYTES)
}

/// Appends tag and length of a string, bytes or message field; its content follows.
pub fn put_length(out: &mut Vec<u8>, field: u32, length: usize) {
    put_varint(out, u64::from(field) << 3 | 2);
    put_varint(out, length as u64);
}

/// How many bytes a string, bytes or message field takes, with its tag and length.
#[must_use]
pub fn field_bytes(field: u32, length: usize) -> usize {
    varint_bytes(u64::from(field) << 3) + varint_bytes(length as u64) + length
}

/// Appends a field of any type.
pub fn put_field(out: &mut Vec<u8>, field: u32, value: Value<'_>) {
    put_varint(out, u64::from(field) << 3 | u64::from(value.wire_type()));
    match value {
        Value::Varint(number) => put_varint(out, number),
        Value::Fixed64(number) => out.extend(number.to_le_bytes()),
        Value::Fixed32(number) => out.extend(number.to_le_bytes()),
        Value::Bytes(content) => {
            put_varint(out, content.len() as u64);
            out.extend_from_slice(content);
        }
    }
}

/// Appends a message field whose content `put` appends.
pub fn put_nested(out: &mut Vec<u8>, field: u32, put: impl FnOnce(&mut Vec<u8>)) {
    put_varint(out, u64::from(field) << 3 | 2);
    let start = out.len();
    out.push(0);
    put(out);
    let length = out.len() - start - 1;
    if let Ok(short @ 0..=0x7f) = u8::try_from(length) {
        out[start] = short;
    } else {
        // Its length takes more room than one byte: the content moves.
        let mut room = Vec::new();
        put_varint(&mut room, length as u64);
        out.splice(start..=start, room);
    }
}

/// Appends a string, bytes or message field.
pub fn put_bytes(out: &mut Vec<u8>, field: u32, content: &[u8]) {
    put_length(out, field, content.len());
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(message: &[u8]) -> Result<Vec<Field<'_>>, WireError> {
        Fields::new(message).collect()
    }

    #[test]
    fn every_wire_type_is_read() {
        let mut message = vec![0x08, 0x96, 0x01, 0x11];
        message.extend(7_u64.to_le_bytes());
        put_bytes(&mut message, 3, b"tap");
        message.push(0x25);
        message.extend(9_u32.to_le_bytes());
        let found = fields(&message).expect("a message");
        let values: Vec<_> = found
            .iter()
            .map(|field| (field.number, field.value))
            .collect();
        assert_eq!(
            values,
            [
                (1, Value::Varint(150)),
                (2, Value::Fixed64(7)),
                (3, Value::Bytes(b"tap")),
                (4, Value::Fixed32(9))
            ]
        );
        assert_eq!(found[2].raw, b"\x1a\x03tap");
    }

    #[test]
    fn damage_is_named() {
        assert_eq!(fields(b"\x0a\x05tap"), Err(WireError::Truncated));
        assert_eq!(fields(b"\x11\x01"), Err(WireError::Truncated));
        assert_eq!(fields(b"\x08\x80"), Err(WireError::Truncated));
        assert_eq!(fields(b"\x00\x01"), Err(WireError::FieldNumber(0)));
        let group = WireError::WireType {
            field: 1,
            wire_type: 3,
        };
        assert_eq!(fields(b"\x0b"), Err(group));
        let too_long = [&[0x08][..], &[0xff; 9], &[0x02]].concat();
        assert_eq!(fields(&too_long), Err(WireError::Varint));
        let mut huge = vec![0x0a];
        put_varint(&mut huge, u64::MAX);
        assert_eq!(fields(&huge), Err(WireError::Truncated));
    }

    proptest! {
        #[test]
        fn numbers_read_back(number: u64) {
            let mut message = vec![0x08];
            put_varint(&mut message, number);
            prop_assert_eq!(message.len() - 1, varint_bytes(number));
            prop_assert_eq!(fields(&message).expect("a message")[0].value, Value::Varint(number));
        }

        #[test]
        fn content_is_put_behind_its_length(length in prop::sample::select(vec![0, 1, 127, 128, 16_383, 16_384])) {
            let content = vec![7; length];
            let mut nested = vec![1];
            put_nested(&mut nested, 9, |out| out.extend_from_slice(&content));
            let mut known = vec![1];
            put_bytes(&mut known, 9, &content);
            prop_assert_eq!(&nested, &known);
            let mut field = vec![1];
            put_field(&mut field, 9, Value::Bytes(&content));
            prop_assert_eq!(field, known);
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let read: usize = Fields::new(&bytes).flatten().map(|field| field.raw.len()).sum();
            prop_assert!(read <= bytes.len());
        }
    }
}
