//! Version 3: `QueryService` of `api_v3/query_service.proto` (jaeger-idl) over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::header::CONTENT_TYPE;
use model::id::TraceId;
use model::otlp::json::write_traces;
use model::span::Kind;
use serde_json::{Value, json};
use store::Store;
use store::traces::batches;
use tokio::task::block_in_place;

use super::MORE;
use super::error::{V3Error, bad, no_such_endpoint, trace_not_found};
use super::names;
use super::parameters::{Asked, Given, trace_id};
use super::search::{self, Question};
use super::summary::TraceSummary;
use crate::api::error::ApiError;
use crate::clock;
use crate::ingest::redact::Redactor;

pub(super) async fn services(State(store): State<Store>) -> Result<Json<Value>, V3Error> {
    let services = names::services(&store, clock::now_nanos()).await?;
    Ok(Json(json!({ "services": services })))
}

pub(super) async fn operations(
    State(store): State<Store>,
    parameters: Asked,
) -> Result<Json<Value>, V3Error> {
    let parameters = parameters?.0;
    let service = parameters.value(&["service"]).ok_or_else(|| {
        let hint = "Write service= and one of the services.";
        bad("parameter 'service' is required.", hint)
    })?;
    let kind = parameters.value(&["spanKind", "span_kind"]);
    let kind = kind.map(names::kind).transpose()?;
    // Version 3 has a word for every kind.
    let untold = Kind::Internal.name();
    let now_nanos = clock::now_nanos();
    let operations = names::operations(&store, service, kind, untold, now_nanos).await?;
    Ok(Json(json!({ "operations": operations })))
}

/// A trace as it was received, whatever is said of clocks.
pub(super) async fn trace(
    State(store): State<Store>,
    Path(id): Path<String>,
    parameters: Asked,
) -> Result<Response, V3Error> {
    let parameters = parameters?.0;
    let id = trace_id(&id)?;
    // An id is found without them, and need not be looked for again.
    for names in [["startTime", "start_time"], ["endTime", "end_time"]] {
        parameters.first(&names).map(Given::moment).transpose()?;
    }
    let message = read(&store, &[id]).await?;
    if message.is_empty() {
        return Err(trace_not_found().into());
    }
    Ok(result(&message)?)
}

pub(super) async fn find(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Asked,
) -> Result<Response, V3Error> {
    let parameters = parameters?.0;
    let question = Question::of_v3(&parameters, &redactor, clock::now_nanos())?;
    let found = question.ask(&store).await?.within_spans();
    let mut message = Vec::new();
    for batch in batches(&found.summaries) {
        message.extend(read(&store, &search::ids(batch)).await?);
    }
    let more = found.more().map(|more| AppendHeaders([(MORE, more)]));
    Ok((more, result(&message)?).into_response())
}

pub(super) async fn summaries(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Asked,
) -> Result<Response, V3Error> {
    let parameters = parameters?.0;
    let question = Question::of_v3(&parameters, &redactor, clock::now_nanos())?;
    let found = question.ask(&store).await?;
    let mut summaries = Vec::new();
    for batch in batches(&found.summaries) {
        let traces = search::whole(&store, batch).await?;
        block_in_place(|| summaries.extend(traces.iter().map(TraceSummary::of)));
    }
    let more = found.more().map(|more| AppendHeaders([(MORE, more)]));
    Ok((more, Json(json!({ "summaries": summaries }))).into_response())
}

pub(super) async fn unknown() -> V3Error {
    no_such_endpoint().into()
}

/// The spans of traces as they were received, in the order of the ids, as one message: protobuf
/// joins what stands side by side.
async fn read(store: &Store, ids: &[TraceId]) -> Result<Vec<u8>, ApiError> {
    let mut messages = store.messages(ids).await?;
    messages.sort_by_key(|(id, _)| ids.iter().position(|asked| asked == id));
    let messages: Vec<Vec<u8>> = messages.into_iter().map(|(_, message)| message).collect();
    Ok(messages.concat())
}

/// In the envelope that gRPC's gateway puts around each message of a stream.
fn result(message: &[u8]) -> Result<Response, ApiError> {
    let data = block_in_place(|| write_traces(message))?;
    let body = format!("{{\"result\":{data}}}");
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}
