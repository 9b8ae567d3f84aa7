//! `POST /api/v2/spans`: what Zipkin's clients send (zipkin-api, `zipkin2-api.yaml`).

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use model::format::counted;
use model::trace_file::zipkin;

use super::body::{self, BodyError};
use super::receive::{ReceiveError, Receiver};
use super::refusal::refusal;
use super::translating::{of_json, translate};

pub(crate) fn routes(receiver: Receiver) -> Router {
    // The body has its own limit.
    Router::new()
        .route("/api/v2/spans", post(collect))
        .with_state(receiver)
}

#[derive(Debug, thiserror::Error)]
enum RouteError {
    #[error("send Zipkin's JSON, version 2, as application/json")]
    ContentType,
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("the body is not a JSON list of Zipkin spans, version 2: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    NothingAccepted(String),
    #[error(transparent)]
    Receive(#[from] ReceiveError),
}

impl RouteError {
    fn status(&self) -> StatusCode {
        match self {
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body(error) => error.kind().0,
            Self::Json(_) | Self::NothingAccepted(_) => StatusCode::BAD_REQUEST,
            Self::Receive(error) => error.status(),
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        refusal(self.status(), &self)
    }
}

/// 202 when at least one span was accepted; the body then names those that were not.
async fn collect(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, String), RouteError> {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    // Not all clients say what they send; those that send something else do.
    if content_type.is_some_and(|found| !found.starts_with(b"application/json")) {
        receiver.unreadable("content_type");
        return Err(RouteError::ContentType);
    }
    let read = body::read(&headers, body, receiver.memory.reservation()).await;
    let (bytes, reservation) = read.inspect_err(|error| receiver.unreadable(error.label()))?;
    let text = bytes.clone();
    let needs = move || of_json(&text);
    let work = move || {
        let mut found = zipkin::read(&bytes)?;
        let request = Bytes::from(std::mem::take(&mut found.message));
        Ok((found, request))
    };
    let (found, request, reservation) = translate(reservation, needs, work)
        .await
        .inspect_err(|error| receiver.unreadable(error.label()))?
        .inspect_err(|_error: &serde_json::Error| receiver.unreadable("damaged"))?;
    let receipt = receiver.receive("zipkin", request, reservation).await?;
    let unreadable = found.reason.map(|reason| {
        let count = counted(found.unreadable, "element");
        format!("{count} rejected: {reason}")
    });
    let complaints = Some(receipt.message).filter(|message| !message.is_empty());
    let complaints: Vec<String> = unreadable.into_iter().chain(complaints).collect();
    let complaint = complaints.join("; ");
    if receipt.accepted == 0 && !complaint.is_empty() {
        return Err(RouteError::NothingAccepted(complaint));
    }
    Ok((StatusCode::ACCEPTED, complaint))
}
