//! What is compared: more, less, or between.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Less,
    AtMost,
    AtLeast,
    More,
}

impl Order {
    pub const ALL: [Self; 4] = [Self::Less, Self::AtMost, Self::AtLeast, Self::More];

    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }

    #[must_use]
    pub fn holds<T: PartialOrd + Copy>(self, left: T, right: T) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::AtLeast => left >= right,
            Self::More => left > right,
        }
    }
}

/// Where a value has to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range<T> {
    Order(Order, T),
    /// Both ends belong to it.
    Between(T, T),
}

impl<T: PartialOrd + Copy> Range<T> {
    #[must_use]
    pub fn holds(self, value: T) -> bool {
        match self {
            Self::Order(order, bound) => order.holds(value, bound),
            Self::Between(least, greatest) => least <= value && value <= greatest,
        }
    }
}

/// A finite number.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Number(f64);

/// It is never `NaN`.
impl Eq for Number {}

/// Beyond these a number is printed with an exponent.
const PLAIN: std::ops::Range<f64> = 1e-6..1e15;

impl Number {
    /// None for what is infinite or no number.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        // There is only one zero: minus zero and zero make zero.
        value.is_finite().then_some(Self(value + 0.0))
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::new(text.parse().ok()?)
    }

    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }
}

/// Prints what [`Number::parse`] reads back.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0.0 || PLAIN.contains(&self.0.abs()) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ends_belong_to_a_range() {
        let range = Range::Between(2, 4);
        assert_eq!(
            [1, 2, 4, 5].map(|value| range.holds(value)),
            [false, true, true, false]
        );
        assert!(Range::Order(Order::More, 2).holds(3) && !Range::Order(Order::More, 2).holds(2));
    }

    #[test]
    fn only_finite_numbers_are_read() {
        for text in ["", "x", "nan", "inf", "1e999", "5ms", "0x10"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        let printed = |text| Number::parse(text).map(|number| number.to_string());
        assert_eq!(printed("-0").as_deref(), Some("0"));
        assert_eq!(printed("500.0").as_deref(), Some("500"));
        assert_eq!(printed("1e300").as_deref(), Some("1e300"));
    }

    proptest! {
        #[test]
        fn a_number_reads_back(value: f64) {
            if let Some(number) = Number::new(value) {
                prop_assert_eq!(Number::parse(&number.to_string()), Some(number));
            }
        }
    }
}
