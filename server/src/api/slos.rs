//! `/api/v1/slos`: objectives, listed, set, changed and deleted; how each stands, and every version
//! that there was.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use http::StatusCode;
use model::format::rfc3339;
use model::objective::{Definition, Field, Objective, Status, Version};
use serde::Deserialize;
use serde_json::{Value, json};
use store::objectives::{Change, MAX_OBJECTIVES, Standing};
use store::{Store, Written};

use super::error::ApiError;
use super::written::{self, Kind};
use crate::clock;
use crate::ingest::redact::Redactor;

const OBJECTIVE: Kind = Kind {
    noun: "objective",
    list: "/api/v1/slos",
    most: MAX_OBJECTIVES,
};

/// An objective as somebody wants it.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// The version that they saw; of a new one there is none.
    version: Option<i32>,
    #[serde(default)]
    author: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    definition: Definition,
}

/// The version that somebody wants to delete, and why.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    version: i32,
    #[serde(default)]
    author: String,
    #[serde(default)]
    reason: String,
}

type Answer = Result<Json<Value>, ApiError>;
type Shared = State<(Store, Arc<Redactor>)>;
type Body = Result<Json<Wanted>, JsonRejection>;

/// With how each stands.
pub(super) async fn list(State((store, redactor)): Shared) -> Answer {
    let objectives = store.objectives().await?;
    let standings = standings(&store, &redactor, objectives).await?;
    let slos = standings.into_iter().map(|standing| {
        let mut object = object(&standing.objective);
        object["status"] = status_object(standing.status.as_ref());
        object
    });
    Ok(Json(json!({ "slos": slos.collect::<Vec<Value>>() })))
}

pub(super) async fn read(State((store, _)): Shared, Path(id): Path<String>) -> Answer {
    Ok(Json(object(&find(&store, &id).await?)))
}

pub(super) async fn status(State((store, redactor)): Shared, Path(id): Path<String>) -> Answer {
    let objectives = vec![find(&store, &id).await?];
    let stored_value = |key: &str, value: &str| redactor.searchable(key, value);
    let trends = store.objective_trends(&objectives, &stored_value, clock::now_nanos());
    let trend = trends.await?.into_values().next().unwrap_or_default();
    let standing = standings(&store, &redactor, objectives).await?.pop();
    let status = standing.and_then(|standing| standing.status);
    let status = status.ok_or_else(|| ApiError::NotFound {
        message: "What this objective is about does not exist any more.".into(),
        hint: "Its journey was deleted, or what it filters by is counted no more. Change it."
            .into(),
    })?;
    let mut object = status_object(Some(&status));
    object["daily_burn_rates"] = json!(trend.burn_rates);
    Ok(Json(object))
}

/// Also of an objective that was deleted.
pub(super) async fn versions(State((store, _)): Shared, Path(id): Path<String>) -> Answer {
    let versions = store.versions_of_objective(OBJECTIVE.number(&id)?).await?;
    if versions.is_empty() {
        return Err(OBJECTIVE.missing());
    }
    let versions: Vec<Value> = versions.iter().map(version_object).collect();
    Ok(Json(json!({ "versions": versions })))
}

pub(super) async fn create(
    State((store, _)): Shared,
    wanted: Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Json(wanted) = wanted?;
    let (definition, change) = checked(wanted)?;
    let written = store.create_objective(&definition, &change).await?;
    Ok((StatusCode::CREATED, Json(object(&done(written)?))))
}

pub(super) async fn update(
    State((store, _)): Shared,
    Path(id): Path<String>,
    wanted: Body,
) -> Answer {
    let id = OBJECTIVE.number(&id)?;
    let Json(wanted) = wanted?;
    let version = wanted.version.ok_or_else(|| ApiError::BadRequest {
        message: "Nothing was saved: the version that was seen is missing.".into(),
        hint: "Read the objective, and send its version with your change.".into(),
    })?;
    let (definition, change) = checked(wanted)?;
    let written = store.update_objective(id, version, &definition, &change);
    Ok(Json(object(&done(written.await?)?)))
}

pub(super) async fn delete(
    State((store, _)): Shared,
    Path(id): Path<String>,
    seen: Result<Query<Seen>, QueryRejection>,
) -> Result<StatusCode, ApiError> {
    let objective = find(&store, &id).await?;
    let Query(seen) = seen?;
    let change = change(seen.author, seen.reason)?;
    match store
        .delete_objective(objective.id, seen.version, &change)
        .await?
    {
        // Whoever has deleted it.
        Written::Gone => Ok(StatusCode::NO_CONTENT),
        refused => done(refused).map(|_objective| StatusCode::NO_CONTENT),
    }
}

async fn find(store: &Store, id: &str) -> Result<Objective, ApiError> {
    let found = store.objective(OBJECTIVE.number(id)?).await?;
    found.ok_or_else(|| OBJECTIVE.missing())
}

async fn standings(
    store: &Store,
    redactor: &Redactor,
    objectives: Vec<Objective>,
) -> Result<Vec<Standing>, ApiError> {
    let stored_value = |key: &str, value: &str| redactor.searchable(key, value);
    let standings = store.standings(objectives, &stored_value, clock::now_nanos());
    Ok(standings.await?)
}

fn checked(wanted: Wanted) -> Result<(Definition, Change), ApiError> {
    let definition = wanted.definition.trimmed();
    let mistakes = definition.mistakes();
    if !mistakes.is_empty() {
        return Err(written::mistaken(&mistakes, Field::key));
    }
    Ok((definition, change(wanted.author, wanted.reason)?))
}

fn change(author: String, reason: String) -> Result<Change, ApiError> {
    let mistakes = model::objective::change_mistakes(&author, &reason);
    if !mistakes.is_empty() {
        return Err(written::mistaken(&mistakes, Field::key));
    }
    Ok(Change {
        at_nanos: clock::now_nanos(),
        author,
        reason,
    })
}

fn done(written: Written<Objective>) -> Result<Objective, ApiError> {
    OBJECTIVE.done(written, |objective| objective.version)
}

fn object(objective: &Objective) -> Value {
    let mut object = json!(objective.definition);
    object["id"] = objective.id.into();
    object["version"] = objective.version.into();
    object["updated_time"] = rfc3339(objective.updated_nanos).into();
    object["link"] = format!("/slos/{}", objective.id).into();
    object
}

/// Null where what the objective is about does not exist.
fn status_object(status: Option<&Status>) -> Value {
    let Some(status) = status else {
        return Value::Null;
    };
    let mut object = json!(status);
    object["from"] = rfc3339(status.from_nanos).into();
    object["to"] = rfc3339(status.to_nanos).into();
    object
}

fn version_object(version: &Version) -> Value {
    json!({
        "version": version.version,
        "time": rfc3339(version.at_nanos),
        "author": version.author,
        "reason": version.reason,
        "definition": version.definition,
    })
}
