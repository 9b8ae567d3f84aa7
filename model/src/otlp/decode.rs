//! From OTLP's messages to the model's values.

use super::Batch;
use super::schema::MAX_DEPTH;
use super::wire::{Field, Fields, Value as Wire, WireError};
use crate::attribute::{Attribute, Value};
use crate::calls::tells_callee;
use crate::flags::tells_flag;
use crate::id::{SpanId, TraceId};
use crate::propagation::tells_context;
use crate::span::{Event, Kind, Link, Resource, Scope, Span, Status, StatusCode, tells_origin};
use crate::trace::Trace;

/// How much is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail<'a> {
    Whole,
    /// What [`crate::summary`] and [`crate::rollup`] ask of a trace: of attributes only those that
    /// tell where a span comes from ([`tells_origin`]), whom it calls ([`tells_callee`]), what
    /// contexts it has recorded ([`tells_context`]) and which flags were evaluated
    /// ([`tells_flag`], by these names), but all of the span that speaks for the trace and of its
    /// resource; of events only those of flags; no links and scopes.
    Outline {
        flag_names: &'a [String],
    },
}

impl Detail<'_> {
    fn wants_of_span(self, key: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Outline { flag_names } => {
                tells_callee(key) || tells_context(key) || tells_flag(key, flag_names)
            }
        }
    }

    fn wants_of_resource(self, key: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Outline { flag_names } => tells_origin(key) || tells_flag(key, flag_names),
        }
    }
}

/// Joins the spans of one trace. Spans of other traces, and bytes that are no span, are left out:
/// what is received is checked before it is stored.
#[must_use]
pub fn trace(id: TraceId, batch: &Batch<'_>, detail: Detail<'_>) -> Trace {
    let resources = numbers(batch.resource_count())
        .map(|number| resource(batch.resource_head(number), detail).unwrap_or_default());
    let scopes = numbers(batch.scope_count()).map(|number| match detail {
        Detail::Whole => scope(batch.scope_head(number)).unwrap_or_default(),
        Detail::Outline { .. } => Scope::default(),
    });
    let spans = batch.spans.iter().filter_map(|found| {
        let (of_trace, mut span) = span(found.bytes, detail).ok()??;
        span.scope = usize::try_from(found.scope).ok()?;
        span.resource = usize::try_from(batch.resource_of(found.scope)).ok()?;
        (of_trace == id).then_some(span)
    });
    let mut trace = Trace::build(id, resources.collect(), scopes.collect(), spans.collect());
    if detail != Detail::Whole {
        complete_root(&mut trace, batch);
    }
    trace
}

fn numbers(count: usize) -> impl Iterator<Item = u32> {
    0..u32::try_from(count).unwrap_or(u32::MAX)
}

fn complete_root(trace: &mut Trace, batch: &Batch<'_>) {
    let Some(root) = trace.root().map(|root| root.id) else {
        return;
    };
    let found = batch
        .spans
        .iter()
        .find(|found| Ids::read(found.bytes).is_ok_and(|ids| ids.span_id == root.as_bytes()));
    let place = trace.spans.iter_mut().find(|span| span.id == root);
    let (Some(found), Some(place)) = (found, place) else {
        return;
    };
    if let Ok(Some((_, whole))) = span(found.bytes, Detail::Whole) {
        place.attributes = whole.attributes;
    }
    let head = batch.resource_head(batch.resource_of(found.scope));
    if let Ok(whole) = resource(head, Detail::Whole) {
        trace.resources[place.resource] = whole;
    }
}

/// What joins a span to its trace, as the bytes have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ids<'a> {
    pub trace_id: &'a [u8],
    pub span_id: &'a [u8],
    /// Empty for a root; some clients send eight zeros.
    pub parent_span_id: &'a [u8],
}

impl<'a> Ids<'a> {
    /// Reads a span that has none of them twice, no further than to the last.
    ///
    /// # Errors
    /// When the bytes are not a `Span`.
    pub fn read(span: &'a [u8]) -> Result<Self, WireError> {
        let mut ids = Self::default();
        let mut missing = 3;
        for field in Fields::new(span) {
            let field = field?;
            let id = match field.number {
                1 => &mut ids.trace_id,
                2 => &mut ids.span_id,
                4 => &mut ids.parent_span_id,
                _ => continue,
            };
            *id = field.bytes()?;
            missing -= 1;
            if missing == 0 {
                break;
            }
        }
        Ok(ids)
    }
}

/// A span with the trace that it belongs to, its resource and scope still to be filled in; none
/// without valid ids.
fn span(bytes: &[u8], detail: Detail<'_>) -> Result<Option<(TraceId, Span)>, WireError> {
    let mut ids = Ids::default();
    let (mut name, mut trace_state, mut kind_number, mut status_bytes) = ("", "", 0, &[][..]);
    let (mut start_nanos, mut end_nanos) = (0, 0);
    let (mut attributes, mut events, mut links) = (vec![], vec![], vec![]);
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => ids.trace_id = field.bytes()?,
            2 => ids.span_id = field.bytes()?,
            4 => ids.parent_span_id = field.bytes()?,
            5 => name = field.text()?,
            6 => kind_number = field.varint()?,
            7 => start_nanos = nanos(field.fixed64()?),
            8 => end_nanos = nanos(field.fixed64()?),
            15 => status_bytes = field.bytes()?,
            3 => trace_state = field.text()?,
            9 => attributes.extend(wanted(field, |key| detail.wants_of_span(key))?),
            11 => events.extend(event(field.bytes()?, detail)?),
            _ if detail != Detail::Whole => {}
            13 => links.extend(link(field.bytes()?)?),
            _ => {}
        }
    }
    let (Ok(trace_id), Ok(id)) = (
        TraceId::from_slice(ids.trace_id),
        SpanId::from_slice(ids.span_id),
    ) else {
        return Ok(None);
    };
    let span = Span {
        id,
        parent_id: SpanId::from_slice(ids.parent_span_id).ok(),
        name: name.to_owned(),
        kind: kind(kind_number),
        start_nanos,
        end_nanos,
        status: status(status_bytes)?,
        trace_state: trace_state.to_owned(),
        attributes,
        events,
        links,
        resource: 0,
        scope: 0,
    };
    Ok(Some((trace_id, span)))
}

/// None where such an event is not wanted.
fn event(bytes: &[u8], detail: Detail<'_>) -> Result<Option<Event>, WireError> {
    if let Detail::Outline { flag_names } = detail {
        let name = messages(bytes, EVENT_NAME).next().transpose()?;
        let name = name.map(|name| name.text()).transpose()?;
        if !tells_flag(name.unwrap_or_default(), flag_names) {
            return Ok(None);
        }
    }
    let mut event = Event {
        time_nanos: 0,
        name: String::new(),
        attributes: vec![],
    };
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => event.time_nanos = nanos(field.fixed64()?),
            2 => field.text()?.clone_into(&mut event.name),
            3 => event.attributes.push(attribute(field, MAX_DEPTH)?),
            _ => {}
        }
    }
    Ok(Some(event))
}

/// None without valid ids.
fn link(bytes: &[u8]) -> Result<Option<Link>, WireError> {
    let (mut trace_id, mut span_id, mut attributes) = (&[][..], &[][..], vec![]);
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => trace_id = field.bytes()?,
            2 => span_id = field.bytes()?,
            4 => attributes.push(attribute(field, MAX_DEPTH)?),
            _ => {}
        }
    }
    let (Ok(trace_id), Ok(span_id)) = (TraceId::from_slice(trace_id), SpanId::from_slice(span_id))
    else {
        return Ok(None);
    };
    Ok(Some(Link {
        trace_id,
        span_id,
        attributes,
    }))
}

fn status(bytes: &[u8]) -> Result<Status, WireError> {
    let mut status = Status::default();
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            2 => field.text()?.clone_into(&mut status.message),
            3 => {
                status.code = match field.varint()? {
                    1 => StatusCode::Ok,
                    2 => StatusCode::Error,
                    _ => StatusCode::Unset,
                }
            }
            _ => {}
        }
    }
    Ok(status)
}

/// `Span.Event.name`.
const EVENT_NAME: u32 = 2;

/// `KeyValue.key`.
const KEY: u32 = 1;

/// `Resource.attributes`.
const RESOURCE_ATTRIBUTES: u32 = 1;

fn resource(head: &[u8], detail: Detail<'_>) -> Result<Resource, WireError> {
    let is_wanted = |key: &str| detail.wants_of_resource(key);
    let mut attributes = Vec::new();
    for field in messages(head, 1) {
        for field in messages(field?.bytes()?, RESOURCE_ATTRIBUTES) {
            attributes.extend(wanted(field?, is_wanted)?);
        }
    }
    Ok(Resource { attributes })
}

/// A `KeyValue`; none where its key is not wanted.
fn wanted(
    field: Field<'_>,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Option<Attribute>, WireError> {
    let key = messages(field.bytes()?, KEY).next().transpose()?;
    let key = key.map(|key| key.text()).transpose()?;
    if is_wanted(key.unwrap_or_default()) {
        attribute(field, MAX_DEPTH).map(Some)
    } else {
        Ok(None)
    }
}

fn scope(head: &[u8]) -> Result<Scope, WireError> {
    let mut scope = Scope::default();
    for field in messages(head, 1) {
        for field in Fields::new(field?.bytes()?) {
            let field = field?;
            match field.number {
                1 => field.text()?.clone_into(&mut scope.name),
                2 => field.text()?.clone_into(&mut scope.version),
                3 => scope.attributes.push(attribute(field, MAX_DEPTH)?),
                _ => {}
            }
        }
    }
    Ok(scope)
}

/// The fields of that number; errors too.
fn messages(message: &[u8], number: u32) -> impl Iterator<Item = Result<Field<'_>, WireError>> {
    Fields::new(message).filter(move |field| field.map_or(true, |field| field.number == number))
}

/// A `KeyValue`. Calls itself, through [`value`], no deeper than `depth`.
pub(super) fn attribute(field: Field<'_>, depth: usize) -> Result<Attribute, WireError> {
    let mut attribute = Attribute {
        key: String::new(),
        value: Value::Empty,
    };
    for field in Fields::new(field.bytes()?) {
        let field = field?;
        match field.number {
            1 => field.text()?.clone_into(&mut attribute.key),
            2 => attribute.value = value(field.bytes()?, depth)?,
            _ => {}
        }
    }
    Ok(attribute)
}

/// An `AnyValue`.
pub(crate) fn value(bytes: &[u8], depth: usize) -> Result<Value, WireError> {
    let below = depth.checked_sub(1).ok_or(WireError::Depth)?;
    let mut found = Value::Empty;
    for field in Fields::new(bytes) {
        let field = field?;
        found = match (field.number, field.value) {
            (1, _) => Value::String(field.text()?.to_owned()),
            (2, _) => Value::Bool(field.varint()? != 0),
            (3, _) => Value::Int(field.varint()?.cast_signed()),
            (4, _) => Value::Double(f64::from_bits(field.fixed64()?)),
            (5, Wire::Bytes(array)) => {
                let values = messages(array, 1).map(|item| value(item?.bytes()?, below));
                Value::Array(values.collect::<Result<_, _>>()?)
            }
            (6, Wire::Bytes(list)) => {
                let entries = messages(list, 1).map(|entry| attribute(entry?, below));
                Value::Map(entries.collect::<Result<_, _>>()?)
            }
            (7, _) => Value::Bytes(field.bytes()?.to_vec()),
            // A string of a table that only profiles have, or something newer.
            _ => found,
        };
    }
    Ok(found)
}

/// An enum's number is encoded like an `int32`; unknown ones mean nothing.
fn kind(number: u64) -> Kind {
    match number {
        1 => Kind::Internal,
        2 => Kind::Server,
        3 => Kind::Client,
        4 => Kind::Producer,
        5 => Kind::Consumer,
        _ => Kind::Unspecified,
    }
}

/// Times beyond the year 2262 are rejected when they are received.
pub(super) fn nanos(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}
