//! The spans of one or several `TracesData` messages, each whole, and what stands above them.
//!
//! `LogsData` has the same shape and field numbers: what is said of spans here holds for its
//! records.

use std::collections::HashMap;
use std::ops::Range;

use super::schema::{self, RESOURCE_HEAD, SCOPE_HEAD};
use super::wire::{Fields, WireError, field_bytes, put_bytes, put_length};

/// `TracesData.resource_spans` and `ExportTraceServiceRequest.resource_spans`.
const RESOURCE_SPANS: u32 = 1;

/// `ResourceSpans.scope_spans`.
const SCOPE_SPANS: u32 = 2;

/// `ScopeSpans.spans`.
const SPANS: u32 = 2;

/// Room made for what stands around a span: tag, length, its share of resource and scope.
const SPAN_ROOM: usize = 64;

/// An encoded `Span` and the scope that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanBytes<'a> {
    /// Names a scope of the [`Batch`], and with it a resource.
    pub scope: u32,
    pub bytes: &'a [u8],
}

/// Spans with their resources and scopes. Equal resources are kept once, and equal scopes of one
/// resource too.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    pub spans: Vec<SpanBytes<'a>>,
    resources: Heads,
    /// Those of one resource belong together.
    scopes: Heads,
}

impl<'a> Batch<'a> {
    /// Reads a message. Neither the spans nor what stands above them is looked into.
    ///
    /// # Errors
    /// When it is not made of resources, scopes and spans.
    pub fn read(message: &'a [u8]) -> Result<Self, WireError> {
        let mut batch = Self::default();
        batch.add(message)?;
        Ok(batch)
    }

    /// Adds the spans of another message.
    ///
    /// # Errors
    /// As [`Self::read`]; the batch is then of no use.
    pub fn add(&mut self, message: &'a [u8]) -> Result<(), WireError> {
        let mut head = Vec::new();
        for field in Fields::new(message) {
            let field = field?;
            if field.number == RESOURCE_SPANS {
                self.add_resource(field.bytes()?, &mut head)?;
            }
        }
        Ok(())
    }

    /// `head` is memory to work with.
    fn add_resource(
        &mut self,
        resource_spans: &'a [u8],
        head: &mut Vec<u8>,
    ) -> Result<(), WireError> {
        read_head(resource_spans, SCOPE_SPANS, head)?;
        let resource = self.resources.number(0, head);
        for field in Fields::new(resource_spans) {
            let field = field?;
            if field.number == SCOPE_SPANS {
                self.add_scope(resource, field.bytes()?, head)?;
            }
        }
        Ok(())
    }

    fn add_scope(
        &mut self,
        resource: u32,
        scope_spans: &'a [u8],
        head: &mut Vec<u8>,
    ) -> Result<(), WireError> {
        read_head(scope_spans, SPANS, head)?;
        let scope = self.scopes.number(resource, head);
        for field in Fields::new(scope_spans) {
            let field = field?;
            if field.number == SPANS {
                let bytes = field.bytes()?;
                self.spans.push(SpanBytes { scope, bytes });
            }
        }
        Ok(())
    }

    /// Whether what stands above the spans is as it should be.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn check_heads(&self) -> Result<(), WireError> {
        let mut resources = self.resources.all();
        resources.try_for_each(|head| schema::check(head, &RESOURCE_HEAD))?;
        let mut scopes = self.scopes.all();
        scopes.try_for_each(|head| schema::check(head, &SCOPE_HEAD))
    }

    /// Replaces the fields above spans in a `ResourceSpans` where the function gives others. What
    /// has become equal stays apart.
    pub fn map_resource_heads(&mut self, new: impl FnMut(&[u8]) -> Option<Vec<u8>>) {
        self.resources.map(new);
    }

    /// The same of a `ScopeSpans`.
    pub fn map_scope_heads(&mut self, new: impl FnMut(&[u8]) -> Option<Vec<u8>>) {
        self.scopes.map(new);
    }

    /// How many different resources there are.
    #[must_use]
    pub fn resource_count(&self) -> usize {
        self.resources.entries.len()
    }

    /// How many different scopes there are, each within its resource.
    #[must_use]
    pub fn scope_count(&self) -> usize {
        self.scopes.entries.len()
    }

    /// The resource of a scope.
    #[must_use]
    pub fn resource_of(&self, scope: u32) -> u32 {
        self.scopes.owner(scope)
    }

    /// The fields of a `ResourceSpans` besides its `scope_spans`.
    #[must_use]
    pub fn resource_head(&self, resource: u32) -> &[u8] {
        self.resources.head(resource)
    }

    /// The fields of a `ScopeSpans` besides its `spans`.
    #[must_use]
    pub fn scope_head(&self, scope: u32) -> &[u8] {
        self.scopes.head(scope)
    }

    /// Puts spans of this batch in the order that [`Self::write`] wants: by resource, then by
    /// scope, else as they came.
    pub fn sort(&self, spans: &mut [SpanBytes<'_>]) {
        spans.sort_by_key(|span| (self.resource_of(span.scope), span.scope));
    }

    /// Appends spans of this batch as a `TracesData` message. What stands above them is written
    /// once for each run of spans that have it in common.
    pub fn write(&self, spans: &[SpanBytes<'_>], out: &mut Vec<u8>) {
        out.reserve(spans.iter().map(|span| span.bytes.len() + SPAN_ROOM).sum());
        let same_resource = |left: &SpanBytes<'_>, right: &SpanBytes<'_>| {
            self.resource_of(left.scope) == self.resource_of(right.scope)
        };
        let same_scope = |left: &SpanBytes<'_>, right: &SpanBytes<'_>| left.scope == right.scope;
        for of_resource in spans.chunk_by(same_resource) {
            let head = self.resource_head(self.resource_of(of_resource[0].scope));
            let scopes = of_resource.chunk_by(same_scope);
            let below: usize = scopes
                .clone()
                .map(|of_scope| field_bytes(SCOPE_SPANS, self.scope_spans_bytes(of_scope)))
                .sum();
            put_length(out, RESOURCE_SPANS, head.len() + below);
            out.extend_from_slice(head);
            for of_scope in scopes {
                put_length(out, SCOPE_SPANS, self.scope_spans_bytes(of_scope));
                out.extend_from_slice(self.scope_head(of_scope[0].scope));
                for span in of_scope {
                    put_bytes(out, SPANS, span.bytes);
                }
            }
        }
    }

    fn scope_spans_bytes(&self, of_scope: &[SpanBytes<'_>]) -> usize {
        let spans = of_scope
            .iter()
            .map(|span| field_bytes(SPANS, span.bytes.len()));
        self.scope_head(of_scope[0].scope).len() + spans.sum::<usize>()
    }
}

/// Up to so many heads are compared one by one, which is faster than hashing them.
const FEW: usize = 16;

/// What stands above spans, each once: all fields of a `ResourceSpans` or `ScopeSpans` but the
/// messages below it, as they came.
#[derive(Debug, Default)]
struct Heads {
    bytes: Vec<u8>,
    /// Each with the number of what it belongs to.
    entries: Vec<(u32, Range<usize>)>,
    /// Filled once there are more than a few.
    numbers: HashMap<(u32, Vec<u8>), u32>,
}

impl Heads {
    /// The number of a head, a new one if it is new.
    fn number(&mut self, owner: u32, head: &[u8]) -> u32 {
        if let Some(known) = self.find(owner, head) {
            return known;
        }
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(head);
        self.entries.push((owner, start..self.bytes.len()));
        match self.entries.len() {
            ..=FEW => {}
            len if len == FEW + 1 => self.number_all(),
            _ => {
                self.numbers.insert((owner, head.to_vec()), number);
            }
        }
        number
    }

    fn number_all(&mut self) {
        let all = self.entries.iter().zip(0..);
        self.numbers = all
            .map(|((owner, range), number)| ((*owner, self.bytes[range.clone()].to_vec()), number))
            .collect();
    }

    fn map(&mut self, mut new: impl FnMut(&[u8]) -> Option<Vec<u8>>) {
        let mut is_changed = false;
        for (_, range) in &mut self.entries {
            if let Some(head) = new(&self.bytes[range.clone()]) {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(&head);
                *range = start..self.bytes.len();
                is_changed = true;
            }
        }
        if is_changed && self.entries.len() > FEW {
            self.number_all();
        }
    }

    fn find(&self, owner: u32, head: &[u8]) -> Option<u32> {
        if self.entries.len() > FEW {
            return self.numbers.get(&(owner, head.to_vec())).copied();
        }
        let known = self
            .entries
            .iter()
            .position(|(of, range)| *of == owner && self.bytes[range.clone()] == *head)?;
        u32::try_from(known).ok()
    }

    fn owner(&self, number: u32) -> u32 {
        self.entries[index(number)].0
    }

    fn head(&self, number: u32) -> &[u8] {
        &self.bytes[self.entries[index(number)].1.clone()]
    }

    fn all(&self) -> impl Iterator<Item = &[u8]> {
        let entries = self.entries.iter();
        entries.map(|(_, range)| &self.bytes[range.clone()])
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// All fields of a message but one.
fn read_head(message: &[u8], without: u32, head: &mut Vec<u8>) -> Result<(), WireError> {
    head.clear();
    for field in Fields::new(message) {
        let field = field?;
        if field.number != without {
            head.extend_from_slice(field.raw);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(field: u32, parts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, field, &parts.concat());
        bytes
    }

    fn span(name: &str) -> Vec<u8> {
        message(SPANS, &[&message(5, &[name.as_bytes()])])
    }

    fn resource(service: &str) -> Vec<u8> {
        let value = message(2, &[&message(1, &[service.as_bytes()])]);
        message(
            1,
            &[&message(1, &[&message(1, &[b"service.name"]), &value])],
        )
    }

    fn scope(name: &str) -> Vec<u8> {
        message(1, &[&message(1, &[name.as_bytes()])])
    }

    fn shop() -> Vec<u8> {
        let web = message(SCOPE_SPANS, &[&scope("web"), &span("a"), &span("b")]);
        // As some encoders do, what is above stands last.
        let sql = message(SCOPE_SPANS, &[&span("c"), &scope("sql")]);
        message(RESOURCE_SPANS, &[&web, &sql, &resource("shop")])
    }

    #[test]
    fn what_is_read_is_written_again() {
        let one = shop();
        let other = message(
            RESOURCE_SPANS,
            &[&resource("other"), &message(SCOPE_SPANS, &[&span("d")])],
        );
        let two = [one.clone(), other, one].concat();
        let batch = Batch::read(&two).expect("spans");
        assert_eq!((batch.spans.len(), batch.resource_count()), (7, 2));
        assert_eq!(batch.scope_count(), 3, "equal scopes are one");
        let mut spans = batch.spans.clone();
        batch.sort(&mut spans);
        let mut written = Vec::new();
        batch.write(&spans, &mut written);
        let again = Batch::read(&written).expect("spans");
        assert_eq!(again.spans, spans);
        assert_eq!(again.resource_head(0), resource("shop"));
        assert_eq!(again.scope_head(again.spans[4].scope), scope("sql"));
        assert!(written.len() < two.len());
    }

    #[test]
    fn many_resources_are_told_apart() {
        let names: Vec<String> = (0..100)
            .map(|number| format!("service {}", number % 50))
            .collect();
        let parts: Vec<Vec<u8>> = names
            .iter()
            .map(|name| {
                let spans = message(SCOPE_SPANS, &[&span(name)]);
                message(RESOURCE_SPANS, &[&resource(name), &spans])
            })
            .collect();
        let whole = parts.concat();
        let batch = Batch::read(&whole).expect("spans");
        assert_eq!((batch.resource_count(), batch.scope_count()), (50, 50));
        for (found, name) in batch.spans.iter().zip(&names) {
            let head = batch.resource_head(batch.resource_of(found.scope));
            assert_eq!(head, resource(name));
        }
    }

    #[test]
    fn heads_are_replaced() {
        let one = shop();
        let mut batch = Batch::read(&one).expect("spans");
        let sql = scope("sql");
        batch.map_resource_heads(|head| (head == resource("shop")).then(|| resource("other")));
        batch.map_scope_heads(|head| (head == sql).then(|| scope("a longer name")));
        let mut written = Vec::new();
        batch.write(&batch.spans, &mut written);
        let again = Batch::read(&written).expect("spans");
        assert_eq!(again.resource_head(0), resource("other"));
        assert_eq!(again.scope_head(0), scope("web"));
        assert_eq!(again.scope_head(1), scope("a longer name"));
    }

    #[test]
    fn what_is_not_otlp_is_an_error() {
        assert_eq!(Batch::read(b"\x0a\x09").err(), Some(WireError::Truncated));
        let number = WireError::WireType {
            field: 1,
            wire_type: 0,
        };
        assert_eq!(Batch::read(b"\x08\x01").err(), Some(number));
        let name = message(
            RESOURCE_SPANS,
            &[&message(1, &[&message(1, &[b"\x0a\x01\xff"])])],
        );
        let batch = Batch::read(&name).expect("resources");
        assert_eq!(batch.check_heads(), Err(WireError::Utf8 { field: 1 }));
    }
}
