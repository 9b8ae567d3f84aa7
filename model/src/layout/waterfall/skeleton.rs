//! The skeleton of a trace: of each span what its row shows, and nothing more. A browser gets it
//! instead of the spans, so that a trace of any size is one small answer.

use std::collections::HashMap;

use xxhash_rust::xxh3::Xxh3;

use super::mark::{Mark, Marks};
use super::{Clock, PLACES};
use crate::clock_skew;
use crate::critical_path::critical_path;
use crate::id::SpanId;
use crate::parent_timing::beyond;
use crate::span::Kind;
use crate::trace::Trace;

/// Most spans of one skeleton: the first in pre-order.
pub const MAX_SPANS: usize = 1_000_000;

/// Longest name of a service or an operation, in characters; the details have the whole.
pub(super) const MAX_NAME: usize = 200;

/// Most names, and all of their bytes together; others are [`LEFT_OUT`].
pub(super) const MAX_NAMES: usize = 100_000;
pub(super) const MAX_NAME_BYTES: usize = 8 << 20;

/// Most events, those of each span that can be told apart.
pub(super) const MAX_EVENTS: usize = 100_000;

/// In the place of names that are too many.
pub(super) const LEFT_OUT: &str = "…";

/// A span without what is only in its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bone {
    /// Position of the parent.
    pub parent: Option<u32>,
    /// 0 for a root.
    pub depth: u32,
    /// How many of those that follow are below it.
    pub descendants: u32,
    /// Positions in [`Skeleton::services`] and [`Skeleton::operations`].
    pub service: u32,
    pub operation: u32,
    pub kind: Kind,
    pub is_error: bool,
    pub marks: Marks,
    /// From the start of the time line.
    pub offset_nanos: i64,
    pub duration_nanos: i64,
    /// How far it was moved to correct its clock.
    pub shift_nanos: i64,
}

/// A part of the time line that is on the critical path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnPath {
    pub span: u32,
    pub offset_nanos: i64,
    pub nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Skeleton {
    /// The same for the same spans in the same order: positions mean the same then.
    pub fingerprint: u64,
    pub start_nanos: i64,
    /// Length of the time line; at least 1.
    pub duration_nanos: i64,
    /// The largest correction of a clock, by amount; 0 when the clocks agree.
    pub largest_shift_nanos: i64,
    pub services: Vec<String>,
    pub operations: Vec<String>,
    /// In pre-order, siblings by start.
    pub bones: Vec<Bone>,
    /// One for each bone.
    pub ids: Vec<SpanId>,
    /// By span, then by time.
    pub path: Vec<OnPath>,
    /// Position of the span, and time from the start of the time line; by span, then by time.
    pub events: Vec<(u32, i64)>,
    /// Spans beyond [`MAX_SPANS`].
    pub spans_left_out: usize,
}

impl Skeleton {
    #[must_use]
    pub fn of(trace: &Trace, clock: Clock) -> Self {
        let estimated = clock_skew::shifts(trace);
        let largest = estimated.iter().copied();
        let largest_shift_nanos = largest
            .max_by_key(|shift| shift.unsigned_abs())
            .unwrap_or(0);
        let shifts = match clock {
            Clock::Corrected => estimated,
            Clock::Raw => vec![0; trace.spans.len()],
        };
        let (start_nanos, duration_nanos) = time_line(trace, &shifts);
        let mut names = (Names::default(), Names::default());
        let bones = bones(trace, &shifts, start_nanos, &mut names);
        Self {
            fingerprint: fingerprint(trace),
            start_nanos,
            duration_nanos,
            largest_shift_nanos,
            services: names.0.list,
            operations: names.1.list,
            ids: trace
                .spans
                .iter()
                .take(bones.len())
                .map(|span| span.id)
                .collect(),
            path: path(trace, &shifts, start_nanos, bones.len()),
            events: events(trace, &shifts, (start_nanos, duration_nanos), bones.len()),
            spans_left_out: trace.spans.len() - bones.len(),
            bones,
        }
    }

    /// Where a span stands.
    #[must_use]
    pub fn position(&self, id: SpanId) -> Option<usize> {
        self.ids.iter().position(|found| *found == id)
    }

    /// The positions of all spans above one, the nearest first.
    pub fn ancestors(&self, position: usize) -> impl Iterator<Item = usize> {
        let above = |at: &usize| Some(self.bones.get(*at)?.parent? as usize);
        std::iter::successors(above(&position), above)
    }

    #[must_use]
    pub fn service(&self, bone: &Bone) -> &str {
        let name = self.services.get(bone.service as usize);
        name.map_or(LEFT_OUT, String::as_str)
    }

    #[must_use]
    pub fn operation(&self, bone: &Bone) -> &str {
        let name = self.operations.get(bone.operation as usize);
        name.map_or(LEFT_OUT, String::as_str)
    }

    /// The services with the most spans, so many of them.
    #[must_use]
    pub fn largest_services(&self, most: usize) -> Vec<String> {
        let mut counts = vec![0_usize; self.services.len()];
        for bone in &self.bones {
            if let Some(count) = counts.get_mut(bone.service as usize) {
                *count += 1;
            }
        }
        let counted = counts.into_iter().zip(&self.services);
        let mut counted: Vec<_> = counted.filter(|(count, _)| *count > 0).collect();
        counted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let largest = counted.into_iter().take(most);
        largest.map(|(_, name)| name.clone()).collect()
    }

    /// The part of the critical path that is this span's.
    #[must_use]
    pub fn path_of(&self, position: usize) -> &[OnPath] {
        let at = |slice: &OnPath| slice.span as usize;
        let begin = self.path.partition_point(|slice| at(slice) < position);
        let end = self.path.partition_point(|slice| at(slice) <= position);
        &self.path[begin..end]
    }

    /// The times of its events.
    #[must_use]
    pub fn events_of(&self, position: usize) -> &[(u32, i64)] {
        let begin = self
            .events
            .partition_point(|event| (event.0 as usize) < position);
        let end = self
            .events
            .partition_point(|event| (event.0 as usize) <= position);
        &self.events[begin..end]
    }

    /// Computes from the depths which span is whose parent, and how many spans are below each.
    pub(super) fn relate(bones: &mut [Bone]) {
        let mut above: Vec<u32> = Vec::new();
        for (position, bone) in (0_u32..).zip(bones.iter_mut()) {
            above.truncate(bone.depth as usize);
            bone.parent = above.last().copied();
            bone.descendants = 0;
            above.push(position);
        }
        for position in (0..bones.len()).rev() {
            if let Some(parent) = bones[position].parent {
                let below = bones[position].descendants + 1;
                bones[parent as usize].descendants += below;
            }
        }
    }
}

/// Which spans there are, in which order.
#[must_use]
pub fn fingerprint(trace: &Trace) -> u64 {
    let mut hash = Xxh3::new();
    for span in &trace.spans {
        hash.update(span.id.as_bytes());
    }
    hash.digest()
}

/// Its start, and how long it is.
fn time_line(trace: &Trace, shifts: &[i64]) -> (i64, i64) {
    let runs = trace.spans.iter().zip(shifts).map(|(span, shift)| {
        let start = span.start_nanos.saturating_add(*shift);
        (start, start.saturating_add(span.duration_nanos().max(0)))
    });
    let start_nanos = runs.clone().map(|(start, _)| start).min().unwrap_or(0);
    let end_nanos = runs.map(|(_, end)| end).max().unwrap_or(0);
    (start_nanos, end_nanos.saturating_sub(start_nanos).max(1))
}

/// Each name once.
#[derive(Debug)]
struct Names<'a> {
    list: Vec<String>,
    bytes: usize,
    places: HashMap<&'a str, u32>,
}

impl Default for Names<'_> {
    fn default() -> Self {
        Self {
            list: vec![LEFT_OUT.to_owned()],
            bytes: 0,
            places: HashMap::new(),
        }
    }
}

impl<'a> Names<'a> {
    fn place(&mut self, name: &'a str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let short: String = name.chars().take(MAX_NAME).collect();
        if self.list.len() >= MAX_NAMES || self.bytes + short.len() > MAX_NAME_BYTES {
            return 0;
        }
        self.bytes += short.len();
        let place = u32::try_from(self.list.len()).unwrap_or(0);
        self.list.push(short);
        self.places.insert(name, place);
        place
    }
}

fn bones<'a>(
    trace: &'a Trace,
    shifts: &[i64],
    start_nanos: i64,
    (services, operations): &mut (Names<'a>, Names<'a>),
) -> Vec<Bone> {
    let of_defects = marks_of_defects(trace);
    let bone = |(position, span): (usize, &'a crate::span::Span)| {
        let mut marks = of_defects.get(&span.id).copied().unwrap_or_default();
        for beyond in beyond(trace, shifts, position) {
            marks.add(beyond.into());
        }
        let start = span.start_nanos.saturating_add(shifts[position]);
        Bone {
            parent: None,
            depth: saturated(trace.nodes[position].depth),
            descendants: 0,
            service: services.place(trace.service_of(span)),
            operation: operations.place(&span.name),
            kind: span.kind,
            is_error: span.is_error(),
            marks,
            offset_nanos: start.saturating_sub(start_nanos),
            duration_nanos: span.duration_nanos(),
            shift_nanos: shifts[position],
        }
    };
    let spans = trace.spans.iter().enumerate().take(MAX_SPANS);
    let mut bones: Vec<Bone> = spans.map(bone).collect();
    Skeleton::relate(&mut bones);
    bones
}

fn marks_of_defects(trace: &Trace) -> HashMap<SpanId, Marks> {
    let mut marks: HashMap<SpanId, Marks> = HashMap::new();
    for defect in &trace.defects {
        // What is wrong with the whole trace stands at the span that speaks for it.
        let span = defect.span().or_else(|| trace.root().map(|root| root.id));
        if let Some(span) = span {
            marks.entry(span).or_default().add(Mark::from(*defect));
        }
    }
    marks
}

fn path(trace: &Trace, shifts: &[i64], start_nanos: i64, spans: usize) -> Vec<OnPath> {
    let Some(root) = trace.root_position() else {
        return vec![];
    };
    let slices = critical_path(trace, shifts, root).into_iter();
    let slices = slices.filter(|slice| slice.span < spans);
    let mut path: Vec<OnPath> = slices
        .map(|slice| OnPath {
            span: saturated(slice.span),
            offset_nanos: slice.start_nanos.saturating_sub(start_nanos),
            nanos: slice.nanos(),
        })
        .collect();
    path.sort_unstable_by_key(|slice| (slice.span, slice.offset_nanos));
    path
}

/// Without those that stand where the one before does.
fn events(
    trace: &Trace,
    shifts: &[i64],
    (start_nanos, duration_nanos): (i64, i64),
    spans: usize,
) -> Vec<(u32, i64)> {
    let width = (duration_nanos / PLACES).max(1);
    let of_span = |position: usize| {
        let events = trace.spans[position].events.iter();
        let offset = |time: i64| {
            let time = time.saturating_add(shifts[position]);
            time.saturating_sub(start_nanos)
        };
        let mut times: Vec<i64> = events.map(|event| offset(event.time_nanos)).collect();
        times.sort_unstable();
        times.dedup_by_key(|time| (*time / width).clamp(-1, PLACES + 1));
        times
            .into_iter()
            .map(move |time| (saturated(position), time))
    };
    (0..spans).flat_map(of_span).take(MAX_EVENTS).collect()
}

fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::span::{Event, Span, StatusCode};
    use crate::trace::tests::{build, span};

    /// `(id, parent, start, end)`.
    pub(crate) fn skeleton(spans: &[(u64, u64, i64, i64)]) -> Skeleton {
        let span = |&(id, parent, start, end): &(u64, u64, i64, i64)| Span {
            start_nanos: start,
            end_nanos: end,
            resource: usize::from(id % 2 == 0),
            ..span(id, parent, 0)
        };
        Skeleton::of(&build(spans.iter().map(span).collect()), Clock::Raw)
    }

    #[test]
    fn it_has_what_rows_show() {
        let mut call = Span {
            kind: Kind::Client,
            end_nanos: 100,
            ..span(1, 0, 0)
        };
        call.status.code = StatusCode::Error;
        let event = |time_nanos: i64| Event {
            time_nanos,
            name: "e".into(),
            attributes: vec![],
        };
        call.events = vec![event(70), event(20), event(20)];
        let server = Span {
            kind: Kind::Server,
            resource: 1,
            end_nanos: 5060,
            ..span(2, 1, 5000)
        };
        let trace = build(vec![call, server]);
        let skeleton = Skeleton::of(&trace, Clock::Corrected);
        assert_eq!((skeleton.start_nanos, skeleton.duration_nanos), (4980, 100));
        assert_eq!(skeleton.largest_shift_nanos, 4980);
        let bone = skeleton.bones[1];
        assert_eq!(
            (bone.parent, bone.depth, bone.offset_nanos),
            (Some(0), 1, 20)
        );
        assert_eq!(skeleton.service(&bone), "b");
        assert_eq!(skeleton.operation(&bone), "span 2");
        assert!(skeleton.bones[0].is_error && !bone.is_error);
        assert_eq!(skeleton.bones[0].shift_nanos, 4980);
        assert_eq!(skeleton.events_of(0), [(0, 20), (0, 70)]);
        assert_eq!(skeleton.path_of(0).len(), 2);
        assert_eq!(skeleton.path_of(1)[0].nanos, 60);
        assert!(bone.marks.is_empty());
        let raw = Skeleton::of(&trace, Clock::Raw);
        assert_eq!((raw.start_nanos, raw.duration_nanos), (0, 5060));
        assert!(raw.bones[1].marks.iter().eq([Mark::StartsAfterParent]));
        assert_eq!(raw.fingerprint, skeleton.fingerprint);
    }

    #[test]
    fn defects_stand_at_their_spans() {
        let skeleton = skeleton(&[(1, 9, 0, 10), (2, 1, -5, 20), (3, 3, 5, 2)]);
        let marks: Vec<Vec<Mark>> = skeleton
            .bones
            .iter()
            .map(|bone| bone.marks.iter().collect())
            .collect();
        let expected = [
            vec![Mark::MissingRoot, Mark::MissingParent],
            vec![Mark::StartsBeforeParent, Mark::OutlivesParent],
            vec![Mark::Cycle, Mark::NegativeDuration],
        ];
        assert_eq!(marks, expected);
    }

    #[test]
    fn impossible_times_make_a_time_line() {
        let skeleton = skeleton(&[(1, 0, i64::MAX, i64::MIN), (2, 1, i64::MIN, i64::MAX)]);
        assert!(skeleton.duration_nanos >= 1);
    }

    #[test]
    fn long_names_are_cut() {
        let mut long = span(1, 0, 0);
        long.name = "é".repeat(1_000);
        let skeleton = Skeleton::of(&build(vec![long]), Clock::Raw);
        assert_eq!(skeleton.operations[1].chars().count(), MAX_NAME);
    }
}
