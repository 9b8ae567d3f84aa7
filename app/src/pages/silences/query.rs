//! What the pages ask the server, and what they tell it.

use std::collections::BTreeMap;

use futures::try_join;
use leptos::prelude::*;
use model::silence::{Draft, Silence};
use store::Written;

use crate::address::{SILENCES_PATH, edit_silence_href, new_silence_href};
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::forms::{self, Reason};

/// What the forms call it.
pub(super) const NOUN: &str = "silence";

pub(super) struct Listed {
    pub(super) silences: Vec<Silence>,
    /// The names of the objectives that there are.
    pub(super) names: BTreeMap<i64, String>,
    pub(super) now_nanos: i64,
}

/// What a form is made from.
pub(super) struct Material {
    /// The one that is changed; none of a new one.
    pub(super) silence: Option<Silence>,
    /// The objectives that there are, by name.
    pub(super) names: Vec<(i64, String)>,
    pub(super) now_nanos: i64,
}

pub(super) async fn get_silences() -> Result<Listed, AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let (silences, objectives) = try_join!(store.silences(), store.objectives())?;
    let names = objectives.into_iter();
    Ok(Listed {
        silences,
        names: names
            .map(|objective| (objective.id, objective.definition.name))
            .collect(),
        now_nanos,
    })
}

/// None when there is no such silence; without a number, for a new one.
pub(super) async fn get_material(
    id: Result<Option<i64>, AppError>,
) -> Result<Option<Material>, AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let silence = match id? {
        None => None,
        Some(id) => match store.silence(id).await? {
            None => return Ok(None),
            found => found,
        },
    };
    let names = store.objectives().await?.into_iter();
    Ok(Some(Material {
        silence,
        names: names
            .map(|objective| (objective.id, objective.definition.name))
            .collect(),
        now_nanos,
    }))
}

/// Why a silence was not written.
pub(crate) type Refusal = forms::Refusal<Draft>;

/// Saves a new silence, or a new version of the one that is named. Leads to the list.
#[server(prefix = "/fn", endpoint = "save_silence")]
pub(crate) async fn save_silence(
    id: Option<i64>,
    version: Option<i32>,
    draft: Draft,
) -> Result<(), Refusal> {
    let written = save(id, version, &draft).await;
    let form = id.map_or_else(|| new_silence_href(None), edit_silence_href);
    forms::answer::<SaveSilence, _>(written, &form, version, draft)
}

/// Ends a silence that still is as the version that was seen.
#[server(prefix = "/fn", endpoint = "delete_silence")]
pub(crate) async fn delete_silence(id: i64, version: i32) -> Result<(), Refusal> {
    let written = delete(id, version).await;
    let form = edit_silence_href(id);
    forms::answer::<DeleteSilence, _>(written, &form, Some(version), Draft::default())
}

async fn save(id: Option<i64>, version: Option<i32>, draft: &Draft) -> Result<String, Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let definition = draft
        .check(now_nanos)
        .map_err(|_mistakes| Reason::Mistakes)?;
    let written = match (id, version) {
        (Some(id), Some(version)) => {
            store
                .update_silence(id, version, &definition, now_nanos)
                .await
        }
        _ => store.create_silence(&definition, now_nanos).await,
    };
    match written? {
        Written::Done(_) => Ok(SILENCES_PATH.to_owned()),
        refused => Err(refused.into()),
    }
}

async fn delete(id: i64, version: i32) -> Result<String, Reason> {
    let RequestContext { store, .. } = expect_context();
    match store.delete_silence(id, version).await? {
        Written::Gone => Ok(SILENCES_PATH.to_owned()),
        refused => Err(refused.into()),
    }
}
