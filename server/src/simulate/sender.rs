//! Sending as an OTLP exporter does: gzip, and again after a pause when told to.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use prost::Message;
use reqwest::{Client, StatusCode, Url};
use tokio::time::sleep;

use super::batch::Batch;

/// Most spans in one request, as exporters have it by default.
const MAX_REQUEST_SPANS: usize = 512;

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Pause before a request is sent again, and how often.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
const MAX_TRIES: u32 = 240;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("{0} is not an address; write it as http://127.0.0.1:4318")]
    Endpoint(String),
    #[error("the HTTP client could not be made: {0}")]
    Client(reqwest::Error),
    #[error("the spans could not be compressed: {0}")]
    Gzip(io::Error),
    #[error("{endpoint} does not answer. Check that Throughline runs there")]
    Unreachable { endpoint: Url },
    #[error("{endpoint} refused the spans with status {status}")]
    Refused { endpoint: Url, status: StatusCode },
    #[error("the answer cannot be read: {0}")]
    Answer(prost::DecodeError),
    #[error("{count} spans were rejected: {message}")]
    Rejected { count: i64, message: String },
}

pub(super) struct Sender {
    client: Client,
    endpoint: Url,
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
        let url = Url::parse(endpoint).and_then(|url| url.join("/v1/traces"));
        let endpoint = url.map_err(|_not_a_url| SendError::Endpoint(endpoint.to_owned()))?;
        // The traffic is for that endpoint and not for a proxy.
        let client = Client::builder()
            .timeout(TIMEOUT)
            .no_proxy()
            .build()
            .map_err(SendError::Client)?;
        Ok(Self {
            client,
            endpoint,
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
        let message = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&message).map_err(SendError::Gzip)?;
        let body = gzip.finish().map_err(SendError::Gzip)?;
        for tried in 0..MAX_TRIES {
            let response = self
                .client
                .post(self.endpoint.clone())
                .header("content-type", "application/x-protobuf")
                .header("content-encoding", "gzip")
                .body(body.clone())
                .send()
                .await;
            match response {
                Ok(response) if response.status().is_success() => {
                    // An answer that is cut off is no acknowledgement.
                    if let Ok(answer) = response.bytes().await {
                        return check(&answer);
                    }
                }
                Ok(response) if !is_retryable(response.status()) => {
                    let status = response.status();
                    return Err(SendError::Refused {
                        endpoint: self.endpoint.clone(),
                        status,
                    });
                }
                Ok(_) | Err(_) if tried > 0 => {}
                Ok(response) => {
                    let status = response.status();
                    tracing::warn!(%status, "asked to wait; sending again");
                }
                Err(error) => tracing::warn!(%error, "no answer; sending again"),
            }
            sleep(RETRY_PAUSE).await;
        }
        Err(SendError::Unreachable {
            endpoint: self.endpoint.clone(),
        })
    }
}

/// OTLP specification, "Retryable response codes".
fn is_retryable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502..=504)
}

fn check(answer: &[u8]) -> Result<(), SendError> {
    let answer = ExportTraceServiceResponse::decode(answer).map_err(SendError::Answer)?;
    match answer.partial_success {
        Some(partial) if partial.rejected_spans > 0 => Err(SendError::Rejected {
            count: partial.rejected_spans,
            message: partial.error_message,
        }),
        _ => Ok(()),
    }
}
