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

use super::error::ApiError;
use super::rollups;
use crate::clock;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    from: String,
    to: String,
}

/// Services with what they served, and edges with what crossed them.
pub(super) async fn topology(
    State(store): State<Store>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(parameters) = parameters?;
    let parts = rollups::time(&parameters.from, &parameters.to, clock::now_nanos())?;
    let calls = rollups::request(Family::Calls, "", &parts)?;
    let operations = rollups::request(Family::Operations, "", &parts)?;
    let mut services: BTreeMap<String, Rollup> = BTreeMap::new();
    for (series, rollup) in store.rollups(&operations).await? {
        let [service, _, kind, ..] = series.labels.as_slice() else {
            continue;
        };
        let served = services.entry(service.clone()).or_default();
        if [Kind::Server.name(), Kind::Consumer.name()].contains(&kind.as_str()) {
            served.add(&rollup);
        }
    }
    let services = services.iter().map(|(service, rollup)| {
        let mut object = rollups::numbers(rollup, Family::Operations);
        object.insert("service".into(), json!(service));
        Value::Object(object)
    });
    let calls = store.rollups(&calls).await?;
    let edges = calls.iter().map(|(series, rollup)| {
        let mut object = rollups::numbers(rollup, Family::Calls);
        for (label, value) in Family::Calls.labels().iter().zip(&series.labels) {
            object.insert((*label).to_owned(), json!(value));
        }
        Value::Object(object)
    });
    Ok(Json(json!({
        "time": rollups::covered(&parts),
        "services": services.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    })))
}
