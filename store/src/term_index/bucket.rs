//! A bucket of a segment as bytes: which traces have each of its terms.
//!
//! There stand, for each of its terms in order:
//!
//! - the distance from the term before (from the least one of the bucket, for the first), doubled,
//!   and one more where several traces have it;
//! - for one trace its place; for several their number, and then, unless all have it, their places:
//!   each as the distance from the one before, less one, or a bit for each trace of the segment
//!   where that is shorter.
//!
//! Numbers are written as protobuf's varints.

use model::index::{IndexTerm, TERM_BITS};
use model::otlp::wire::put_varint;

use super::segment::Damaged;

/// How many bytes a bucket has, about, so that it fills a good part of a page.
const BYTES: usize = 3_072;

/// Most buckets of a segment, as the power of two.
const MAX_BITS: u32 = 14;

/// That the trace at a place has a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting {
    pub(super) term: IndexTerm,
    pub(super) place: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) number: u32,
    pub(super) body: Vec<u8>,
}

impl Bucket {
    /// Of postings that are in order, each there once; none where there are none. `count` is how
    /// many traces the segment has.
    pub(super) fn of(number: u32, bits: u32, count: usize, postings: &[Posting]) -> Option<Self> {
        let mut before = first_term(number, bits);
        let mut body = Vec::new();
        for postings in postings.chunk_by(|one, next| one.term == next.term) {
            let term = postings[0].term.number();
            put_list(&mut body, term - before, postings, count);
            before = term;
        }
        (!body.is_empty()).then_some(Self { number, body })
    }
}

/// How many leading bits of a term number its bucket, where all of them take so many bytes.
pub(super) fn bits(bytes: usize) -> u32 {
    (bytes / BYTES + 1).ilog2().min(MAX_BITS)
}

/// The bucket of a term where so many bits number them.
pub(super) fn bucket_of(term: IndexTerm, bits: u32) -> u32 {
    term.number() >> (TERM_BITS - bits)
}

/// The least term of a bucket.
pub(super) fn first_term(bucket: u32, bits: u32) -> u32 {
    bucket << (TERM_BITS - bits)
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
#[derive(Debug)]
pub(super) struct Lists<'a> {
    rest: &'a [u8],
    term: u32,
    count: usize,
}

/// The places of one term.
#[derive(Debug)]
pub(super) enum List<'a> {
    One(usize),
    All(usize),
    Bits(&'a [u8]),
    Places(Vec<usize>),
}

impl<'a> Lists<'a> {
    pub(super) fn of(bucket: &'a Bucket, bits: u32, count: usize) -> Self {
        Self {
            rest: &bucket.body,
            term: first_term(bucket.number, bits),
            count,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<(IndexTerm, List<'a>)>, Damaged> {
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
    /// Hands over the places in order, until one is refused.
    pub(super) fn places(
        self,
        mut each: impl FnMut(usize) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        match self {
            Self::One(place) => each(place),
            Self::All(count) => (0..count).try_for_each(each),
            Self::Bits(bytes) => {
                let mut places = bytes.iter().enumerate().flat_map(|(number, byte)| {
                    let bits = (0..8).filter(move |bit| byte >> bit & 1 == 1);
                    bits.map(move |bit| number * 8 + bit)
                });
                places.try_for_each(each)
            }
            Self::Places(places) => places.into_iter().try_for_each(each),
        }
    }
}
