//! `GET /api/v1/traces/{id}`: one trace as standard OTLP JSON (`TracesData`).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use model::id::TraceId;
use model::otlp::json;
use store::Store;
use tokio::task::block_in_place;

use super::error::ApiError;

pub(super) async fn download(
    State(store): State<Store>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id: TraceId = id.parse()?;
    let message = store.message(id).await?.ok_or_else(|| missing(id))?;
    let text = block_in_place(|| json::write_traces(&message))?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

/// There is none of that id.
pub(super) fn missing(id: TraceId) -> ApiError {
    ApiError::NotFound {
        message: format!("There is no trace {id}."),
        hint: "It may not have been sent, or not yet be stored: that takes up to 10 seconds."
            .into(),
    }
}
