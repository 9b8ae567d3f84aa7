//! Version 1: what the Jaeger UI and Grafana read. Not specified; this is what the server of
//! Jaeger answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use model::id::TraceId;
use model::time::DAY_NANOS;
use serde::Serialize;
use serde_json::{Value, json};
use store::Store;
use store::traces::batches;
use tokio::task::block_in_place;

use super::MORE;
use super::convert::{self, JaegerTrace};
use super::error::{V1Error, bad, no_such_endpoint, trace_not_found};
use super::names::{self, Operation};
use super::parameters::{Asked, Given, Parameters, trace_id};
use super::search::{self, Found, Question};
use crate::api::error::ApiError;
use crate::clock;
use crate::ingest::redact::Redactor;

/// Most traces that are asked for by their ids at once.
const MAX_TRACE_IDS: usize = 20;

/// How far back dependencies are counted when nobody says.
const DEFAULT_DEPENDENCIES_NANOS: i64 = DAY_NANOS;

pub(super) async fn services(State(store): State<Store>) -> Result<Response, V1Error> {
    Ok(answer(&names::services(&store, clock::now_nanos()).await?))
}

/// The names alone, whatever the kind.
pub(super) async fn operation_names(
    State(store): State<Store>,
    Path(service): Path<String>,
) -> Result<Response, V1Error> {
    let operations = names::operations(&store, &service, None, "", clock::now_nanos()).await?;
    let names: BTreeSet<String> = operations.into_iter().map(|found| found.name).collect();
    Ok(answer(&names.into_iter().collect::<Vec<_>>()))
}

pub(super) async fn operations(
    State(store): State<Store>,
    parameters: Asked,
) -> Result<Response, V1Error> {
    let parameters = parameters?.0;
    let service = parameters.value(&["service"]).ok_or_else(|| {
        let hint = "Write service= and one of the services.";
        bad("parameter 'service' is required.", hint)
    })?;
    let kind = parameters
        .value(&["spanKind"])
        .map(names::kind)
        .transpose()?;
    let found = names::operations(&store, service, kind, "", clock::now_nanos()).await?;
    Ok(answer(&found.into_iter().collect::<Vec<Operation>>()))
}

pub(super) async fn dependencies(
    State(store): State<Store>,
    parameters: Asked,
) -> Result<Response, V1Error> {
    let parameters = parameters?.0;
    let now_nanos = clock::now_nanos();
    let millis = |name, default| {
        let given = parameters.first(&[name]);
        given.map_or(Ok(default), Given::millis)
    };
    let to_nanos = millis("endTs", now_nanos)?;
    let lookback_nanos = millis("lookback", DEFAULT_DEPENDENCIES_NANOS)?;
    if lookback_nanos < 0 || to_nanos < 0 {
        let message = "endTs and lookback cannot be negative.";
        return Err(bad(message, "Write milliseconds, as 86400000 for a day.").into());
    }
    let from_nanos = to_nanos.saturating_sub(lookback_nanos).max(0);
    let found = names::dependencies(&store, from_nanos, to_nanos, now_nanos).await?;
    Ok(answer(&found))
}

pub(super) async fn trace(
    State(store): State<Store>,
    Path(id): Path<String>,
    parameters: Asked,
) -> Result<Response, V1Error> {
    let parameters = parameters?.0;
    let id = trace_id(&id)?;
    // An id is found without them, and need not be looked for again.
    for name in ["start", "end"] {
        parameters.first(&[name]).map(Given::micros).transpose()?;
    }
    let raw = raw(&parameters)?;
    let trace = store.trace(id).await?.ok_or_else(trace_not_found)?;
    Ok(block_in_place(|| answer(&[convert::trace(&trace, raw)])))
}

pub(super) async fn find(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Asked,
) -> Result<Response, V1Error> {
    let parameters = parameters?.0;
    let raw = raw(&parameters)?;
    let ids = parameters.all("traceID").map(Given::trace_id);
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    if !ids.is_empty() {
        return by_ids(&store, ids, raw).await;
    }
    let question = Question::of_v1(&parameters, &redactor, clock::now_nanos())?;
    let found = question.ask(&store).await?.within_spans();
    let traces = converted(&store, &found, raw).await?;
    let more = found.more().map(|more| AppendHeaders([(MORE, more)]));
    Ok((more, answer(&traces)).into_response())
}

async fn converted(store: &Store, found: &Found, raw: bool) -> Result<Vec<JaegerTrace>, ApiError> {
    let mut converted = Vec::new();
    for batch in batches(&found.summaries) {
        let traces = search::whole(store, batch).await?;
        let traces = traces.iter().map(|trace| convert::trace(trace, raw));
        block_in_place(|| converted.extend(traces));
    }
    Ok(converted)
}

/// The traces in the order of the ids; those that are not there are named as errors.
async fn by_ids(store: &Store, mut ids: Vec<TraceId>, raw: bool) -> Result<Response, V1Error> {
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    if ids.len() > MAX_TRACE_IDS {
        let message = format!("{} ids of traces are too many.", ids.len());
        return Err(bad(message, format!("Write at most {MAX_TRACE_IDS}.")).into());
    }
    let mut traces = store.traces(&ids).await?;
    traces.sort_by_key(|trace| ids.iter().position(|id| *id == trace.id));
    let missing: Vec<Value> = ids
        .iter()
        .filter(|id| traces.iter().all(|trace| trace.id != **id))
        .map(|id| json!({ "msg": "trace not found", "traceID": id }))
        .collect();
    Ok(block_in_place(|| {
        let traces = traces.iter().map(|trace| convert::trace(trace, raw));
        wrapped(&traces.collect::<Vec<_>>(), missing)
    }))
}

pub(super) async fn unknown() -> V1Error {
    no_such_endpoint().into()
}

/// Whether times are wanted as they were sent.
fn raw(parameters: &Parameters) -> Result<bool, ApiError> {
    let given = parameters.first(&["raw"]);
    given.map_or(Ok(false), Given::yes_or_no)
}

fn answer(data: &[impl Serialize]) -> Response {
    wrapped(data, vec![])
}

fn wrapped(data: &[impl Serialize], errors: Vec<Value>) -> Response {
    #[derive(Serialize)]
    struct Wrapper<'a, T> {
        data: &'a [T],
        total: usize,
        limit: usize,
        offset: usize,
        /// None where all is well.
        errors: Option<Vec<Value>>,
    }
    Json(Wrapper {
        data,
        total: data.len(),
        limit: 0,
        offset: 0,
        errors: (!errors.is_empty()).then_some(errors),
    })
    .into_response()
}
