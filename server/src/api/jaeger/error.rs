//! Errors as Jaeger's clients read them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::api::error::{Answer, ApiError};

/// In version 1: `{"data":null,"errors":[{"code":400,"msg":"…"}]}`.
#[derive(Debug)]
pub(super) struct V1Error(ApiError);

/// In version 3 what the gateway of gRPC sends: `{"error":{"httpCode":400,"message":"…"}}`.
#[derive(Debug)]
pub(super) struct V3Error(ApiError);

impl<E: Into<ApiError>> From<E> for V1Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<E: Into<ApiError>> From<E> for V3Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for V1Error {
    fn into_response(self) -> Response {
        let answer = self.0.answer();
        let body = json!({
            "data": null,
            "total": 0,
            "limit": 0,
            "offset": 0,
            "errors": [{ "code": answer.status.as_u16(), "msg": text(&answer) }],
        });
        (answer.status, Json(body)).into_response()
    }
}

impl IntoResponse for V3Error {
    fn into_response(self) -> Response {
        let answer = self.0.answer();
        let details = json!({
            "grpcCode": grpc_code(answer.status.as_u16()),
            "httpCode": answer.status.as_u16(),
            "message": text(&answer),
            "httpStatus": answer.status.canonical_reason(),
        });
        (answer.status, Json(json!({ "error": details }))).into_response()
    }
}

/// There is one field for both.
fn text(answer: &Answer) -> String {
    format!("{} {}", answer.message, answer.hint)
}

/// The code of gRPC that its gateway makes the HTTP status of (`google/rpc/code.proto`).
fn grpc_code(status: u16) -> u16 {
    match status {
        400 => 3,
        404 => 5,
        503 => 14,
        _ => 13,
    }
}

/// What a parameter must be.
pub(super) fn bad(message: impl Into<String>, hint: impl Into<String>) -> ApiError {
    ApiError::BadRequest {
        message: message.into(),
        hint: hint.into(),
    }
}

/// In Jaeger's words, which some clients look for.
pub(super) fn trace_not_found() -> ApiError {
    ApiError::NotFound {
        message: "trace not found.".into(),
        hint: "It may not have been sent, or not yet be stored: that takes up to 10 seconds."
            .into(),
    }
}

pub(super) fn no_such_endpoint() -> ApiError {
    ApiError::NotFound {
        message: "This part of Jaeger's API is not there.".into(),
        hint: "docs/jaeger.md names those that are.".into(),
    }
}
