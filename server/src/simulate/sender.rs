//! The batches of simulated clients on their way, and what of them was sent.

use std::collections::HashSet;

use opentelemetry_proto::tonic::trace::v1::ResourceSpans;

use super::batch::Batch;
use crate::otlp::exporter::{ExportError, Exporter};

/// Most spans in one request, as exporters have it by default.
const MAX_REQUEST_SPANS: usize = 512;

/// How often a request is sent, twice a second: it may come before the server is up.
const MAX_TRIES: u32 = 240;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("{count} spans were rejected: {message}")]
    Rejected { count: usize, message: String },
}

pub(super) struct Sender {
    exporter: Exporter,
    /// Spans that were acknowledged, without those sent twice.
    pub(super) distinct_spans: usize,
    pub(super) sent_spans: usize,
    pub(super) traces: usize,
    /// Of the last minutes only: a trace's batches are not far apart.
    recent_traces: HashSet<Vec<u8>>,
}

impl Sender {
    /// Traces that are remembered, to count each once.
    const MAX_RECENT: usize = 100_000;

    pub(super) fn new(endpoint: &str) -> Result<Self, SendError> {
        Ok(Self {
            exporter: Exporter::new(endpoint, MAX_TRIES)?,
            distinct_spans: 0,
            sent_spans: 0,
            traces: 0,
            recent_traces: HashSet::new(),
        })
    }

    /// Returns when all are acknowledged.
    pub(super) async fn send(&mut self, batches: Vec<Batch>) -> Result<(), SendError> {
        let mut request: Vec<ResourceSpans> = Vec::new();
        let mut spans = 0;
        for batch in batches {
            if spans + batch.span_count > MAX_REQUEST_SPANS && spans > 0 {
                self.export(std::mem::take(&mut request)).await?;
                spans = 0;
            }
            spans += batch.span_count;
            self.count(&batch);
            request.extend(batch.resource_spans);
        }
        if spans > 0 {
            self.export(request).await?;
        }
        Ok(())
    }

    fn count(&mut self, batch: &Batch) {
        self.sent_spans += batch.span_count;
        if !batch.is_repeated {
            self.distinct_spans += batch.span_count;
        }
        if self.recent_traces.len() > Self::MAX_RECENT {
            self.recent_traces.clear();
        }
        let of_scopes = batch
            .resource_spans
            .iter()
            .flat_map(|of_resource| &of_resource.scope_spans);
        for span in of_scopes.flat_map(|of_scope| &of_scope.spans) {
            if self.recent_traces.insert(span.trace_id.clone()) {
                self.traces += 1;
            }
        }
    }

    async fn export(&self, resource_spans: Vec<ResourceSpans>) -> Result<(), SendError> {
        let rejected = self.exporter.export(resource_spans).await?;
        if rejected.count > 0 {
            return Err(SendError::Rejected {
                count: rejected.count,
                message: rejected.message,
            });
        }
        Ok(())
    }
}
