//! `GET /api/v1/traces/compare`: two traces beside each other, span by span.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use model::id::TraceId;
use model::trace::Trace;
use model::trace_difference::{Change, Row, ServiceRow, Side, Total, TraceDifference};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::Store;
use tokio::task::block_in_place;

use super::error::ApiError;
use super::trace::missing;

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    /// What is compared with, and what is asked about.
    a: String,
    b: String,
}

pub(super) async fn compare(
    State(store): State<Store>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(Parameters { a, b }) = parameters?;
    let (a, b): (TraceId, TraceId) = (a.parse()?, b.parse()?);
    let traces = store.traces(&[a, b]).await?;
    let find = |id: TraceId| -> Result<&Trace, ApiError> {
        let found = traces.iter().find(|trace| trace.id == id);
        found.ok_or_else(|| missing(id))
    };
    let (a, b) = (find(a)?, find(b)?);
    Ok(Json(block_in_place(|| answer(&TraceDifference::of(a, b)))))
}

fn answer(difference: &TraceDifference) -> Value {
    let [a, b] = difference.totals.each_ref().map(total);
    let counts = Change::ALL.map(|change| {
        let count = difference.count(change);
        (change.name().to_owned(), json!(count))
    });
    json!({
        "a": a,
        "b": b,
        "counts": counts.into_iter().collect::<Map<String, Value>>(),
        "services": difference.services.iter().map(service).collect::<Vec<_>>(),
        "more_services": difference.more_services,
        "spans": difference.rows.iter().map(span).collect::<Vec<_>>(),
        "more_spans": difference.more_rows,
    })
}

fn total(total: &Total) -> Value {
    json!({
        "duration_nanos": total.nanos,
        "span_count": total.spans,
        "error_count": total.errors,
    })
}

/// Pairs are of a and of b.
fn service(row: &ServiceRow) -> Value {
    json!({
        "service": row.service,
        "critical_nanos": row.nanos,
        "span_counts": row.spans,
        "error_counts": row.errors,
        "change": row.change.name(),
    })
}

fn span(row: &Row) -> Value {
    let side = |side: &Option<Side>| {
        side.as_ref().map(|side| {
            json!({
                "span_id": side.span_id,
                "duration_nanos": side.duration_nanos,
                "is_error": side.is_error,
            })
        })
    };
    let [a, b] = row.sides.each_ref().map(side);
    json!({
        "depth": row.depth,
        "service": row.service,
        "operation": row.operation,
        "kind": row.kind.name(),
        "change": row.change.name(),
        "a": a,
        "b": b,
    })
}
