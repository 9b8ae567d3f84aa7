//! Whether a span has to be looked at closely, judged while it is checked.

use std::ops::Range;

use model::otlp::judge::Watch;
use model::otlp::wire::{Field, Fields, Value};

use super::{MAX_ATTRIBUTES, MAX_VALUE_BYTES, Redactor};

/// Field numbers of `Span`.
mod number {
    pub(super) const NAME: u32 = 5;
    pub(super) const ATTRIBUTES: u32 = 9;
    pub(super) const EVENTS: u32 = 11;
    pub(super) const LINKS: u32 = 13;
    pub(super) const STATUS: u32 = 15;
}

/// `Span.Event.attributes` and `Span.Link.attributes`.
const EVENT_ATTRIBUTES: u32 = 3;
const LINK_ATTRIBUTES: u32 = 4;

/// An attribute takes two bytes at least, so that smaller events have no more than they may.
const MANY_BYTES: usize = 2 * MAX_ATTRIBUTES;

/// How closely a span has to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It stays as it came.
    Fine,
    /// Something is named in a rule, or there is too much of something.
    Named,
    /// Its text may hold a secret.
    Searched,
}

/// What is known of a span so far.
pub(crate) struct Suspicion<'a> {
    redactor: &'a Redactor,
    span: &'a [u8],
    /// Where the next field begins.
    at: usize,
    /// Fields with text, side by side, that are not searched yet: ids and times, whose bytes
    /// look like anything, are left out.
    unsearched: Range<usize>,
    attributes: usize,
    verdict: Verdict,
}

impl<'a> Suspicion<'a> {
    pub(super) fn new(redactor: &'a Redactor, span: &'a [u8]) -> Self {
        Self {
            redactor,
            span,
            at: 0,
            unsearched: 0..0,
            attributes: 0,
            verdict: Verdict::Fine,
        }
    }

    #[inline]
    fn name_if(&mut self, is_suspicious: bool) {
        if is_suspicious {
            self.verdict = self.verdict.max(Verdict::Named);
        }
    }

    fn search(&mut self) {
        let bytes = &self.span[self.unsearched.clone()];
        if self.redactor.may_find(bytes) {
            self.verdict = Verdict::Searched;
        }
    }

    /// After the last field.
    pub(crate) fn verdict(mut self) -> Verdict {
        self.search();
        self.name_if(self.attributes > MAX_ATTRIBUTES);
        self.verdict
    }
}

impl Watch for Suspicion<'_> {
    /// The name of an attribute, wherever it stands.
    // Not inlined, so that what checks the span is.
    // Called, so that what checks the span is small enough not to be.
    #[inline(never)]
    fn key(&mut self, key: &[u8]) {
        self.name_if(self.redactor.names.action(key).is_some());
    }

    /// The next field of the span, each in its turn.
    #[inline]
    fn field(&mut self, field: &Field<'_>) {
        let start = self.at;
        self.at += field.raw.len();
        match field.number {
            number::ATTRIBUTES => {
                self.attributes += 1;
                self.name_if(field.raw.len() > MAX_VALUE_BYTES);
            }
            number::EVENTS => self.name_if(is_large(field, EVENT_ATTRIBUTES)),
            number::LINKS => self.name_if(is_large(field, LINK_ATTRIBUTES)),
            number::NAME | number::STATUS => {}
            _ => return,
        }
        if self.unsearched.end != start {
            self.search();
            self.unsearched.start = start;
        }
        self.unsearched.end = self.at;
    }
}

/// Whether an event or link may have a value too long or attributes too many.
fn is_large(field: &Field<'_>, attributes: u32) -> bool {
    let Value::Bytes(message) = field.value else {
        return false;
    };
    if message.len() <= MANY_BYTES {
        return false;
    }
    let fields = Fields::new(message).map_while(Result::ok);
    let count = fields.filter(|field| field.number == attributes).count();
    message.len() > MAX_VALUE_BYTES || count > MAX_ATTRIBUTES
}
