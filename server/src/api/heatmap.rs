//! `GET /api/v1/heatmap`: requests by time and duration.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use model::format::rfc3339;
use model::histogram::bucket_start;
use model::layout::heatmap::Heatmap;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::requests::RequestQuestion;

use super::error::ApiError;
use super::rollups;
use crate::clock;
use crate::ingest::redact::Redactor;

/// Most columns.
const COLUMNS: usize = 98;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: String,
    from: String,
    to: String,
}

pub(super) async fn heatmap(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(parameters) = parameters?;
    let filter = rollups::filter(&parameters.q, &redactor)?;
    let time = rollups::time(&parameters.from, &parameters.to, clock::now_nanos())?;
    let question = RequestQuestion {
        filter,
        group_by: vec![],
        slots: time.slots(COLUMNS),
    };
    let answer = store.requests(&question).await?;
    let columns = answer.groups.first().map(|group| group.slots.as_slice());
    let columns = columns.unwrap_or_default();
    let heatmap = Heatmap::of(&question.slots, columns);
    let exemplars = heatmap.exemplars(columns);
    let cells = heatmap.cells.iter().map(|cell| {
        json!({
            "column": cell.column,
            "row": cell.row,
            "count": cell.count,
            "trace_id": exemplars.get(&(cell.column, cell.row)),
        })
    });
    let times = heatmap.times.iter().copied().map(rfc3339);
    let bounds = heatmap.rows.iter().copied().map(bucket_start);
    Ok(Json(json!({
        "time": rollups::covered(time),
        "times": times.collect::<Vec<_>>(),
        "bounds_nanos": bounds.collect::<Vec<_>>(),
        "cells": cells.collect::<Vec<_>>(),
        "by_rollups": answer.is_by_rollups,
        "since": answer.since_nanos.map(rfc3339),
    })))
}
