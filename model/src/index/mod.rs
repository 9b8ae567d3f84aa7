//! What traces are found by: the terms of an index, as hashes.
//!
//! [`terms`] has those of a trace, and [`Demand`] says which of them a trace must have to meet a
//! filter. Hashes may collide, and an index does not tell which span has what: what it finds is a
//! candidate, to be looked at.

mod demand;
mod number;
mod terms;

pub use demand::Demand;
pub use terms::{MAX_TERMS, TraceTerms, terms};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::dimensions::Dimension;

/// Bits of a term. With the 300 000 terms of a segment of the index one in sixty that is not there
/// seems to be; more bits would take more room, and fewer more looking.
pub const TERM_BITS: u32 = 24;

/// The hash of something that a trace has. Hashes are stored: another function needs another index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexTerm(u32);

/// What is hashed. The numbers are stored, as parts of hashes.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Key = 1,
    Attribute = 2,
    Number = 3,
    Operation = 4,
    FailedService = 5,
    FailedOperation = 6,
    Event = 7,
    Link = 8,
    Scope = 9,
    Dimension = 10,
    Nested = 11,
    KeyOfService = 12,
    OperationOfService = 13,
    AttributeOfService = 14,
}

impl IndexTerm {
    /// From its number.
    #[must_use]
    pub fn new(number: u32) -> Self {
        Self(number & ((1 << TERM_BITS) - 1))
    }

    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    fn of(kind: Kind, key: &str, value: &str) -> Self {
        Prefix::of(kind, key).with(value)
    }

    /// That there is an attribute of that name.
    fn key(key: &str) -> Self {
        Self::of(Kind::Key, key, "")
    }

    /// That an attribute has that value, as it prints.
    fn attribute(key: &str, value: &str) -> Self {
        Self::of(Kind::Attribute, key, value)
    }

    /// That an attribute is a list, a map or bytes, which others print otherwise.
    fn nested(key: &str) -> Self {
        Self::of(Kind::Nested, key, "")
    }

    /// That a span of a service has an attribute with a short value.
    fn attribute_of_service(service: &str, key: &str, value: &str) -> Self {
        AttributesOfService::of(service).with(key, value)
    }

    fn dimension(dimension: Dimension, value: &str) -> Self {
        Self::of(Kind::Dimension, dimension.key(), value)
    }

    /// Anything else that has a name.
    fn name(kind: Kind, name: &str) -> Self {
        Self::of(kind, "", name)
    }
}

/// The first part of what is hashed, for several terms that begin alike.
#[derive(Debug, Clone, Copy)]
struct Prefix(u64);

impl Prefix {
    fn of(kind: Kind, key: &str) -> Self {
        Self(xxh3_64_with_seed(key.as_bytes(), kind as u64))
    }

    fn with(self, value: &str) -> IndexTerm {
        let hash = xxh3_64_with_seed(value.as_bytes(), self.0) >> (u64::BITS - TERM_BITS);
        // It has no more bits than that.
        IndexTerm(u32::try_from(hash).unwrap_or_default())
    }
}

/// The terms of attributes of one service.
#[derive(Debug, Clone, Copy)]
struct AttributesOfService {
    keys: Prefix,
    values: u64,
}

impl AttributesOfService {
    fn of(service: &str) -> Self {
        Self {
            keys: Prefix::of(Kind::KeyOfService, service),
            values: Prefix::of(Kind::AttributeOfService, service).0,
        }
    }

    fn key(self, key: &str) -> IndexTerm {
        self.keys.with(key)
    }

    fn with(self, key: &str, value: &str) -> IndexTerm {
        Prefix(xxh3_64_with_seed(key.as_bytes(), self.values)).with(value)
    }
}

/// The longest values, in bytes, that are told by the service as well: such as many spans have, as
/// `redis` or `POST`. What is longer is mostly an id, which tells enough by itself.
const SHORT_VALUE: usize = 16;

/// Dimensions that have as many values as there are users. Others lie in columns beside which
/// looking for them is quick.
const DIMENSIONS: [Dimension; 2] = [Dimension::Session, Dimension::User];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_stay_what_they_are() {
        let terms = [
            IndexTerm::key("http.route"),
            IndexTerm::attribute("http.route", "/cart"),
            IndexTerm::name(Kind::Operation, "/cart"),
            IndexTerm::dimension(Dimension::Session, "s-77"),
        ];
        let numbers = terms.map(IndexTerm::number);
        assert_eq!(numbers, [1_392_738, 9_786_199, 14_069_937, 4_606_251]);
        assert!(numbers.iter().all(|number| number >> TERM_BITS == 0));
    }
}
