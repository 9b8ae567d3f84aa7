//! `/api/v1/views`: views that people have saved, listed, made, changed and deleted.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use http::StatusCode;
use model::format::rfc3339;
use model::view::{Definition, Draft, Field, FieldError, View};
use serde::Deserialize;
use serde_json::{Value, json};
use store::views::MAX_VIEWS;
use store::{Store, Written};

use super::error::ApiError;
use super::written::{self, Kind};
use crate::clock;

const VIEW: Kind = Kind {
    noun: "view",
    list: "/api/v1/views",
    most: MAX_VIEWS,
};

/// A view as somebody wants it, and the version that they saw.
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    version: i32,
    #[serde(flatten)]
    draft: Draft,
}

/// The version that somebody wants to delete.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    version: i32,
}

type Answer = Result<Json<Value>, ApiError>;

pub(super) async fn list(State(store): State<Store>) -> Answer {
    let views = store.views(MAX_VIEWS).await?;
    let views: Vec<Value> = views.into_iter().map(object).collect();
    Ok(Json(json!({ "views": views })))
}

pub(super) async fn read(State(store): State<Store>, Path(id): Path<String>) -> Answer {
    let view = store.view(VIEW.number(&id)?).await?;
    Ok(Json(object(view.ok_or_else(|| VIEW.missing())?)))
}

pub(super) async fn create(
    State(store): State<Store>,
    draft: Result<Json<Draft>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Json(draft) = draft?;
    let definition = checked(&draft)?;
    let written = store.create_view(&definition, clock::now_nanos()).await?;
    Ok((StatusCode::CREATED, Json(object(done(written)?))))
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    change: Result<Json<Change>, JsonRejection>,
) -> Answer {
    let id = VIEW.number(&id)?;
    let Json(Change { version, draft }) = change?;
    let definition = checked(&draft)?;
    let now_nanos = clock::now_nanos();
    let written = store.update_view(id, version, &definition, now_nanos);
    Ok(Json(object(done(written.await?)?)))
}

pub(super) async fn delete(
    State(store): State<Store>,
    Path(id): Path<String>,
    seen: Result<Query<Seen>, QueryRejection>,
) -> Result<StatusCode, ApiError> {
    let id = VIEW.number(&id)?;
    let Query(Seen { version }) = seen?;
    if store.view(id).await?.is_none() {
        return Err(VIEW.missing());
    }
    match store.delete_view(id, version).await? {
        // Whoever has deleted it.
        Written::Gone => Ok(StatusCode::NO_CONTENT),
        refused => done(refused).map(|_view| StatusCode::NO_CONTENT),
    }
}

fn object(view: View) -> Value {
    let Definition {
        name,
        description,
        path,
    } = view.definition;
    json!({
        "id": view.id,
        "version": view.version,
        "updated_time": rfc3339(view.updated_nanos),
        "name": name,
        "description": description,
        "path": path,
        "link": format!("/views/{}", view.id),
    })
}

fn checked(draft: &Draft) -> Result<Definition, ApiError> {
    let mistaken = |mistakes: Vec<FieldError>| written::mistaken(&mistakes, Field::key);
    draft.check().map_err(mistaken)
}

fn done(written: Written<View>) -> Result<View, ApiError> {
    VIEW.done(written, |view| view.version)
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let hint = "Send one JSON object as the description of the API has it, with the header \
                    Content-Type: application/json.";
        Self::BadRequest {
            message: rejection.body_text(),
            hint: hint.into(),
        }
    }
}
