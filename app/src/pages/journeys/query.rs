//! What the pages ask the server, and what they tell it.

use futures::try_join;
use leptos::prelude::*;
use model::journey::{Draft, Journey, Proposal};
use model::overview::Card;
use store::Written;

use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::forms::{self, Reason};
use crate::pages::observe;

/// What the forms call it.
pub(super) const NOUN: &str = "journey";

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// The busiest first.
    pub(super) cards: Vec<Card>,
    /// Of the traffic of the last [`store::overview::PROPOSAL_DAYS`].
    pub(super) proposals: Vec<Proposal>,
    pub(super) is_defined: bool,
    /// Nothing has ever been stored.
    pub(super) is_database_empty: bool,
    /// Where to send a first trace.
    pub(super) otlp_http: String,
}

pub(super) async fn get_journeys(scope: &Scope) -> Result<Answer, AppError> {
    let context: RequestContext = expect_context();
    let question = observe::question(&context, scope)?;
    let store = &context.store;
    let (overview, proposals) = try_join!(
        store.overview(&question),
        store.journey_proposals(context.now_nanos),
    )?;
    let cards = overview.cards;
    let is_silent = cards.is_empty() && proposals.is_empty();
    Ok(Answer {
        cards,
        proposals,
        is_defined: !store.subjects().await?.is_empty(),
        is_database_empty: is_silent && store.is_empty().await?,
        otlp_http: context.otlp_http.to_string(),
    })
}

pub(super) async fn get_journey_to_edit(id: i64) -> Result<Option<Journey>, AppError> {
    let RequestContext { store, .. } = expect_context();
    Ok(store.journey(id).await?)
}

/// Why a journey was not written.
pub(crate) type Refusal = forms::Refusal<Draft>;

/// Saves a new journey, or a new version of the one that is named. Leads to its page.
#[server(prefix = "/fn", endpoint = "save_journey")]
pub(crate) async fn save_journey(
    id: Option<i64>,
    version: Option<i32>,
    draft: Draft,
) -> Result<(), Refusal> {
    let outcome = save(id, version, &draft).await;
    let written = outcome.map(|journey| format!("/journeys/{}", journey.id));
    let form = id.map_or("/journeys/new".to_owned(), edit_path);
    forms::answer::<SaveJourney, _>(written, &form, version, draft)
}

/// Deletes a journey that still is as the version that was seen.
#[server(prefix = "/fn", endpoint = "delete_journey")]
pub(crate) async fn delete_journey(id: i64, version: i32) -> Result<(), Refusal> {
    let outcome = delete(id, version).await;
    let written = outcome.map(|()| "/journeys".to_owned());
    forms::answer::<DeleteJourney, _>(written, &edit_path(id), Some(version), Draft::default())
}

fn edit_path(id: i64) -> String {
    format!("/journeys/{id}/edit")
}

async fn save(id: Option<i64>, version: Option<i32>, draft: &Draft) -> Result<Journey, Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let definition = draft.check().map_err(|_mistakes| Reason::Mistakes)?;
    let written = match (id, version) {
        (Some(id), Some(version)) => {
            store
                .update_journey(id, version, &definition, now_nanos)
                .await
        }
        _ => store.create_journey(&definition, now_nanos).await,
    };
    match written? {
        Written::Done(journey) => Ok(journey),
        refused => Err(refused.into()),
    }
}

async fn delete(id: i64, version: i32) -> Result<(), Reason> {
    let RequestContext { store, .. } = expect_context();
    match store.delete_journey(id, version).await? {
        Written::Gone => Ok(()),
        refused => Err(refused.into()),
    }
}
