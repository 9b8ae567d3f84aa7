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

use xxhash_rust::xxh3::xxh3_64;

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
    NumberStep = 3,
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
    NumberPower = 15,
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

    /// The order of the parts counts.
    fn of<const N: usize>(kind: Kind, parts: [Part; N]) -> Self {
        let mix = |hash: u64, part: u64| (hash.rotate_left(29) ^ part).wrapping_mul(ODD);
        let hash = parts
            .iter()
            .fold(kind as u64, |hash, part| mix(hash, part.0));
        // The leading bits of a product depend on all bits of its factors. There are no more of
        // them than that.
        Self(u32::try_from(hash >> (u64::BITS - TERM_BITS)).unwrap_or_default())
    }

    /// That there is an attribute of that name.
    fn key(key: Part) -> Self {
        Self::of(Kind::Key, [key])
    }

    /// That an attribute has that value, as it prints.
    fn attribute(key: Part, value: Part) -> Self {
        Self::of(Kind::Attribute, [key, value])
    }

    /// That an attribute is a list, a map or bytes, which others print otherwise.
    fn nested(key: Part) -> Self {
        Self::of(Kind::Nested, [key])
    }

    /// That a span of a service has an attribute.
    fn key_of_service(service: Part, key: Part) -> Self {
        Self::of(Kind::KeyOfService, [service, key])
    }

    /// That a span of a service has an attribute with a short value.
    fn attribute_of_service(service: Part, key: Part, value: Part) -> Self {
        Self::of(Kind::AttributeOfService, [service, key, value])
    }

    /// That a span of a service has that name.
    fn operation_of_service(service: Part, name: Part) -> Self {
        Self::of(Kind::OperationOfService, [service, name])
    }

    fn dimension(dimension: Dimension, value: Part) -> Self {
        Self::of(Kind::Dimension, [Part::of(dimension.key()), value])
    }

    /// Anything else that has a name.
    fn name(kind: Kind, name: Part) -> Self {
        Self::of(kind, [name])
    }
}

/// An odd number whose bits are as those of chance: the golden ratio's.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a text of which terms are made, so that it is read once for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part(u64);

impl Part {
    fn of(text: &str) -> Self {
        Self(xxh3_64(text.as_bytes()))
    }

    fn of_number(number: usize) -> Self {
        Self(number as u64)
    }
}

/// Whether spans are told by their service and that value of theirs as well: such as many of them
/// have, as `redis` or `POST`. What is longer is mostly an id or an amount, which tells enough by
/// itself.
fn is_short(value: &str) -> bool {
    value.len() <= 12
}

/// Dimensions that have as many values as there are users. Others lie in columns beside which
/// looking for them is quick.
const DIMENSIONS: [Dimension; 2] = [Dimension::Session, Dimension::User];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_stay_what_they_are() {
        let terms = [
            IndexTerm::key(Part::of("http.route")),
            IndexTerm::attribute(Part::of("http.route"), Part::of("/cart")),
            IndexTerm::name(Kind::Operation, Part::of("/cart")),
            IndexTerm::dimension(Dimension::Session, Part::of("s-77")),
        ];
        let numbers = terms.map(IndexTerm::number);
        assert_eq!(numbers, [13_755_071, 3_842_431, 13_081_136, 183_593]);
        assert!(numbers.iter().all(|number| number >> TERM_BITS == 0));
    }
}
