//! The form of a journey.

use leptos::prelude::*;
use model::journey::{Draft, Field, FieldError, Journey};
use store::journeys::MAX_JOURNEYS;

use super::fields::TextField;
use super::query::{DeleteJourney, NOUN, SaveJourney};
use crate::address::JOURNEYS_PATH;
use crate::pages::forms::{Newer, Problem, Returned};

/// `journey` is the one that is changed; without one a new one is made from `draft`. Where a form
/// was refused, it comes back with what was typed.
#[component]
pub(super) fn JourneyForm(draft: Draft, journey: Option<Journey>) -> impl IntoView {
    let action = ServerAction::<SaveJourney>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let check = |draft: &Draft| draft.check().err().unwrap_or_default();
    let returned = Returned::of(refusal, draft, NOUN, Field::Name, check);
    let button = match (journey.is_some(), returned.is_outdated()) {
        (true, true) => "Save mine over it",
        (true, false) => "Save",
        (false, _) => "Define it",
    };
    let identity = journey.as_ref().map(|journey| {
        let version = returned.version(journey.version);
        view! {
            <input type="hidden" name="id" value=journey.id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
        }
    });
    let Returned {
        reason,
        draft,
        mistakes,
        ..
    } = returned;
    let newer = journey.as_ref().map(newer);
    let problem = view! {
        <Problem noun=NOUN most=MAX_JOURNEYS reason mistakes=mistakes.len() newer />
    };
    let mistakes = StoredValue::new(mistakes);
    view! {
        <ActionForm action=action attr:class="journey-form" attr:novalidate="">
            {problem}
            {identity}
            <OwnFields draft=draft.clone() mistakes />
            <RequestFields draft=draft.clone() mistakes />
            <BudgetFields draft mistakes />
            <p class="form-end">
                <button class="button primary">{button}</button>
                <a class="button" href=JOURNEYS_PATH>"Cancel"</a>
            </p>
        </ActionForm>
    }
}

/// What it is called, and who answers for it.
#[component]
fn OwnFields(draft: Draft, mistakes: StoredValue<Vec<FieldError>>) -> impl IntoView {
    view! {
        <TextField field=Field::Name label="Name" value=draft.name mistakes />
        <TextField
            field=Field::Owner
            label="Owner"
            hint="Who answers for it: a person or a team."
            value=draft.owner
            mistakes
        />
        <TextField
            field=Field::Description
            label="Description"
            lines=2
            value=draft.description
            mistakes
        />
    }
}

/// What it is made of.
#[component]
fn RequestFields(draft: Draft, mistakes: StoredValue<Vec<FieldError>>) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Which requests belong to it"</legend>
            <TextField
                field=Field::Label
                label="Those that name it by the attribute app.journey"
                hint="For example checkout. Leave it empty to go by root operations."
                value=draft.label
                mistakes
            />
            <TextField
                field=Field::Roots
                label="Or those that begin with one of these operations"
                hint="One a line; * stands for any text. Add @ and a service to take only its requests: *POST /pay @ shop-ios"
                lines=3
                value=draft.roots
                mistakes
            />
            <TextField
                field=Field::Steps
                label="Steps on the way"
                hint="Operations of spans in their order, one a line; * stands for any text. They make the funnel."
                lines=4
                value=draft.steps
                mistakes
            />
        </fieldset>
    }
}

/// How long it may take.
#[component]
fn BudgetFields(draft: Draft, mistakes: StoredValue<Vec<FieldError>>) -> impl IntoView {
    view! {
        <fieldset class="budgets">
            <legend>"Budget of time"</legend>
            <TextField
                field=Field::Total
                label="As a whole, for 95 % of the requests"
                hint="For example 1.5s"
                value=draft.total
                mistakes
            />
            <TextField
                field=Field::Device
                label="On the device, on average"
                value=draft.device
                mistakes
            />
            <TextField
                field=Field::Network
                label="On the network, on average"
                value=draft.network
                mistakes
            />
            <TextField
                field=Field::Backend
                label="In the backend, on average"
                value=draft.backend
                mistakes
            />
        </fieldset>
    }
}

/// What somebody else has written in the meantime.
fn newer(current: &Journey) -> AnyView {
    let theirs = Draft::from(&current.definition);
    let theirs = vec![
        ("Name", theirs.name),
        ("Owner", theirs.owner),
        ("Description", theirs.description),
        ("Attribute", theirs.label),
        ("Operations", theirs.roots),
        ("Steps", theirs.steps),
        ("Budget", theirs.total),
        ("Device", theirs.device),
        ("Network", theirs.network),
        ("Backend", theirs.backend),
    ];
    let again = format!("{JOURNEYS_PATH}/{}/edit", current.id);
    view! { <Newer noun=NOUN theirs again /> }.into_any()
}

/// Deleting, behind a question that says what is lost.
#[component]
pub(super) fn DeleteForm(journey: Journey) -> impl IntoView {
    let action = ServerAction::<DeleteJourney>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let reason = refusal.map(|refusal| refusal.reason);
    let newer = Some(newer(&journey));
    let name = journey.definition.name.clone();
    view! {
        <details class="delete">
            <summary class="button">"Delete…"</summary>
            <ActionForm action=action>
                <Problem noun=NOUN most=MAX_JOURNEYS reason mistakes=0 newer />
                <p>
                    {format!("The definition of {name} is lost: its owner, steps and budgets. ")}
                    "Its requests and their figures stay."
                </p>
                <input type="hidden" name="id" value=journey.id.to_string() />
                <input type="hidden" name="version" value=journey.version.to_string() />
                <button class="button danger">{format!("Delete {name}")}</button>
            </ActionForm>
        </details>
    }
}
