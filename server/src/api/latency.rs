//! `GET /api/v1/latency`: percentiles of requests or operations, grouped by their labels.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use model::format::rfc3339;
use model::rollup::Family;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::requests::{RequestAnswer, RequestQuestion};
use store::rollups::{Group, RollupRequest};

use super::csv::{self, Cell, Format};
use super::error::ApiError;
use super::rollups;
use crate::clock;
use crate::ingest::redact::Redactor;

/// Most groups in one answer; how many more there are is said.
const MAX_GROUPS: usize = 1_000;

/// Most names to group by.
const MAX_GROUP_BY: usize = 4;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: String,
    from: String,
    to: String,
    family: String,
    group_by: String,
    format: Format,
}

pub(super) async fn latency(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters?;
    let family = family(&parameters.family)?;
    let names = parameters.group_by.split(',');
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    let time = rollups::time(&parameters.from, &parameters.to, clock::now_nanos())?;
    let answer = match family {
        Family::Requests => {
            let question = RequestQuestion {
                filter: rollups::filter(&parameters.q, &redactor)?,
                group_by: read(&names, rollups::group_by)?,
                slots: time.whole(),
            };
            store.requests(&question).await?
        }
        Family::Operations | Family::Calls => {
            let request = RollupRequest {
                family,
                filter: rollups::label_filter(family, &parameters.q)?,
                group_by: read(&names, |name| rollups::place(name, family))?,
                slots: time.whole(),
            };
            RequestAnswer {
                groups: store.rollups(&request).await?,
                since_nanos: None,
                is_by_rollups: true,
            }
        }
    };
    let mut groups = answer.groups;
    let beyond = groups.split_off(groups.len().min(MAX_GROUPS));
    if parameters.format == Format::Csv {
        return as_csv(&groups, &names, family, beyond.len());
    }
    let written = groups.iter().map(|group| {
        let key: serde_json::Map<_, _> = (names.iter().zip(&group.key))
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let mut object = rollups::numbers(&group.total(), family);
        object.insert("key".into(), key.into());
        Value::Object(object)
    });
    Ok(Json(json!({
        "time": rollups::covered(time),
        "groups": written.collect::<Vec<_>>(),
        "groups_left_out": beyond.len(),
        "by_rollups": answer.is_by_rollups,
        "since": answer.since_nanos.map(rfc3339),
    }))
    .into_response())
}

fn as_csv(
    groups: &[Group],
    names: &[&str],
    family: Family,
    left_out: usize,
) -> Result<Response, ApiError> {
    // Requests that were looked at one by one have no sums.
    let first = groups.first().map(Group::total).unwrap_or_default();
    let numbers = rollups::numbers(&first, family);
    let names = names.iter().copied();
    let headings: Vec<&str> = names.chain(numbers.keys().map(String::as_str)).collect();
    let rows = groups.iter().map(|group| {
        let numbers = rollups::numbers(&group.total(), family);
        let numbers = numbers.into_iter().map(|(_, number)| match number {
            Value::Null => Cell::Own(String::new()),
            number => Cell::Own(number.to_string()),
        });
        let key = group.key.iter().cloned().map(Cell::Foreign);
        key.chain(numbers).collect()
    });
    let more = (left_out > 0).then(|| format!("{left_out} groups are left out"));
    csv::table("latency", &headings, rows, more)
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

/// Each name once, and not too many: every combination of values is a group.
fn read<T>(names: &[&str], by: impl Fn(&str) -> Result<T, ApiError>) -> Result<Vec<T>, ApiError> {
    let is_repeated = |(place, name)| names[..place].contains(name);
    if names.len() > MAX_GROUP_BY || names.iter().enumerate().any(is_repeated) {
        return Err(ApiError::BadRequest {
            message: "group_by has too many names, or one of them twice.".into(),
            hint: format!("Write up to {MAX_GROUP_BY} different ones."),
        });
    }
    names.iter().map(|name| by(name)).collect()
}
