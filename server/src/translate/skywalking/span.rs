//! One span: its ids, parent, links, kind, times and status.

use model::id::{SpanId, TraceId};
use model::skywalking;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1 as otlp;
use opentelemetry_proto::tonic::trace::v1::span::{Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use super::attributes::Attributes;
use super::event;
use super::proto::{
    RefType, SegmentObject, SegmentReference, SpanLayer, SpanObject, SpanType, name,
};
use super::{Unusable, text};

const NANOS_PER_MILLI: i64 = 1_000_000;

/// What all spans of a segment have in common.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    trace_id: TraceId,
    object: &'a SegmentObject,
}

impl<'a> Segment<'a> {
    pub(super) fn new(object: &'a SegmentObject) -> Result<Self, Unusable> {
        let trace_id = skywalking::trace_id(&object.trace_id).ok_or(Unusable::TraceId)?;
        if object.trace_segment_id.is_empty() {
            return Err(Unusable::SegmentId);
        }
        Ok(Self { trace_id, object })
    }

    pub(super) fn translate(self, span: &SpanObject) -> Result<otlp::Span, Unusable> {
        let id = self.span_id(span.span_id).ok_or(Unusable::SpanId)?;
        let start = nanos(span.start_time).ok_or(Unusable::StartTime)?;
        let end = match span.end_time {
            // Left out.
            0 => start,
            millis => nanos(millis).ok_or(Unusable::EndTime)?,
        };
        let (parent, links) = self.parent_and_links(span);
        let mut attributes = Attributes::of_span(span);
        self.describe(&mut attributes, span, parent);
        let status = status(span);
        let kind = kind(span.span_type, span.span_layer);
        let parent_id = parent.map(|parent| parent.id.as_bytes().to_vec());
        Ok(otlp::Span {
            trace_id: self.trace_id.as_bytes().to_vec(),
            span_id: id.as_bytes().to_vec(),
            parent_span_id: parent_id.unwrap_or_default(),
            name: span.operation_name.clone(),
            kind: kind.into(),
            start_time_unix_nano: start,
            end_time_unix_nano: end,
            attributes: attributes.into_list(),
            events: span.logs.iter().map(event::translate).collect(),
            links,
            status,
            ..otlp::Span::default()
        })
    }

    fn span_id(self, number: i32) -> Option<SpanId> {
        skywalking::span_id(&self.object.trace_segment_id, number)
    }

    /// The parent is in the same segment, or else the first reference into the same trace. The
    /// other references become links: a consumer may work on messages of many traces at once.
    fn parent_and_links(self, span: &SpanObject) -> (Option<Parent<'_>>, Vec<Link>) {
        let mut parent = None;
        // Where the field was left out, it reads 0: no span is its own parent.
        if span.parent_span_id != span.span_id {
            let id = self.span_id(span.parent_span_id);
            parent = id.map(|id| Parent { id, by: None });
        }
        let mut links = vec![];
        for reference in &span.refs {
            let Some((trace_id, id)) = self.referenced(reference) else {
                continue;
            };
            if parent.is_none() && trace_id == self.trace_id {
                let by = Some(reference);
                parent = Some(Parent { id, by });
            } else {
                links.push(link(trace_id, id, reference));
            }
        }
        (parent, links)
    }

    /// The span that a reference names, unless it names none.
    fn referenced(self, reference: &SegmentReference) -> Option<(TraceId, SpanId)> {
        let trace_id = match reference.trace_id.as_str() {
            "" => &self.object.trace_id,
            other => other,
        };
        let segment_id = &reference.parent_trace_segment_id;
        let id = skywalking::referenced_span_id(trace_id, segment_id, reference.parent_span_id)?;
        Some((skywalking::trace_id(trace_id)?, id))
    }

    /// What only SkyWalking knows. The trace's id is kept where another had to be made.
    fn describe(self, attributes: &mut Attributes, span: &SpanObject, parent: Option<Parent<'_>>) {
        let object = self.object;
        if object.trace_id.parse::<TraceId>().is_err() {
            attributes.text("skywalking.trace_id", &object.trace_id);
        }
        attributes.text("skywalking.segment_id", &object.trace_segment_id);
        attributes.number("skywalking.span_id", span.span_id.into());
        if span.component_id != 0 {
            attributes.number("skywalking.component_id", span.component_id.into());
        }
        if span.span_layer != SpanLayer::Unknown as i32
            && let Some(layer) = name::<SpanLayer>(span.span_layer)
        {
            attributes.text("skywalking.layer", layer);
        }
        if object.is_size_limited && parent.is_none_or(|parent| parent.by.is_some()) {
            attributes.flag("skywalking.is_size_limited", true);
        }
        if let Some(reference) = parent.and_then(|parent| parent.by) {
            for (key, value) in facts(reference) {
                attributes.text(key, value);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Parent<'a> {
    id: SpanId,
    /// The reference that names it, when it is in another segment.
    by: Option<&'a SegmentReference>,
}

/// Entry is the "server side of RPC, consumer side of MQ", exit the "client side of RPC, producer
/// side of MQ" (`Tracing.proto`, `SpanType`).
fn kind(span_type: i32, layer: i32) -> SpanKind {
    let is_message = layer == SpanLayer::Mq as i32;
    match SpanType::try_from(span_type) {
        Ok(SpanType::Entry) if is_message => SpanKind::Consumer,
        Ok(SpanType::Entry) => SpanKind::Server,
        Ok(SpanType::Exit) if is_message => SpanKind::Producer,
        Ok(SpanType::Exit) => SpanKind::Client,
        Ok(SpanType::Local) | Err(_) => SpanKind::Internal,
    }
}

/// OTLP has nanoseconds, as 64 bits with a sign can hold them.
pub(super) fn nanos(millis: i64) -> Option<u64> {
    let nanos = millis.checked_mul(NANOS_PER_MILLI)?;
    u64::try_from(nanos).ok().filter(|nanos| *nanos > 0)
}

/// The message is the one of the first error log that has one.
fn status(span: &SpanObject) -> Option<otlp::Status> {
    span.is_error.then(|| otlp::Status {
        code: StatusCode::Error.into(),
        message: span
            .logs
            .iter()
            .find_map(event::error_message)
            .unwrap_or_default(),
    })
}

fn link(trace_id: TraceId, span_id: SpanId, reference: &SegmentReference) -> Link {
    let attributes = facts(reference).map(|(key, value)| text(key, value));
    Link {
        trace_id: trace_id.as_bytes().to_vec(),
        span_id: span_id.as_bytes().to_vec(),
        attributes: attributes.collect::<Vec<KeyValue>>(),
        ..Link::default()
    }
}

/// What a reference says of the other side.
fn facts(reference: &SegmentReference) -> impl Iterator<Item = (&'static str, &str)> {
    let ref_type = name::<RefType>(reference.ref_type).unwrap_or_default();
    let facts = [
        ("skywalking.ref_type", ref_type),
        ("skywalking.parent_service", &reference.parent_service),
        (
            "skywalking.parent_service_instance",
            &reference.parent_service_instance,
        ),
        ("skywalking.parent_endpoint", &reference.parent_endpoint),
        (
            "skywalking.network_address_used_at_peer",
            &reference.network_address_used_at_peer,
        ),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty())
}
