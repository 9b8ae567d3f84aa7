//! `GET /api/v1/latency`: percentiles of requests or operations, grouped by their labels.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use model::rollup::Family;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::rollups::RollupRequest;

use super::error::ApiError;
use super::rollups;
use crate::clock;

/// Most groups in one answer; how many more there are is said.
const MAX_GROUPS: usize = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: String,
    from: String,
    to: String,
    family: String,
    group_by: String,
}

pub(super) async fn latency(
    State(store): State<Store>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(parameters) = parameters?;
    let family = family(&parameters.family)?;
    let places = places(&parameters.group_by, family)?;
    let time = rollups::time(&parameters.from, &parameters.to, clock::now_nanos())?;
    let request = RollupRequest {
        family,
        filter: rollups::label_filter(family, &parameters.q)?,
        group_by: places.clone(),
        slots: time.whole(),
    };
    let mut groups = store.rollups(&request).await?;
    let beyond = groups.split_off(groups.len().min(MAX_GROUPS));
    let written = groups.iter().map(|group| {
        let labels = places.iter().map(|place| family.labels()[*place]);
        let key: serde_json::Map<_, _> = labels
            .zip(&group.key)
            .map(|(label, value)| (label.to_owned(), json!(value)))
            .collect();
        let mut object = rollups::numbers(&group.total(), family);
        object.insert("key".into(), key.into());
        Value::Object(object)
    });
    Ok(Json(json!({
        "time": rollups::covered(time),
        "groups": written.collect::<Vec<_>>(),
        "groups_left_out": beyond.len(),
    })))
}

fn family(name: &str) -> Result<Family, ApiError> {
    match name {
        "" | "requests" => Ok(Family::Requests),
        "operations" => Ok(Family::Operations),
        _ => Err(ApiError::BadRequest {
            message: format!("family cannot be {name}."),
            hint: "Write requests or operations; /api/v1/topology has calls.".into(),
        }),
    }
}

/// Places of the labels to group by; without any, everything is one group.
fn places(group_by: &str, family: Family) -> Result<Vec<usize>, ApiError> {
    let names = group_by.split(',').filter(|name| !name.is_empty());
    names.map(|name| rollups::place(name, family)).collect()
}
