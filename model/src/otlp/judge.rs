//! Whether a span can be kept: a bad one is left out, its neighbours stay.

use std::fmt;

use super::schema::{self, SPAN};
use super::wire::{Field, Fields, WireError};
use crate::id::{SpanId, TraceId};

/// Why a span is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Damaged(WireError),
    Repeated,
    TraceId,
    SpanId,
    ParentSpanId,
    StartTime,
    EndTime,
}

impl Reason {
    /// A word for it, one of few.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Damaged(_) => "damaged",
            Self::Repeated => "repeated_id",
            Self::TraceId => "trace_id",
            Self::SpanId => "span_id",
            Self::ParentSpanId => "parent_span_id",
            Self::StartTime => "start_time",
            Self::EndTime => "end_time",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged(error) => return write!(f, "its encoding is damaged: {error}"),
            Self::Repeated => "it has two trace ids, span ids or parents",
            Self::TraceId => {
                "trace id is not 16 bytes (32 hexadecimal digits in JSON) or all zeros"
            }
            Self::SpanId => "span id is not 8 bytes (16 hexadecimal digits in JSON) or all zeros",
            Self::ParentSpanId => "parent span id is not 8 bytes (16 hexadecimal digits in JSON)",
            Self::StartTime => "start time is missing or after the year 2262",
            Self::EndTime => "end time is after the year 2262",
        })
    }
}

/// Who looks on while a span is read.
pub trait Watch {
    /// The name of an attribute, wherever it stands.
    fn key(&mut self, key: &[u8]);

    /// The next field of the span, each in its turn.
    fn field(&mut self, field: &Field<'_>);
}

/// Nobody.
impl Watch for () {
    fn key(&mut self, _key: &[u8]) {}
    fn field(&mut self, _field: &Field<'_>) {}
}

/// Reads a `Span` once, and tells the trace that it belongs to.
///
/// # Errors
/// Says why it cannot be kept.
#[inline]
pub fn judge(span: &[u8], watch: &mut impl Watch) -> Result<TraceId, Reason> {
    let (mut trace_id, mut span_id, mut parent) = (None, None, None);
    let (mut start, mut end) = (0, 0);
    for field in Fields::new(span) {
        let field = field.map_err(Reason::Damaged)?;
        schema::check_field(&field, &SPAN, &mut |key| watch.key(key)).map_err(Reason::Damaged)?;
        watch.field(&field);
        // Their types were just checked.
        match field.number {
            1 => set_once(&mut trace_id, &field)?,
            2 => set_once(&mut span_id, &field)?,
            4 => set_once(&mut parent, &field)?,
            7 => start = field.fixed64().unwrap_or_default(),
            8 => end = field.fixed64().unwrap_or_default(),
            _ => {}
        }
    }
    let (trace_id, span_id) = (trace_id.unwrap_or_default(), span_id.unwrap_or_default());
    let trace_id = TraceId::from_slice(trace_id).map_err(|_unusable| Reason::TraceId)?;
    SpanId::from_slice(span_id).map_err(|_unusable| Reason::SpanId)?;
    let parent = parent.unwrap_or_default();
    // Some clients send eight zeros for "no parent".
    let is_root = parent.is_empty() || parent == [0; 8];
    let is_time = |time: u64| i64::try_from(time).is_ok();
    if !is_root && SpanId::from_slice(parent).is_err() {
        Err(Reason::ParentSpanId)
    } else if start == 0 || !is_time(start) {
        Err(Reason::StartTime)
    } else if !is_time(end) {
        Err(Reason::EndTime)
    } else {
        Ok(trace_id)
    }
}

fn set_once<'a>(id: &mut Option<&'a [u8]>, field: &Field<'a>) -> Result<(), Reason> {
    match id.replace(field.bytes().map_err(Reason::Damaged)?) {
        None => Ok(()),
        Some(_) => Err(Reason::Repeated),
    }
}
