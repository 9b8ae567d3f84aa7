//! Two traces beside each other: which spans both have, which only one has, and how long each took
//! in both.
//!
//! Trace a is what is compared with, trace b what is asked about: slower means that b is. Spans
//! are paired from the roots down: children of a pair are paired where service, operation and kind
//! are the same ([`siblings`]). Nothing recurses over spans.

mod align;
mod rows;
mod services;
mod siblings;

use crate::clock_skew;
use crate::critical_path::{Slice, critical_path};
use crate::id::SpanId;
use crate::span::Kind;
use crate::trace::Trace;

pub use rows::MAX_ROWS;
pub use services::{MAX_SERVICES, ServiceRow};

use self::align::{Aligned, align};

/// A difference is none up to this part of the longer time, and up to this part of the longer
/// trace: two requests never take exactly the same time.
const SAME_PART_OF_SPAN: i64 = 10;
const SAME_PART_OF_TRACE: i64 = 1_000;

/// What became of a span of a in b.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// Only b has it.
    Added,
    /// Only a has it.
    Removed,
    Slower,
    Faster,
    Unchanged,
}

impl Change {
    pub const ALL: [Self; 5] = [
        Self::Added,
        Self::Removed,
        Self::Slower,
        Self::Faster,
        Self::Unchanged,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A span of one of the traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    pub span_id: SpanId,
    /// By its own clock; at least 0.
    pub duration_nanos: i64,
    pub is_error: bool,
}

/// A span that at least one of the traces has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// 0 for a root.
    pub depth: usize,
    pub service: String,
    pub operation: String,
    pub kind: Kind,
    /// In trace a and in trace b.
    pub sides: [Option<Side>; 2],
    pub change: Change,
}

impl Row {
    /// How much longer it took in b; none where only one has it.
    #[must_use]
    pub fn difference_nanos(&self) -> Option<i64> {
        let [a, b] = self.sides;
        Some(b?.duration_nanos.saturating_sub(a?.duration_nanos))
    }
}

/// What is known of one of the traces as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// How long its root took, in nanoseconds.
    pub nanos: i64,
    pub spans: usize,
    pub errors: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceDifference {
    /// Of a and of b.
    pub totals: [Total; 2],
    /// Those with the greatest difference first, at most [`MAX_SERVICES`].
    pub services: Vec<ServiceRow>,
    pub more_services: usize,
    /// How many spans of each kind of [`Change::ALL`] there are, those left out included.
    pub counts: [usize; Change::ALL.len()],
    /// At most [`MAX_ROWS`]: those with the greatest differences and all that they are in. Parents
    /// before children.
    pub rows: Vec<Row>,
    pub more_rows: usize,
}

impl TraceDifference {
    #[must_use]
    pub fn of(a: &Trace, b: &Trace) -> Self {
        let paths = [a, b].map(|trace| {
            let shifts = clock_skew::shifts(trace);
            let root = trace.root_position();
            root.map_or_else(Vec::new, |root| critical_path(trace, &shifts, root))
        });
        let totals = [(a, &paths[0]), (b, &paths[1])].map(|(trace, path)| Total {
            nanos: path.iter().map(Slice::nanos).sum(),
            spans: trace.spans.len(),
            errors: trace.spans.iter().filter(|span| span.is_error()).count(),
        });
        let longer = totals[0].nanos.max(totals[1].nanos);
        let (services, more_services) = services::rows([a, b], &paths, longer);
        let aligned = align(a, b);
        let changes: Vec<Change> = aligned
            .iter()
            .map(|pair| change(sides(pair, [a, b]), longer))
            .collect();
        let counts = Change::ALL.map(|own| changes.iter().filter(|found| **found == own).count());
        let weights = aligned.iter().map(|pair| weight(sides(pair, [a, b])));
        let chosen = rows::chosen(&aligned, &weights.collect::<Vec<_>>());
        let rows: Vec<Row> = chosen
            .into_iter()
            .map(|place| row(&aligned[place], [a, b], changes[place]))
            .collect();
        Self {
            totals,
            services,
            more_services,
            counts,
            more_rows: aligned.len() - rows.len(),
            rows,
        }
    }

    /// How many spans have changed so.
    #[must_use]
    pub fn count(&self, change: Change) -> usize {
        let counts = Change::ALL.iter().zip(self.counts);
        let found = counts.filter(|(own, _)| **own == change);
        found.map(|(_, count)| count).sum()
    }
}

fn sides(pair: &Aligned, traces: [&Trace; 2]) -> [Option<Side>; 2] {
    let of = |trace: &Trace, position: Option<usize>| {
        let span = &trace.spans[position?];
        Some(Side {
            span_id: span.id,
            duration_nanos: span.duration_nanos().max(0),
            is_error: span.is_error(),
        })
    };
    [
        of(traces[0], pair.positions[0]),
        of(traces[1], pair.positions[1]),
    ]
}

fn change(sides: [Option<Side>; 2], longer_trace: i64) -> Change {
    match sides {
        [Some(a), Some(b)] => changed([a, b].map(|side| side.duration_nanos), longer_trace),
        [None, _] => Change::Added,
        [_, None] => Change::Removed,
    }
}

/// What became of a time in traces of which the longer one took so long; in nanoseconds.
fn changed([a, b]: [i64; 2], longer_trace: i64) -> Change {
    let difference = b.saturating_sub(a);
    let is_at_most = |part: i64, of: i64| difference.saturating_abs().saturating_mul(part) <= of;
    let is_same =
        is_at_most(SAME_PART_OF_SPAN, a.max(b)) || is_at_most(SAME_PART_OF_TRACE, longer_trace);
    match difference {
        _ if is_same => Change::Unchanged,
        1.. => Change::Slower,
        _ => Change::Faster,
    }
}

/// By how much the traces differ in a span, in nanoseconds.
fn weight(sides: [Option<Side>; 2]) -> i64 {
    let [a, b] = sides.map(|side| side.map_or(0, |side| side.duration_nanos));
    (b - a).abs()
}

fn row(pair: &Aligned, traces: [&Trace; 2], change: Change) -> Row {
    // At least one has it; b tells where both do, and so has the names.
    let (trace, position) = match pair.positions {
        [Some(position), None] => (traces[0], position),
        [_, position] => (traces[1], position.unwrap_or(0)),
    };
    let span = &trace.spans[position];
    Row {
        depth: pair.depth,
        service: trace.service_of(span).to_owned(),
        operation: span.name.clone(),
        kind: span.kind,
        sides: sides(pair, traces),
        change,
    }
}

#[cfg(test)]
mod tests;
