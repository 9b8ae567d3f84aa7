//! What one row shows.

use super::PLACES;
use super::mark::Mark;
use super::skeleton::{Bone, Skeleton};
use super::state::Window;
use super::view::View;
use super::window::Stretch;
use crate::clock_skew;
use crate::color::service_color;
use crate::format;
use crate::id::SpanId;

/// Most events that a row marks.
const MAX_EVENTS: usize = 100;

/// Deeper rows are indented no further.
const MAX_INDENT: usize = 16;

const INDENT_PIXELS: usize = 10;

/// One row, as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    pub id: SpanId,
    /// From the top, 0 for the first.
    pub number: usize,
    /// 1 for the topmost.
    pub level: usize,
    /// Which of the spans below its parent it is, from 1, and how many those are.
    pub place: (usize, usize),
    pub indent_pixels: usize,
    pub service: &'a str,
    pub color: u32,
    pub operation: &'a str,
    /// Nothing when there is nothing to say of it.
    pub kind: &'static str,
    pub is_error: bool,
    /// What is wrong with it in a few words, or nothing; and in sentences.
    pub defect: String,
    pub explanation: String,
    pub is_harmless: bool,
    pub descendants: usize,
    pub is_folded: bool,
    pub duration: String,
    /// None when it is not within what is looked at.
    pub bar: Option<Stretch>,
    pub path: Vec<Stretch>,
    /// Percent of the width.
    pub events: Vec<f64>,
}

impl<'a> Row<'a> {
    /// One that says nothing.
    #[must_use]
    pub fn empty(id: SpanId) -> Self {
        Self {
            id,
            number: 0,
            level: 1,
            place: (1, 1),
            indent_pixels: 0,
            service: "",
            color: 0,
            operation: "",
            kind: "",
            is_error: false,
            defect: String::new(),
            explanation: String::new(),
            is_harmless: false,
            descendants: 0,
            is_folded: false,
            duration: String::new(),
            bar: None,
            path: vec![],
            events: vec![],
        }
    }

    /// None when there is no such row.
    #[must_use]
    pub fn of(skeleton: &'a Skeleton, view: &View, window: Window, number: usize) -> Option<Self> {
        let position = view.position(number)?;
        let bone = skeleton.bones.get(position)?;
        let service = skeleton.service(bone);
        let level = (bone.depth as usize).saturating_sub(view.depth) + 1;
        let explanation = explanation(bone);
        let first = bone.marks.iter().min_by_key(|mark| mark.is_harmless());
        let moved = (bone.shift_nanos != 0).then_some("clock moved");
        Some(Self {
            id: *skeleton.ids.get(position)?,
            number,
            level,
            place: view.place(skeleton, position),
            indent_pixels: INDENT_PIXELS * (level - 1).min(MAX_INDENT),
            service,
            color: service_color(service),
            operation: skeleton.operation(bone),
            kind: match bone.kind {
                crate::span::Kind::Unspecified | crate::span::Kind::Internal => "",
                kind => kind.name(),
            },
            is_error: bone.is_error,
            defect: first
                .map(Mark::name)
                .or(moved)
                .unwrap_or_default()
                .to_owned(),
            explanation,
            is_harmless: !bone.marks.has_defect(),
            descendants: bone.descendants as usize,
            is_folded: view.is_folded(position),
            duration: format::duration(bone.duration_nanos),
            bar: window.stretch(bone.offset_nanos, bone.duration_nanos),
            path: path(skeleton, window, position),
            events: events(skeleton, window, position),
        })
    }
}

/// Everything that is odd about a span, in sentences.
fn explanation(bone: &Bone) -> String {
    let marks = bone.marks.iter().map(|mark| mark.sentence().to_owned());
    let moved = clock_skew::explanation(bone.shift_nanos);
    marks.chain(moved).collect::<Vec<_>>().join(". ")
}

/// Neighbours that would not be told apart are one.
fn path(skeleton: &Skeleton, window: Window, position: usize) -> Vec<Stretch> {
    let nearest = 100.0 / precise(PLACES);
    let mut path: Vec<Stretch> = Vec::new();
    for slice in skeleton.path_of(position) {
        let Some(stretch) = window.stretch(slice.offset_nanos, slice.nanos) else {
            continue;
        };
        match path.last_mut() {
            Some(last) if stretch.left - (last.left + last.width) < nearest => {
                last.width = (stretch.left + stretch.width - last.left).max(last.width);
            }
            _ => path.push(stretch),
        }
    }
    path
}

fn events(skeleton: &Skeleton, window: Window, position: usize) -> Vec<f64> {
    let times = skeleton.events_of(position).iter();
    let percents = times.map(|(_, time)| window.percent(*time));
    percents
        .filter(|percent| (0.0..=100.0).contains(percent))
        .take(MAX_EVENTS)
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "it is a small constant")]
fn precise(places: i64) -> f64 {
    places as f64
}

#[cfg(test)]
mod tests {
    use super::super::skeleton::tests::skeleton;
    use super::super::state::State;
    use super::*;
    use crate::trace::tests::span_id;

    #[test]
    fn a_row_says_what_is_seen() {
        let skeleton = skeleton(&[
            (1, 0, 0, 1_000),
            (2, 1, 500, 1_500),
            (3, 1, 100, 200),
            (4, 2, 600, 600),
        ]);
        let mut state = State::default();
        state.fold.turn(span_id(2));
        let view = View::of(&skeleton, &state);
        let window = Window::whole(skeleton.duration_nanos);
        let row = |number| Row::of(&skeleton, &view, window, number);
        let late = row(2).expect("the second child");
        assert_eq!((late.id, late.level, late.place), (span_id(2), 2, (2, 2)));
        assert_eq!(
            (late.service, late.operation, &*late.duration),
            ("b", "span 2", "1 µs")
        );
        assert_eq!(
            (&*late.defect, late.is_harmless, late.is_folded),
            ("outlives parent", true, true)
        );
        assert_eq!(late.descendants, 1);
        let bar = late.bar.expect("it is looked at");
        assert!((33.3..33.4).contains(&bar.left) && (66.6..66.7).contains(&bar.width));
        assert_eq!(row(0).expect("the root").path.len(), 2);
        assert_eq!(row(3), None);
    }

    #[test]
    fn many_parts_of_a_path_are_few_to_draw() {
        let child = |id: u64| {
            let start = i64::try_from(id).expect("small") * 100;
            (id, 1, start, start + 50)
        };
        let spans: Vec<_> = std::iter::once((1, 0, 0, 5_000_000))
            .chain((2..50_000).map(child))
            .collect();
        let skeleton = skeleton(&spans);
        let view = View::of(&skeleton, &State::default());
        let whole = Window::whole(skeleton.duration_nanos);
        assert!(skeleton.path_of(0).len() > 40_000);
        let row = Row::of(&skeleton, &view, whole, 0).expect("the root");
        assert!(row.path.len() <= 1_000, "{}", row.path.len());
        let near = Window {
            from_nanos: 1_000,
            to_nanos: 2_000,
        };
        let row = Row::of(&skeleton, &view, near, 0).expect("the root");
        assert_eq!(row.path.len(), 11);
    }
}
