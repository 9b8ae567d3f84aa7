//! `GET /api/v1/traces/{id}/critical-path`: which spans the request waited for, and how long.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use model::clock_skew;
use model::critical_path::{self, Slice};
use model::id::TraceId;
use model::trace::Trace;
use serde::Serialize;
use store::Store;
use tokio::task::block_in_place;

use super::error::ApiError;
use super::trace::missing;

#[derive(Debug, Serialize)]
pub(super) struct CriticalPath {
    /// What the request took.
    total_nanos: i64,
    /// In the order in which the request first waited for them.
    steps: Vec<Step>,
}

/// A span on the path.
#[derive(Debug, Serialize)]
struct Step {
    span_id: String,
    service: String,
    operation: String,
    /// For how long the request waited for the span itself. Together they are the total.
    self_nanos: i64,
}

pub(super) async fn critical_path(
    State(store): State<Store>,
    Path(id): Path<String>,
) -> Result<Json<CriticalPath>, ApiError> {
    let id: TraceId = id.parse()?;
    let trace = store.trace(id).await?.ok_or_else(|| missing(id))?;
    Ok(Json(block_in_place(|| of(&trace))))
}

fn of(trace: &Trace) -> CriticalPath {
    let slices = trace
        .root_position()
        .map(|root| critical_path::critical_path(trace, &clock_skew::shifts(trace), root));
    let slices = slices.unwrap_or_default();
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut steps: Vec<Step> = Vec::new();
    for slice in &slices {
        let place = *places.entry(slice.span).or_insert_with(|| {
            let span = &trace.spans[slice.span];
            steps.push(Step {
                span_id: span.id.to_string(),
                service: trace.service_of(span).to_owned(),
                operation: span.name.clone(),
                self_nanos: 0,
            });
            steps.len() - 1
        });
        steps[place].self_nanos = steps[place].self_nanos.saturating_add(slice.nanos());
    }
    CriticalPath {
        total_nanos: slices.iter().map(Slice::nanos).sum(),
        steps,
    }
}
