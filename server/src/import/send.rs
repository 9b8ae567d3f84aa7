//! Spans of a file on their way: in requests that no receiver finds too large.

use std::collections::BTreeSet;
use std::path::Path;

use model::id::TraceId;
use model::otlp::Batch;
use model::otlp::batch::SpanBytes;
use model::otlp::decode::Ids;
use model::trace_file::{FormatError, Found};

use super::ImportError;
use crate::otlp::exporter::Exporter;

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
    path: &Path,
    found: Found,
) -> Result<Imported, ImportError> {
    let mut imported = Imported {
        unreadable: found.unreadable,
        reason: found.reason.unwrap_or_default(),
        ..Imported::default()
    };
    let batch = Batch::read(&found.message).map_err(|error| ImportError::Format {
        path: path.to_owned(),
        error: FormatError::Encoding(error),
    })?;
    for spans in batch.spans.chunks(MAX_REQUEST_SPANS) {
        let request = request(&batch, spans);
        let sent = exporter.export_message(&request).await;
        let rejected = sent.map_err(|error| ImportError::Export {
            path: path.to_owned(),
            error,
        })?;
        imported.spans += spans.len().saturating_sub(rejected.count);
        imported.rejected += rejected.count;
        if imported.reason.is_empty() {
            imported.reason = rejected.message;
        }
    }
    let ids = batch.spans.iter().filter_map(|span| {
        let ids = Ids::read(span.bytes).ok()?;
        TraceId::from_slice(ids.trace_id).ok()
    });
    imported.traces = ids.collect::<BTreeSet<_>>().into_iter().collect();
    Ok(imported)
}

/// With what stands above the spans as often as they need it.
fn request(batch: &Batch<'_>, spans: &[SpanBytes<'_>]) -> Vec<u8> {
    let mut spans = spans.to_vec();
    batch.sort(&mut spans);
    let mut request = Vec::new();
    batch.write(&spans, &mut request);
    request
}
