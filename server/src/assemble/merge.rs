//! Joining what has just arrived with what is stored: exactly once by (trace id, span id).

use std::collections::{HashMap, HashSet};

use model::id::TraceId;
use model::summary::Summary;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, TracesData};
use prost::Message;
use store::traces::TraceWrite;
use store::{document, otlp};

use super::open_traces::DueTrace;

/// What was held in memory could not be turned into a document. Nothing is lost: it is in the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum MergeError {
    #[error("the spans held for trace {trace_id} cannot be decoded: {source}")]
    Decode {
        trace_id: TraceId,
        source: prost::DecodeError,
    },
    #[error("trace {trace_id} could not be compressed: {source}")]
    Compress {
        trace_id: TraceId,
        source: std::io::Error,
    },
}

/// What to write for each trace. A trace whose spans are all stored already, because a client or
/// a restart sent them again, needs nothing.
pub(super) fn merge(
    due: &[DueTrace],
    mut stored: HashMap<TraceId, (i32, Vec<ResourceSpans>)>,
) -> Result<Vec<TraceWrite>, MergeError> {
    due.iter()
        .filter_map(|trace| {
            let (chunks, before) = stored.remove(&trace.id).unwrap_or_default();
            merge_one(trace, chunks, before).transpose()
        })
        .collect()
}

fn merge_one(
    trace: &DueTrace,
    chunks: i32,
    before: Vec<ResourceSpans>,
) -> Result<Option<TraceWrite>, MergeError> {
    let trace_id = trace.id;
    let arrived = TracesData::decode(trace.encoded.as_slice())
        .map_err(|source| MergeError::Decode { trace_id, source })?;
    let new = without_known(arrived.resource_spans, &before);
    if new.is_empty() {
        return Ok(None);
    }
    let encoded = TracesData {
        resource_spans: new.clone(),
    }
    .encode_to_vec();
    let body =
        document::compress(&encoded).map_err(|source| MergeError::Compress { trace_id, source })?;
    let whole: Vec<ResourceSpans> = before.into_iter().chain(new).collect();
    let summary = Summary::of(&otlp::trace(trace_id, &whole));
    Ok(summary.map(|summary| TraceWrite {
        summary,
        chunk: chunks,
        body,
    }))
}

/// The spans whose ids are neither stored nor among those before them.
fn without_known(mut arrived: Vec<ResourceSpans>, stored: &[ResourceSpans]) -> Vec<ResourceSpans> {
    let of_scopes = stored
        .iter()
        .flat_map(|of_resource| &of_resource.scope_spans);
    let spans = of_scopes.flat_map(|of_scope| &of_scope.spans);
    let mut known: HashSet<Vec<u8>> = spans.map(|span| span.span_id.clone()).collect();
    for of_resource in &mut arrived {
        for of_scope in &mut of_resource.scope_spans {
            of_scope
                .spans
                .retain(|span| known.insert(span.span_id.clone()));
        }
        of_resource
            .scope_spans
            .retain(|of_scope| !of_scope.spans.is_empty());
    }
    arrived.retain(|of_resource| !of_resource.scope_spans.is_empty());
    arrived
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::trace::v1::{ScopeSpans, Span};

    fn spans(ids: &[u8]) -> Vec<ResourceSpans> {
        let span = |&id: &u8| Span {
            span_id: vec![id; 8],
            ..Span::default()
        };
        let scope_spans = vec![ScopeSpans {
            spans: ids.iter().map(span).collect(),
            ..ScopeSpans::default()
        }];
        vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }]
    }

    fn ids(of: &[ResourceSpans]) -> Vec<u8> {
        let of_scopes = of.iter().flat_map(|of_resource| &of_resource.scope_spans);
        of_scopes
            .flat_map(|of_scope| &of_scope.spans)
            .map(|span| span.span_id[0])
            .collect()
    }

    #[test]
    fn only_new_spans_are_left() {
        let arrived = [spans(&[1, 2]), spans(&[2, 3])].concat();
        assert_eq!(ids(&without_known(arrived.clone(), &spans(&[1]))), [2, 3]);
        assert_eq!(without_known(arrived, &spans(&[3, 2, 1])), vec![]);
    }
}
