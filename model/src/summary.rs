//! What a list shows of a trace.

use serde::{Deserialize, Serialize};

use crate::clock_skew;
use crate::dimensions::Dimensions;
use crate::id::TraceId;
use crate::trace::Trace;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub trace_id: TraceId,
    pub root_service: String,
    pub root_operation: String,
    /// When the request began, on the backend's clock where a span of it allows the comparison.
    pub start_nanos: i64,
    /// How long the root span took by its own clock; without a root, from the first start to the
    /// last end.
    pub duration_nanos: i64,
    pub span_count: usize,
    pub error_count: usize,
    pub defect_count: usize,
    /// Sorted by name.
    pub services: Vec<String>,
    pub dimensions: Dimensions,
}

impl Summary {
    /// None only for a trace without spans.
    #[must_use]
    pub fn of(trace: &Trace) -> Option<Self> {
        let root = trace.root()?;
        let shifts = clock_skew::shifts(trace);
        let position = trace.spans.iter().position(|span| span.id == root.id)?;
        let (start_nanos, duration_nanos) = if root.parent_id.is_none() {
            (root.start_nanos.saturating_add(shifts[position]), root.duration_nanos().max(0))
        } else {
            extent(trace, &shifts)
        };
        Some(Self {
            trace_id: trace.id,
            root_service: trace.service_of(root).to_owned(),
            root_operation: root.name.clone(),
            start_nanos,
            duration_nanos,
            span_count: trace.spans.len(),
            error_count: trace.spans.iter().filter(|span| span.is_error()).count(),
            defect_count: trace.defects.len(),
            services: trace.services(),
            dimensions: Dimensions::of(trace),
        })
    }
}

/// First start and the nanoseconds from there to the last end.
fn extent(trace: &Trace, shifts: &[i64]) -> (i64, i64) {
    let spans = || trace.spans.iter().zip(shifts);
    let start = spans().map(|(span, shift)| span.start_nanos.saturating_add(*shift)).min();
    let end = spans().map(|(span, shift)| span.end_nanos.saturating_add(*shift)).max();
    let start = start.unwrap_or(0);
    (start, end.unwrap_or(start).saturating_sub(start).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Kind, Span};
    use crate::trace::tests::{build, span};

    #[test]
    fn the_root_tells_duration_and_the_backend_clock_tells_the_time() {
        let device = Span { kind: Kind::Client, end_nanos: 100, ..span(1, 0, 0) };
        let server = Span { kind: Kind::Server, resource: 1, end_nanos: 5060, ..span(2, 1, 5000) };
        let summary = Summary::of(&build(vec![device, server])).expect("it has spans");
        assert_eq!((summary.start_nanos, summary.duration_nanos), (4980, 100));
        assert_eq!(summary.services, ["a", "b"]);
    }

    #[test]
    fn without_a_root_the_extent_counts() {
        let summary = Summary::of(&build(vec![span(2, 1, 50), span(3, 1, 200)])).expect("spans");
        assert_eq!((summary.start_nanos, summary.duration_nanos), (50, 160));
        assert_eq!(Summary::of(&build(vec![])), None);
    }
}
