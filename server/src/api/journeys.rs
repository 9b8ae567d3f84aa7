//! `GET /api/v1/overview` and `GET /api/v1/journeys`: how users fare, as the pages show it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use model::journey::{Key, KeyError};
use model::rollup::{Coverage, Family};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::overview::OverviewQuestion;

use super::error::ApiError;
use super::rollups::{self, Versus};
use crate::clock;
use crate::ingest::redact::Redactor;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: String,
    from: String,
    to: String,
    vs: Versus,
}

type Asked = Result<Query<Parameters>, QueryRejection>;
type Shared = State<(Store, Arc<Redactor>)>;

/// All journeys at a glance.
pub(super) async fn overview(
    State((store, redactor)): Shared,
    parameters: Asked,
) -> Result<Json<Value>, ApiError> {
    let Query(parameters) = parameters?;
    let (question, time) = question(&parameters, &redactor)?;
    let overview = store.overview(&question).await?;
    Ok(Json(
        json!({ "time": rollups::covered(time), "overview": overview }),
    ))
}

/// The journeys that people have defined, and those that the traffic suggests.
pub(super) async fn list(State((store, _)): Shared) -> Result<Json<Value>, ApiError> {
    let journeys = store.journeys().await?;
    let proposals = store.journey_proposals(clock::now_nanos()).await?;
    Ok(Json(
        json!({ "journeys": journeys, "proposals": proposals }),
    ))
}

/// How one journey fares.
pub(super) async fn report(
    State((store, redactor)): Shared,
    Path(key): Path<String>,
    parameters: Asked,
) -> Result<Json<Value>, ApiError> {
    let Query(parameters) = parameters?;
    let key: Key = key.parse()?;
    let (question, time) = question(&parameters, &redactor)?;
    let report = store.journey_report(&key, &question).await?;
    let report = report.ok_or_else(|| ApiError::NotFound {
        message: "There is no such journey.".into(),
        hint: "GET /api/v1/journeys has those that there are.".into(),
    })?;
    Ok(Json(
        json!({ "time": rollups::covered(time), "journey": report }),
    ))
}

fn question(
    parameters: &Parameters,
    redactor: &Redactor,
) -> Result<(OverviewQuestion, Coverage), ApiError> {
    let now_nanos = clock::now_nanos();
    let filter = rollups::filter(&parameters.q, redactor)?;
    let time = rollups::time(&parameters.from, &parameters.to, now_nanos)?;
    let compared = parameters.vs.compared(time, now_nanos);
    let question = OverviewQuestion::of(filter, time, compared)
        .map_err(|term| rollups::untold(&term, Family::Requests))?;
    Ok((question, time))
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        Self::BadRequest {
            message: format!("{error}."),
            hint: "Write the number of a journey, or label: and the name that requests give."
                .into(),
        }
    }
}
