//! `POST /v1/traces` and `POST /v1/logs`: OTLP over HTTP, protobuf and JSON (OTLP specification, "OTLP/HTTP").

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use prost::Message;
use serde_json::json;

use super::body::{self, BodyError};
use super::receive::{Receipt, ReceiveError, Receiver};
use super::signal::Signal;
use super::translating::{of_json, translate};
use crate::otlp::status::{RETRY_DELAY, Status, code};

pub(crate) fn routes(receiver: Receiver) -> Router {
    // The body has its own limit, which answers in the client's encoding.
    let mut routes = Router::new();
    for signal in Signal::ALL {
        let handler =
            async move |State(receiver): State<Receiver>, headers: HeaderMap, body: Body| {
                export(signal, receiver, headers, body).await
            };
        routes = routes.route(signal.http_path(), post(handler));
    }
    routes.with_state(receiver)
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
    #[error("the body is not an OTLP request in JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Receive(#[from] ReceiveError),
}

impl RouteError {
    /// The HTTP status, the code of the body, and whether to come back.
    fn kind(&self) -> (StatusCode, i32, bool) {
        let (status, code) = match self {
            Self::ContentType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, code::INVALID_ARGUMENT),
            Self::Json(_) => (StatusCode::BAD_REQUEST, code::INVALID_ARGUMENT),
            Self::Body(error) => error.kind(),
            Self::Receive(error) => (error.status(), error.kind().0),
        };
        let is_retryable = matches!(code, code::RESOURCE_EXHAUSTED | code::UNAVAILABLE);
        (status, code, is_retryable)
    }

    fn respond(&self, encoding: Encoding) -> Response {
        let (status, code, is_retryable) = self.kind();
        let body = Status::new(code, self.to_string());
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
                .insert(RETRY_AFTER, HeaderValue::from(RETRY_DELAY.as_secs()));
        }
        response
    }
}

async fn export(signal: Signal, receiver: Receiver, headers: HeaderMap, body: Body) -> Response {
    // Whoever says nothing understandable is answered in the encoding that everyone can read.
    let encoding = Encoding::of(&headers);
    match receive(signal, receiver, encoding, &headers, body).await {
        Ok(receipt) => success(signal, encoding.unwrap_or(Encoding::Json), receipt),
        Err(error) => error.respond(encoding.unwrap_or(Encoding::Json)),
    }
}

async fn receive(
    signal: Signal,
    receiver: Receiver,
    encoding: Option<Encoding>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Receipt, RouteError> {
    let Some(encoding) = encoding else {
        receiver.unreadable("content_type");
        return Err(RouteError::ContentType);
    };
    let read = body::read(headers, body, receiver.memory.reservation()).await;
    let (bytes, reservation) = read.inspect_err(|error| receiver.unreadable(error.label()))?;
    let (request, reservation) = match encoding {
        Encoding::Protobuf => (bytes, reservation),
        Encoding::Json => {
            let text = bytes.clone();
            let needs = move || of_json(&text);
            let work = move || Ok(((), signal.protobuf_from_json(&bytes)?));
            let translated = translate(reservation, needs, work).await;
            let translated = translated.inspect_err(|error| receiver.unreadable(error.label()))?;
            let ((), request, reservation) = translated
                .inspect_err(|_error: &serde_json::Error| receiver.unreadable("damaged"))?;
            (request, reservation)
        }
    };
    let receipt = signal.receive(&receiver, "otlp_http", request, reservation);
    Ok(receipt.await?)
}

fn success(signal: Signal, encoding: Encoding, receipt: Receipt) -> Response {
    let bytes = match encoding {
        Encoding::Protobuf => signal.response(receipt),
        Encoding::Json => signal.json_response(&receipt).to_string().into(),
    };
    let content_type = [(CONTENT_TYPE, encoding.content_type())];
    (StatusCode::OK, content_type, bytes).into_response()
}
