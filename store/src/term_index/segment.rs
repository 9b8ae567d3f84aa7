//! A segment of the index: what the traces have that were stored together.
//!
//! The traces of a segment are numbered by when they began; these numbers are their *places*. For
//! each term the segment has the places of the traces that have it, in buckets by the leading bits
//! of the term, so that little is read to answer for a few terms.

use std::slice;

use model::id::TraceId;
use model::index::{IndexTerm, TraceTerms};

use super::bucket::{self, Bucket, List, Lists, Posting, bucket_of, first_term};

/// Most traces of a segment: their places take two bytes at most.
pub(super) const MAX_TRACES: usize = 16_384;

/// Bytes of an entry.
pub(super) const ENTRY_BYTES: usize = 24;

/// What a posting takes in a bucket, about.
const POSTING_BYTES: usize = 2;

/// A trace of a segment. Ordered by when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) start_nanos: i64,
    pub(super) id: TraceId,
}

/// A segment as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Segment {
    /// In order.
    pub(super) entries: Vec<Entry>,
    /// The places of traces that may have any term, in order.
    pub(super) open: Vec<u16>,
    /// How many leading bits of a term number its bucket.
    pub(super) bucket_bits: u32,
    /// Those that are not empty, in order.
    pub(super) buckets: Vec<Bucket>,
}

/// What a stored bucket or list of entries has is not what one is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is cut short, or speaks of traces that the segment does not have")]
pub(super) struct Damaged;

impl Segment {
    /// Of at most [`MAX_TRACES`] traces.
    pub(super) fn of<'a>(traces: impl IntoIterator<Item = (Entry, &'a TraceTerms)>) -> Self {
        let mut traces: Vec<_> = traces.into_iter().take(MAX_TRACES).collect();
        traces.sort_by_key(|(entry, _)| *entry);
        let mut segment = Self::default();
        let mut postings = Vec::new();
        for (place, (entry, terms)) in (0..).zip(traces) {
            segment.entries.push(entry);
            if terms.are_all {
                postings.extend(terms.terms.iter().map(|&term| Posting { term, place }));
            } else {
                segment.open.push(place);
            }
        }
        radsort::sort_by_key(&mut postings, |posting| {
            (posting.term.number(), posting.place)
        });
        postings.dedup();
        let bits = bucket::bits(postings.len() * POSTING_BYTES);
        segment.bucket_bits = bits;
        let number = |posting: &Posting| bucket_of(posting.term, bits);
        for postings in postings.chunk_by(|one, next| number(one) == number(next)) {
            let count = segment.entries.len();
            let bucket = Bucket::of(number(&postings[0]), bits, count, postings);
            segment.buckets.extend(bucket);
        }
        segment
    }

    /// All traces of several segments. Takes little more memory than these and the outcome.
    ///
    /// # Errors
    /// When one of them is damaged, or they have more than [`MAX_TRACES`] together.
    pub(super) fn merged(parts: &[Self]) -> Result<Self, Damaged> {
        let mut order: Vec<(Entry, usize, usize)> = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let entries = part.entries.iter().enumerate();
            order.extend(entries.map(|(place, entry)| (*entry, number, place)));
        }
        if order.len() > MAX_TRACES {
            return Err(Damaged);
        }
        order.sort_unstable();
        let places = parts.iter().map(|part| vec![0; part.entries.len()]);
        let mut places: Vec<Vec<u16>> = places.collect();
        for (place, (_, number, old)) in (0..).zip(&order) {
            places[*number][*old] = place;
        }
        let bucket_bits = bucket::bits(parts.iter().map(Self::bucket_bytes).sum());
        let mut segment = Self {
            entries: order.iter().map(|(entry, ..)| *entry).collect(),
            bucket_bits,
            ..Self::default()
        };
        for (part, places) in parts.iter().zip(&places) {
            for &place in &part.open {
                segment.open.push(moved(places, place.into())?);
            }
        }
        segment.open.sort_unstable();
        let parts = parts.iter().zip(&places);
        let parts = parts.map(|(part, places)| Cursor::of(part, places));
        let mut parts = parts.collect::<Result<Vec<Cursor>, Damaged>>()?;
        let mut postings = Vec::new();
        for number in 0..1 << bucket_bits {
            let end = first_term(number + 1, bucket_bits);
            postings.clear();
            for part in &mut parts {
                part.take_below(end, &mut postings)?;
            }
            // It finds the runs that each part has in order already.
            postings.sort();
            let count = segment.entries.len();
            let bucket = Bucket::of(number, bucket_bits, count, &postings);
            segment.buckets.extend(bucket);
        }
        Ok(segment)
    }

    pub(super) fn bucket_bytes(&self) -> usize {
        self.buckets.iter().map(|bucket| bucket.body.len()).sum()
    }

    pub(super) fn entry_bytes(&self) -> Vec<u8> {
        let bytes =
            |entry: &Entry| [&entry.start_nanos.to_be_bytes(), &entry.id.as_bytes()[..]].concat();
        self.entries.iter().flat_map(bytes).collect()
    }
}

/// The place of a trace in the segment that comes of merging.
fn moved(places: &[u16], place: usize) -> Result<u16, Damaged> {
    places.get(place).copied().ok_or(Damaged)
}

/// Reads the terms of a segment in order.
struct Cursor<'a> {
    buckets: slice::Iter<'a, Bucket>,
    bits: u32,
    lists: Option<Lists<'a>>,
    next: Option<(IndexTerm, List<'a>)>,
    /// Where each of its traces stands in another segment.
    places: &'a [u16],
}

impl<'a> Cursor<'a> {
    fn of(segment: &'a Segment, places: &'a [u16]) -> Result<Self, Damaged> {
        let mut cursor = Self {
            buckets: segment.buckets.iter(),
            bits: segment.bucket_bits,
            lists: None,
            next: None,
            places,
        };
        cursor.advance()?;
        Ok(cursor)
    }

    /// Adds what it has of terms with numbers below that one, and passes over it.
    fn take_below(&mut self, end: u32, postings: &mut Vec<Posting>) -> Result<(), Damaged> {
        while let Some((term, list)) = self.next.take_if(|(term, _)| term.number() < end) {
            list.places(|place| {
                let place = moved(self.places, place)?;
                postings.push(Posting { term, place });
                Ok(())
            })?;
            self.advance()?;
            if self.next.as_ref().is_some_and(|(next, _)| *next <= term) {
                return Err(Damaged);
            }
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<(), Damaged> {
        self.next = None;
        while self.next.is_none() {
            if let Some(lists) = &mut self.lists {
                self.next = lists.next()?;
            }
            if self.next.is_none() {
                let Some(bucket) = self.buckets.next() else {
                    return Ok(());
                };
                self.lists = Some(Lists::of(bucket, self.bits, self.places.len()));
            }
        }
        Ok(())
    }
}

pub(super) fn read_entries(bytes: &[u8]) -> Result<Vec<Entry>, Damaged> {
    let (entries, rest) = bytes.as_chunks::<ENTRY_BYTES>();
    if !rest.is_empty() {
        return Err(Damaged);
    }
    entries.iter().map(|entry| read_entry(entry)).collect()
}

pub(super) fn read_entry(bytes: &[u8]) -> Result<Entry, Damaged> {
    let (start, id) = bytes.split_first_chunk().ok_or(Damaged)?;
    Ok(Entry {
        start_nanos: i64::from_be_bytes(*start),
        id: TraceId::from_slice(id).map_err(|_zero| Damaged)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::meeting::{find, meeting};
    use super::*;
    use model::index::Demand;

    fn entry(number: u8) -> Entry {
        Entry {
            start_nanos: 1_000 + i64::from(number),
            id: TraceId::from_slice(&[number; 16]).expect("an id"),
        }
    }

    fn terms(numbers: impl IntoIterator<Item = u32>) -> TraceTerms {
        TraceTerms {
            terms: numbers.into_iter().map(IndexTerm::new).collect(),
            are_all: true,
        }
    }

    /// Traces whose terms are their number, that of their tens, one that all have, and many more.
    fn segment(numbers: std::ops::Range<u8>) -> Segment {
        let traces: Vec<_> = numbers
            .rev()
            .map(|number| {
                let own = u32::from(number);
                let many = (0..40).map(move |more| own * 60_000 + more * 7);
                (
                    entry(number),
                    terms([own, 1_000 + own / 10, 9_999, own].into_iter().chain(many)),
                )
            })
            .collect();
        Segment::of(traces.iter().map(|(entry, terms)| (*entry, terms)))
    }

    fn found(segment: &Segment, demand: &Demand) -> Vec<u8> {
        let count = segment.entries.len();
        let terms = demand.terms();
        let found = find(&terms, &segment.buckets, segment.bucket_bits, count);
        let places = meeting(demand, &found.expect("it is well"), count);
        let ids = places
            .places()
            .map(|place| segment.entries[place].id.as_bytes()[0]);
        ids.collect()
    }

    fn term(number: u32) -> Demand {
        Demand::Term(IndexTerm::new(number))
    }

    #[test]
    fn traces_are_found_by_their_terms() {
        let parts = [segment(100..201), segment(1..30), segment(30..100)];
        let merged = Segment::merged(&parts).expect("they are well");
        for segment in [segment(1..201), merged] {
            assert!(segment.bucket_bits > 1);
            assert!(segment.entries.is_sorted());
            assert_eq!(found(&segment, &term(77)), [77]);
            assert_eq!(found(&segment, &term(1_003)), (30..40).collect::<Vec<u8>>());
            assert_eq!(found(&segment, &term(9_999)).len(), 200);
            assert_eq!(found(&segment, &term(5_000)), [0; 0]);
            let both = Demand::All(vec![term(1_003), Demand::Any(vec![term(31), term(41)])]);
            assert_eq!(found(&segment, &both), [31]);
        }
    }

    #[test]
    fn merged_segments_have_what_their_parts_have() {
        let mut parts = [segment(100..201), segment(1..30), segment(30..100)];
        parts[1].open = vec![0, 28];
        let mut once = Segment::merged(&[segment(1..201)]).expect("it is well");
        once.open = vec![0, 28];
        let merged = Segment::merged(&parts).expect("they are well");
        // Lists of few traces take more bytes, and bytes are what numbers buckets.
        let again = Segment::merged(slice::from_ref(&merged)).expect("it is well");
        assert_eq!(again.open, once.open);
        assert_eq!(again, Segment::merged(&[once]).expect("it is well"));
        assert_eq!(again.entries, merged.entries);
    }

    #[test]
    fn damage_is_told() {
        let segment = segment(1..9);
        let body = &segment.buckets[0].body;
        let merged = |body: &[u8], count: usize| {
            let buckets = vec![Bucket {
                number: 0,
                body: body.to_vec(),
            }];
            let damaged = Segment {
                entries: segment.entries[..count].to_vec(),
                buckets,
                ..segment.clone()
            };
            let found = find(&[], &damaged.buckets, damaged.bucket_bits, count);
            (Segment::merged(&[damaged]).is_ok(), found.is_ok())
        };
        assert_eq!(merged(body, 8), (true, true));
        assert_eq!(merged(body, 1), (false, false));
        assert_eq!(merged(&[0xff; 20], 8), (false, false));
        assert_eq!(merged(&body[..body.len() - 1], 8), (false, false));
        // A term comes twice.
        let twice = [2, 0, 0, 0];
        assert_eq!(merged(&twice, 8), (false, true));
        assert_eq!(read_entries(&[1; 23]), Err(Damaged));
        let too_many = vec![segment.clone(); MAX_TRACES / 8 + 1];
        assert_eq!(Segment::merged(&too_many), Err(Damaged));
    }

    #[test]
    fn a_trace_whose_terms_are_not_known_is_open() {
        let unknown = TraceTerms::default();
        let known = terms([5]);
        let segment = Segment::of([(entry(2), &known), (entry(1), &unknown)]);
        assert_eq!((segment.open, segment.buckets.len()), (vec![0], 1));
    }
}
