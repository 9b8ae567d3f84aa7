//! `GET /metrics`: what the server says of itself, as text by the `OpenMetrics` 1.0 specification.
//! docs/operating.md explains each.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::ingest::redact::Counts;

/// One label and its value.
type Label<V> = [(&'static str, V); 1];

pub(crate) struct Metrics {
    registry: Registry,
    accepted: Family<Label<&'static str>, Counter>,
    rejected: Family<Label<&'static str>, Counter>,
    accepted_logs: Family<Label<&'static str>, Counter>,
    rejected_logs: Family<Label<&'static str>, Counter>,
    refused: Family<Label<&'static str>, Counter>,
    attributes_dropped: Family<Label<&'static str>, Counter>,
    values_truncated: Counter,
    values_redacted: Family<Label<&'static str>, Counter>,
    waiting_bytes: Gauge,
    queued_requests: Family<Label<&'static str>, Gauge>,
    queued_bytes: Family<Label<&'static str>, Gauge>,
    commit_seconds: Histogram,
    stored_spans: Counter,
    stored_traces: Counter,
    sampled_out: Counter,
    assembly_seconds: Histogram,
    open_traces: Family<Label<i64>, Gauge>,
    open_bytes: Family<Label<i64>, Gauge>,
    series: Family<Label<&'static str>, Gauge>,
    full: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("throughline"),
            accepted: Family::default(),
            rejected: Family::default(),
            accepted_logs: Family::default(),
            rejected_logs: Family::default(),
            refused: Family::default(),
            attributes_dropped: Family::default(),
            values_truncated: Counter::default(),
            values_redacted: Family::default(),
            waiting_bytes: Gauge::default(),
            queued_requests: Family::default(),
            queued_bytes: Family::default(),
            commit_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 12)),
            stored_spans: Counter::default(),
            stored_traces: Counter::default(),
            sampled_out: Counter::default(),
            assembly_seconds: Histogram::new(exponential_buckets(0.5, 2.0, 10)),
            open_traces: Family::default(),
            open_bytes: Family::default(),
            series: Family::default(),
            full: Gauge::default(),
        };
        metrics.register();
        metrics.register_redaction();
        metrics.register_queues();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let accepted = "Spans that were acknowledged, by protocol";
        registry.register("spans_accepted", accepted, self.accepted.clone());
        let rejected = "Spans that were left out of a request, by reason";
        registry.register("spans_rejected", rejected, self.rejected.clone());
        let accepted = "Log records that were acknowledged, by protocol";
        let family = self.accepted_logs.clone();
        registry.register("log_records_accepted", accepted, family);
        let rejected = "Log records that were left out of a request, by reason";
        let family = self.rejected_logs.clone();
        registry.register("log_records_rejected", rejected, family);
        let refused = "Requests of which nothing was kept, by reason";
        registry.register("requests_refused", refused, self.refused.clone());
        let waiting = "Memory of the requests that are not answered";
        let gauge = self.waiting_bytes.clone();
        registry.register_with_unit("requests_waiting", waiting, Unit::Bytes, gauge);
        let commit = "Time from gathering requests until they are on disk";
        let histogram = self.commit_seconds.clone();
        registry.register_with_unit("commit", commit, Unit::Seconds, histogram);
        let spans = "Spans that became part of a stored trace";
        registry.register("spans_stored", spans, self.stored_spans.clone());
        let traces = "Traces that were written, once for each part";
        registry.register("traces_stored", traces, self.stored_traces.clone());
        let out = "Traces that were counted and, by the sampling policy, not kept";
        registry.register("traces_sampled_out", out, self.sampled_out.clone());
        let lag = "Time from the log until all spans of an entry are part of stored traces";
        let histogram = self.assembly_seconds.clone();
        registry.register_with_unit("assembly", lag, Unit::Seconds, histogram);
        let open = "Traces that wait for more spans, by shard";
        registry.register("open_traces", open, self.open_traces.clone());
        let bytes = "Memory of the traces that wait for more spans, by shard";
        let gauge = self.open_bytes.clone();
        registry.register_with_unit("open_traces", bytes, Unit::Bytes, gauge);
        let series = "Sets of labels that rollups count for themselves, by family";
        registry.register("series", series, self.series.clone());
        let full = "1 while nothing is accepted because there is no room for it";
        registry.register("storage_full", full, self.full.clone());
    }

    fn register_redaction(&mut self) {
        let registry = &mut self.registry;
        let dropped = "Attributes that were not stored, by reason";
        let counter = self.attributes_dropped.clone();
        registry.register("attributes_dropped", dropped, counter);
        let truncated = "Values of attributes that were cut";
        registry.register("values_truncated", truncated, self.values_truncated.clone());
        let redacted = "Texts of which something was not stored, by rule";
        registry.register("values_redacted", redacted, self.values_redacted.clone());
    }

    /// Both queues are there from the beginning, empty.
    fn register_queues(&mut self) {
        let registry = &mut self.registry;
        let requests = "Requests that wait in a queue for their commit to begin";
        registry.register("queue_requests", requests, self.queued_requests.clone());
        let bytes = "What the requests bring that wait in a queue for their commit to begin";
        let family = self.queued_bytes.clone();
        registry.register_with_unit("queue", bytes, Unit::Bytes, family);
        for queue in Queue::ALL {
            self.queued(queue, 0, 0);
        }
    }

    pub(crate) fn accepted(&self, protocol: &'static str, spans: usize) {
        let counter = self.accepted.get_or_create(&[("protocol", protocol)]);
        counter.inc_by(spans as u64);
    }

    pub(crate) fn rejected(&self, reason: &'static str, spans: usize) {
        let counter = self.rejected.get_or_create(&[("reason", reason)]);
        counter.inc_by(spans as u64);
    }

    pub(crate) fn accepted_logs(&self, protocol: &'static str, records: usize) {
        let counter = self.accepted_logs.get_or_create(&[("protocol", protocol)]);
        counter.inc_by(records as u64);
    }

    pub(crate) fn rejected_logs(&self, reason: &'static str, records: usize) {
        let counter = self.rejected_logs.get_or_create(&[("reason", reason)]);
        counter.inc_by(records as u64);
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&[("reason", reason)]).inc();
    }

    /// What was taken out of a request's spans.
    pub(crate) fn redacted(&self, counts: &Counts) {
        let dropped = [
            ("rule", counts.dropped_by_rule),
            ("limit", counts.dropped_by_limit),
        ];
        for (reason, count) in dropped.into_iter().filter(|(_, count)| *count > 0) {
            let counter = self.attributes_dropped.get_or_create(&[("reason", reason)]);
            counter.inc_by(count);
        }
        self.values_truncated.inc_by(counts.truncated);
        for (&rule, &count) in &counts.redacted {
            let counter = self.values_redacted.get_or_create(&[("rule", rule)]);
            counter.inc_by(count);
        }
    }

    pub(crate) fn committed(&self, after: Duration) {
        self.commit_seconds.observe(after.as_secs_f64());
    }

    pub(crate) fn stored(&self, traces: usize, spans: usize) {
        self.stored_traces.inc_by(traces as u64);
        self.stored_spans.inc_by(spans as u64);
    }

    pub(crate) fn sampled_out(&self, traces: usize) {
        self.sampled_out.inc_by(traces as u64);
    }

    pub(crate) fn assembled(&self, after: Duration) {
        self.assembly_seconds.observe(after.as_secs_f64());
    }

    pub(crate) fn open(&self, shard: i16, traces: usize, bytes: usize) {
        let label = [("shard", i64::from(shard))];
        let of = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.open_traces.get_or_create(&label).set(of(traces));
        self.open_bytes.get_or_create(&label).set(of(bytes));
    }

    pub(crate) fn series(&self, family: &'static str, count: i64) {
        self.series.get_or_create(&[("family", family)]).set(count);
    }

    pub(crate) fn room(&self, is_full: bool) {
        self.full.set(is_full.into());
    }

    /// How much memory requests have taken that are not answered.
    pub(crate) fn waiting(&self, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.waiting_bytes.set(bytes);
    }

    /// A change of what waits in a queue.
    fn queued(&self, queue: Queue, requests: i64, bytes: i64) {
        let label = [("queue", queue.label())];
        self.queued_requests.get_or_create(&label).inc_by(requests);
        self.queued_bytes.get_or_create(&label).inc_by(bytes);
    }

    fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Where requests wait for their commit to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    Spans,
    LogRecords,
}

impl Queue {
    const ALL: [Self; 2] = [Self::Spans, Self::LogRecords];

    fn label(self) -> &'static str {
        match self {
            Self::Spans => "spans",
            Self::LogRecords => "log_records",
        }
    }
}

/// A request that waits in a queue, until this is dropped.
pub(crate) struct Queued {
    metrics: Arc<Metrics>,
    queue: Queue,
    bytes: i64,
}

impl Queued {
    pub(crate) fn new(metrics: Arc<Metrics>, queue: Queue, bytes: usize) -> Self {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        metrics.queued(queue, 1, bytes);
        Self {
            metrics,
            queue,
            bytes,
        }
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.metrics.queued(self.queue, -1, -self.bytes);
    }
}

pub(crate) fn routes(metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/metrics", get(show))
        .with_state(metrics)
}

async fn show(State(metrics): State<Arc<Metrics>>) -> Response {
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, content_type)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Panics when a line is missing.
    pub(crate) fn assert_lines(metrics: &Metrics, lines: &[&str]) {
        let text = metrics.text().unwrap();
        for line in lines {
            assert!(
                text.lines().any(|found| found == *line),
                "{line} in\n{text}"
            );
        }
    }

    #[test]
    fn every_metric_is_written_with_its_unit() {
        let metrics = Metrics::new();
        metrics.accepted("otlp_grpc", 7);
        metrics.open(3, 2, 1_000);
        metrics.committed(Duration::from_millis(3));
        let lines = [
            "throughline_spans_accepted_total{protocol=\"otlp_grpc\"} 7",
            "throughline_open_traces{shard=\"3\"} 2",
            "throughline_open_traces_bytes{shard=\"3\"} 1000",
            "throughline_commit_seconds_count 1",
            "throughline_queue_requests{queue=\"log_records\"} 0",
            "throughline_queue_bytes{queue=\"spans\"} 0",
            "# EOF",
        ];
        assert_lines(&metrics, &lines);
    }
}
