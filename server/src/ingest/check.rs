//! Checking spans one by one: a bad one is left out and counted, its neighbours stay.

use std::collections::BTreeMap;
use std::fmt;

use model::id::{SpanId, TraceId};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};

/// Why a span is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    TraceId,
    SpanId,
    ParentSpanId,
    StartTime,
    EndTime,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TraceId => {
                "trace id is not 16 bytes (32 hexadecimal digits in JSON) or all zeros"
            }
            Self::SpanId => "span id is not 8 bytes (16 hexadecimal digits in JSON) or all zeros",
            Self::ParentSpanId => "parent span id is not 8 bytes (16 hexadecimal digits in JSON)",
            Self::StartTime => "start time is missing or after the year 2262",
            Self::EndTime => "end time is after the year 2262",
        })
    }
}

/// What a request was left with.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) resource_spans: Vec<ResourceSpans>,
    pub(crate) accepted: usize,
    pub(crate) rejected: BTreeMap<Reason, usize>,
}

impl Checked {
    pub(crate) fn rejected_count(&self) -> usize {
        self.rejected.values().sum()
    }

    /// For the client's log: which spans are lost and why. Empty when none is.
    pub(crate) fn message(&self) -> String {
        let part = |(reason, count): (&Reason, &usize)| {
            format!(
                "{} rejected: {reason}",
                model::format::counted(*count, "span")
            )
        };
        self.rejected
            .iter()
            .map(part)
            .collect::<Vec<_>>()
            .join("; ")
    }
}

pub(crate) fn check(mut resource_spans: Vec<ResourceSpans>) -> Checked {
    let mut accepted = 0;
    let mut rejected = BTreeMap::new();
    for of_resource in &mut resource_spans {
        for of_scope in &mut of_resource.scope_spans {
            of_scope.spans.retain(|span| match fault(span) {
                None => true,
                Some(reason) => {
                    *rejected.entry(reason).or_default() += 1;
                    false
                }
            });
            accepted += of_scope.spans.len();
        }
        of_resource
            .scope_spans
            .retain(|of_scope| !of_scope.spans.is_empty());
    }
    resource_spans.retain(|of_resource| !of_resource.scope_spans.is_empty());
    Checked {
        resource_spans,
        accepted,
        rejected,
    }
}

fn fault(span: &Span) -> Option<Reason> {
    let is_time = |time: u64| i64::try_from(time).is_ok();
    let parent = span.parent_span_id.as_slice();
    // Some clients send eight zeros for "no parent".
    let is_root = parent.is_empty() || parent == [0; 8];
    if TraceId::from_slice(&span.trace_id).is_err() {
        Some(Reason::TraceId)
    } else if SpanId::from_slice(&span.span_id).is_err() {
        Some(Reason::SpanId)
    } else if !is_root && SpanId::from_slice(parent).is_err() {
        Some(Reason::ParentSpanId)
    } else if span.start_time_unix_nano == 0 || !is_time(span.start_time_unix_nano) {
        Some(Reason::StartTime)
    } else if !is_time(span.end_time_unix_nano) {
        Some(Reason::EndTime)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::trace::v1::ScopeSpans;

    fn good() -> Span {
        Span {
            trace_id: vec![1; 16],
            span_id: vec![1; 8],
            start_time_unix_nano: 1,
            ..Span::default()
        }
    }

    fn checked(spans: Vec<Span>) -> Checked {
        let scope_spans = vec![ScopeSpans {
            spans,
            ..ScopeSpans::default()
        }];
        check(vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }])
    }

    #[test]
    fn a_bad_span_goes_and_its_neighbours_stay() {
        let bad = |change: fn(&mut Span)| {
            let mut span = good();
            change(&mut span);
            span
        };
        let result = checked(vec![
            good(),
            bad(|span| span.trace_id = vec![1; 15]),
            bad(|span| span.trace_id = vec![0; 16]),
            bad(|span| span.span_id = vec![]),
            bad(|span| span.parent_span_id = vec![1; 7]),
            bad(|span| span.start_time_unix_nano = 0),
            bad(|span| span.end_time_unix_nano = u64::MAX),
            bad(|span| span.parent_span_id = vec![0; 8]),
        ]);
        assert_eq!((result.accepted, result.rejected_count()), (2, 6));
        assert_eq!(result.rejected[&Reason::TraceId], 2);
        assert!(
            result
                .message()
                .starts_with("2 spans rejected: trace id is not 16 bytes")
        );
    }

    #[test]
    fn nothing_is_left_of_a_request_without_a_good_span() {
        let result = checked(vec![Span::default()]);
        assert_eq!((result.resource_spans.len(), result.accepted), (0, 0));
        assert_eq!(checked(vec![good()]).message(), "");
    }
}
