//! What the pages ask the server, and what they tell it.

use futures::try_join;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr, ServerFnUrlError};
use model::journey::{Draft, Journey, Proposal};
use model::overview::Card;
use serde::{Deserialize, Serialize};
use store::journeys::Written;

use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::observe;

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

/// Why a journey was not written. Nothing was changed; it comes back to the form, which is another
/// page now, in its address. Anybody can write an address, so it has no words in it but what was
/// typed: what the form says of that is made there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(super) reason: Reason,
    /// The version that was seen; none where a journey is new.
    pub(super) version: Option<i32>,
    pub(super) draft: Box<Draft>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reason {
    /// The draft itself tells which.
    Mistakes,
    /// Another journey has this name.
    NameTaken,
    /// There is no room for more.
    Full,
    /// Somebody else wrote this in the meantime.
    Outdated,
    /// Somebody has deleted it.
    Gone,
    /// The database does not answer.
    Unavailable,
    /// The database has what cannot be read.
    Damaged,
    /// What was sent is no form of ours.
    Unreadable,
}

impl FromServerFnError for Refusal {
    type Encoder = JsonEncoding;

    /// Its words may be those of whoever made the address.
    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self {
            reason: Reason::Unreadable,
            version: None,
            draft: Box::default(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the journey was not written")
    }
}

impl std::error::Error for Refusal {}

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
    answer::<SaveJourney>(written, &form, version, draft)
}

/// Deletes a journey that still is as the version that was seen.
#[server(prefix = "/fn", endpoint = "delete_journey")]
pub(crate) async fn delete_journey(id: i64, version: i32) -> Result<(), Refusal> {
    let outcome = delete(id, version).await;
    let written = outcome.map(|()| "/journeys".to_owned());
    let form = edit_path(id);
    answer::<DeleteJourney>(written, &form, Some(version), Draft::default())
}

fn edit_path(id: i64) -> String {
    format!("/journeys/{id}/edit")
}

async fn save(id: Option<i64>, version: Option<i32>, draft: &Draft) -> Result<Journey, Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let definition = draft.check().map_err(|_| Reason::Mistakes)?;
    let written = match (id, version) {
        (Some(id), Some(version)) => {
            store
                .update_journey(id, version, &definition, now_nanos)
                .await
        }
        _ => store.create_journey(&definition, now_nanos).await,
    };
    match written.map_err(failed)? {
        Written::Done(journey) => Ok(journey),
        refused => Err(reason(&refused)),
    }
}

async fn delete(id: i64, version: i32) -> Result<(), Reason> {
    let RequestContext { store, .. } = expect_context();
    match store.delete_journey(id, version).await.map_err(failed)? {
        Written::Gone => Ok(()),
        refused => Err(reason(&refused)),
    }
}

fn failed(error: store::Error) -> Reason {
    match AppError::from(error) {
        AppError::Unavailable => Reason::Unavailable,
        _ => Reason::Damaged,
    }
}

fn reason(written: &Written) -> Reason {
    match written {
        Written::Outdated(_) | Written::Done(_) => Reason::Outdated,
        Written::Gone => Reason::Gone,
        Written::Full => Reason::Full,
        Written::NameTaken => Reason::NameTaken,
    }
}

/// Leads to what was written, or back to the form with what was typed. Not to the page that the
/// browser says it comes from: browsers say less where an address is long.
fn answer<F: ServerFn>(
    written: Result<String, Reason>,
    form: &str,
    version: Option<i32>,
    draft: Draft,
) -> Result<(), Refusal> {
    let refusal = match written {
        Ok(path) => {
            leptos_axum::redirect(&path);
            return Ok(());
        }
        Err(reason) => Refusal {
            reason,
            version,
            draft: Box::new(draft),
        },
    };
    // Any host: only path and query are used.
    let error = ServerFnUrlError::new(F::PATH, refusal.clone());
    let Ok(back) = error.to_url(&format!("http://localhost{form}")) else {
        return Err(refusal);
    };
    let query = back.query().unwrap_or_default();
    leptos_axum::redirect(&format!("{}?{query}", back.path()));
    Ok(())
}
