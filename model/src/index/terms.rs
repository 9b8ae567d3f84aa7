//! The terms of a trace, read from its spans as they were sent.

use std::fmt::Write;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{DIMENSIONS, IndexTerm, Kind, Part, is_short, number};
use crate::attribute::Value;
use crate::filter::Number;
use crate::id::TraceId;
use crate::otlp::Batch;
use crate::otlp::decode::value;
use crate::otlp::schema::MAX_DEPTH;
use crate::otlp::wire::{Fields, WireError};
use crate::span::{Resource, StatusCode, UNKNOWN_SERVICE};
use crate::summary::Summary;
use crate::trace::Trace;

/// Most different terms of one trace that are told apart. One with more is always a candidate.
pub const MAX_TERMS: usize = 8_192;

/// What a trace is found by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceTerms {
    /// In any order; some may be there more than once.
    pub terms: Vec<IndexTerm>,
    /// Whether these are all.
    pub are_all: bool,
}

/// The terms of a trace: of its attributes (those of spans, resources, scopes and events), of what
/// its spans, events, links and scopes are called, and of its summary. The batch has the spans of
/// which the trace and its summary were made.
#[must_use]
pub fn terms(batch: &Batch<'_>, trace: &Trace, summary: &Summary) -> TraceTerms {
    let mut collector = Collector::default();
    collector.trace(trace);
    collector.summary(summary);
    // What cannot be read nobody can say not to be there.
    let is_read = collector.batch(batch, trace).is_ok();
    TraceTerms {
        terms: collector.terms,
        are_all: is_read && !collector.is_full,
    }
}

/// What came last is not taken again.
const REMEMBERED: usize = 1_024;

struct Collector {
    terms: Vec<IndexTerm>,
    is_full: bool,
    /// By the last digits of their numbers.
    last_terms: [Option<IndexTerm>; REMEMBERED],
    /// Hashes of attributes and their services, by their last digits.
    last_attributes: [u64; REMEMBERED],
    /// A value as it prints; kept for its memory.
    printed: String,
}

impl Default for Collector {
    fn default() -> Self {
        Self {
            terms: Vec::new(),
            is_full: false,
            last_terms: [None; REMEMBERED],
            last_attributes: [0; REMEMBERED],
            printed: String::new(),
        }
    }
}

impl Collector {
    fn add(&mut self, term: IndexTerm) {
        let place = term.number() as usize % REMEMBERED;
        if self.is_full || self.last_terms[place] == Some(term) {
            return;
        }
        self.last_terms[place] = Some(term);
        self.terms.push(term);
        if self.terms.len() == 2 * MAX_TERMS {
            self.terms.sort_unstable();
            self.terms.dedup();
            self.is_full = self.terms.len() > MAX_TERMS;
        }
    }

    fn trace(&mut self, trace: &Trace) {
        let services = trace.resources.iter().map(Resource::service);
        let services: Vec<Part> = services.map(Part::of).collect();
        for span in &trace.spans {
            let name = Part::of(&span.name);
            let service = services.get(span.resource).copied();
            self.add(IndexTerm::name(Kind::Operation, name));
            if let Some(service) = service {
                self.add(IndexTerm::operation_of_service(service, name));
            }
            if span.status.code == StatusCode::Error {
                self.add(IndexTerm::name(Kind::FailedOperation, name));
                if let Some(service) = service {
                    self.add(IndexTerm::name(Kind::FailedService, service));
                }
            }
        }
    }

    fn summary(&mut self, summary: &Summary) {
        for dimension in DIMENSIONS {
            if let Some(value) = summary.dimensions.get(dimension) {
                // Where Postgres holds another text than came, that text is asked for.
                let stored = value.replace('\0', "\u{fffd}");
                self.add(IndexTerm::dimension(dimension, Part::of(&stored)));
            }
        }
    }

    fn name(&mut self, kind: Kind, name: &str) {
        self.add(IndexTerm::name(kind, Part::of(name)));
    }

    fn batch(&mut self, batch: &Batch<'_>, trace: &Trace) -> Result<(), WireError> {
        let numbers = |count: usize| 0..u32::try_from(count).unwrap_or(u32::MAX);
        let mut services = Vec::new();
        for number in numbers(batch.resource_count()) {
            let resource = trace.resources.get(number as usize);
            let service = Part::of(resource.map_or(UNKNOWN_SERVICE, Resource::service));
            services.push(service);
            for resource in content(batch.resource_head(number), 1) {
                for attribute in content(resource?, 1) {
                    self.attribute(attribute?, Some(service))?;
                }
            }
        }
        for number in numbers(batch.scope_count()) {
            for scope in content(batch.scope_head(number), 1) {
                self.named(scope?, Kind::Scope, 1, 3)?;
            }
        }
        for span in &batch.spans {
            let resource = batch.resource_of(span.scope) as usize;
            self.span(span.bytes, services.get(resource).copied())?;
        }
        Ok(())
    }

    /// A `Span` of a service.
    fn span(&mut self, span: &[u8], service: Option<Part>) -> Result<(), WireError> {
        for field in Fields::new(span) {
            let field = field?;
            match field.number {
                9 => self.attribute(field.bytes()?, service)?,
                11 => self.named(field.bytes()?, Kind::Event, 2, 3)?,
                13 => self.link(field.bytes()?)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// A message with a name and attributes, by the numbers of these fields.
    fn named(
        &mut self,
        message: &[u8],
        kind: Kind,
        name: u32,
        attributes: u32,
    ) -> Result<(), WireError> {
        for field in Fields::new(message) {
            let field = field?;
            if field.number == name {
                self.name(kind, field.text()?);
            } else if field.number == attributes {
                self.attribute(field.bytes()?, None)?;
            }
        }
        Ok(())
    }

    /// A `Span.Link`.
    fn link(&mut self, link: &[u8]) -> Result<(), WireError> {
        for id in content(link, 1) {
            if let Ok(id) = TraceId::from_slice(id?) {
                self.name(Kind::Link, &id.to_string());
            }
        }
        Ok(())
    }

    /// A `KeyValue`, of a span or the resource of a service or of something else.
    fn attribute(&mut self, attribute: &[u8], service: Option<Part>) -> Result<(), WireError> {
        if !self.is_new(attribute, service) {
            return Ok(());
        }
        let (mut key, mut bytes) = ("", &[][..]);
        for field in Fields::new(attribute) {
            let field = field?;
            match field.number {
                1 => key = field.text()?,
                2 => bytes = field.bytes()?,
                _ => {}
            }
        }
        let key = Part::of(key);
        self.add(IndexTerm::key(key));
        if let Some(service) = service {
            self.add(IndexTerm::key_of_service(service, key));
        }
        match only_text(bytes)? {
            Some(text) => self.value(key, text, number_of(text), service),
            None => self.other_value(key, &value(bytes, MAX_DEPTH)?, service),
        }
        Ok(())
    }

    /// Whether such an attribute did not come before. Most spans of a trace have most of their
    /// attributes in common with others. Of two that differ one is overlooked where 64 bits of
    /// their hashes are alike, which is left to chance.
    fn is_new(&mut self, attribute: &[u8], service: Option<Part>) -> bool {
        let seed = service.map_or(0, |service| service.0);
        let hash = xxh3_64_with_seed(attribute, seed);
        let [low, high, ..] = hash.to_le_bytes();
        let place = usize::from(u16::from_le_bytes([low, high])) % REMEMBERED;
        std::mem::replace(&mut self.last_attributes[place], hash) != hash
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "filters compare numbers as doubles, too"
    )]
    fn other_value(&mut self, key: Part, value: &Value, service: Option<Part>) {
        let mut printed = std::mem::take(&mut self.printed);
        printed.clear();
        // Writing to a string does not fail.
        if write!(printed, "{value}").is_err() {
            self.is_full = true;
        }
        let number = match value {
            Value::Int(value) => Number::new(*value as f64),
            Value::Double(value) => Number::new(*value),
            Value::String(text) => number_of(text),
            _ => None,
        };
        if matches!(value, Value::Bytes(_) | Value::Array(_) | Value::Map(_)) {
            self.add(IndexTerm::nested(key));
        }
        self.value(key, &printed, number, service);
        self.printed = printed;
    }

    fn value(&mut self, key: Part, printed: &str, number: Option<Number>, service: Option<Part>) {
        let value = Part::of(printed);
        self.add(IndexTerm::attribute(key, value));
        if let Some(service) = service.filter(|_| is_short(printed)) {
            self.add(IndexTerm::attribute_of_service(service, key, value));
        }
        if let Some(number) = number {
            for term in number::terms(key, number.value()) {
                self.add(term);
            }
        }
    }
}

/// The number that a text reads as.
fn number_of(text: &str) -> Option<Number> {
    let text = text.trim();
    let is_likely = |first: u8| first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.');
    text.bytes().next().filter(|first| is_likely(*first))?;
    Number::parse(text)
}

/// The text of an `AnyValue` that is one and has no other field.
fn only_text(value: &[u8]) -> Result<Option<&str>, WireError> {
    let mut fields = Fields::new(value);
    match (fields.next().transpose()?, fields.next()) {
        (Some(field), None) if field.number == 1 => field.text().map(Some),
        _ => Ok(None),
    }
}

/// What the fields of that number hold.
fn content(message: &[u8], number: u32) -> impl Iterator<Item = Result<&[u8], WireError>> {
    Fields::new(message).filter_map(move |field| match field {
        Ok(field) => (field.number == number).then(|| field.bytes()),
        Err(error) => Some(Err(error)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Demand;
    use crate::otlp::decode::{self, Detail};
    use crate::otlp::wire::put_bytes;
    use std::collections::HashSet;

    fn message(field: u32, parts: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, field, &parts.concat());
        bytes
    }

    fn text(field: u32, text: &str) -> Vec<u8> {
        message(field, &[text.as_bytes().to_vec()])
    }

    /// A `KeyValue` in a field; the value is an `AnyValue`.
    fn attribute(field: u32, key: &str, value: &[u8]) -> Vec<u8> {
        message(field, &[text(1, key), message(2, &[value.to_vec()])])
    }

    /// A trace of one span, with what there is to be found.
    fn request() -> Vec<u8> {
        let resource = message(
            1,
            &[
                attribute(1, "service.name", &text(1, "shop")),
                attribute(1, "host.name", &text(1, "h1")),
            ],
        );
        let scope = message(
            1,
            &[text(1, "axum"), attribute(3, "origin", &text(1, "own"))],
        );
        let list = message(
            5,
            &[message(1, &[text(1, "a")]), message(1, &[vec![0x18, 7]])],
        );
        let event = message(
            11,
            &[
                text(2, "exception"),
                attribute(3, "exception.type", &text(1, "Timeout")),
            ],
        );
        let link = message(13, &[message(1, &[vec![9; 16]]), message(2, &[vec![9; 8]])]);
        let span = [
            message(1, &[vec![1; 16]]),
            message(2, &[vec![2; 8]]),
            text(5, "GET /cart"),
            attribute(9, "http.route", &text(1, "/cart")),
            // 503, as a varint.
            attribute(9, "http.response.status_code", &[0x18, 0xf7, 0x03]),
            attribute(9, "retry", &[0x10, 1]),
            attribute(9, "size", &text(1, " 1.5e3")),
            attribute(9, "codes", &list),
            event,
            link,
            // An error.
            message(15, &[vec![0x18, 2]]),
        ];
        message(1, &[resource, message(2, &[scope, message(2, &span)])])
    }

    /// Whether the index finds that trace by the filter.
    fn is_found(filter: &str) -> bool {
        let message = request();
        let batch = Batch::read(&message).expect("it is well");
        let id = TraceId::from_slice(&[1; 16]).expect("an id");
        let trace = decode::trace(id, &batch, Detail::Outline { flag_names: &[] });
        assert_eq!(trace.spans.len(), 1);
        let summary = crate::summary::tests::summary(&trace).expect("it has a span");
        let TraceTerms { terms, are_all } = terms(&batch, &trace, &summary);
        assert!(are_all);
        let terms: HashSet<IndexTerm> = terms.into_iter().collect();
        let demand = Demand::of(&filter.parse().expect("a filter"));
        assert_ne!(demand, Demand::Nothing, "{filter}");
        demand.is_met(&|term| terms.contains(&term))
    }

    #[test]
    fn a_trace_is_found_by_what_it_has() {
        for filter in [
            "operation:\"GET /cart\" status:error",
            "service:shop operation:\"GET /cart\"",
            "service:shop attr.retry:* attr.host.name:h1",
            "service:shop,other status:error",
            "attr.host.name:h1",
            "attr.http.route:/cart attr.retry:true",
            "http.response.status_code>=500",
            "http.response.status_code:503",
            "attr.size:1000..2000",
            "attr.codes:\"[a, 7]\"",
            "attr.codes:*",
            "attr.origin:own",
            "attr.exception.type:Timeout",
            "event:exception scope:axum",
            "link:09090909090909090909090909090909",
            "(attr.none:1 or attr.http.route:/cart)",
            "{service:shop attr.retry:true} {attr.codes:*}",
        ] {
            assert!(is_found(filter), "{filter}");
        }
    }

    #[test]
    fn values_that_others_print_otherwise_are_found_by_their_key() {
        let message = request();
        let mut collector = Collector::default();
        let batch = Batch::read(&message).expect("it is well");
        let id = TraceId::from_slice(&[1; 16]).expect("an id");
        let trace = decode::trace(id, &batch, Detail::Whole);
        collector.batch(&batch, &trace).expect("it is well");
        let has = |term| collector.terms.contains(&term);
        let is_met = |key, value| Demand::attribute(key, value).is_met(&has);
        assert!(is_met("http.route", "/cart") && is_met("exception.type", "Timeout"));
        assert!(is_met("codes", "[\"a\",7]") && is_met("http.response.status_code", "503"));
        assert!(!is_met("http.route", "/pay") && !is_met("none", ""));
    }

    #[test]
    fn a_trace_is_not_found_by_what_it_lacks() {
        for filter in [
            "service:cart status:error",
            "service:cart operation:\"GET /cart\"",
            "service:cart attr.retry:true",
            "service:shop attr.exception.type:Timeout",
            "session:none",
            "attr.http.route:/pay",
            "attr.none:*",
            "http.response.status_code>=600",
            "http.response.status_code:500",
            "attr.http.route:/cart attr.retry:false",
            "{service:shop} {attr.retry:false}",
            "event:shop",
        ] {
            assert!(!is_found(filter), "{filter}");
        }
    }

    #[test]
    fn damaged_spans_are_not_said_to_lack_anything() {
        let mut collector = Collector::default();
        // An attribute whose length is beyond the end.
        assert!(collector.span(&[0x4a, 0x7f], None).is_err());
    }

    #[test]
    fn the_number_of_terms_is_limited() {
        let mut collector = Collector::default();
        for number in 0..4 * u32::try_from(MAX_TERMS).expect("not so many") {
            collector.add(IndexTerm::new(number));
        }
        assert!(collector.is_full && collector.terms.len() <= 2 * MAX_TERMS);
        let mut collector = Collector::default();
        for number in 0..u32::try_from(8 * MAX_TERMS).expect("not so many") {
            collector.add(IndexTerm::new(number % 5_000));
        }
        assert!(!collector.is_full);
    }
}
