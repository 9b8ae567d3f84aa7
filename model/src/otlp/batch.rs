//! The spans of one or several `TracesData` messages, each whole, and what stands above them.

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

/// All fields of a `ResourceSpans` or `ScopeSpans` but the messages below it, as they came.
type Head = Range<usize>;

/// Spans with their resources and scopes. Equal resources are kept once, and equal scopes of one
/// resource too.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    pub spans: Vec<SpanBytes<'a>>,
    heads: Vec<u8>,
    resources: Vec<Head>,
    /// Each with the index of its resource.
    scopes: Vec<(u32, Head)>,
    resource_of: HashMap<Vec<u8>, u32>,
    scope_of: HashMap<(u32, Vec<u8>), u32>,
}

impl<'a> Batch<'a> {
    /// Reads a message; the spans themselves are not looked into.
    ///
    /// # Errors
    /// When anything above the spans is not OTLP.
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
        for field in Fields::new(message) {
            let field = field?;
            if field.number == RESOURCE_SPANS {
                self.add_resource(field.bytes()?)?;
            }
        }
        Ok(())
    }

    fn add_resource(&mut self, resource_spans: &'a [u8]) -> Result<(), WireError> {
        let head = head(resource_spans, SCOPE_SPANS)?;
        schema::check(&head, &RESOURCE_HEAD)?;
        let mut resource = None;
        for field in Fields::new(resource_spans) {
            let field = field?;
            if field.number == SCOPE_SPANS {
                let resource = *resource.get_or_insert_with(|| self.resource(&head));
                self.add_scope(resource, field.bytes()?)?;
            }
        }
        Ok(())
    }

    fn add_scope(&mut self, resource: u32, scope_spans: &'a [u8]) -> Result<(), WireError> {
        let head = head(scope_spans, SPANS)?;
        schema::check(&head, &SCOPE_HEAD)?;
        let mut scope = None;
        for field in Fields::new(scope_spans) {
            let field = field?;
            if field.number == SPANS {
                let scope = *scope.get_or_insert_with(|| self.scope(resource, &head));
                let bytes = field.bytes()?;
                self.spans.push(SpanBytes { scope, bytes });
            }
        }
        Ok(())
    }

    fn resource(&mut self, head: &[u8]) -> u32 {
        if let Some(&known) = self.resource_of.get(head) {
            return known;
        }
        let index = u32::try_from(self.resources.len()).unwrap_or(u32::MAX);
        let start = self.heads.len();
        self.heads.extend_from_slice(head);
        self.resources.push(start..self.heads.len());
        self.resource_of.insert(head.to_vec(), index);
        index
    }

    fn scope(&mut self, resource: u32, head: &[u8]) -> u32 {
        let key = (resource, head.to_vec());
        if let Some(&known) = self.scope_of.get(&key) {
            return known;
        }
        let index = u32::try_from(self.scopes.len()).unwrap_or(u32::MAX);
        let start = self.heads.len();
        self.heads.extend_from_slice(head);
        self.scopes.push((resource, start..self.heads.len()));
        self.scope_of.insert(key, index);
        index
    }

    /// How many different resources there are.
    #[must_use]
    pub fn resource_count(&self) -> usize {
        self.resources.len()
    }

    /// How many different scopes there are, each within its resource.
    #[must_use]
    pub fn scope_count(&self) -> usize {
        self.scopes.len()
    }

    /// The resource of a scope.
    #[must_use]
    pub fn resource_of(&self, scope: u32) -> u32 {
        self.scopes[index(scope)].0
    }

    /// The fields of a `ResourceSpans` besides its `scope_spans`.
    #[must_use]
    pub fn resource_head(&self, resource: u32) -> &[u8] {
        &self.heads[self.resources[index(resource)].clone()]
    }

    /// The fields of a `ScopeSpans` besides its `spans`.
    #[must_use]
    pub fn scope_head(&self, scope: u32) -> &[u8] {
        &self.heads[self.scopes[index(scope)].1.clone()]
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

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// All fields of a message but one.
fn head(message: &[u8], without: u32) -> Result<Vec<u8>, WireError> {
    let mut head = Vec::new();
    for field in Fields::new(message) {
        let field = field?;
        if field.number != without {
            head.extend_from_slice(field.raw);
        }
    }
    Ok(head)
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
    fn resources_without_spans_are_dropped() {
        let empty = message(
            RESOURCE_SPANS,
            &[&resource("idle"), &message(SCOPE_SPANS, &[&scope("web")])],
        );
        let batch = Batch::read(&empty).expect("no spans");
        assert_eq!((batch.spans.len(), batch.scope_count()), (0, 0));
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
        assert_eq!(Batch::read(&name).err(), Some(WireError::Utf8 { field: 1 }));
    }
}
