//! A flame graph of a trace: self time by the path of operations that led to it.
//!
//! Spans of one operation with the same operations above them are one frame, as wide as the
//! [self times](crate::self_time) of all that it stands for, so frames side by side are never wider
//! than the one that they stand on, however many spans ran at once (after Gregg, "The Flame Graph",
//! ACM Queue 14(2), 2016).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::color::service_color;
use crate::id::SpanId;
use crate::self_time::self_times;
use crate::trace::Trace;

/// Deeper frames are left out, and said to be.
pub const MAX_DEPTH: usize = 64;

/// Most frames: the widest ones.
pub const MAX_FRAMES: usize = 2_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    pub service: String,
    pub operation: String,
    /// Slot in the palette of services.
    pub color: u32,
    /// 0 for a root.
    pub depth: usize,
    /// Where it begins and how much it takes, as shares of the whole.
    pub left: f64,
    pub width: f64,
    pub spans: usize,
    pub errors: usize,
    /// Of itself, and with all that stands on it.
    pub self_nanos: i64,
    pub nanos: i64,
    /// The one of its spans that took longest.
    pub longest: SpanId,
    /// Whether it stands for the span that is selected.
    pub is_selected: bool,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Flame {
    /// A frame stands before those that stand on it.
    pub frames: Vec<Frame>,
    pub frames_left_out: usize,
    /// How many frames stand on each other at most.
    pub depth: usize,
    pub total_nanos: i64,
}

/// While frames are gathered.
struct Gathered<'a> {
    name: (&'a str, &'a str),
    parent: Option<usize>,
    depth: usize,
    spans: usize,
    errors: usize,
    self_nanos: i64,
    nanos: i64,
    longest: (i64, SpanId),
    is_selected: bool,
}

impl Flame {
    /// `shifts` are those of [`crate::clock_skew`], `selected` is the position of a span.
    #[must_use]
    pub fn of(trace: &Trace, shifts: &[i64], selected: Option<usize>) -> Self {
        let mut gathered = gather(trace, &self_times(trace, shifts), selected);
        // Those above came first.
        for number in (0..gathered.len()).rev() {
            if let Some(parent) = gathered[number].parent {
                let nanos = gathered[number].nanos;
                gathered[parent].nanos = gathered[parent].nanos.saturating_add(nanos);
            }
        }
        let tops = gathered.iter().filter(|frame| frame.parent.is_none());
        let total_nanos = tops.map(|frame| frame.nanos).fold(0, i64::saturating_add);
        let frames = place(&gathered, total_nanos);
        Self {
            frames_left_out: gathered.len() - frames.len(),
            depth: frames
                .iter()
                .map(|frame| frame.depth + 1)
                .max()
                .unwrap_or(0),
            frames,
            total_nanos,
        }
    }
}

/// The frames with their own figures; one stands behind the one that it stands on.
fn gather<'a>(trace: &'a Trace, self_times: &[i64], selected: Option<usize>) -> Vec<Gathered<'a>> {
    let mut gathered: Vec<Gathered<'a>> = Vec::new();
    let mut numbers: HashMap<(Option<usize>, &str, &str), usize> = HashMap::new();
    let mut of_span: Vec<usize> = Vec::with_capacity(trace.spans.len());
    for (position, span) in trace.spans.iter().enumerate() {
        let parent = trace.nodes[position].parent.map(|parent| of_span[parent]);
        let name = (trace.service_of(span), &*span.name);
        let number = *numbers.entry((parent, name.0, name.1)).or_insert_with(|| {
            gathered.push(Gathered {
                name,
                parent,
                depth: parent.map_or(0, |parent| gathered[parent].depth + 1),
                spans: 0,
                errors: 0,
                self_nanos: 0,
                nanos: 0,
                longest: (i64::MIN, span.id),
                is_selected: false,
            });
            gathered.len() - 1
        });
        of_span.push(number);
        let frame = &mut gathered[number];
        frame.spans += 1;
        frame.is_selected |= selected == Some(position);
        frame.errors += usize::from(span.is_error());
        frame.self_nanos = frame.self_nanos.saturating_add(self_times[position]);
        frame.nanos = frame.self_nanos;
        let nanos = span.duration_nanos();
        if nanos > frame.longest.0 {
            frame.longest = (nanos, span.id);
        }
    }
    gathered
}

/// Where the widest ones stand.
#[expect(
    clippy::cast_precision_loss,
    reason = "a picture needs four digits, f64 has fifteen"
)]
fn place(gathered: &[Gathered<'_>], total_nanos: i64) -> Vec<Frame> {
    let share = |nanos: i64| nanos as f64 / total_nanos.max(1) as f64;
    let mut widest: Vec<i64> = gathered.iter().map(|frame| frame.nanos).collect();
    widest.sort_unstable_by(|one, other| other.cmp(one));
    // As many as may be, with all that are as wide as the last one.
    let least = widest
        .get(MAX_FRAMES)
        .map_or(i64::MIN, |first_out| first_out + 1);
    let mut next: Vec<f64> = Vec::with_capacity(gathered.len());
    let mut next_top = 0.0;
    let mut frames = Vec::new();
    for frame in gathered {
        let width = share(frame.nanos);
        let begin = match frame.parent {
            Some(parent) => &mut next[parent],
            None => &mut next_top,
        };
        let left = *begin;
        *begin += width;
        // Where the first one that stands on it begins.
        next.push(left);
        if frame.nanos >= least && frame.depth < MAX_DEPTH {
            frames.push(Frame {
                service: frame.name.0.to_owned(),
                operation: frame.name.1.to_owned(),
                color: service_color(frame.name.0),
                depth: frame.depth,
                left,
                width,
                spans: frame.spans,
                errors: frame.errors,
                self_nanos: frame.self_nanos,
                nanos: frame.nanos,
                longest: frame.longest.1,
                is_selected: frame.is_selected,
            });
        }
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;
    use crate::trace::tests::{build, span, span_id};
    use proptest::prelude::*;

    fn at(id: u64, parent: u64, name: &str, start: i64, end: i64) -> Span {
        Span {
            name: name.into(),
            end_nanos: end,
            ..span(id, parent, start)
        }
    }

    fn flame(spans: Vec<Span>) -> Flame {
        let trace = build(spans);
        Flame::of(&trace, &vec![0; trace.spans.len()], Some(0))
    }

    #[test]
    fn spans_of_one_path_are_one_frame() {
        let flame = flame(vec![
            at(1, 0, "pay", 0, 100),
            at(2, 1, "query", 0, 40),
            at(3, 1, "query", 20, 50),
            at(4, 3, "query", 20, 30),
        ]);
        // Half of the time nothing ran below; 40 and 20 were the queries' own, 10 the inner one's.
        assert_eq!(flame.total_nanos, 120);
        assert_eq!(flame.depth, 3);
        let figures = flame.frames.iter().map(|frame| {
            (
                &*frame.operation,
                frame.depth,
                frame.spans,
                frame.self_nanos,
                frame.nanos,
            )
        });
        let figures: Vec<_> = figures.collect();
        assert_eq!(
            figures,
            [
                ("pay", 0, 1, 50, 120),
                ("query", 1, 2, 60, 70),
                ("query", 2, 1, 10, 10)
            ]
        );
        assert_eq!(flame.frames[1].longest, span_id(2));
        assert_eq!((flame.frames[1].left, flame.frames[2].left), (0.0, 0.0));
    }

    #[test]
    fn frames_stand_side_by_side() {
        let flame = flame(vec![
            at(1, 0, "a", 0, 100),
            at(2, 1, "b", 0, 50),
            at(3, 1, "c", 50, 100),
            at(4, 3, "d", 50, 60),
        ]);
        let lefts: Vec<f64> = flame.frames.iter().map(|frame| frame.left).collect();
        assert_eq!(lefts, [0.0, 0.0, 0.5, 0.5]);
        let selected = flame.frames.iter().map(|frame| frame.is_selected);
        assert!(selected.eq([true, false, false, false]));
        assert_eq!(Flame::of(&build(vec![]), &[], None), Flame::default());
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let many = (0..3_000_u64).map(|number| {
            let start = number.cast_signed() * 10;
            let end = start + 5 + start % 3;
            at(number + 2, 1, &format!("n{number}"), start, end)
        });
        let root = at(1, 0, "root", 0, 40_000);
        let wide = flame([root].into_iter().chain(many).collect());
        assert!(wide.frames.len() <= MAX_FRAMES && wide.frames.len() > 900);
        assert_eq!(wide.frames.len() + wide.frames_left_out, 3_001);
        assert_eq!(wide.frames[0].operation, "root");
        let deep =
            (1..10_000).map(|id: u64| at(id, id - 1, &format!("n{id}"), id.cast_signed(), 20_000));
        let deep = flame(deep.collect());
        assert_eq!(
            (deep.depth, deep.frames_left_out),
            (MAX_DEPTH, 9_999 - MAX_DEPTH)
        );
    }

    proptest! {
        #[test]
        fn no_frame_stands_beyond_the_one_below(
            spans in proptest::collection::vec((0_u64..6, 0..3_u8, 0..40_i64, 0..40_i64), 1..20)
        ) {
            let spans = (1..).zip(spans).map(|(id, (parent, name, start, length))| {
                let parent = if parent < id { parent } else { 0 };
                at(id, parent, &format!("n{name}"), start, start + length)
            });
            let flame = flame(spans.collect());
            for (number, frame) in flame.frames.iter().enumerate() {
                let below = flame.frames[..number].iter().rfind(|below| below.depth + 1 == frame.depth && below.left <= frame.left + 1e-9 && below.left + below.width + 1e-9 >= frame.left + frame.width);
                prop_assert!(frame.depth == 0 || below.is_some(), "{frame:?} of {flame:?}");
                prop_assert!(frame.left + frame.width <= 1.0 + 1e-9);
            }
            let own: i64 = flame.frames.iter().map(|frame| frame.self_nanos).sum();
            prop_assert_eq!(own, flame.total_nanos);
        }
    }
}
