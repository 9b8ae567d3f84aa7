//! `GET /api/v1/traces/{id}/logs` and `GET /api/v1/sessions/{id}/logs`: the log records of a trace
//! or a session as standard OTLP JSON (`LogsData`), up to [`store::log_records::MAX_RECORDS`].

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use model::dimensions::SESSION_ID;
use model::id::TraceId;
use model::otlp::{Batch, json};
use store::Store;
use tokio::task::block_in_place;

use super::error::ApiError;
use crate::ingest::redact::Redactor;

pub(super) async fn of_trace(
    State(store): State<Store>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id: TraceId = id.parse()?;
    respond(&store.logs_of_trace(id).await?)
}

pub(super) async fn of_session(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored_id = redactor.searchable(SESSION_ID, &id).unwrap_or(id);
    respond(&store.logs_of_session(&stored_id).await?)
}

fn respond(message: &[u8]) -> Result<Response, ApiError> {
    let text = block_in_place(|| json::write_logs(&joined(message)?).map_err(ApiError::from))?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

/// Resources and scopes that records have in common stand once.
fn joined(message: &[u8]) -> Result<Vec<u8>, ApiError> {
    let batch = Batch::read(message)?;
    let mut records = batch.spans.clone();
    batch.sort(&mut records);
    let mut joined = Vec::new();
    batch.write(&records, &mut joined);
    Ok(joined)
}
