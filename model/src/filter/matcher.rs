//! What is asked of one value.

use super::range::{Number, Range};
use super::regular::Regex;
use crate::attribute::Value;
use crate::wildcard;

/// What a value must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matcher {
    /// `*`: it is there. A name is there when it is not empty.
    Any,
    /// One of these.
    Values(Vec<Wildcard>),
    /// It has a part that the expression describes.
    Regex(Regex),
    /// It is a number, or text that reads as one, and lies there.
    Number(Range<Number>),
}

/// The pieces of a text between which any text may stand; a text with a single piece is itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    /// At least one.
    pieces: Vec<String>,
}

impl Matcher {
    #[must_use]
    pub fn exact(value: impl Into<String>) -> Self {
        Self::Values(vec![Wildcard::exact(value)])
    }

    /// The one value that it accepts, where there is just one.
    #[must_use]
    pub fn as_exact(&self) -> Option<&str> {
        match self.as_exacts()?.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The values that it accepts, where it accepts no others.
    #[must_use]
    pub fn as_exacts(&self) -> Option<Vec<&str>> {
        match self {
            Self::Values(values) => values.iter().map(Wildcard::as_exact).collect(),
            _ => None,
        }
    }

    /// Gives other values for those that are asked for exactly.
    pub(crate) fn replace(&mut self, new: impl Fn(&str) -> Option<String>) {
        if let Self::Values(values) = self {
            for value in values {
                if let Some(new) = value.as_exact().and_then(&new) {
                    *value = Wildcard::exact(new);
                }
            }
        }
    }

    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Any => !text.is_empty(),
            Self::Values(values) => values.iter().any(|value| value.accepts(text)),
            Self::Regex(regex) => regex.is_match(text),
            Self::Number(range) => {
                Number::parse(text.trim()).is_some_and(|number| range.holds(number))
            }
        }
    }

    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "so many spans no trace has")]
    pub(super) fn accepts_count(&self, count: usize) -> bool {
        match self {
            Self::Number(range) => {
                Number::new(count as f64).is_some_and(|count| range.holds(count))
            }
            _ => self.accepts(&count.to_string()),
        }
    }

    /// Whether it accepts the value of an attribute, as it prints where text is asked for.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers are compared as OTLP's double, beyond 2^53 to 16 digits"
    )]
    pub(super) fn accepts_value(&self, value: &Value) -> bool {
        let number = |value: f64| match self {
            Self::Number(range) => Number::new(value).is_some_and(|number| range.holds(number)),
            _ => false,
        };
        match (self, value) {
            (Self::Any, _) => true,
            (_, Value::String(text)) => self.accepts(text),
            (Self::Number(_), Value::Int(value)) => number(*value as f64),
            (Self::Number(_), Value::Double(value)) => number(*value),
            (Self::Number(_), _) => false,
            (_, other) => self.accepts(&other.to_string()),
        }
    }
}

impl Wildcard {
    #[must_use]
    pub fn exact(text: impl Into<String>) -> Self {
        Self {
            pieces: vec![text.into()],
        }
    }

    /// Any text between each two of the pieces; without pieces it is the empty text.
    #[must_use]
    pub fn of(pieces: Vec<String>) -> Self {
        if pieces.is_empty() {
            return Self::exact("");
        }
        Self { pieces }
    }

    #[must_use]
    pub fn as_exact(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [text] => Some(text),
            _ => None,
        }
    }

    pub(super) fn pieces(&self) -> &[String] {
        &self.pieces
    }

    fn accepts(&self, text: &str) -> bool {
        wildcard::accepts(self.pieces.iter().map(String::as_str), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Order;

    #[test]
    fn numbers_are_compared_as_numbers() {
        let bound = Number::parse("500").expect("a number");
        let matcher = Matcher::Number(Range::Order(Order::AtLeast, bound));
        for value in [
            Value::Int(503),
            Value::Double(500.0),
            Value::String("1e3".into()),
            Value::String(" 600 ".into()),
        ] {
            assert!(matcher.accepts_value(&value), "{value}");
        }
        for value in [
            Value::Int(499),
            Value::Double(f64::NAN),
            Value::String("9xx".into()),
            Value::Bool(true),
            Value::Empty,
        ] {
            assert!(!matcher.accepts_value(&value), "{value}");
        }
    }

    #[test]
    fn a_value_is_compared_as_it_prints() {
        let yes = Matcher::exact("true");
        assert!(yes.accepts_value(&Value::Bool(true)));
        assert!(yes.accepts_value(&Value::String("true".into())));
        assert!(Matcher::Any.accepts_value(&Value::Empty) && !Matcher::Any.accepts(""));
        let pieces = ["PO", "/", ""].map(str::to_owned).to_vec();
        let wildcard = Matcher::Values(vec![Wildcard::of(pieces)]);
        assert!(wildcard.accepts("POST /pay") && !wildcard.accepts("GET /pay"));
    }
}
