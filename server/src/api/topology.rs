//! `GET /api/v1/topology`: which services there are, and who calls whom.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use futures::try_join;
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

/// The label of operations that tells who served, by place in [`Family::labels`].
const SERVICE: [usize; 1] = [0];

/// All labels of calls.
const CALL: [usize; 3] = [0, 1, 2];

/// Services with what they served, and edges with what crossed them.
pub(super) async fn topology(
    State(store): State<Store>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(parameters) = parameters?;
    let time = rollups::time(&parameters.from, &parameters.to, clock::now_nanos())?;
    let ask = |family: Family, q: &str, group_by: Vec<usize>| -> Result<RollupRequest, ApiError> {
        Ok(RollupRequest {
            family,
            filter: rollups::label_filter(family, q)?,
            group_by,
            slots: time.whole(),
        })
    };
    let all = ask(Family::Operations, "", SERVICE.into())?;
    let of_kind = |kind| ask(Family::Operations, &format!("kind:{kind}"), SERVICE.into());
    let (served, consumed) = (of_kind(Kind::Server)?, of_kind(Kind::Consumer)?);
    let calls = ask(Family::Calls, "", CALL.into())?;
    let (names, served, consumed, mut calls) = try_join!(
        store.keys_seen(&all),
        store.rollups(&served),
        store.rollups(&consumed),
        store.rollups(&calls),
    )?;
    // Some do not serve, such as apps.
    let names = names.into_iter().flatten();
    let mut services: BTreeMap<String, Rollup> =
        names.map(|name| (name, Rollup::default())).collect();
    for mut group in served.into_iter().chain(consumed) {
        let total = group.total();
        let service = group.key.pop().unwrap_or_default();
        services.entry(service).or_default().add(&total);
    }
    let services = services.iter().map(|(service, rollup)| {
        let mut object = rollups::numbers(rollup, Family::Operations);
        object.insert("service".into(), json!(service));
        Value::Object(object)
    });
    // The greatest weight came first.
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
