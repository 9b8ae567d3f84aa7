//! Identifiers of traces and spans, as W3C Trace Context defines them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text or a byte string is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("expected {expected} hexadecimal digits, found {found} characters")]
    Length { expected: usize, found: usize },
    #[error("only the digits 0-9 and a-f are allowed")]
    Digit,
    #[error("all zeros is not an id")]
    Zero,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Takes the id from its bytes.
            ///
            /// # Errors
            /// When the length differs or all bytes are zero, which W3C Trace Context
            /// (level 1, sections 3.2.2.3 and 3.2.2.4) declares invalid.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, IdError> {
                let bytes: [u8; $bytes] = bytes.try_into().map_err(|_: std::array::TryFromSliceError| {
                    IdError::Length { expected: 2 * $bytes, found: 2 * bytes.len() }
                })?;
                if bytes == [0; $bytes] {
                    return Err(IdError::Zero);
                }
                Ok(Self(bytes))
            }

            #[must_use]
            pub fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex_from_bytes(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Reads hexadecimal digits of either case.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = bytes_from_hex(text)?;
                if text.len() != 2 * $bytes {
                    return Err(IdError::Length { expected: 2 * $bytes, found: text.chars().count() });
                }
                Self::from_slice(&bytes)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// 128 bits that name a trace.
    TraceId, 16
}
id! {
    /// 64 bits that name a span within its trace.
    SpanId, 8
}

impl TraceId {
    /// No id is less.
    pub const LEAST: Self = Self([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
}

impl SpanId {
    /// The id of the server's span where client and server have one id between them, as Zipkin's
    /// "shared" spans do. The same for everyone who asks, and different from the client's.
    #[must_use]
    pub fn shared_server(self) -> Self {
        // Odd, so that no two ids become one; the rotation keeps ids apart that differ in one end.
        const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = u64::from_be_bytes(self.0)
            .wrapping_mul(MULTIPLIER)
            .rotate_left(32);
        Self(mixed.to_be_bytes())
    }
}

/// Hexadecimal digits in lower case, two to a byte.
#[must_use]
pub fn hex_from_bytes(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Decodes hexadecimal digits of either case, two to a byte.
///
/// # Errors
/// When a character is not a hexadecimal digit or their number is odd.
pub fn bytes_from_hex(text: &str) -> Result<Vec<u8>, IdError> {
    let nibble = |digit: u8| char::from(digit).to_digit(16).ok_or(IdError::Digit);
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        let found = text.chars().count();
        return Err(IdError::Length {
            expected: digits.len() + 1,
            found,
        });
    }
    digits
        .chunks_exact(2)
        .map(|pair| {
            let byte = 16 * nibble(pair[0])? + nibble(pair[1])?;
            Ok(u8::try_from(byte).unwrap_or(u8::MAX))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_either_case_and_prints_lower_case() {
        let id: TraceId = "5B8EFFF798038103D269B633813FC60C".parse().expect("an id");
        assert_eq!(id.to_string(), "5b8efff798038103d269b633813fc60c");
    }

    #[test]
    fn explains_what_is_wrong() {
        assert_eq!(
            "12".parse::<SpanId>(),
            Err(IdError::Length {
                expected: 16,
                found: 2
            })
        );
        assert_eq!("zz".repeat(8).parse::<SpanId>(), Err(IdError::Digit));
        assert_eq!("0".repeat(16).parse::<SpanId>(), Err(IdError::Zero));
        assert_eq!("é".repeat(8).parse::<SpanId>(), Err(IdError::Digit));
    }
}
