//! What version 3 tells of a trace in a list (`TraceSummary`).

use std::collections::BTreeMap;

use model::clock_skew;
use model::id::TraceId;
use model::trace::Trace;
use serde::Serialize;

use super::convert::orphans;

/// 64-bit numbers are text, as in all JSON of protobuf.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TraceSummary {
    trace_id: TraceId,
    root_service_name: String,
    root_operation_name: String,
    min_start_time_unix_nano: String,
    max_end_time_unix_nano: String,
    span_count: usize,
    error_span_count: usize,
    /// Spans whose parent is not there.
    orphan_span_count: usize,
    /// By name.
    services: Vec<ServiceSummary>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceSummary {
    name: String,
    span_count: usize,
    error_span_count: usize,
}

impl TraceSummary {
    /// With corrected clocks: those of devices may be minutes off, and the trace would last as long.
    pub(super) fn of(trace: &Trace) -> Self {
        let shifts = clock_skew::shifts(trace);
        let spans = || trace.spans.iter().zip(&shifts);
        let start = spans().map(|(span, shift)| span.start_nanos.saturating_add(*shift));
        let end = spans().map(|(span, shift)| span.end_nanos.saturating_add(*shift));
        let mut services: BTreeMap<&str, ServiceSummary> = BTreeMap::new();
        for span in &trace.spans {
            let service = services.entry(trace.service_of(span)).or_default();
            service.span_count += 1;
            service.error_span_count += usize::from(span.is_error());
        }
        let root = trace.root();
        let services = services.into_iter().map(|(name, counts)| ServiceSummary {
            name: name.to_owned(),
            ..counts
        });
        Self {
            trace_id: trace.id,
            root_service_name: root.map_or("", |root| trace.service_of(root)).to_owned(),
            root_operation_name: root.map_or("", |root| &root.name).to_owned(),
            min_start_time_unix_nano: start.min().unwrap_or(0).max(0).to_string(),
            max_end_time_unix_nano: end.max().unwrap_or(0).max(0).to_string(),
            span_count: trace.spans.len(),
            error_span_count: trace.spans.iter().filter(|span| span.is_error()).count(),
            orphan_span_count: orphans(trace).len(),
            services: services.collect(),
        }
    }
}
