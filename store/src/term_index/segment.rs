//! A segment of the index, in memory and as bytes.
//!
//! The traces of a segment are numbered by when they began; these numbers are their *places*. For
//! each term the segment has the places of the traces that have it, in buckets by the leading bits
//! of the term, so that little is read to answer for a few terms. In a bucket stand, for each of its
//! terms in order:
//!
//! - the distance from the term before (from the least one of the bucket, for the first), doubled,
//!   and one more where several traces have it;
//! - for one trace its place; for several their number, and then, unless all have it, their places:
//!   each as the distance from the one before, less one, or a bit for each trace of the segment
//!   where that is shorter.
//!
//! Numbers are written as protobuf's varints.

use std::collections::HashMap;

use model::id::TraceId;
use model::index::{Demand, IndexTerm, TERM_BITS, TraceTerms};
use model::otlp::wire::put_varint;

use super::entry_set::EntrySet;

/// Most traces of a segment: their places take two bytes at most.
pub(super) const MAX_TRACES: usize = 16_384;

/// Bytes of an entry.
pub(super) const ENTRY_BYTES: usize = 24;

/// How many places a bucket has, about, so that it fills a good part of a page.
const BUCKET_PLACES: usize = 1_536;

/// Most buckets of a segment, as the power of two.
const MAX_BUCKET_BITS: u32 = 14;

/// A trace of a segment. Ordered by when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) start_nanos: i64,
    pub(super) id: TraceId,
}

/// What a segment is made of, or read into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Segment {
    /// In order.
    pub(super) entries: Vec<Entry>,
    /// By term, then by place.
    pub(super) postings: Vec<Posting>,
    /// The places of traces that may have any term.
    pub(super) open: Vec<u16>,
}

/// That a trace has a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting {
    pub(super) term: IndexTerm,
    pub(super) place: u16,
}

/// A bucket with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) number: u32,
    pub(super) body: Vec<u8>,
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
        for (place, (entry, terms)) in (0..).zip(traces) {
            segment.entries.push(entry);
            if terms.are_all {
                let postings = terms.terms.iter().map(|&term| Posting { term, place });
                segment.postings.extend(postings);
            } else {
                segment.open.push(place);
            }
        }
        segment.sort();
        segment
    }

    /// All traces of several segments, of [`MAX_TRACES`] together.
    pub(super) fn merged(parts: &[Self]) -> Self {
        let mut order: Vec<(Entry, usize, usize)> = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let entries = part.entries.iter().enumerate();
            order.extend(entries.map(|(place, entry)| (*entry, number, place)));
        }
        order.sort_unstable();
        order.truncate(MAX_TRACES);
        let mut places: Vec<Vec<Option<u16>>> = parts
            .iter()
            .map(|part| vec![None; part.entries.len()])
            .collect();
        for (place, (_, number, old)) in (0..).zip(&order) {
            places[*number][*old] = Some(place);
        }
        let mut segment = Self {
            entries: order.iter().map(|(entry, ..)| *entry).collect(),
            ..Self::default()
        };
        for (part, places) in parts.iter().zip(&places) {
            let new = |place: u16| places.get(usize::from(place)).copied().flatten();
            let postings = part.postings.iter();
            segment.postings.extend(postings.filter_map(|posting| {
                let place = new(posting.place)?;
                Some(Posting { place, ..*posting })
            }));
            segment
                .open
                .extend(part.open.iter().filter_map(|&place| new(place)));
        }
        segment.open.sort_unstable();
        segment.sort();
        segment
    }

    fn sort(&mut self) {
        radsort::sort_by_key(&mut self.postings, |posting| {
            (posting.term.number(), posting.place)
        });
        self.postings.dedup();
    }

    /// How many leading bits of a term number its bucket.
    pub(super) fn bucket_bits(&self) -> u32 {
        let buckets = self.postings.len() / BUCKET_PLACES + 1;
        buckets.ilog2().min(MAX_BUCKET_BITS)
    }

    /// The buckets that are not empty, in order.
    pub(super) fn buckets(&self) -> Vec<Bucket> {
        let bits = self.bucket_bits();
        let of_bucket =
            |one: &Posting, next: &Posting| bucket_of(one.term, bits) == bucket_of(next.term, bits);
        let of_term = |one: &Posting, next: &Posting| one.term == next.term;
        let mut buckets = Vec::new();
        for postings in self.postings.chunk_by(of_bucket) {
            let number = bucket_of(postings[0].term, bits);
            let mut before = first_term(number, bits);
            let mut body = Vec::new();
            for postings in postings.chunk_by(of_term) {
                let term = postings[0].term.number();
                put_list(&mut body, term - before, postings, self.entries.len());
                before = term;
            }
            buckets.push(Bucket { number, body });
        }
        buckets
    }

    pub(super) fn entry_bytes(&self) -> Vec<u8> {
        let bytes =
            |entry: &Entry| [&entry.start_nanos.to_be_bytes(), &entry.id.as_bytes()[..]].concat();
        self.entries.iter().flat_map(bytes).collect()
    }

    /// From the bytes of its entries, its buckets and its open places.
    pub(super) fn read(
        entries: &[u8],
        open: Vec<u16>,
        bits: u32,
        buckets: &[Bucket],
    ) -> Result<Self, Damaged> {
        let entries: Vec<Entry> = read_entries(entries)?;
        let mut segment = Self {
            entries,
            postings: Vec::new(),
            open,
        };
        for bucket in buckets {
            let mut lists = Lists::of(bucket, bits, segment.entries.len());
            while let Some((term, list)) = lists.next()? {
                let mut places = Vec::new();
                list.places(|place| places.push(place));
                for place in places {
                    let place = u16::try_from(place).map_err(|_large| Damaged)?;
                    segment.postings.push(Posting { term, place });
                }
            }
        }
        Ok(segment)
    }
}

/// The bucket of a term where so many bits number them.
pub(super) fn bucket_of(term: IndexTerm, bits: u32) -> u32 {
    term.number() >> (TERM_BITS - bits)
}

fn first_term(bucket: u32, bits: u32) -> u32 {
    bucket << (TERM_BITS - bits)
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

/// The places that the buckets have for each of the terms, which are in order.
pub(super) fn find(
    terms: &[IndexTerm],
    buckets: &[Bucket],
    bits: u32,
    count: usize,
) -> Result<HashMap<IndexTerm, EntrySet>, Damaged> {
    let mut found = HashMap::new();
    for bucket in buckets {
        let mut lists = Lists::of(bucket, bits, count);
        while let Some((term, list)) = lists.next()? {
            if terms.binary_search(&term).is_ok() {
                let mut set = EntrySet::empty(count);
                list.places(|place| set.insert(place));
                found.insert(term, set);
            }
        }
    }
    Ok(found)
}

/// The places of the traces that have what is demanded. Recurses no deeper than filters do.
pub(super) fn meeting(
    demand: &Demand,
    found: &HashMap<IndexTerm, EntrySet>,
    count: usize,
) -> EntrySet {
    match demand {
        Demand::Nothing => EntrySet::all(count),
        Demand::Term(term) => match found.get(term) {
            Some(set) => set.clone(),
            None => EntrySet::empty(count),
        },
        Demand::All(parts) => {
            let mut all = EntrySet::all(count);
            for part in parts {
                all.intersect(&meeting(part, found, count));
            }
            all
        }
        Demand::Any(parts) => {
            let mut any = EntrySet::empty(count);
            for part in parts {
                any.unite(&meeting(part, found, count));
            }
            any
        }
    }
}

fn put_list(body: &mut Vec<u8>, distance: u32, postings: &[Posting], count: usize) {
    let is_several = postings.len() > 1;
    put_varint(body, u64::from(distance) << 1 | u64::from(is_several));
    if !is_several {
        put_varint(body, postings[0].place.into());
        return;
    }
    put_varint(body, postings.len() as u64);
    if postings.len() == count {
        return;
    }
    if is_dense(postings.len(), count) {
        let begin = body.len();
        body.resize(begin + count.div_ceil(8), 0);
        for posting in postings {
            let place = usize::from(posting.place);
            body[begin + place / 8] |= 1 << (place % 8);
        }
        return;
    }
    let mut next = 0;
    for posting in postings {
        put_varint(body, u64::from(posting.place - next));
        next = posting.place + 1;
    }
}

/// Whether a bit for each trace takes less than a byte for each that has the term.
fn is_dense(postings: usize, count: usize) -> bool {
    postings * 8 >= count
}

/// The lists of a bucket, one after the other.
struct Lists<'a> {
    rest: &'a [u8],
    term: u32,
    count: usize,
}

/// The places of one term.
enum List<'a> {
    One(usize),
    All(usize),
    Bits(&'a [u8]),
    Places(Vec<usize>),
}

impl<'a> Lists<'a> {
    fn of(bucket: &'a Bucket, bits: u32, count: usize) -> Self {
        Self {
            rest: &bucket.body,
            term: first_term(bucket.number, bits),
            count,
        }
    }

    fn next(&mut self) -> Result<Option<(IndexTerm, List<'a>)>, Damaged> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let head = self.number()?;
        let distance = u32::try_from(head >> 1).map_err(|_large| Damaged)?;
        self.term = self.term.checked_add(distance).ok_or(Damaged)?;
        let list = if head & 1 == 0 {
            List::One(self.number()?)
        } else {
            self.several()?
        };
        Ok(Some((IndexTerm::new(self.term), list)))
    }

    fn several(&mut self) -> Result<List<'a>, Damaged> {
        let postings = self.number()?;
        if postings > self.count {
            return Err(Damaged);
        }
        if postings == self.count {
            return Ok(List::All(postings));
        }
        if is_dense(postings, self.count) {
            let bytes = self.count.div_ceil(8);
            let (bits, rest) = self.rest.split_at_checked(bytes).ok_or(Damaged)?;
            self.rest = rest;
            return Ok(List::Bits(bits));
        }
        let mut places = Vec::with_capacity(postings);
        let mut next = 0;
        for _ in 0..postings {
            let place = self.number()?.checked_add(next).ok_or(Damaged)?;
            places.push(place);
            next = place + 1;
        }
        Ok(List::Places(places))
    }

    fn number(&mut self) -> Result<usize, Damaged> {
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(Damaged)?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(number).map_err(|_large| Damaged);
            }
        }
        Err(Damaged)
    }
}

impl List<'_> {
    fn places(self, mut each: impl FnMut(usize)) {
        match self {
            Self::One(place) => each(place),
            Self::All(count) => (0..count).for_each(each),
            Self::Bits(bytes) => {
                for (number, byte) in bytes.iter().enumerate() {
                    for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
                        each(number * 8 + bit);
                    }
                }
            }
            Self::Places(places) => places.into_iter().for_each(each),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let found = find(&terms, &segment.buckets(), segment.bucket_bits(), count);
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
        let segment = segment(1..201);
        assert!(segment.bucket_bits() > 1);
        assert!(segment.entries.is_sorted());
        assert_eq!(found(&segment, &term(77)), [77]);
        assert_eq!(found(&segment, &term(1_003)), (30..40).collect::<Vec<u8>>());
        assert_eq!(found(&segment, &term(9_999)).len(), 200);
        assert_eq!(found(&segment, &term(5_000)), [0; 0]);
        let both = Demand::All(vec![term(1_003), Demand::Any(vec![term(31), term(41)])]);
        assert_eq!(found(&segment, &both), [31]);
    }

    #[test]
    fn what_is_written_reads_back() {
        for range in [1..2, 1..9, 1..201] {
            let mut segment = segment(range);
            segment.open = vec![0];
            let read = Segment::read(
                &segment.entry_bytes(),
                vec![0],
                segment.bucket_bits(),
                &segment.buckets(),
            );
            assert_eq!(read, Ok(segment));
        }
    }

    #[test]
    fn merged_segments_are_as_one_made_at_once() {
        let parts = [segment(100..201), segment(1..30), segment(30..100)];
        assert_eq!(Segment::merged(&parts), segment(1..201));
    }

    #[test]
    fn damage_is_told() {
        let segment = segment(1..9);
        let bucket = segment.buckets().remove(0);
        let read = |body: &[u8], count| {
            let bucket = Bucket {
                number: 0,
                body: body.to_vec(),
            };
            find(&[], &[bucket], segment.bucket_bits(), count).map(|found| found.len())
        };
        assert_eq!(read(&bucket.body, 8), Ok(0));
        assert_eq!(read(&bucket.body, 1), Err(Damaged));
        assert_eq!(read(&[0xff; 20], 8), Err(Damaged));
        assert_eq!(read(&bucket.body[..bucket.body.len() - 1], 8), Err(Damaged));
        assert_eq!(read_entries(&[1; 23]), Err(Damaged));
    }

    #[test]
    fn a_trace_whose_terms_are_not_known_is_open() {
        let unknown = TraceTerms::default();
        let known = terms([5]);
        let segment = Segment::of([(entry(2), &known), (entry(1), &unknown)]);
        assert_eq!((segment.open, segment.postings.len()), (vec![0], 1));
    }
}
