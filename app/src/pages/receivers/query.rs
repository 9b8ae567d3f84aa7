//! What the pages ask the server, and what they tell it.

use leptos::prelude::*;
use model::notification::Delivery;
use model::receiver::{Draft, Receiver};
use store::Written;

use crate::address::{RECEIVERS_PATH, edit_receiver_href, new_receiver_href};
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::forms::{self, Reason};

/// What the forms call it.
pub(super) const NOUN: &str = "receiver";

/// What the page of one is made from.
pub(super) struct Material {
    pub(super) receiver: Receiver,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) can_send_mail: bool,
    pub(super) now_nanos: i64,
}

pub(super) async fn get_receivers() -> Result<(Vec<Receiver>, i64), AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    Ok((store.receivers().await?, now_nanos))
}

pub(super) async fn get_material(id: Result<i64, AppError>) -> Result<Option<Material>, AppError> {
    let RequestContext {
        store,
        now_nanos,
        can_send_mail,
        ..
    } = expect_context();
    let Some(receiver) = store.receiver(id?).await? else {
        return Ok(None);
    };
    let deliveries = store.deliveries(receiver.id).await?;
    Ok(Some(Material {
        receiver,
        deliveries,
        can_send_mail,
        now_nanos,
    }))
}

/// Why a receiver was not written.
pub(crate) type Refusal = forms::Refusal<Draft>;

/// Saves a new receiver, or a new version of the one that is named. Leads to its page.
#[server(prefix = "/fn", endpoint = "save_receiver")]
pub(crate) async fn save_receiver(
    id: Option<i64>,
    version: Option<i32>,
    draft: Draft,
) -> Result<(), Refusal> {
    let outcome = save(id, version, &draft).await;
    let written = outcome.map(|receiver| edit_receiver_href(receiver.id));
    let form = id.map_or_else(new_receiver_href, edit_receiver_href);
    // It comes back in an address, where no secret belongs.
    forms::answer::<SaveReceiver, _>(written, &form, version, draft.without_secret())
}

/// Deletes a receiver that still is as the version that was seen.
#[server(prefix = "/fn", endpoint = "delete_receiver")]
pub(crate) async fn delete_receiver(id: i64, version: i32) -> Result<(), Refusal> {
    let written = delete(id, version).await;
    let form = edit_receiver_href(id);
    forms::answer::<DeleteReceiver, _>(written, &form, Some(version), Draft::default())
}

/// Sends a test. Leads to the deliveries, which tell what came of it.
#[server(prefix = "/fn", endpoint = "test_receiver")]
pub(crate) async fn test_receiver(id: i64) -> Result<(), Refusal> {
    let form = edit_receiver_href(id);
    let written = test(id).await.map(|()| form.clone());
    forms::answer::<TestReceiver, _>(written, &form, None, Draft::default())
}

async fn save(id: Option<i64>, version: Option<i32>, draft: &Draft) -> Result<Receiver, Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let definition = draft.check().map_err(|_mistakes| Reason::Mistakes)?;
    let secret = draft.secret_change();
    let written = match (id, version) {
        (Some(id), Some(version)) => {
            store
                .update_receiver(id, version, &definition, &secret, now_nanos)
                .await
        }
        _ => store.create_receiver(&definition, &secret, now_nanos).await,
    };
    match written? {
        Written::Done(receiver) => Ok(receiver),
        refused => Err(refused.into()),
    }
}

async fn delete(id: i64, version: i32) -> Result<String, Reason> {
    let RequestContext { store, .. } = expect_context();
    match store.delete_receiver(id, version).await? {
        Written::Gone => Ok(RECEIVERS_PATH.to_owned()),
        refused => Err(refused.into()),
    }
}

async fn test(id: i64) -> Result<(), Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let receiver = store.receiver(id).await?.ok_or(Reason::Gone)?;
    let sent = store.send_test(&receiver, now_nanos).await?;
    sent.map(|_delivery| ()).ok_or(Reason::Full)
}
