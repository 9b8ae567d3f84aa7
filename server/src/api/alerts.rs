//! `/api/v1/alerts`: what fires, and what has fired.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use http::StatusCode;
use model::format::rfc3339;
use model::objective::{Field, change_mistakes};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::alerts::{Alert, AlertEpisode};

use super::error::ApiError;
use super::written;
use crate::clock;

#[derive(Debug, Deserialize)]
pub(super) struct Acknowledgement {
    by: String,
}

pub(super) async fn list(State(store): State<Store>) -> Result<Json<Value>, ApiError> {
    let episodes = store.fired_alerts(None).await?;
    let (firing, resolved): (Vec<_>, Vec<_>) = episodes
        .iter()
        .partition(|episode| episode.resolved_nanos.is_none());
    let states = store.alerts().await?;
    let silences = store.silences().await?;
    let now_nanos = clock::now_nanos();
    let silence = |episode: &AlertEpisode| {
        let mut silences = silences.iter();
        let (objective, severity) = (episode.objective, episode.severity);
        silences.find(|own| own.definition.silences(objective, severity, now_nanos))
    };
    let objects = |episodes: Vec<&AlertEpisode>| -> Vec<Value> {
        let silenced_by = |episode: &AlertEpisode| {
            let firing = Some(episode).filter(|episode| episode.resolved_nanos.is_none());
            firing.and_then(silence).map(|silence| silence.id)
        };
        let object = |episode| object(episode, silenced_by(episode));
        episodes.into_iter().map(object).collect()
    };
    let [firing, resolved]: [Vec<Value>; 2] = [objects(firing), objects(resolved)];
    Ok(Json(json!({
        "firing": firing,
        "resolved": resolved,
        "states": states.iter().map(state_object).collect::<Vec<Value>>(),
    })))
}

pub(super) async fn acknowledge(
    State(store): State<Store>,
    Path(id): Path<String>,
    acknowledgement: Result<Json<Acknowledgement>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let Json(Acknowledgement { by }) = acknowledgement?;
    let by = by.trim();
    let mistakes = change_mistakes(by, "");
    if !mistakes.is_empty() {
        return Err(written::mistaken(&mistakes, Field::key));
    }
    if by.is_empty() {
        return Err(ApiError::BadRequest {
            message: "Nobody is named.".into(),
            hint: "Write who looks after it as \"by\".".into(),
        });
    }
    let missing = || ApiError::NotFound {
        message: "There is no such alert that nobody has acknowledged.".into(),
        hint: "GET /api/v1/alerts has those that fire, and who looks after them.".into(),
    };
    let id = id.parse().map_err(|_not_a_number| missing())?;
    let is_noted = store.acknowledge_alert(id, by, clock::now_nanos()).await?;
    is_noted
        .then_some(StatusCode::NO_CONTENT)
        .ok_or_else(missing)
}

/// `silenced_by` is the silence that keeps it from being told.
fn object(episode: &AlertEpisode, silenced_by: Option<i64>) -> Value {
    json!({
        "id": episode.id,
        "slo": episode.objective,
        "slo_version": episode.version,
        "severity": episode.severity,
        "headline": episode.headline,
        "fired_time": rfc3339(episode.fired_nanos),
        "resolved_time": episode.resolved_nanos.map(rfc3339),
        "acknowledged_time": episode.acknowledged_nanos.map(rfc3339),
        "acknowledged_by": episode.acknowledged_by,
        "silenced_by": silenced_by,
        "link": format!("/slos/{}", episode.objective),
    })
}

fn state_object(alert: &Alert) -> Value {
    json!({
        "slo": alert.objective,
        "severity": alert.severity,
        "phase": alert.state.phase,
        "since": rfc3339(alert.state.since_nanos),
        "lacks_data": alert.lacks_data,
    })
}
