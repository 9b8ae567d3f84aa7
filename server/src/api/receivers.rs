//! `/api/v1/receivers`: who is told of alerts, listed, set up, changed and deleted; what each was
//! sent, and a test of it. A secret is written and never read.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use http::StatusCode;
use model::format::rfc3339;
use model::notification::{Delivery, DeliveryState};
use model::receiver::{Definition, Field, Receiver, SecretChange};
use serde::Deserialize;
use serde_json::{Value, json};
use store::outbox::MAX_WAITING;
use store::receivers::MAX_RECEIVERS;
use store::{Store, Written};

use super::error::ApiError;
use super::written::{self, Kind};
use crate::clock;

const RECEIVER: Kind = Kind {
    noun: "receiver",
    list: "/api/v1/receivers",
    most: MAX_RECEIVERS,
};

/// A receiver as somebody wants it.
#[derive(Deserialize)]
pub(super) struct Wanted {
    /// The version that they saw; of a new one there is none.
    version: Option<i32>,
    /// Nothing keeps the one that there is, an empty text removes it.
    secret: Option<String>,
    #[serde(flatten)]
    definition: Definition,
}

/// The version that somebody wants to delete.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    version: i32,
}

type Answer = Result<Json<Value>, ApiError>;
type Body = Result<Json<Wanted>, JsonRejection>;

pub(super) async fn list(State(store): State<Store>) -> Answer {
    let receivers = store.receivers().await?;
    let receivers: Vec<Value> = receivers.iter().map(object).collect();
    Ok(Json(json!({ "receivers": receivers })))
}

pub(super) async fn read(State(store): State<Store>, Path(id): Path<String>) -> Answer {
    Ok(Json(object(&find(&store, &id).await?)))
}

pub(super) async fn deliveries(State(store): State<Store>, Path(id): Path<String>) -> Answer {
    let receiver = find(&store, &id).await?;
    let deliveries = store.deliveries(receiver.id).await?;
    let deliveries: Vec<Value> = deliveries.iter().map(delivery_object).collect();
    Ok(Json(json!({ "deliveries": deliveries })))
}

pub(super) async fn create(
    State(store): State<Store>,
    wanted: Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Json(wanted) = wanted?;
    let (definition, secret) = checked(wanted)?;
    let written = store.create_receiver(&definition, &secret, clock::now_nanos());
    Ok((StatusCode::CREATED, Json(object(&done(written.await?)?))))
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    wanted: Body,
) -> Answer {
    let id = RECEIVER.number(&id)?;
    let Json(wanted) = wanted?;
    let version = wanted.version.ok_or_else(|| ApiError::BadRequest {
        message: "Nothing was saved: the version that was seen is missing.".into(),
        hint: "Read the receiver, and send its version with your change.".into(),
    })?;
    let (definition, secret) = checked(wanted)?;
    let written = store.update_receiver(id, version, &definition, &secret, clock::now_nanos());
    Ok(Json(object(&done(written.await?)?)))
}

pub(super) async fn delete(
    State(store): State<Store>,
    Path(id): Path<String>,
    seen: Result<Query<Seen>, QueryRejection>,
) -> Result<StatusCode, ApiError> {
    let receiver = find(&store, &id).await?;
    let Query(seen) = seen?;
    match store.delete_receiver(receiver.id, seen.version).await? {
        // Whoever has deleted it.
        Written::Gone => Ok(StatusCode::NO_CONTENT),
        refused => done(refused).map(|_receiver| StatusCode::NO_CONTENT),
    }
}

/// Puts a test into the outbox; what came of it stands among the deliveries.
pub(super) async fn test(
    State(store): State<Store>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let receiver = find(&store, &id).await?;
    let sent = store.send_test(&receiver, clock::now_nanos()).await?;
    let delivery = sent.ok_or_else(|| ApiError::Conflict {
        message: format!("{MAX_WAITING} messages wait for this receiver already."),
        hint: "Look at its deliveries for what keeps them from arriving.".into(),
    })?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "delivery": delivery }))))
}

async fn find(store: &Store, id: &str) -> Result<Receiver, ApiError> {
    let found = store.receiver(RECEIVER.number(id)?).await?;
    found.ok_or_else(|| RECEIVER.missing())
}

fn checked(wanted: Wanted) -> Result<(Definition, SecretChange), ApiError> {
    let definition = wanted.definition.trimmed();
    let secret = SecretChange::of(wanted.secret);
    let mistakes = definition.mistakes(secret.new_secret());
    if !mistakes.is_empty() {
        return Err(written::mistaken(&mistakes, Field::key));
    }
    Ok((definition, secret))
}

fn done(written: Written<Receiver>) -> Result<Receiver, ApiError> {
    RECEIVER.done(written, |receiver| receiver.version)
}

fn object(receiver: &Receiver) -> Value {
    let mut object = json!(receiver.definition);
    object["id"] = receiver.id.into();
    object["version"] = receiver.version.into();
    object["updated_time"] = rfc3339(receiver.updated_nanos).into();
    object["has_secret"] = receiver.has_secret.into();
    object["link"] = format!("/alerts/receivers/{}/edit", receiver.id).into();
    object
}

fn delivery_object(delivery: &Delivery) -> Value {
    let at = rfc3339(delivery.at_nanos);
    let is_waiting = delivery.state == DeliveryState::Waiting;
    json!({
        "delivery": delivery.key,
        "title": delivery.message.title(),
        "test": delivery.message.is_test,
        "alerts": delivery.message.alerts.iter().map(|notice| notice.episode).collect::<Vec<i64>>(),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "created_time": rfc3339(delivery.created_nanos),
        "next_attempt_time": is_waiting.then_some(&at),
        "done_time": (!is_waiting).then_some(&at),
        "last_error": delivery.last_error,
        "body": delivery.body,
    })
}
