//! Rows of the waterfall: one a span, in pre-order, with its bar on the time line of the trace.

mod codec;
mod mark;
pub mod minimap;
mod row;
mod scroller;
mod skeleton;
mod state;
mod varint;
mod view;
mod window;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::clock_skew;
use crate::color::service_color;
use crate::id::SpanId;
use crate::span::Kind;
use crate::trace::Trace;

pub use codec::SkeletonError;
pub use mark::{Mark, Marks};
pub use row::Row as RowView;
pub use scroller::{MAX_DRAWN, ROW_PIXELS, Scroller};
pub use skeleton::{Bone, MAX_SPANS, OnPath, Skeleton, fingerprint};
pub use state::{Fold, MAX_FIND, MAX_FOLDED, Sort, State, Window};
pub use view::View;
pub use window::Stretch;

/// Which clock the bars follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Clock {
    /// All spans on one time line, as [`clock_skew`] estimates it.
    #[default]
    Corrected,
    /// Each span where its own process said it was.
    Raw,
}

impl Clock {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Corrected => Self::Raw,
            Self::Raw => Self::Corrected,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub span_id: SpanId,
    pub depth: usize,
    /// Rows that follow and vanish when this one is collapsed.
    pub descendants: usize,
    pub service: String,
    /// Slot in the palette of services.
    pub color: u32,
    pub name: String,
    pub kind: Kind,
    pub is_error: bool,
    /// From the start of the time line.
    pub offset_nanos: i64,
    pub duration_nanos: i64,
    /// Times of the span's events, from the start of the time line, without those that stand
    /// where the one before does.
    pub events_nanos: Vec<i64>,
    /// How far the span was moved to correct its clock.
    pub shift_nanos: i64,
    /// In words, what is wrong with the span.
    pub defects: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waterfall {
    pub start_nanos: i64,
    /// Length of the time line; at least 1.
    pub duration_nanos: i64,
    pub rows: Vec<Row>,
    /// The largest correction of a clock, by amount; 0 when the clocks agree.
    pub largest_shift_nanos: i64,
}

impl Waterfall {
    #[must_use]
    pub fn of(trace: &Trace, clock: Clock) -> Self {
        let estimated = clock_skew::shifts(trace);
        let largest_shift_nanos = estimated
            .iter()
            .copied()
            .max_by_key(|shift| shift.unsigned_abs())
            .unwrap_or(0);
        let shifts = match clock {
            Clock::Corrected => estimated,
            Clock::Raw => vec![0; trace.spans.len()],
        };
        let starts = trace
            .spans
            .iter()
            .zip(&shifts)
            .map(|(span, shift)| span.start_nanos.saturating_add(*shift));
        let start_nanos = starts.clone().min().unwrap_or(0);
        let ends = trace
            .spans
            .iter()
            .zip(starts)
            .map(|(span, start)| start.saturating_add(span.duration_nanos().max(0)));
        let duration_nanos = ends.max().unwrap_or(0).saturating_sub(start_nanos).max(1);
        let mut defects: HashMap<SpanId, Vec<String>> = HashMap::new();
        for (span, defect) in trace
            .defects
            .iter()
            .filter_map(|defect| Some((defect.span()?, defect)))
        {
            defects.entry(span).or_default().push(defect.to_string());
        }
        let rows = (0..trace.spans.len())
            .map(|index| {
                let defects = defects.remove(&trace.spans[index].id).unwrap_or_default();
                let mut row = row(trace, index, shifts[index], start_nanos, defects);
                thin(&mut row.events_nanos, duration_nanos);
                row
            })
            .collect();
        Self {
            start_nanos,
            duration_nanos,
            rows,
            largest_shift_nanos,
        }
    }

    /// The rows left when the subtrees below the collapsed spans are hidden.
    #[must_use]
    pub fn visible(&self, is_collapsed: impl Fn(SpanId) -> bool) -> Vec<&Row> {
        let mut visible = Vec::new();
        let mut index = 0;
        while let Some(row) = self.rows.get(index) {
            visible.push(row);
            index += 1 + if is_collapsed(row.span_id) {
                row.descendants
            } else {
                0
            };
        }
        visible
    }

    /// Where a moment stands on the time line, in percent of its length, within 0 and 100.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a picture needs four digits, f64 has fifteen"
    )]
    pub fn percent(&self, offset_nanos: i64) -> f64 {
        (offset_nanos as f64 / self.duration_nanos as f64 * 100.0).clamp(0.0, 100.0)
    }
}

/// Places of a time line that can be told apart.
const PLACES: i64 = 1_000;

/// Leaves one of neighbours that stand at the same place.
fn thin(events_nanos: &mut Vec<i64>, duration_nanos: i64) {
    let width = (duration_nanos / PLACES).max(1);
    events_nanos.dedup_by_key(|time| (*time / width).clamp(-1, PLACES + 1));
}

fn row(
    trace: &Trace,
    index: usize,
    shift_nanos: i64,
    start_nanos: i64,
    defects: Vec<String>,
) -> Row {
    let span = &trace.spans[index];
    let node = trace.nodes[index];
    let service = trace.service_of(span);
    let offset = |time: i64| time.saturating_add(shift_nanos).saturating_sub(start_nanos);
    Row {
        span_id: span.id,
        depth: node.depth,
        descendants: node.descendants,
        service: service.to_owned(),
        color: service_color(service),
        name: span.name.clone(),
        kind: span.kind,
        is_error: span.is_error(),
        offset_nanos: offset(span.start_nanos),
        duration_nanos: span.duration_nanos(),
        events_nanos: span
            .events
            .iter()
            .map(|event| offset(event.time_nanos))
            .collect(),
        shift_nanos,
        defects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;
    use crate::trace::tests::{build, span, span_id};

    #[test]
    fn events_at_one_place_are_marked_once() {
        let mut events = vec![0, 4_000, 4_900, 5_000, 900_000, 2_000_000, 3_000_000];
        thin(&mut events, 1_000_000);
        assert_eq!(events, [0, 4_000, 5_000, 900_000, 2_000_000]);
        let mut many: Vec<i64> = (0..100_000).collect();
        thin(&mut many, 100_000);
        assert_eq!(many.len(), 1_000);
    }

    #[test]
    fn bars_stand_on_one_time_line() {
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
        let trace = build(vec![device, server]);
        let corrected = Waterfall::of(&trace, Clock::Corrected);
        assert_eq!(
            (corrected.start_nanos, corrected.duration_nanos),
            (4980, 100)
        );
        assert_eq!(corrected.rows[1].offset_nanos, 20);
        assert_eq!(corrected.largest_shift_nanos, 4980);
        let raw = Waterfall::of(&trace, Clock::Raw);
        assert_eq!((raw.start_nanos, raw.duration_nanos), (0, 5060));
        assert!((1.9..2.0).contains(&raw.percent(raw.rows[0].duration_nanos)));
    }

    #[test]
    fn collapsing_hides_the_subtree_only() {
        let spans = vec![span(1, 0, 0), span(2, 1, 1), span(3, 2, 2), span(4, 1, 3)];
        let waterfall = Waterfall::of(&build(spans), Clock::Raw);
        let ids = |collapsed: u64| -> Vec<SpanId> {
            waterfall
                .visible(|id| id == span_id(collapsed))
                .iter()
                .map(|row| row.span_id)
                .collect()
        };
        assert_eq!(ids(2), [1, 2, 4].map(span_id));
        assert_eq!(ids(1), [span_id(1)]);
        assert_eq!(ids(9).len(), 4);
    }

    #[test]
    fn impossible_times_are_drawn_within_the_picture() {
        let backwards = Span {
            start_nanos: i64::MAX,
            end_nanos: i64::MIN,
            ..span(1, 0, 0)
        };
        let waterfall = Waterfall::of(&build(vec![backwards]), Clock::Corrected);
        assert!(waterfall.percent(waterfall.rows[0].duration_nanos) <= 0.0);
        assert_eq!(waterfall.rows[0].defects, ["It ends before it starts"]);
    }
}
