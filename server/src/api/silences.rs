//! `/api/v1/silences`: times in which alerts notify nobody, listed, set, changed and ended.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use http::StatusCode;
use model::format::rfc3339;
use model::silence::{Draft, Field, Silence};
use serde::Deserialize;
use serde_json::{Value, json};
use store::silences::MAX_SILENCES;
use store::{Store, Written};

use super::error::ApiError;
use super::written::{self, Kind};
use crate::clock;

const SILENCE: Kind = Kind {
    noun: "silence",
    list: "/api/v1/silences",
    most: MAX_SILENCES,
};

/// A silence as somebody wants it, as the form has it.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// The version that they saw; of a new one there is none.
    version: Option<i32>,
    /// Of one objective; of all where it is left out.
    slo: Option<i64>,
    #[serde(flatten)]
    draft: Draft,
}

/// The version that somebody wants to delete.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    version: i32,
}

type Answer = Result<Json<Value>, ApiError>;
type Body = Result<Json<Wanted>, JsonRejection>;

pub(super) async fn list(State(store): State<Store>) -> Answer {
    let silences = store.silences().await?;
    let silences: Vec<Value> = silences.iter().map(object).collect();
    Ok(Json(json!({ "silences": silences })))
}

pub(super) async fn read(State(store): State<Store>, Path(id): Path<String>) -> Answer {
    Ok(Json(object(&find(&store, &id).await?)))
}

pub(super) async fn create(
    State(store): State<Store>,
    wanted: Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Json(wanted) = wanted?;
    let now_nanos = clock::now_nanos();
    let definition = wanted.checked(now_nanos)?;
    let written = store.create_silence(&definition, now_nanos).await?;
    Ok((StatusCode::CREATED, Json(object(&done(written)?))))
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    wanted: Body,
) -> Answer {
    let id = SILENCE.number(&id)?;
    let Json(wanted) = wanted?;
    let version = wanted.version.ok_or_else(|| ApiError::BadRequest {
        message: "Nothing was saved: the version that was seen is missing.".into(),
        hint: "Read the silence, and send its version with your change.".into(),
    })?;
    let now_nanos = clock::now_nanos();
    let definition = wanted.checked(now_nanos)?;
    let written = store.update_silence(id, version, &definition, now_nanos);
    Ok(Json(object(&done(written.await?)?)))
}

pub(super) async fn delete(
    State(store): State<Store>,
    Path(id): Path<String>,
    seen: Result<Query<Seen>, QueryRejection>,
) -> Result<StatusCode, ApiError> {
    let silence = find(&store, &id).await?;
    let Query(seen) = seen?;
    match store.delete_silence(silence.id, seen.version).await? {
        // Whoever has deleted it.
        Written::Gone => Ok(StatusCode::NO_CONTENT),
        refused => done(refused).map(|_silence| StatusCode::NO_CONTENT),
    }
}

impl Wanted {
    fn checked(self, now_nanos: i64) -> Result<model::silence::Definition, ApiError> {
        let draft = Draft {
            objective: self.slo.map_or(String::new(), |slo| slo.to_string()),
            ..self.draft
        };
        let mistaken = |mistakes: Vec<_>| written::mistaken(&mistakes, Field::key);
        draft.check(now_nanos).map_err(mistaken)
    }
}

async fn find(store: &Store, id: &str) -> Result<Silence, ApiError> {
    let found = store.silence(SILENCE.number(id)?).await?;
    found.ok_or_else(|| SILENCE.missing())
}

fn done(written: Written<Silence>) -> Result<Silence, ApiError> {
    SILENCE.done(written, |silence| silence.version)
}

fn object(silence: &Silence) -> Value {
    let Draft {
        severity,
        repeat,
        from,
        until,
        weekday,
        start,
        duration,
        author,
        reason,
        ..
    } = Draft::from(&silence.definition);
    let is_once = silence.definition.schedule.ends_nanos().is_some();
    let (once, weekly) = (
        |text: String| is_once.then_some(text),
        |text: String| (!is_once).then_some(text),
    );
    let now_nanos = clock::now_nanos();
    json!({
        "id": silence.id,
        "version": silence.version,
        "updated_time": rfc3339(silence.updated_nanos),
        "slo": silence.definition.objective,
        "severity": Some(severity).filter(|severity| !severity.is_empty()),
        "repeat": repeat,
        "from": once(from),
        "until": once(until),
        "weekday": weekly(weekday),
        "start": weekly(start),
        "duration": weekly(duration),
        "author": author,
        "reason": reason,
        "active": silence.definition.schedule.is_active(now_nanos),
        "link": format!("/alerts/silences/{}/edit", silence.id),
    })
}
