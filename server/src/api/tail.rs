//! `GET /api/v1/traces/tail`: traces as they arrive, as server-sent events; and the same for the
//! page that is open in a browser, as rows of its list.

use std::sync::Arc;

use app::live_rows::LiveRows;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::error::ApiError;
use super::{rollups, traces};
use crate::clock;
use crate::ingest::redact::Redactor;
use crate::tail::{MAX_TAILS, Tails};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: String,
    /// Of rows: the duration of a whole bar, in nanoseconds.
    longest: i64,
}

type Shared = State<(Tails, Arc<Redactor>)>;
type Asked = Result<Query<Parameters>, QueryRejection>;

pub(super) async fn tail(
    State((tails, redactor)): Shared,
    parameters: Asked,
) -> Result<Response, ApiError> {
    let Query(Parameters { q, .. }) = parameters?;
    let filter = rollups::filter(&q, &redactor)?;
    let draw = Box::new(|summary: &_| traces::summary(summary).to_string());
    tails.open(filter, draw).ok_or_else(too_many)
}

pub(super) async fn rows(
    State((tails, redactor)): Shared,
    parameters: Asked,
) -> Result<Response, ApiError> {
    let Query(Parameters { q, longest }) = parameters?;
    let filter = rollups::filter(&q, &redactor)?;
    let rows = LiveRows::new(q, longest);
    let draw = Box::new(move |summary: &_| rows.draw(summary, clock::now_nanos()));
    tails.open(filter, draw).ok_or_else(too_many)
}

fn too_many() -> ApiError {
    ApiError::TooMany {
        message: format!("This server has {MAX_TAILS} live lists open, which is the most it has."),
        hint: "Close one, or ask GET /api/v1/traces every few seconds.".into(),
    }
}
