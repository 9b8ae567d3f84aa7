//! The filter language: what a person types into the bar, and what stands in every link.
//!
//! ```text
//! service:checkout status:error duration>500ms region:eu-west-1 -flag:new_cart=on pay
//! ```
//!
//! Conditions side by side must all hold. Those on a span hold on one and the same span; those on
//! the trace (`duration`, `trace`, `root`, `outcome`, `flag`, and the dimensions such as `region`)
//! hold on the trace. A condition with a minus in front holds when nothing in the trace meets it.

pub mod complete;
mod eval;
mod parse;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dimensions::{Dimension, FLAG};
use crate::format;
use crate::id::TraceId;
use crate::span::{Kind, StatusCode};
use crate::summary::Outcome;

/// Longest filter that is read, in bytes.
pub const MAX_LENGTH: usize = 4_096;

/// Most conditions in one filter.
pub const MAX_CONDITIONS: usize = 64;

/// All conditions must hold; without any, everything matches.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filter {
    pub conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub negated: bool,
    pub test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    Span(SpanTest),
    Trace(TraceTest),
}

/// What must hold on a span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SpanTest {
    Service(String),
    Operation(String),
    Status(StatusCode),
    Kind(Kind),
    /// An attribute of the span or of its resource, compared with the value as it prints.
    Attribute {
        key: String,
        value: String,
    },
    /// Part of the service, the operation or an attribute's value, in any case.
    Text(String),
}

/// What must hold on the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TraceTest {
    Id(TraceId),
    /// The operation of the root.
    Root(String),
    /// How the request ended; without an outcome, any trace whose root is known.
    Outcome(Option<Outcome>),
    Duration {
        order: Order,
        nanos: i64,
    },
    Dimension {
        dimension: Dimension,
        value: String,
    },
    /// One of the trace's [flags](crate::flags); without a variant, any.
    Flag {
        name: String,
        variant: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    pub fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::AtLeast => left >= right,
            Self::More => left > right,
        }
    }
}

/// What is wrong with a filter, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct FilterError {
    /// Byte offset in the text where the trouble begins, at most its length.
    pub at: usize,
    pub message: String,
    pub hint: String,
}

impl TraceTest {
    /// Its key in the language.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Id(_) => "trace",
            Self::Root(_) => "root",
            Self::Outcome(_) => "outcome",
            Self::Duration { .. } => "duration",
            Self::Dimension { dimension, .. } => dimension.key(),
            Self::Flag { .. } => FLAG,
        }
    }
}

impl Filter {
    /// The filter without one of its conditions.
    #[must_use]
    pub fn without(&self, index: usize) -> Self {
        let mut conditions = self.conditions.clone();
        if index < conditions.len() {
            conditions.remove(index);
        }
        Self { conditions }
    }

    /// The filter with one more condition, unless it has that already.
    #[must_use]
    pub fn with(&self, test: Test) -> Self {
        let condition = Condition {
            negated: false,
            test,
        };
        let mut conditions = self.conditions.clone();
        if !conditions.contains(&condition) {
            conditions.push(condition);
        }
        Self { conditions }
    }

    /// The filter as it is asked of what is stored, where values may differ from those that were
    /// sent. The function is given an attribute and the value that is asked for.
    #[must_use]
    pub fn with_values(mut self, stored: impl Fn(&str, &str) -> Option<String>) -> Self {
        for condition in &mut self.conditions {
            let (new, value) = match &mut condition.test {
                Test::Span(SpanTest::Attribute { key, value }) => (stored(key, value), value),
                Test::Trace(TraceTest::Dimension { dimension, value }) => {
                    let mut attributes = dimension.attributes().iter();
                    let new = attributes.find_map(|key| stored(key, value));
                    (new, value)
                }
                _ => continue,
            };
            if let Some(new) = new {
                *value = new;
            }
        }
        self
    }
}

/// Prints text that reads back as the same filter.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, condition) in self.conditions.iter().enumerate() {
            let separator = if index == 0 { "" } else { " " };
            write!(f, "{separator}{condition}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negated { "-" } else { "" };
        match &self.test {
            Test::Span(test) => write!(f, "{sign}{test}"),
            Test::Trace(test) => write!(f, "{sign}{test}"),
        }
    }
}

impl fmt::Display for SpanTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(name) => write!(f, "service:{}", Quoted(name)),
            Self::Operation(name) => write!(f, "operation:{}", Quoted(name)),
            Self::Status(code) => write!(f, "status:{code}"),
            Self::Kind(kind) => write!(f, "kind:{kind}"),
            Self::Attribute { key, value } => write!(f, "attr.{}:{}", Quoted(key), Quoted(value)),
            Self::Text(text) => Quoted(text).fmt(f),
        }
    }
}

impl fmt::Display for TraceTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "trace:{id}"),
            Self::Root(name) => write!(f, "root:{}", Quoted(name)),
            Self::Outcome(None) => f.write_str("outcome:*"),
            Self::Outcome(Some(outcome)) => write!(f, "outcome:{}", outcome.name()),
            Self::Duration { order, nanos } => {
                write!(
                    f,
                    "duration{}{}",
                    order.sign(),
                    format::typed_duration(*nanos)
                )
            }
            Self::Dimension { dimension, value } => {
                write!(f, "{}:{}", dimension.key(), Quoted(value))
            }
            Self::Flag {
                name,
                variant: None,
            } => write!(f, "{FLAG}:{}", Quoted(name)),
            Self::Flag {
                name,
                variant: Some(variant),
            } if is_plain(name) && is_plain(variant) => write!(f, "{FLAG}:{name}={variant}"),
            Self::Flag {
                name,
                variant: Some(variant),
            } => write!(f, "{FLAG}:{}", Quoted(&format!("{name}={variant}"))),
        }
    }
}

/// Text in quotes where it would not be read as one word without them.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain(self.0) {
            return f.write_str(self.0);
        }
        let escaped = self.0.replace('\\', "\\\\").replace('"', "\\\"");
        write!(f, "\"{escaped}\"")
    }
}

/// Whether text is read as one word without quotes.
fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._/-*@+,;".contains(c);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(plain)
}
