//! `/api/v1/views`: views that people have saved, listed, made, changed and deleted.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use http::StatusCode;
use model::format::rfc3339;
use model::view::{Definition, Draft, FieldError, View};
use serde::Deserialize;
use serde_json::{Value, json};
use store::views::MAX_VIEWS;
use store::{Store, Written};

use super::error::ApiError;
use crate::clock;

/// Of the body of a request.
pub(super) const MAX_BODY_BYTES: usize = 64 << 10;

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
    let view = store.view(number(&id)?).await?;
    Ok(Json(object(view.ok_or_else(no_such_view)?)))
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
    let id = number(&id)?;
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
    let id = number(&id)?;
    let Query(Seen { version }) = seen?;
    if store.view(id).await?.is_none() {
        return Err(no_such_view());
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

fn number(id: &str) -> Result<i64, ApiError> {
    id.parse().map_err(|_not_a_number| no_such_view())
}

fn checked(draft: &Draft) -> Result<Definition, ApiError> {
    draft.check().map_err(|mistakes| {
        let words = |mistake: &FieldError| format!("{}: {}.", mistake.field.key(), mistake.message);
        let words: Vec<String> = mistakes.iter().map(words).collect();
        ApiError::BadRequest {
            message: "Nothing was saved.".into(),
            hint: words.join(" "),
        }
    })
}

/// What was written, or why nothing was.
fn done(written: Written<View>) -> Result<View, ApiError> {
    let (message, hint) = match written {
        Written::Done(view) => return Ok(view),
        Written::Gone => return Err(no_such_view()),
        Written::NameTaken => (
            "Another view has this name.".to_owned(),
            "Choose another name, or change that view.".to_owned(),
        ),
        Written::Full => (
            format!("There are {MAX_VIEWS} views, which is the most there can be."),
            "Delete one first.".to_owned(),
        ),
        Written::Outdated(current) => (
            format!(
                "Somebody else has changed this view: it has version {}.",
                current.version
            ),
            "Nothing was overwritten. Read it again, and send its version with your change.".into(),
        ),
    };
    Err(ApiError::Conflict { message, hint })
}

fn no_such_view() -> ApiError {
    ApiError::NotFound {
        message: "There is no such view.".into(),
        hint: "GET /api/v1/views has those that there are.".into(),
    }
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
