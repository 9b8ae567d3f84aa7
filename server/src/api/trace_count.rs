//! `GET /api/v1/traces/count`: how many traces a list has, over time.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use model::format::rfc3339;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::traces::{Look, TraceCount};

use super::error::ApiError;
use super::rollups;
use crate::clock;
use crate::ingest::redact::Redactor;

/// Most columns of time.
const COLUMNS: usize = 90;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: String,
    from: String,
    to: String,
    /// [`Look`] by name: how far to count where not all can be.
    look: String,
}

pub(super) async fn count(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(parameters) = parameters?;
    let filter = rollups::filter(&parameters.q, &redactor)?;
    let time = rollups::time(&parameters.from, &parameters.to, clock::now_nanos())?;
    let look = match parameters.look.as_str() {
        "" => Some(Look::default()),
        name => Look::of_name(name),
    };
    let look = look.ok_or_else(|| ApiError::BadRequest {
        message: format!("look cannot be \"{}\".", parameters.look),
        hint: format!("Write {}.", Look::ALL.map(Look::name).join(", ")),
    })?;
    let slots = time.slots(COLUMNS);
    let counted = store.traces_over_time(&filter, &slots, look).await?;
    let sum = |of: fn(&TraceCount) -> i64| counted.columns.iter().map(of).sum::<i64>();
    let columns = counted.columns.iter().zip(slots.bounds().windows(2));
    let columns = columns.map(|(column, bounds)| {
        json!({
            "from": rfc3339(bounds[0]),
            "to": rfc3339(bounds[1]),
            "count": column.all,
            "with_errors": column.with_errors,
        })
    });
    Ok(Json(json!({
        "time": rollups::covered(time),
        "count": sum(|column| column.all),
        "with_errors": sum(|column| column.with_errors),
        "columns": columns.collect::<Vec<_>>(),
        // Where it is there, older ones were not looked at: there are at least so many.
        "since": counted.since_nanos.map(rfc3339),
        "looked_at": counted.looked_at,
    })))
}
