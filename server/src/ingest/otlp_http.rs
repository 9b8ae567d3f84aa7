//! `POST /v1/traces`: OTLP over HTTP, protobuf and JSON (OTLP specification, "OTLP/HTTP").

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use model::otlp::wire::WireError;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::json;
use tokio::task::spawn_blocking;

use super::append::{Append, AppendError};
use super::body::{self, BodyError};
use super::clean::{Cleaned, clean};
use crate::otlp::json as otlp_json;
use crate::otlp::status::{Status, code};

pub(crate) fn routes(append: Append) -> Router {
    // The body has its own limit, which answers in the client's encoding.
    Router::new()
        .route("/v1/traces", post(export))
        .with_state(append)
}

/// How the client writes, and so how it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Protobuf,
    Json,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        match value
            .split(';')
            .next()?
            .trim()
            .to_ascii_lowercase()
            .as_str()
        {
            "application/x-protobuf" => Some(Self::Protobuf),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        })
    }
}

#[derive(Debug, thiserror::Error)]
enum RouteError {
    #[error("send application/x-protobuf or application/json as content type")]
    ContentType,
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("the body is not an OTLP trace request in protobuf: {0}")]
    Protobuf(#[from] WireError),
    #[error("the body is not an OTLP trace request in JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error("the request could not be processed; send again in a second")]
    Task(#[from] tokio::task::JoinError),
}

impl RouteError {
    /// The HTTP status, the code of the body, and whether to come back.
    fn kind(&self) -> (StatusCode, i32, bool) {
        match self {
            Self::ContentType | Self::Body(BodyError::Encoding(_)) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                code::INVALID_ARGUMENT,
                false,
            ),
            Self::Body(BodyError::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, code::INVALID_ARGUMENT, false)
            }
            Self::Body(BodyError::Gzip(_) | BodyError::Interrupted(_))
            | Self::Protobuf(_)
            | Self::Json(_) => (StatusCode::BAD_REQUEST, code::INVALID_ARGUMENT, false),
            Self::Append(AppendError::Full) => (
                StatusCode::TOO_MANY_REQUESTS,
                code::RESOURCE_EXHAUSTED,
                true,
            ),
            Self::Append(AppendError::Unavailable) | Self::Task(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, true)
            }
        }
    }

    fn respond(&self, encoding: Encoding) -> Response {
        let (status, code, is_retryable) = self.kind();
        let body = Status {
            code,
            message: self.to_string(),
        };
        let bytes = match encoding {
            Encoding::Protobuf => body.encode_to_vec(),
            Encoding::Json => json!({ "code": body.code, "message": body.message })
                .to_string()
                .into(),
        };
        let mut response =
            (status, [(CONTENT_TYPE, encoding.content_type())], bytes).into_response();
        if is_retryable {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

async fn export(State(append): State<Append>, headers: HeaderMap, body: Body) -> Response {
    // Whoever says nothing understandable is answered in the encoding that everyone can read.
    let encoding = Encoding::of(&headers);
    match receive(append, encoding, &headers, body).await {
        Ok((rejected, message)) => success(encoding.unwrap_or(Encoding::Json), rejected, &message),
        Err(error) => error.respond(encoding.unwrap_or(Encoding::Json)),
    }
}

/// How many spans were rejected, and why.
async fn receive(
    append: Append,
    encoding: Option<Encoding>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(usize, String), RouteError> {
    let encoding = encoding.ok_or(RouteError::ContentType)?;
    let bytes = body::read(headers, body).await?;
    let cleaned = spawn_blocking(move || clean_encoded(encoding, &bytes)).await??;
    let outcome = (cleaned.rejected_count(), cleaned.message());
    append.append(cleaned.parts).await?;
    Ok(outcome)
}

fn clean_encoded(encoding: Encoding, bytes: &Bytes) -> Result<Cleaned, RouteError> {
    Ok(match encoding {
        Encoding::Protobuf => clean(bytes)?,
        Encoding::Json => {
            let resource_spans = otlp_json::decode(bytes)?;
            clean(&ExportTraceServiceRequest { resource_spans }.encode_to_vec())?
        }
    })
}

/// `ExportTraceServiceResponse`; empty when everything was accepted.
fn success(encoding: Encoding, rejected: usize, message: &str) -> Response {
    use opentelemetry_proto::tonic::collector::trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceResponse,
    };
    let rejected = i64::try_from(rejected).unwrap_or(i64::MAX);
    let bytes = match encoding {
        Encoding::Protobuf => {
            let partial = ExportTracePartialSuccess {
                rejected_spans: rejected,
                error_message: message.to_owned(),
            };
            let partial_success = (rejected > 0).then_some(partial);
            ExportTraceServiceResponse { partial_success }.encode_to_vec()
        }
        Encoding::Json if rejected == 0 => b"{}".to_vec(),
        Encoding::Json => json!({
            "partialSuccess": { "rejectedSpans": rejected.to_string(), "errorMessage": message }
        })
        .to_string()
        .into(),
    };
    (
        StatusCode::OK,
        [(CONTENT_TYPE, encoding.content_type())],
        bytes,
    )
        .into_response()
}
