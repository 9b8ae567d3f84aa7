//! SkyWalking's segments (protocol version 3, skywalking-data-collect-protocol,
//! `language-agent/Tracing.proto`; SkyWalking, "Trace Data Protocol v3" and "HTTP API Protocol").
//!
//! A segment is what one process did for a trace. Its spans are numbered, and refer to their
//! parents by number within the segment and by reference beyond it; [`model::skywalking`] makes
//! ids of both. What SkyWalking says and OpenTelemetry has no name for is kept as attributes that
//! begin with `skywalking.`.

mod attributes;
mod event;
mod json;
pub(crate) mod proto;
mod span;

use std::collections::BTreeMap;
use std::fmt;

use axum::body::Bytes;
use model::format::counted;
use model::span::SERVICE_NAME;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1 as otlp;
use prost::{DecodeError, Message};
use serde_json::value::RawValue;

use self::proto::{SegmentCollection, SegmentObject};
use self::span::Segment;
use super::text;

/// Why a span has no place in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unusable {
    TraceId,
    SegmentId,
    SpanId,
    StartTime,
    EndTime,
}

impl Unusable {
    /// A word for it, one of few.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::TraceId => "trace_id",
            Self::SegmentId => "segment_id",
            Self::SpanId => "span_id",
            Self::StartTime => "start_time",
            Self::EndTime => "end_time",
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TraceId => "the segment has no trace id",
            Self::SegmentId => "the segment has no id",
            Self::SpanId => "span id is negative",
            Self::StartTime => "start time is missing, before 1970 or after the year 2262",
            Self::EndTime => "end time is before 1970 or after the year 2262",
        })
    }
}

/// Segments, and what among them was none.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    read: Vec<SegmentObject>,
    unreadable: usize,
    /// Why the first of them is none.
    reason: Option<String>,
}

impl Segments {
    /// Reads `SegmentObject`s as a stream sends them.
    pub(crate) fn from_messages(messages: &[Bytes]) -> Self {
        let mut segments = Self::default();
        for message in messages {
            segments.add(SegmentObject::decode(message.as_ref()));
        }
        segments
    }

    /// Reads a `SegmentCollection`.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn from_collection(message: &Bytes) -> Result<Self, DecodeError> {
        let collection = SegmentCollection::decode(message.as_ref())?;
        Ok(Self::from(collection.segments))
    }

    /// Reads one segment in JSON.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(Self::from(vec![serde_json::from_slice(body)?]))
    }

    /// Reads a list of segments in JSON.
    ///
    /// # Errors
    /// When it is not a JSON list.
    pub(crate) fn from_json_list(body: &[u8]) -> Result<Self, serde_json::Error> {
        let elements: Vec<&RawValue> = serde_json::from_slice(body)?;
        let mut segments = Self::default();
        for element in elements {
            segments.add(serde_json::from_str(element.get()));
        }
        Ok(segments)
    }

    /// What is no segment costs itself only.
    fn add<E: fmt::Display>(&mut self, segment: Result<SegmentObject, E>) {
        match segment {
            Ok(segment) => self.read.push(segment),
            Err(error) => {
                self.unreadable += 1;
                self.reason.get_or_insert_with(|| error.to_string());
            }
        }
    }
}

impl From<Vec<SegmentObject>> for Segments {
    fn from(read: Vec<SegmentObject>) -> Self {
        Self {
            read,
            ..Self::default()
        }
    }
}

/// Segments as OTLP, and what of them is left out.
#[derive(Debug, Default)]
pub(crate) struct Translated {
    pub(crate) request: ExportTraceServiceRequest,
    /// Spans that cannot be used.
    pub(crate) rejected: BTreeMap<Unusable, usize>,
    /// What was no segment.
    pub(crate) unreadable: usize,
    reason: Option<String>,
}

impl Translated {
    /// For the client's log: what is lost and why.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let unreadable = self.reason.iter().map(|reason| {
            let count = counted(self.unreadable, "element");
            format!("{count} rejected: {reason}")
        });
        let rejected = self.rejected.iter().map(|(reason, count)| {
            let count = counted(*count, "span");
            format!("{count} rejected: {reason}")
        });
        unreadable.chain(rejected).collect()
    }
}

/// Makes one resource of each service instance, and spans of what can be used.
pub(crate) fn translate(segments: Segments) -> Translated {
    let mut translated = Translated {
        unreadable: segments.unreadable,
        reason: segments.reason,
        ..Translated::default()
    };
    let mut of_instance: BTreeMap<(String, String), Vec<otlp::Span>> = BTreeMap::new();
    for object in segments.read {
        let segment = Segment::new(&object);
        let instance = (object.service.clone(), object.service_instance.clone());
        let kept = of_instance.entry(instance).or_default();
        for span in &object.spans {
            match segment.and_then(|segment| segment.translate(span)) {
                Ok(span) => kept.push(span),
                Err(reason) => *translated.rejected.entry(reason).or_default() += 1,
            }
        }
    }
    let resource_spans = of_instance.into_iter().map(|((service, instance), spans)| {
        let named = [(SERVICE_NAME, service), ("service.instance.id", instance)];
        let named = named.into_iter().filter(|(_, name)| !name.is_empty());
        otlp::ResourceSpans {
            resource: Some(Resource {
                attributes: named.map(|(key, name)| text(key, name)).collect(),
                ..Resource::default()
            }),
            scope_spans: vec![otlp::ScopeSpans {
                spans,
                ..otlp::ScopeSpans::default()
            }],
            ..otlp::ResourceSpans::default()
        }
    });
    translated.request.resource_spans = resource_spans.collect();
    translated
}

#[cfg(test)]
mod tests;
