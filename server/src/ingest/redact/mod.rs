//! What must not be stored is taken out before it is: personal data, credentials, and more of
//! anything than a span may have.
//!
//! Nearly all spans need no change, and are stored as the bytes that came. While a span is
//! checked, a [`Suspicion`] grows from the names of its attributes ([`names`]) and from a quick
//! look at its text ([`prefilter`]); only then is it looked at closely and written anew
//! ([`rewrite`]). What is done depends on nothing but the span, the rules and the key: a span that
//! is sent twice becomes the same bytes twice.

mod address;
mod card;
mod counts;
mod names;
mod patterns;
mod prefilter;
mod pseudonym;
mod rewrite;
mod rules;
mod shape;
mod suspicion;
#[cfg(test)]
mod tests;
mod words;

use model::otlp::wire::Fields;

pub(crate) use self::counts::Counts;
use self::names::Names;
use self::patterns::Patterns;
use self::pseudonym::Pseudonyms;
use self::rewrite::Rewriter;
use self::rules::Custom;
pub(crate) use self::rules::{Rules, RulesError};
use self::shape::{LOG_RECORD, RESOURCE_HEAD, SCOPE_HEAD, SPAN};
pub(crate) use self::suspicion::{Suspicion, Verdict};

/// Most attributes of a span, event, link, resource or scope.
const MAX_ATTRIBUTES: usize = 128;

/// Longest string or bytes of an attribute's value.
const MAX_VALUE_BYTES: usize = 4 << 10;

/// `Span.kind`.
const KIND: u32 = 6;

pub(crate) struct Redactor {
    names: Names,
    patterns: Patterns,
    custom: Vec<Custom>,
    pseudonyms: Pseudonyms,
}

impl Redactor {
    /// With the same key, the same user has the same pseudonym.
    pub(crate) fn new(rules: Rules, key: &[u8]) -> Self {
        Self {
            names: Names::new(rules.names),
            patterns: Patterns::new(&rules.secrets),
            custom: rules.custom,
            pseudonyms: Pseudonyms::new(key),
        }
    }

    /// To be told of the fields of a span while it is checked.
    pub(crate) fn suspicion<'a>(&'a self, span: &'a [u8]) -> Suspicion<'a> {
        Suspicion::new(self, span)
    }

    /// Whether text among these bytes may hold a secret; expressions of one's own may match
    /// anything.
    fn may_find(&self, bytes: &[u8]) -> bool {
        !self.custom.is_empty() || self.patterns.may_find(bytes)
    }

    /// What is stored of a span; none when that is all of it.
    pub(crate) fn span(
        &self,
        bytes: &[u8],
        verdict: Verdict,
        counts: &mut Counts,
    ) -> Option<Vec<u8>> {
        if verdict == Verdict::Fine {
            return None;
        }
        let fields = Fields::new(bytes).map_while(Result::ok);
        let kind = fields.filter(|field| field.number == KIND).last();
        let kind = kind.and_then(|field| field.varint().ok());
        Rewriter::new(self, counts, verdict == Verdict::Searched)
            .of_kind(kind.unwrap_or_default())
            .message(bytes, &SPAN)
    }

    /// What is stored of a log record; none when that is all of it.
    pub(crate) fn log_record(&self, bytes: &[u8], counts: &mut Counts) -> Option<Vec<u8>> {
        let is_searching = self.may_find(bytes);
        Rewriter::new(self, counts, is_searching).message(bytes, &LOG_RECORD)
    }

    /// What is stored of the fields above spans in a `ResourceSpans`.
    pub(crate) fn resource_head(&self, bytes: &[u8], counts: &mut Counts) -> Option<Vec<u8>> {
        let is_searching = self.may_find(bytes);
        Rewriter::new(self, counts, is_searching).message(bytes, &RESOURCE_HEAD)
    }

    /// The same of a `ScopeSpans`.
    pub(crate) fn scope_head(&self, bytes: &[u8], counts: &mut Counts) -> Option<Vec<u8>> {
        let is_searching = self.may_find(bytes);
        Rewriter::new(self, counts, is_searching).message(bytes, &SCOPE_HEAD)
    }

    /// The value by which stored spans are found, for one who asks by the value that was sent.
    pub(crate) fn searchable(&self, attribute: &str, value: &str) -> Option<String> {
        match self.names.action(attribute.as_bytes())? {
            names::Action::Hash => self.pseudonyms.of(value),
            _ => None,
        }
    }
}
