//! `GET /api/v1/compare`: two sets of requests beside each other, and the operations that changed.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use model::comparison::{
    Comparison, Cost, Distribution, Figures, OneSided, OperationRow, PERCENTILES, Ranked, Side,
};
use model::format::rfc3339;
use model::rollup::Coverage;
use model::stats::{Change, Verdict};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::Store;
use store::comparison::SetQuestion;

use super::error::ApiError;
use super::rollups;
use crate::clock;
use crate::ingest::redact::Redactor;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    a_q: String,
    a_from: String,
    a_to: String,
    b_q: String,
    b_from: String,
    b_to: String,
}

pub(super) async fn compare(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(asked) = parameters?;
    let now_nanos = clock::now_nanos();
    let set = |q: &str, from: &str, to: &str| -> Result<SetQuestion, ApiError> {
        Ok(SetQuestion {
            filter: rollups::filter(q, &redactor)?,
            time: rollups::time(from, to, now_nanos)?,
        })
    };
    let a = set(&asked.a_q, &asked.a_from, &asked.a_to).map_err(|error| error.about("Set a"))?;
    let b = set(&asked.b_q, &asked.b_from, &asked.b_to).map_err(|error| error.about("Set b"))?;
    let [observed_a, observed_b] = store.compare(&a, &b).await?;
    let found = Comparison::of(&observed_a, &observed_b);
    let operations = &found.operations;
    let mut object = changes(&found.percentiles, found.error_rate.as_ref());
    object.insert("cost".into(), json!(found.cost.as_ref().map(cost)));
    Ok(Json(json!({
        "a": side(&found.a, a.time),
        "b": side(&found.b, b.time),
        "changes": object,
        "distribution": distribution(&found.distribution),
        "operations": {
            "latency": ranked(&operations.latency, row),
            "errors": ranked(&operations.errors, row),
            "unchanged": ranked(&operations.unchanged, row),
            "only_a": ranked(&operations.only_a, one_sided),
            "only_b": ranked(&operations.only_b, one_sided),
            "not_compared": operations.not_compared,
        },
    })))
}

fn side(side: &Side, time: Coverage) -> Value {
    let mut object = figures(&side.figures);
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("time", rollups::covered(time));
    put("by_rollups", json!(side.source.is_by_rollups));
    put("since", json!(side.source.since_nanos.map(rfc3339)));
    put(
        "operations_from_traces",
        json!(side.source.operations_from_traces),
    );
    Value::Object(object)
}

fn figures(figures: &Figures) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |key: String, value: Value| object.insert(key, value);
    put("count".into(), json!(figures.count));
    put("weight".into(), json!(figures.weight));
    put("errors".into(), json!(figures.errors));
    put("error_rate".into(), json!(figures.error_rate));
    put(
        "error_rate_interval".into(),
        json!(figures.error_rate_interval),
    );
    for (share, percentile) in PERCENTILES.iter().zip(&figures.percentiles) {
        let name = rollups::percentile_name(*share);
        let interval = percentile.and_then(|found| found.interval);
        put(
            format!("{name}_nanos"),
            json!(percentile.map(|found| found.nanos)),
        );
        put(format!("{name}_interval"), json!(interval));
    }
    object
}

fn changes(percentiles: &[Option<Change>], error_rate: Option<&Change>) -> Map<String, Value> {
    let percentiles = PERCENTILES.iter().zip(percentiles);
    let percentiles = percentiles.map(|(share, found)| {
        (
            rollups::percentile_name(*share),
            json!(found.as_ref().map(change)),
        )
    });
    let error_rate = ("error_rate".to_owned(), json!(error_rate.map(change)));
    percentiles.chain([error_rate]).collect()
}

fn change(change: &Change) -> Value {
    let verdict = match change.verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Noise => "noise",
        Verdict::TooFew => "too_few",
    };
    json!({ "ratio": change.ratio, "verdict": verdict })
}

fn cost(cost: &Cost) -> Value {
    json!({
        "mean_a_nanos": cost.mean_a_nanos,
        "mean_b_nanos": cost.mean_b_nanos,
        "nanos": cost.nanos,
        "extra_errors": cost.extra_errors,
    })
}

fn distribution(found: &Distribution) -> Value {
    json!({ "bounds_nanos": found.bounds_nanos, "a": found.a, "b": found.b })
}

fn ranked<T>(list: &Ranked<T>, write: fn(&T) -> Value) -> Value {
    let rows: Vec<Value> = list.rows.iter().map(write).collect();
    json!({ "rows": rows, "left_out": list.left_out })
}

fn row(row: &OperationRow) -> Value {
    json!({
        "service": row.service,
        "operation": row.operation,
        "a": figures(&row.a),
        "b": figures(&row.b),
        "changes": {
            "p50": change(&row.p50),
            "p95": change(&row.p95),
            "error_rate": change(&row.error_rate),
            "cost": cost(&row.cost),
        },
    })
}

fn one_sided(row: &OneSided) -> Value {
    let mut object = figures(&row.figures);
    object.insert("service".into(), json!(row.service));
    object.insert("operation".into(), json!(row.operation));
    Value::Object(object)
}
