//! What the forms ask the server, and what they tell it.

use leptos::prelude::*;
use model::journey::Key;
use model::objective::{Draft, Objective, Preview};
use store::Written;
use store::objectives::Change;

use crate::address::{SLOS_PATH, edit_slo_href, slo_href};
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::forms::{self, Reason};

/// What the forms call it.
pub(super) const NOUN: &str = "objective";

/// What a form is made from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Material {
    /// The one that is changed; none of a new one.
    pub(super) objective: Option<Objective>,
    /// Those that an objective may be about: defined ones, and those that requests name.
    pub(super) journeys: Vec<(Key, String)>,
}

/// None when there is no such objective; without a number, for a new one.
pub(super) async fn get_material(id: Option<i64>) -> Result<Option<Material>, AppError> {
    let RequestContext { store, .. } = expect_context();
    let defined = store.journeys().await?.into_iter();
    let defined = defined.map(|journey| (Key::Defined(journey.id), journey.definition.name));
    let labels = store.journey_labels().await?.into_iter();
    let labels = labels.map(|label| (Key::Label(label.clone()), label));
    let journeys: Vec<(Key, String)> = defined.chain(labels).collect();
    let Some(id) = id else {
        return Ok(Some(Material {
            objective: None,
            journeys,
        }));
    };
    let objective = store.objective(id).await?;
    Ok(objective.map(|objective| Material {
        objective: Some(objective),
        journeys,
    }))
}

/// What an objective would have meant; none while the draft is not one, or what it is about does
/// not exist.
pub(super) async fn get_preview(draft: &Draft) -> Result<Option<Preview>, AppError> {
    let context: RequestContext = expect_context();
    let Some(definition) = super::preview::definition(draft) else {
        return Ok(None);
    };
    let stored_value = &*context.stored_values.0;
    let preview = context
        .store
        .objective_preview(&definition, stored_value, context.now_nanos);
    Ok(preview.await?)
}

/// Why an objective was not written.
pub(crate) type Refusal = forms::Refusal<Draft>;

/// Saves a new objective, or a new version of the one that is named. Leads to its page.
#[server(prefix = "/fn", endpoint = "save_objective")]
pub(crate) async fn save_objective(
    id: Option<i64>,
    version: Option<i32>,
    draft: Draft,
) -> Result<(), Refusal> {
    let outcome = save(id, version, &draft).await;
    let written = outcome.map(|objective| slo_href(objective.id));
    let form = id.map_or(format!("{SLOS_PATH}/new"), edit_slo_href);
    forms::answer::<SaveObjective, _>(written, &form, version, draft)
}

/// Deletes an objective that still is as the version that was seen.
#[server(prefix = "/fn", endpoint = "delete_objective")]
pub(crate) async fn delete_objective(id: i64, version: i32, draft: Draft) -> Result<(), Refusal> {
    let outcome = delete(id, version, &draft).await;
    let written = outcome.map(|()| SLOS_PATH.to_owned());
    forms::answer::<DeleteObjective, _>(written, &edit_slo_href(id), Some(version), draft)
}

/// Makes an earlier version the latest one again. Leads to the objective's page.
#[server(prefix = "/fn", endpoint = "revert_objective")]
pub(crate) async fn revert_objective(
    id: i64,
    version: i32,
    to: i32,
    draft: Draft,
) -> Result<(), Refusal> {
    let outcome = revert(id, version, to, &draft).await;
    let written = outcome.map(|()| slo_href(id));
    forms::answer::<RevertObjective, _>(written, &slo_href(id), Some(version), draft)
}

/// Who makes a change, and why, as the form says.
fn change(draft: &Draft, now_nanos: i64) -> Change {
    Change {
        at_nanos: now_nanos,
        author: draft.author.trim().to_owned(),
        reason: draft.reason.trim().to_owned(),
    }
}

async fn save(id: Option<i64>, version: Option<i32>, draft: &Draft) -> Result<Objective, Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let definition = draft.check().map_err(|_mistakes| Reason::Mistakes)?;
    let change = change(draft, now_nanos);
    let written = match (id, version) {
        (Some(id), Some(version)) => {
            store
                .update_objective(id, version, &definition, &change)
                .await
        }
        _ => store.create_objective(&definition, &change).await,
    };
    done(written?)
}

async fn delete(id: i64, version: i32, draft: &Draft) -> Result<(), Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let change = checked_change(draft, now_nanos)?;
    match store.delete_objective(id, version, &change).await? {
        Written::Gone => Ok(()),
        refused => Err(refused.into()),
    }
}

async fn revert(id: i64, version: i32, to: i32, draft: &Draft) -> Result<(), Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let mut change = checked_change(draft, now_nanos)?;
    if change.reason.is_empty() {
        change.reason = format!("As version {to} again");
    }
    let versions = store.versions_of_objective(id).await?.into_iter();
    let mut earlier = versions.filter(|own| own.version == to);
    let definition = earlier.find_map(|own| own.definition);
    let definition = definition.ok_or(Reason::Gone)?;
    let written = store.update_objective(id, version, &definition, &change);
    done(written.await?).map(|_objective| ())
}

/// Of a form that says nothing else.
fn checked_change(draft: &Draft, now_nanos: i64) -> Result<Change, Reason> {
    let mistakes = model::objective::change_mistakes(&draft.author, &draft.reason);
    if mistakes.is_empty() {
        Ok(change(draft, now_nanos))
    } else {
        Err(Reason::Mistakes)
    }
}

fn done(written: Written<Objective>) -> Result<Objective, Reason> {
    match written {
        Written::Done(objective) => Ok(objective),
        refused => Err(refused.into()),
    }
}
