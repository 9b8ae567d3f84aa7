//! Sending spans as an OTLP exporter does: gzip, and again after a pause when told to.

use std::io::{self, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use prost::Message;
use reqwest::{Client, StatusCode, Url};
use tokio::time::sleep;

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Pause before a request is sent again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
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
}

/// Spans that the other side has not taken, and why; of all that arrived and were acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Rejected {
    pub(crate) count: usize,
    pub(crate) message: String,
}

pub(crate) struct Exporter {
    client: Client,
    endpoint: Url,
    max_tries: u32,
}

impl Exporter {
    /// To the receiver of OTLP over HTTP at that address; each request is tried so often.
    pub(crate) fn new(endpoint: &str, max_tries: u32) -> Result<Self, ExportError> {
        let url = Url::parse(endpoint).and_then(|url| url.join("/v1/traces"));
        let endpoint = url.map_err(|_not_a_url| ExportError::Endpoint(endpoint.to_owned()))?;
        // The traffic is for that endpoint and not for a proxy.
        let client = Client::builder()
            .timeout(TIMEOUT)
            .no_proxy()
            .build()
            .map_err(ExportError::Client)?;
        Ok(Self {
            client,
            endpoint,
            max_tries,
        })
    }

    /// Returns when all are acknowledged.
    pub(crate) async fn export(
        &self,
        resource_spans: Vec<ResourceSpans>,
    ) -> Result<Rejected, ExportError> {
        let request = ExportTraceServiceRequest { resource_spans };
        self.export_message(&request.encode_to_vec()).await
    }

    /// The same of a request that is encoded already.
    pub(crate) async fn export_message(&self, message: &[u8]) -> Result<Rejected, ExportError> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(message).map_err(ExportError::Gzip)?;
        let body = gzip.finish().map_err(ExportError::Gzip)?;
        for tried in 0..self.max_tries {
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
                        return rejected(&answer);
                    }
                }
                Ok(response) if !is_retryable(response.status()) => {
                    let status = response.status();
                    return Err(ExportError::Refused {
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
        Err(ExportError::Unreachable {
            endpoint: self.endpoint.clone(),
        })
    }
}

/// OTLP specification, "Retryable response codes".
fn is_retryable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502..=504)
}

fn rejected(answer: &[u8]) -> Result<Rejected, ExportError> {
    let answer = ExportTraceServiceResponse::decode(answer).map_err(ExportError::Answer)?;
    let ExportTracePartialSuccess {
        rejected_spans,
        error_message,
    } = answer.partial_success.unwrap_or_default();
    Ok(Rejected {
        count: usize::try_from(rejected_spans).unwrap_or(0),
        message: error_message,
    })
}
