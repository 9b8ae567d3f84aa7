//! The form of an objective.

use leptos::prelude::*;
use model::journey::Key;
use model::objective::{Draft, Field, Objective};
use store::objectives::MAX_OBJECTIVES;

use super::fields::{
    AlertFields, ChangeFields, DemandFields, OwnerFields, SubjectFields, TextField,
};
use super::query::{DeleteObjective, NOUN, SaveObjective};
use crate::address::{SLOS_PATH, edit_slo_href, slo_href};
use crate::pages::forms::{Newer, Problem, Returned};

/// By which the preview finds it.
pub(super) const FORM_ID: &str = "objective-form";

/// `objective` is the one that is changed; without one a new one is made. `here` is the address of
/// the form itself, to which it leads for a preview without scripts.
#[component]
pub(super) fn ObjectiveForm(
    returned: Returned<Draft, Field>,
    objective: Option<Objective>,
    journeys: Vec<(Key, String)>,
    here: String,
) -> impl IntoView {
    let action = ServerAction::<SaveObjective>::new();
    let button = match (objective.is_some(), returned.is_outdated()) {
        (true, true) => "Save mine over it",
        (true, false) => "Save objective",
        (false, _) => "Set objective",
    };
    let identity = objective.as_ref().map(|objective| {
        let version = returned.version(objective.version);
        view! {
            <input type="hidden" name="id" value=objective.id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
        }
    });
    let cancel = objective
        .as_ref()
        .map_or(SLOS_PATH.to_owned(), |objective| slo_href(objective.id));
    let newer = objective.as_ref().map(newer);
    let Returned {
        reason,
        draft,
        mistakes,
        ..
    } = returned;
    let problem = view! {
        <Problem noun=NOUN most=MAX_OBJECTIVES reason mistakes=mistakes.len() newer />
    };
    let mistakes = StoredValue::new(mistakes);
    view! {
        <ActionForm action=action attr:class="journey-form" attr:novalidate="" attr:id=FORM_ID>
            {problem}
            {identity}
            <TextField field=Field::Name label="Name" value=draft.name.clone() mistakes />
            <SubjectFields draft=draft.clone() journeys mistakes />
            <DemandFields draft=draft.clone() mistakes />
            <AlertFields draft=draft.clone() mistakes />
            <OwnerFields draft=draft.clone() mistakes />
            <ChangeFields draft mistakes />
            <p class="form-end">
                <button class="button primary">{button}</button>
                <button class="button" formaction=here formmethod="get">
                    "Preview"
                </button>
                <a class="button" href=cancel>"Cancel"</a>
            </p>
        </ActionForm>
    }
}

/// What somebody else has written in the meantime.
fn newer(current: &Objective) -> AnyView {
    let mut theirs = Draft::from(&current.definition);
    let theirs = Field::ALL.map(|field| (field.key(), theirs.field_mut(field).clone()));
    let again = edit_slo_href(current.id);
    view! { <Newer noun=NOUN theirs=theirs.to_vec() again /> }.into_any()
}

/// Deleting, behind a question that says what is lost.
#[component]
pub(super) fn DeleteForm(objective: Objective) -> impl IntoView {
    let action = ServerAction::<DeleteObjective>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let reason = refusal.map(|refusal| refusal.reason);
    let newer = Some(newer(&objective));
    let name = objective.definition.name.clone();
    view! {
        <details class="delete">
            <summary class="button">"Delete…"</summary>
            <ActionForm action=action>
                <Problem noun=NOUN most=MAX_OBJECTIVES reason mistakes=0 newer />
                <p>
                    {format!("{name} is judged no more, and its alerts end. ")}
                    "Its versions and the history of its alerts stay."
                </p>
                <input type="hidden" name="id" value=objective.id.to_string() />
                <input type="hidden" name="version" value=objective.version.to_string() />
                <input type="hidden" name="draft[name]" value=name.clone() />
                <button class="button danger">{format!("Delete {name}")}</button>
            </ActionForm>
        </details>
    }
}
