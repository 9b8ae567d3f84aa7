//! `POST /v3/segment` and `/v3/segments`: SkyWalking's segments in JSON (SkyWalking, "HTTP API
//! Protocol"). What agents send beside them is read and dropped.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::body::{self, BodyError};
use super::receive::Receiver;
use super::refusal::refusal;
use super::skywalking::{self, SegmentsError};
use super::translating::of_json;
use crate::translate::skywalking::Segments;

pub(crate) fn routes(receiver: Receiver) -> Router {
    // The body has its own limit.
    Router::new()
        .route("/v3/segment", post(segment))
        .route("/v3/segments", post(segments))
        .route("/v3/management/reportProperties", post(drop_all))
        .route("/v3/management/keepAlive", post(drop_all))
        .route("/v3/logs", post(drop_all))
        .with_state(receiver)
}

type Read = fn(&[u8]) -> Result<Segments, serde_json::Error>;

#[derive(Debug, thiserror::Error)]
enum RouteError {
    #[error("send SkyWalking's JSON, version 3, as application/json")]
    ContentType,
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Segments(#[from] SegmentsError<serde_json::Error>),
}

impl RouteError {
    fn status(&self) -> StatusCode {
        match self {
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body(error) => error.kind().0,
            Self::Segments(SegmentsError::Receive(error)) => error.status(),
            Self::Segments(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        refusal(self.status(), &self)
    }
}

async fn segment(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, RouteError> {
    collect(&receiver, &headers, body, Segments::from_json).await
}

async fn segments(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, RouteError> {
    collect(&receiver, &headers, body, Segments::from_json_list).await
}

/// Answers with `Commands`, of which there are none, and with what was left out.
async fn collect(
    receiver: &Receiver,
    headers: &HeaderMap,
    body: Body,
    read: Read,
) -> Result<Json<Value>, RouteError> {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    // Not all clients say what they send; those that send something else do.
    if content_type.is_some_and(|found| !found.starts_with(b"application/json")) {
        receiver.unreadable("content_type");
        return Err(RouteError::ContentType);
    }
    let (bytes, reservation) = body::read(headers, body, receiver.memory.reservation())
        .await
        .inspect_err(|error| receiver.unreadable(error.label()))?;
    let text = bytes.clone();
    let needs = move || of_json(&text);
    let read = move || read(&bytes);
    let complaint = skywalking::receive(receiver, "skywalking_http", needs, read, reservation);
    let complaint = complaint.await?;
    Ok(Json(match complaint.as_str() {
        "" => json!({}),
        complaint => json!({ "message": complaint }),
    }))
}

async fn drop_all(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, RouteError> {
    let read = body::read(&headers, body, receiver.memory.reservation()).await;
    read.inspect_err(|error| receiver.unreadable(error.label()))?;
    Ok(Json(json!({})))
}
