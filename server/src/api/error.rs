//! Errors of the API: `{"error":{"code","message","hint"}}`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use model::id::IdError;
use model::otlp::json::WriteError;
use model::otlp::wire::WireError;
use serde_json::json;

use crate::charts::ChartError;

#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// What the client asked for makes no sense; `hint` says what to write.
    #[error("{message}")]
    BadRequest { message: String, hint: String },
    #[error("{message}")]
    NotFound { message: String, hint: String },
    /// What the client wants to write does not go with what is there.
    #[error("{message}")]
    Conflict { message: String, hint: String },
    /// There are as many of what the client wants as there can be at once.
    #[error("{message}")]
    TooMany { message: String, hint: String },
    #[error("{0}")]
    Store(#[from] store::Error),
    #[error("what is stored could not be written as JSON: {0}")]
    Otlp(#[from] WriteError),
    #[error("the stored log records are damaged: {0}")]
    Logs(#[from] WireError),
    #[error("the table could not be written: {0}")]
    Csv(#[from] csv::Error),
    #[error("the chart could not be drawn: {0}")]
    Chart(#[from] ChartError),
    #[error("the answer could not be compressed: {0}")]
    Compress(#[from] std::io::Error),
    #[error("the answer could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl ApiError {
    /// Says which part of the question makes no sense.
    pub(super) fn about(self, part: &str) -> Self {
        match self {
            Self::BadRequest { message, hint } => Self::BadRequest {
                message: format!("{part}: {message}"),
                hint,
            },
            other => other,
        }
    }
}

/// What a client is told of an error.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// A word for programs.
    pub(super) code: &'static str,
    pub(super) message: String,
    /// What to do.
    pub(super) hint: String,
}

impl ApiError {
    /// What the client is told. The log gets what it is not.
    pub(super) fn answer(self) -> Answer {
        let (status, code, message, hint) = match self {
            Self::BadRequest { message, hint } => {
                (StatusCode::BAD_REQUEST, "bad_request", message, hint)
            }
            Self::NotFound { message, hint } => (StatusCode::NOT_FOUND, "not_found", message, hint),
            Self::Conflict { message, hint } => (StatusCode::CONFLICT, "conflict", message, hint),
            Self::TooMany { message, hint } => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many", message, hint)
            }
            // The log gets the details, the client what it can do.
            Self::Store(error @ store::Error::Driver(_)) => {
                tracing::warn!(%error, "a request could not be answered");
                let message = "The database does not answer.".to_owned();
                let hint = "Nothing is lost. Try again in a few seconds.".to_owned();
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    message,
                    hint,
                )
            }
            Self::Store(_)
            | Self::Otlp(_)
            | Self::Logs(_)
            | Self::Csv(_)
            | Self::Chart(_)
            | Self::Compress(_)
            | Self::Json(_) => {
                tracing::error!(error = %self, "a request could not be answered");
                let message = "The stored data cannot be read.".to_owned();
                let hint = "The server's log says which and why.".to_owned();
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", message, hint)
            }
        };
        Answer {
            status,
            code,
            message,
            hint,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Answer {
            status,
            code,
            message,
            hint,
        } = self.answer();
        let body = json!({ "error": { "code": code, "message": message, "hint": hint } });
        (status, Json(body)).into_response()
    }
}

impl From<IdError> for ApiError {
    fn from(error: IdError) -> Self {
        Self::BadRequest {
            message: format!("This is not a trace id: {error}."),
            hint: "Write 32 hexadecimal digits.".into(),
        }
    }
}
