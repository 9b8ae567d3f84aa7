//! Whether a trace meets a filter.

use super::{Filter, SpanTest, Test, TraceTest};
use crate::attribute;
use crate::span::{Span, StatusCode};
use crate::summary::{MAX_NAME_BYTES, Summary};
use crate::trace::Trace;

impl Filter {
    /// Whether the conditions hold that the summary of a trace can tell.
    #[must_use]
    pub fn accepts_summary(&self, summary: &Summary) -> bool {
        self.conditions.iter().all(|condition| {
            let holds = match &condition.test {
                Test::Trace(test) => Some(test.holds(summary)),
                Test::Span(test) if !self.needs_spans() => test.holds_somewhere(summary),
                Test::Span(_) => None,
            };
            holds.is_none_or(|holds| holds != condition.negated)
        })
    }

    /// Whether the conditions on spans hold: one span meets all that are asked for, and no span
    /// meets one with a minus in front.
    #[must_use]
    pub fn accepts_spans(&self, trace: &Trace) -> bool {
        let tests = |negated: bool| {
            self.conditions
                .iter()
                .filter_map(move |condition| match &condition.test {
                    Test::Span(test) if condition.negated == negated => Some(test),
                    _ => None,
                })
        };
        let is_wanted = |span: &Span| tests(false).all(|test| test.holds(trace, span));
        let is_unwanted = |span: &Span| tests(true).any(|test| test.holds(trace, span));
        trace.spans.iter().any(is_wanted) && !trace.spans.iter().any(is_unwanted)
    }

    /// Whether the summary alone does not decide. It does where nothing is asked of spans, or one
    /// thing that it knows of all of them.
    #[must_use]
    pub fn needs_spans(&self) -> bool {
        let mut tests = self
            .conditions
            .iter()
            .filter_map(|condition| match &condition.test {
                Test::Span(test) => Some(test),
                Test::Trace(_) => None,
            });
        match (tests.next(), tests.next()) {
            (None, _) => false,
            (Some(test), None) => !test.is_in_summary(),
            _ => true,
        }
    }
}

impl TraceTest {
    fn holds(&self, summary: &Summary) -> bool {
        match self {
            Self::Id(id) => summary.trace_id == *id,
            Self::Root(name) => summary.root_operation == *name,
            Self::Outcome(None) => summary.outcome.is_some(),
            Self::Outcome(wanted) => summary.outcome == *wanted,
            Self::Duration { order, nanos } => order.holds(summary.duration_nanos, *nanos),
            Self::Dimension { dimension, value } => {
                summary.dimensions.get(*dimension) == Some(value.as_str())
            }
            Self::Flag { name, variant } => summary.flags.iter().any(|flag| {
                let is_variant = |variant: &String| flag.variant == *variant;
                flag.name == *name && variant.as_ref().is_none_or(is_variant)
            }),
        }
    }
}

impl SpanTest {
    /// Whether a summary tells if any span meets it.
    fn is_in_summary(&self) -> bool {
        match self {
            Self::Service(name) => name.len() <= MAX_NAME_BYTES,
            Self::Status(status) => *status == StatusCode::Error,
            _ => false,
        }
    }

    fn holds_somewhere(&self, summary: &Summary) -> Option<bool> {
        match self {
            Self::Service(name) => Some(summary.services.contains(name)),
            Self::Status(StatusCode::Error) => Some(summary.error_count > 0),
            _ => None,
        }
    }

    fn holds(&self, trace: &Trace, span: &Span) -> bool {
        let resource = &trace.resource_of(span).attributes;
        let mut attributes = span.attributes.iter().chain(resource);
        match self {
            Self::Service(name) => trace.service_of(span) == name,
            Self::Operation(name) => span.name == *name,
            Self::Status(code) => span.status.code == *code,
            Self::Kind(kind) => span.kind == *kind,
            Self::Attribute { key, value } => {
                attributes.any(|found| found.key == *key && is_value(&found.value, value))
            }
            Self::Text(text) => {
                let text = text.to_lowercase();
                let has = |found: &str| found.to_lowercase().contains(&text);
                has(&span.name)
                    || has(&span.status.message)
                    || attributes.any(|found| has(&found.value.to_string()))
            }
        }
    }
}

fn is_value(found: &attribute::Value, wanted: &str) -> bool {
    match found {
        attribute::Value::String(text) => text == wanted,
        other => other.to_string() == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::{Attribute, Value};
    use crate::span::Kind;
    use crate::trace::tests::{build, span, text};

    fn accepts(filter: &str) -> bool {
        let mut root = span(1, 0, 0);
        root.attributes = vec![Attribute {
            key: "http.status".into(),
            value: Value::Int(503),
        }];
        root.attributes.push(text("feature_flag.new_cart", "on"));
        root.kind = Kind::Client;
        let mut child = span(2, 1, 2);
        child.resource = 1;
        child.status.code = StatusCode::Error;
        child.name = "Pay".into();
        let trace = build(vec![root, child]);
        let summary = crate::summary::tests::summary(&trace).expect("it has spans");
        let filter: Filter = filter.parse().expect("a filter");
        filter.accepts_summary(&summary) && filter.accepts_spans(&trace)
    }

    #[test]
    fn conditions_hold_on_the_same_span() {
        assert!(accepts("service:b status:error"));
        assert!(!accepts("service:a status:error"));
        assert!(accepts(
            "service:a kind:client attr.http.status:503 operation:\"span 1\""
        ));
    }

    #[test]
    fn a_minus_looks_at_every_span() {
        assert!(!accepts("service:a -status:error"));
        assert!(accepts("service:a -status:ok"));
    }

    #[test]
    fn text_is_found_in_names_and_values_in_any_case() {
        assert!(accepts("pAY") && accepts("503") && !accepts("504"));
    }

    #[test]
    fn conditions_on_the_trace() {
        assert!(
            accepts("duration<=10ns") && !accepts("duration>10ns") && accepts("-duration>10ns")
        );
        assert!(!accepts("region:eu-west-1") && accepts("-region:eu-west-1"));
        assert!(accepts(&format!("trace:{}", "07".repeat(16))));
        assert!(accepts("flag:new_cart") && accepts("flag:new_cart=on"));
        assert!(
            !accepts("flag:new_cart=") && !accepts("flag:new") && !accepts("flag:new_cart=off")
        );
        assert!(accepts("-flag:new_cart=off") && !accepts("-flag:new_cart"));
    }

    #[test]
    fn values_are_asked_for_as_they_are_stored() {
        let filter: Filter = "user:alice -attr.user.id:bob region:alice"
            .parse()
            .expect("a filter");
        let stored =
            filter.with_values(|key, value| (key == "user.id").then(|| format!("~{value}")));
        assert_eq!(
            stored.to_string(),
            "user:\"~alice\" -attr.user.id:\"~bob\" region:alice"
        );
    }
}
