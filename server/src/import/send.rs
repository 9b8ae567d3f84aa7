//! Spans of a file on their way: in requests that no receiver finds too large.

use std::collections::BTreeSet;

use model::id::TraceId;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};

use crate::otlp::exporter::{ExportError, Exporter};
use crate::translate::Translated;

/// Most spans in one request.
const MAX_REQUEST_SPANS: usize = 1_000;

/// What became of a file.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// Acknowledged.
    pub(super) spans: usize,
    pub(super) traces: Vec<TraceId>,
    /// Elements that are no spans, and spans that were not accepted.
    pub(super) unreadable: usize,
    pub(super) rejected: usize,
    /// The first reason for any of them.
    pub(super) reason: String,
}

/// Returns when all are acknowledged.
pub(super) async fn send(
    exporter: &Exporter,
    found: Vec<Translated>,
) -> Result<Imported, ExportError> {
    let mut imported = Imported::default();
    let mut traces = BTreeSet::new();
    let mut request = Request::default();
    for translated in found {
        imported.unreadable += translated.unreadable;
        imported.because(translated.reason.unwrap_or_default());
        for piece in (translated.request.resource_spans.into_iter()).flat_map(pieces) {
            if request.spans + count(&piece) > MAX_REQUEST_SPANS {
                imported.export(exporter, &mut request).await?;
            }
            let spans = piece.scope_spans.iter().flat_map(|scope| &scope.spans);
            traces.extend(spans.filter_map(|span| TraceId::from_slice(&span.trace_id).ok()));
            request.spans += count(&piece);
            request.resource_spans.push(piece);
        }
    }
    imported.export(exporter, &mut request).await?;
    imported.traces = traces.into_iter().collect();
    Ok(imported)
}

#[derive(Default)]
struct Request {
    resource_spans: Vec<ResourceSpans>,
    spans: usize,
}

impl Imported {
    async fn export(
        &mut self,
        exporter: &Exporter,
        request: &mut Request,
    ) -> Result<(), ExportError> {
        let Request {
            resource_spans,
            spans,
        } = std::mem::take(request);
        if spans > 0 {
            let rejected = exporter.export(resource_spans).await?;
            self.spans += spans.saturating_sub(rejected.count);
            self.rejected += rejected.count;
            self.because(rejected.message);
        }
        Ok(())
    }

    fn because(&mut self, reason: String) {
        if self.reason.is_empty() {
            self.reason = reason;
        }
    }
}

fn count(piece: &ResourceSpans) -> usize {
    let of_scopes = piece.scope_spans.iter();
    of_scopes.map(|of_scope| of_scope.spans.len()).sum()
}

/// The same spans, each piece with as many as fit into a request.
fn pieces(of_resource: ResourceSpans) -> Vec<ResourceSpans> {
    let mut pieces = Vec::new();
    for of_scope in of_resource.scope_spans {
        let mut spans = of_scope.spans;
        while !spans.is_empty() {
            let rest = spans.split_off(spans.len().min(MAX_REQUEST_SPANS));
            pieces.push(ResourceSpans {
                resource: of_resource.resource.clone(),
                scope_spans: vec![ScopeSpans {
                    scope: of_scope.scope.clone(),
                    spans: std::mem::replace(&mut spans, rest),
                    schema_url: of_scope.schema_url.clone(),
                }],
                schema_url: of_resource.schema_url.clone(),
            });
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::trace::v1::Span;

    #[test]
    fn pieces_have_all_spans_in_their_order() {
        let of_scope = |first: usize, count: usize| ScopeSpans {
            spans: (first..first + count)
                .map(|number| Span {
                    name: number.to_string(),
                    ..Span::default()
                })
                .collect(),
            schema_url: format!("scope {first}"),
            ..ScopeSpans::default()
        };
        let many = ResourceSpans {
            scope_spans: vec![of_scope(0, 2_500), of_scope(2_500, 1), of_scope(9, 0)],
            ..ResourceSpans::default()
        };
        let pieces = pieces(many);
        let counts: Vec<usize> = pieces.iter().map(count).collect();
        assert_eq!(counts, [1_000, 1_000, 500, 1]);
        let spans = pieces.iter().flat_map(|piece| &piece.scope_spans[0].spans);
        let names: Vec<usize> = spans.map(|span| span.name.parse().unwrap()).collect();
        assert!(names.into_iter().eq(0..2_501));
        assert_eq!(pieces[3].scope_spans[0].schema_url, "scope 2500");
    }
}
