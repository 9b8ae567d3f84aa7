//! Everything that a trace tells of one of its spans.

use crate::attribute::Attribute;
use crate::clock_skew;
use crate::span::{Scope, Span};
use crate::trace::Trace;

/// Events of one span that are listed: the first.
const MAX_EVENTS: usize = 500;

#[derive(Debug, Clone, PartialEq)]
pub struct SpanDetails {
    pub span: Span,
    /// How many events the span has beyond those that are here.
    pub more_events: usize,
    pub service: String,
    /// Attributes of the resource.
    pub resource: Vec<Attribute>,
    pub scope: Scope,
    /// What is wrong with it, in words.
    pub defects: Vec<String>,
}

impl SpanDetails {
    /// Of the span at a position. `shifts` are those of [`crate::clock_skew`].
    #[must_use]
    pub fn of(trace: &Trace, position: usize, shifts: &[i64]) -> Option<Self> {
        let span = trace.spans.get(position)?;
        let of_span = trace.defects.iter();
        let of_span = of_span.filter(|defect| defect.span() == Some(span.id));
        let of_span = of_span.map(ToString::to_string);
        let shift = shifts.get(position).copied();
        let moved = shift.and_then(clock_skew::explanation);
        Some(Self {
            span: Span {
                events: span.events.iter().take(MAX_EVENTS).cloned().collect(),
                ..span.clone()
            },
            more_events: span.events.len().saturating_sub(MAX_EVENTS),
            service: trace.service_of(span).to_owned(),
            resource: trace.resource_of(span).attributes.clone(),
            scope: trace.scopes.get(span.scope).cloned().unwrap_or_default(),
            defects: of_span.chain(moved).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Event;
    use crate::trace::tests::{build, span};

    #[test]
    fn what_is_wrong_and_what_is_too_much_is_told() {
        let mut orphan = span(2, 9, 10);
        orphan.resource = 1;
        let event = |time_nanos: i64| Event {
            time_nanos,
            name: "e".into(),
            attributes: vec![],
        };
        orphan.events = (0..501).map(event).collect();
        let trace = build(vec![span(1, 0, 0), orphan]);
        let details = SpanDetails::of(&trace, 1, &[0, 5_000_000]).expect("a span");
        assert_eq!((details.span.events.len(), details.more_events), (500, 1));
        assert_eq!(details.service, "b");
        assert_eq!(details.defects.len(), 2, "{:?}", details.defects);
        assert_eq!(SpanDetails::of(&trace, 2, &[]), None);
    }
}
