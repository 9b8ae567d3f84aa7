//! A [`Skeleton`] as bytes: columns of small numbers, so that it is short, and shorter when it is
//! compressed.
//!
//! ```text
//! version, fingerprint (8 bytes), start, duration, largest shift, spans left out
//! services, operations     how many; each its length and UTF-8
//! how many spans, then of each span in pre-order, one column after the other:
//!   up                     how far its depth is below that of a child of the span before
//!   start                  from that of its parent; of a root from the start of the time line
//!   duration
//!   service, operation     positions in the lists
//!   flags                  kind; error 8; has marks 16; moved otherwise than its parent 32
//!   marks                  of those that have some
//!   shift                  less that of the parent, of those that are moved otherwise
//!   id                     8 bytes
//! path                     how many; of each the span from the one before, start from that of its
//!                          span, length
//! events                   how many; of each the span from the one before, time from its start
//! ```
//!
//! Numbers are those of [`super::varint`]. Differences wrap around, so that any times can be
//! written.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};

use super::mark::Marks;
use super::skeleton::{
    Bone, MAX_EVENTS, MAX_NAME, MAX_NAME_BYTES, MAX_NAMES, MAX_SPANS, OnPath, Skeleton,
};
use super::varint::{Reader, Writer};
use crate::id::SpanId;
use crate::span::Kind;

const VERSION: u8 = 1;

/// Most parts of the critical path: each span begins and ends at most one part of another one.
const MAX_PATH: usize = 2 * MAX_SPANS + 1;

/// Bytes that a span takes at least.
const LEAST_SPAN_BYTES: usize = 14;

const KIND: u8 = 7;
const ERROR: u8 = 8;
const MARKED: u8 = 16;
const MOVED: u8 = 32;

/// Why bytes are no skeleton.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkeletonError {
    #[error("it ends too early")]
    Truncated,
    #[error("it has more than a skeleton may have")]
    TooLarge,
    #[error("it was written by another version of the server")]
    Version,
    #[error("{0}")]
    Damaged(&'static str),
}

impl Skeleton {
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer(Vec::with_capacity(self.bones.len() * 24));
        to.0.push(VERSION);
        to.0.extend(self.fingerprint.to_le_bytes());
        to.signed(self.start_nanos);
        to.signed(self.duration_nanos);
        to.signed(self.largest_shift_nanos);
        to.count(self.spans_left_out);
        for names in [&self.services, &self.operations] {
            to.count(names.len());
            for name in names {
                to.text(name);
            }
        }
        to.count(self.bones.len());
        self.encode_places(&mut to);
        self.encode_kinds(&mut to);
        for id in &self.ids {
            to.0.extend(id.as_bytes());
        }
        self.encode_path(&mut to);
        self.encode_events(&mut to);
        to.0
    }

    /// The value of the parent, or else of a root's.
    fn of_parent(&self, bone: &Bone, value: impl Fn(&Bone) -> i64) -> i64 {
        let parent = bone
            .parent
            .and_then(|parent| self.bones.get(parent as usize));
        parent.map_or(0, value)
    }

    fn encode_places(&self, to: &mut Writer) {
        let mut most = 0;
        for bone in &self.bones {
            to.count((most - bone.depth) as usize);
            most = bone.depth + 1;
        }
        for bone in &self.bones {
            let parent = self.of_parent(bone, |parent| parent.offset_nanos);
            to.signed(bone.offset_nanos.wrapping_sub(parent));
        }
        for bone in &self.bones {
            to.signed(bone.duration_nanos);
        }
    }

    fn encode_kinds(&self, to: &mut Writer) {
        for bone in &self.bones {
            to.count(bone.service as usize);
        }
        for bone in &self.bones {
            to.count(bone.operation as usize);
        }
        let moved = |bone: &Bone| {
            let parent = self.of_parent(bone, |parent| parent.shift_nanos);
            bone.shift_nanos.wrapping_sub(parent)
        };
        for bone in &self.bones {
            let flag = |is: bool, flag: u8| if is { flag } else { 0 };
            let kind = Kind::ALL.iter().position(|kind| *kind == bone.kind);
            let kind = kind.and_then(|kind| u8::try_from(kind).ok()).unwrap_or(0);
            let marked = flag(!bone.marks.is_empty(), MARKED);
            to.0.push(kind | flag(bone.is_error, ERROR) | marked | flag(moved(bone) != 0, MOVED));
        }
        for bone in self.bones.iter().filter(|bone| !bone.marks.is_empty()) {
            to.unsigned(bone.marks.bits().into());
        }
        let shifts = self.bones.iter().map(moved);
        shifts
            .filter(|shift| *shift != 0)
            .for_each(|shift| to.signed(shift));
    }

    fn encode_path(&self, to: &mut Writer) {
        to.count(self.path.len());
        let mut before = 0;
        for slice in &self.path {
            to.count((slice.span - before) as usize);
            before = slice.span;
            to.signed(slice.offset_nanos.wrapping_sub(self.offset(slice.span)));
            to.signed(slice.nanos);
        }
    }

    fn encode_events(&self, to: &mut Writer) {
        to.count(self.events.len());
        let mut before = 0;
        for (span, time) in &self.events {
            to.count((*span - before) as usize);
            before = *span;
            to.signed(time.wrapping_sub(self.offset(*span)));
        }
    }

    fn offset(&self, span: u32) -> i64 {
        let bone = self.bones.get(span as usize);
        bone.map_or(0, |bone| bone.offset_nanos)
    }

    /// The same as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.encode())
    }

    /// # Errors
    /// As [`Self::decode`].
    pub fn from_text(text: &str) -> Result<Self, SkeletonError> {
        let damaged = |_: DecodeError| SkeletonError::Damaged("it is not base64");
        Self::decode(&STANDARD.decode(text).map_err(damaged)?)
    }

    /// # Errors
    /// When it was not [`Self::encode`] that wrote it, or there is more of anything than a skeleton
    /// may have. It takes no more memory than a few times the length of the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, SkeletonError> {
        let mut from = Reader(bytes);
        if from.byte()? != VERSION {
            return Err(SkeletonError::Version);
        }
        let mut skeleton = Self {
            fingerprint: u64::from_le_bytes(eight(&mut from)?),
            start_nanos: from.signed()?,
            duration_nanos: from.signed()?.max(1),
            largest_shift_nanos: from.signed()?,
            spans_left_out: usize::try_from(from.unsigned()?).unwrap_or(usize::MAX),
            services: names(&mut from)?,
            operations: names(&mut from)?,
            ..Self::default()
        };
        let spans = from.count(MAX_SPANS, LEAST_SPAN_BYTES)?;
        skeleton.decode_places(&mut from, spans)?;
        skeleton.decode_kinds(&mut from)?;
        skeleton.ids.reserve_exact(spans);
        for _ in 0..spans {
            let id = SpanId::from_slice(&eight(&mut from)?);
            let damaged = |_| SkeletonError::Damaged("a span has no id");
            skeleton.ids.push(id.map_err(damaged)?);
        }
        skeleton.decode_path(&mut from)?;
        skeleton.decode_events(&mut from)?;
        if from.0.is_empty() {
            Ok(skeleton)
        } else {
            Err(SkeletonError::Damaged("something follows its end"))
        }
    }

    fn decode_places(&mut self, from: &mut Reader, spans: usize) -> Result<(), SkeletonError> {
        self.bones.reserve_exact(spans);
        let mut most = 0;
        for _ in 0..spans {
            let depth = most - from.index(most as usize + 1)?;
            most = depth + 1;
            self.bones.push(Bone {
                parent: None,
                depth,
                descendants: 0,
                service: 0,
                operation: 0,
                kind: Kind::Unspecified,
                is_error: false,
                marks: Marks::default(),
                offset_nanos: 0,
                duration_nanos: 0,
                shift_nanos: 0,
            });
        }
        Self::relate(&mut self.bones);
        for position in 0..spans {
            let bone = &self.bones[position];
            let parent = self.of_parent(bone, |parent| parent.offset_nanos);
            self.bones[position].offset_nanos = parent.wrapping_add(from.signed()?);
        }
        for bone in &mut self.bones {
            bone.duration_nanos = from.signed()?;
        }
        Ok(())
    }

    fn decode_kinds(&mut self, from: &mut Reader) -> Result<(), SkeletonError> {
        for bone in &mut self.bones {
            bone.service = from.index(self.services.len())?;
        }
        for bone in &mut self.bones {
            bone.operation = from.index(self.operations.len())?;
        }
        let flags = from.bytes(self.bones.len())?;
        for (bone, flags) in self.bones.iter_mut().zip(flags) {
            let kind = Kind::ALL.get(usize::from(flags & KIND));
            bone.kind = *kind.ok_or(SkeletonError::Damaged("a span has no kind"))?;
            bone.is_error = flags & ERROR != 0;
            if flags & MARKED != 0 {
                bone.marks = Marks::from_bits(from.unsigned()?);
            }
        }
        for (position, flags) in flags.iter().enumerate() {
            let parent = self.of_parent(&self.bones[position], |parent| parent.shift_nanos);
            let own = if flags & MOVED == 0 {
                0
            } else {
                from.signed()?
            };
            self.bones[position].shift_nanos = parent.wrapping_add(own);
        }
        Ok(())
    }

    fn decode_path(&mut self, from: &mut Reader) -> Result<(), SkeletonError> {
        let slices = from.count(MAX_PATH, 3)?;
        self.path.reserve_exact(slices);
        let mut span = 0;
        for _ in 0..slices {
            span += from.index(self.bones.len().saturating_sub(span as usize))?;
            self.path.push(OnPath {
                span,
                offset_nanos: self.offset(span).wrapping_add(from.signed()?),
                nanos: from.signed()?,
            });
        }
        Ok(())
    }

    fn decode_events(&mut self, from: &mut Reader) -> Result<(), SkeletonError> {
        let events = from.count(MAX_EVENTS, 2)?;
        self.events.reserve_exact(events);
        let mut span = 0;
        for _ in 0..events {
            span += from.index(self.bones.len().saturating_sub(span as usize))?;
            let time = self.offset(span).wrapping_add(from.signed()?);
            self.events.push((span, time));
        }
        Ok(())
    }
}

fn eight(from: &mut Reader) -> Result<[u8; 8], SkeletonError> {
    let (eight, rest) = from.0.split_first_chunk().ok_or(SkeletonError::Truncated)?;
    from.0 = rest;
    Ok(*eight)
}

fn names(from: &mut Reader) -> Result<Vec<String>, SkeletonError> {
    // Four bytes to a character.
    const MAX_BYTES: usize = 4 * MAX_NAME;
    let count = from.count(MAX_NAMES, 1)?;
    let mut names = Vec::with_capacity(count);
    let mut bytes = 0;
    for _ in 0..count {
        let name = from.text(MAX_BYTES)?;
        bytes += name.len();
        if bytes > MAX_NAME_BYTES + MAX_BYTES {
            return Err(SkeletonError::TooLarge);
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::super::Clock;
    use super::super::skeleton::tests::skeleton;
    use super::*;
    use crate::span::{Event, Span};
    use crate::trace::tests::{build, span};
    use proptest::prelude::*;

    type Drawn = (u64, i64, i64, Kind, [bool; 3], i64);

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        let kind = proptest::sample::select(Kind::ALL.to_vec());
        let one = (
            0_u64..12,
            any::<i64>(),
            any::<i64>(),
            kind,
            any::<[bool; 3]>(),
            any::<i64>(),
        );
        proptest::collection::vec(one, 0..12).prop_map(|spans| {
            let drawn = |(id, drawn): (u64, Drawn)| {
                let (parent, start, end, kind, bits, event) = drawn;
                let mut span = Span {
                    kind,
                    start_nanos: if bits[1] { start } else { start % 1_000 },
                    end_nanos: if bits[1] { end } else { end % 1_000 },
                    resource: usize::from(bits[0]),
                    ..span(id, parent, 0)
                };
                if bits[2] {
                    span.events = vec![Event {
                        time_nanos: event,
                        name: "e".into(),
                        attributes: vec![],
                    }];
                }
                span
            };
            (1..).zip(spans).map(drawn).collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(spans in spans()) {
            let trace = build(spans);
            for clock in [Clock::Corrected, Clock::Raw] {
                let skeleton = Skeleton::of(&trace, clock);
                prop_assert_eq!(Skeleton::from_text(&skeleton.to_text()), Ok(skeleton.clone()));
                prop_assert_eq!(Skeleton::decode(&skeleton.encode()), Ok(skeleton));
            }
        }

        #[test]
        fn damage_is_found_or_harmless(spans in spans(), at: prop::sample::Index, byte: u8) {
            let mut bytes = Skeleton::of(&build(spans), Clock::Corrected).encode();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(skeleton) = Skeleton::decode(&bytes) {
                prop_assert_eq!(skeleton.bones.len(), skeleton.ids.len());
            }
            prop_assert!(Skeleton::decode(&bytes[..at]).is_err());
        }

        #[test]
        fn anything_may_be_read(bytes: Vec<u8>) {
            let with_version = [&[VERSION; 9][..], &bytes].concat();
            prop_assert!(Skeleton::decode(&with_version).map_or(true, |found| found.bones.len() < 99));
            prop_assert!(Skeleton::decode(&bytes).map_or(true, |found| found.bones.len() < 99));
        }
    }

    #[test]
    fn a_span_takes_few_bytes() {
        let spans: Vec<_> = (1..=1_000_u64)
            .map(|id| {
                let start = i64::try_from(id).expect("small") * 1_000;
                (id, id / 4, start, start + 900)
            })
            .collect();
        let bytes = skeleton(&spans).encode();
        let names = 1_000 * 11;
        assert!((bytes.len() - names) / 1_000 < 24, "{}", bytes.len());
    }

    #[test]
    fn claims_are_not_believed() {
        let mut claims = Writer(vec![VERSION, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
        claims.count(MAX_SPANS);
        assert_eq!(Skeleton::decode(&claims.0), Err(SkeletonError::Truncated));
        claims.0.truncate(15);
        claims.count(MAX_SPANS + 1);
        assert_eq!(Skeleton::decode(&claims.0), Err(SkeletonError::TooLarge));
        assert_eq!(Skeleton::decode(&[9]), Err(SkeletonError::Version));
    }
}
