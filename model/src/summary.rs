//! What a list shows of a trace.

use serde::{Deserialize, Serialize};

use crate::dimensions::{DimensionTable, Dimensions};
use crate::flags::{Flag, flags};
use crate::id::TraceId;
use crate::list_order::Cursor;
use crate::sampling;
use crate::trace::Trace;

/// Longest name in a summary, in bytes; what is longer is cut. The span keeps its whole name.
pub const MAX_NAME_BYTES: usize = 1_024;

/// Most services that a summary names.
pub const MAX_SERVICES: usize = 500;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub trace_id: TraceId,
    pub root_service: String,
    pub root_operation: String,
    /// None while the root is not known: then it is not counted as a request.
    pub outcome: Option<Outcome>,
    /// When the request began, on the backend's clock where a span of it allows the comparison.
    pub start_nanos: i64,
    /// How long the root span took by its own clock; without a root, from the first start to the
    /// last end.
    pub duration_nanos: i64,
    pub span_count: usize,
    pub error_count: usize,
    pub defect_count: usize,
    /// How many requests it stands for, before sampling.
    pub weight: f64,
    /// Sorted by name.
    pub services: Vec<String>,
    pub dimensions: Dimensions,
    /// Sorted.
    pub flags: Vec<Flag>,
}

/// How a request ended, as its root span tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Ok,
    Error,
}

impl Outcome {
    pub const ALL: [Self; 2] = [Self::Ok, Self::Error];

    #[must_use]
    pub fn of(is_error: bool) -> Self {
        if is_error { Self::Error } else { Self::Ok }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

/// One page of a list of traces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub traces: Vec<Summary>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<Cursor>,
    /// How many traces were looked at, when the search stopped because that were many enough, and
    /// not because the page was full or the range at its end.
    pub stopped_after: Option<usize>,
}

impl Summary {
    /// None only for a trace without spans. `shifts` are those of [`crate::clock_skew`].
    #[must_use]
    pub fn of(trace: &Trace, table: &DimensionTable, shifts: &[i64]) -> Option<Self> {
        let position = trace.root_position()?;
        let root = &trace.spans[position];
        let (start_nanos, duration_nanos) = if root.parent_id.is_none() {
            (
                root.start_nanos.saturating_add(shifts[position]),
                root.duration_nanos().max(0),
            )
        } else {
            extent(trace, shifts)
        };
        Some(Self {
            trace_id: trace.id,
            root_service: cut(trace.service_of(root)).to_owned(),
            root_operation: cut(&root.name).to_owned(),
            outcome: root
                .parent_id
                .is_none()
                .then(|| Outcome::of(root.is_error())),
            start_nanos,
            duration_nanos,
            span_count: trace.spans.len(),
            error_count: trace.spans.iter().filter(|span| span.is_error()).count(),
            defect_count: trace.defects.len(),
            weight: sampling::weight(&root.trace_state),
            services: trace
                .services()
                .iter()
                .take(MAX_SERVICES)
                .map(|name| cut(name).to_owned())
                .collect(),
            dimensions: Dimensions::of(trace, table),
            flags: flags(trace, table.flag_names()),
        })
    }
}

fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(MAX_NAME_BYTES)]
}

/// First start and the nanoseconds from there to the last end.
fn extent(trace: &Trace, shifts: &[i64]) -> (i64, i64) {
    let spans = || trace.spans.iter().zip(shifts);
    let start = spans()
        .map(|(span, shift)| span.start_nanos.saturating_add(*shift))
        .min();
    let end = spans()
        .map(|(span, shift)| span.end_nanos.saturating_add(*shift))
        .max();
    let start = start.unwrap_or(0);
    (start, end.unwrap_or(start).saturating_sub(start).max(0))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::clock_skew;
    use crate::span::{Kind, Span};
    use crate::trace::tests::{build, span};

    pub(crate) fn summary(trace: &Trace) -> Option<Summary> {
        let shifts = clock_skew::shifts(trace);
        Summary::of(trace, &DimensionTable::default(), &shifts)
    }

    #[test]
    fn the_root_tells_duration_and_the_backend_clock_tells_the_time() {
        let device = Span {
            kind: Kind::Client,
            end_nanos: 100,
            ..span(1, 0, 0)
        };
        let server = Span {
            kind: Kind::Server,
            resource: 1,
            end_nanos: 5060,
            ..span(2, 1, 5000)
        };
        let found = summary(&build(vec![device, server])).expect("it has spans");
        assert_eq!((found.start_nanos, found.duration_nanos), (4980, 100));
        assert_eq!(found.outcome, Some(Outcome::Ok));
        assert_eq!(found.services, ["a", "b"]);
    }

    #[test]
    fn a_hostile_name_is_cut_between_characters() {
        let root = Span {
            name: "é".repeat(5_000),
            ..span(1, 0, 0)
        };
        let found = summary(&build(vec![root])).expect("spans");
        assert_eq!(found.root_operation, "é".repeat(512));
    }

    #[test]
    fn without_a_root_the_extent_counts() {
        let found = summary(&build(vec![span(2, 1, 50), span(3, 1, 200)])).expect("spans");
        assert_eq!((found.start_nanos, found.duration_nanos), (50, 160));
        assert_eq!(found.outcome, None);
        assert_eq!(summary(&build(vec![])), None);
    }
}
