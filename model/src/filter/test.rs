//! What is tested: on a span, or on the trace.

use super::matcher::Matcher;
use super::range::{Order, Range};
use crate::dimensions::{Dimension, FLAG};
use crate::span::{Kind, StatusCode};
use crate::summary::Outcome;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    Span(SpanTest),
    Trace(TraceTest),
}

/// What must hold on a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanTest {
    Field(SpanField, Matcher),
    /// An attribute of the span or of its resource.
    Attribute {
        key: String,
        matcher: Matcher,
    },
    /// How long the span took, in nanoseconds.
    Duration(Range<i64>),
    /// Part of the name, the error message or an attribute's value, in any case.
    Text(String),
}

/// What a span has beside its attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanField {
    Service,
    Operation,
    Status,
    Kind,
    /// The name of one of its events.
    Event,
    /// The trace that one of its links leads to.
    Link,
    /// The name of the instrumentation library that made it.
    Scope,
}

/// What must hold on the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceTest {
    Field(TraceField, Matcher),
    /// How long the request took, in nanoseconds.
    Duration(Range<i64>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceField {
    Id,
    /// The operation of the root.
    Root,
    /// How the request ended: `ok`, `error`, or any where the root is known.
    Outcome,
    Dimension(Dimension),
    /// One of the trace's [flags](crate::flags), by its name or as `NAME=VARIANT`.
    Flag,
    /// How many spans it has.
    Spans,
    /// How many of them have failed.
    Errors,
}

impl SpanField {
    pub const ALL: [Self; 7] = [
        Self::Service,
        Self::Operation,
        Self::Status,
        Self::Kind,
        Self::Event,
        Self::Link,
        Self::Scope,
    ];

    /// Its key in the language.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Operation => "operation",
            Self::Status => "status",
            Self::Kind => "kind",
            Self::Event => "event",
            Self::Link => "link",
            Self::Scope => "scope",
        }
    }
}

impl TraceField {
    /// All but the dimensions.
    pub const OWN: [Self; 6] = [
        Self::Id,
        Self::Root,
        Self::Outcome,
        Self::Flag,
        Self::Spans,
        Self::Errors,
    ];

    /// Its key in the language.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Id => "trace",
            Self::Root => "root",
            Self::Outcome => "outcome",
            Self::Dimension(dimension) => dimension.key(),
            Self::Flag => FLAG,
            Self::Spans => "spans",
            Self::Errors => "errors",
        }
    }

    pub fn all() -> impl Iterator<Item = Self> + Clone {
        let dimensions = Dimension::ALL.into_iter().map(Self::Dimension);
        Self::OWN.into_iter().chain(dimensions)
    }
}

/// Tests for one value exactly, as links ask for them.
impl Test {
    #[must_use]
    pub fn service(name: impl Into<String>) -> Self {
        Self::span(SpanField::Service, name)
    }

    #[must_use]
    pub fn operation(name: impl Into<String>) -> Self {
        Self::span(SpanField::Operation, name)
    }

    #[must_use]
    pub fn link(trace: impl Into<String>) -> Self {
        Self::span(SpanField::Link, trace)
    }

    #[must_use]
    pub fn kind(kind: Kind) -> Self {
        Self::span(SpanField::Kind, kind.name())
    }

    #[must_use]
    pub fn status(code: StatusCode) -> Self {
        Self::span(SpanField::Status, code.name())
    }

    #[must_use]
    pub fn attribute(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Span(SpanTest::Attribute {
            key: key.into(),
            matcher: Matcher::exact(value),
        })
    }

    #[must_use]
    pub fn root(operation: impl Into<String>) -> Self {
        Self::trace(TraceField::Root, operation)
    }

    #[must_use]
    pub fn dimension(dimension: Dimension, value: impl Into<String>) -> Self {
        Self::trace(TraceField::Dimension(dimension), value)
    }

    /// Without a variant, any.
    #[must_use]
    pub fn flag(name: &str, variant: Option<&str>) -> Self {
        match variant {
            Some(variant) => Self::trace(TraceField::Flag, format!("{name}={variant}")),
            None => Self::trace(TraceField::Flag, name),
        }
    }

    #[must_use]
    pub fn outcome(outcome: Outcome) -> Self {
        Self::trace(TraceField::Outcome, outcome.name())
    }

    /// It is a request: a trace whose root is known.
    #[must_use]
    pub fn is_request() -> Self {
        Self::Trace(TraceTest::Field(TraceField::Outcome, Matcher::Any))
    }

    #[must_use]
    pub fn duration(order: Order, nanos: i64) -> Self {
        Self::Trace(TraceTest::Duration(Range::Order(order, nanos)))
    }

    fn span(field: SpanField, value: impl Into<String>) -> Self {
        Self::Span(SpanTest::Field(field, Matcher::exact(value)))
    }

    fn trace(field: TraceField, value: impl Into<String>) -> Self {
        Self::Trace(TraceTest::Field(field, Matcher::exact(value)))
    }

    /// As [`super::Filter::with_values`].
    pub(super) fn replace_values(&mut self, stored: impl Fn(&str, &str) -> Option<String>) {
        match self {
            Self::Span(SpanTest::Attribute { key, matcher }) => {
                matcher.replace(|value| stored(key, value));
            }
            Self::Trace(TraceTest::Field(TraceField::Dimension(dimension), matcher)) => {
                let attributes = dimension.attributes();
                matcher.replace(|value| attributes.iter().find_map(|key| stored(key, value)));
            }
            _ => {}
        }
    }
}
