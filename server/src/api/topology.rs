//! `GET /api/v1/topology`: which services there are, and who calls whom.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use model::rollup::{Family, Rollup};
use model::span::Kind;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::rollups::RollupRequest;

use super::error::ApiError;
use super::rollups;
use crate::clock;

/// Most edges in one answer, those with the most calls; how many more there are is said.
const MAX_EDGES: usize = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    from: String,
    to: String,
}

/// The labels of operations that tell who served, by place in [`Family::labels`].
const SERVICE_AND_KIND: [usize; 2] = [0, 2];

/// All labels of calls.
const CALL: [usize; 3] = [0, 1, 2];

/// Services with what they served, and edges with what crossed them.
pub(super) async fn topology(
    State(store): State<Store>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(parameters) = parameters?;
    let time = rollups::time(&parameters.from, &parameters.to, clock::now_nanos())?;
    let ask = |family: Family, group_by: Vec<usize>| -> Result<RollupRequest, ApiError> {
        Ok(RollupRequest {
            family,
            filter: rollups::label_filter(family, "")?,
            group_by,
            slots: time.whole(),
        })
    };
    let operations = ask(Family::Operations, SERVICE_AND_KIND.into())?;
    let mut services: BTreeMap<String, Rollup> = BTreeMap::new();
    for group in store.rollups(&operations).await? {
        let [service, kind] = group.key.as_slice() else {
            continue;
        };
        let served = services.entry(service.clone()).or_default();
        if [Kind::Server.name(), Kind::Consumer.name()].contains(&kind.as_str()) {
            served.add(&group.total());
        }
    }
    let services = services.iter().map(|(service, rollup)| {
        let mut object = rollups::numbers(rollup, Family::Operations);
        object.insert("service".into(), json!(service));
        Value::Object(object)
    });
    // The greatest weight first.
    let mut calls = store.rollups(&ask(Family::Calls, CALL.into())?).await?;
    let beyond = calls.split_off(calls.len().min(MAX_EDGES));
    let edges = calls.iter().map(|group| {
        let mut object = rollups::numbers(&group.total(), Family::Calls);
        for (label, value) in Family::Calls.labels().iter().zip(&group.key) {
            object.insert((*label).to_owned(), json!(value));
        }
        Value::Object(object)
    });
    Ok(Json(json!({
        "time": rollups::covered(time),
        "services": services.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
        "edges_left_out": beyond.len(),
    })))
}
