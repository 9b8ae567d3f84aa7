//! The form of a journey.

use leptos::prelude::*;
use model::format;
use model::journey::{Draft, Field, FieldError, Journey};
use store::journeys::MAX_JOURNEYS;

use super::fields::TextField;
use super::query::{DeleteJourney, Reason, SaveJourney};
use crate::address::JOURNEYS_PATH;
use crate::error::AppError;

/// `journey` is the one that is changed; without one a new one is made from `draft`. Where a form
/// was refused, it comes back with what was typed.
#[component]
pub(super) fn JourneyForm(draft: Draft, journey: Option<Journey>) -> impl IntoView {
    let action = ServerAction::<SaveJourney>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let (reason, seen, draft) = match refusal {
        Some(refusal) => (Some(refusal.reason), refusal.version, *refusal.draft),
        None => (None, None, draft),
    };
    let mistakes = reason.map_or(vec![], |reason| mistakes(reason, &draft));
    let is_outdated = reason == Some(Reason::Outdated);
    let button = match (journey.is_some(), is_outdated) {
        (true, true) => "Save mine over it",
        (true, false) => "Save",
        (false, _) => "Define it",
    };
    let identity = journey.as_ref().map(|journey| {
        // Who has been told of a newer version and saves again means to; who mends a mistake has
        // seen no other version than before.
        let version = seen.filter(|_| !is_outdated).unwrap_or(journey.version);
        view! {
            <input type="hidden" name="id" value=journey.id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
        }
    });
    let problem = reason.map(|reason| view! { <Problem reason mistakes=mistakes.len() journey /> });
    let mistakes = StoredValue::new(mistakes);
    view! {
        <ActionForm action=action attr:class="journey-form" attr:novalidate="">
            <div class="form-problem" role="alert">{problem}</div>
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

/// What is wrong with which field.
fn mistakes(reason: Reason, draft: &Draft) -> Vec<FieldError> {
    match reason {
        Reason::Mistakes => draft.check().err().unwrap_or_default(),
        Reason::NameTaken => vec![FieldError {
            field: Field::Name,
            message: "Another journey has this name; choose another".into(),
        }],
        _ => vec![],
    }
}

/// What went wrong as a whole. `journey` is as it is now.
#[component]
fn Problem(reason: Reason, mistakes: usize, journey: Option<Journey>) -> impl IntoView {
    let text = match reason {
        // An address that somebody else has written.
        Reason::Mistakes | Reason::NameTaken if mistakes == 0 => return ().into_any(),
        Reason::Mistakes | Reason::NameTaken => {
            let count = format::counted(mistakes, "mistake");
            format!("Nothing was saved: mend {count} below.")
        }
        Reason::Full => format!(
            "Nothing was saved: there are {MAX_JOURNEYS} journeys, which is the most there can be. Delete \
             one first."
        ),
        Reason::Gone => {
            "Nothing was saved: somebody has deleted this journey in the meantime.".into()
        }
        Reason::Outdated => {
            return journey
                .map(|current| view! { <Newer current /> })
                .into_any();
        }
        Reason::Unavailable => failure(&AppError::Unavailable),
        Reason::Damaged => failure(&AppError::Damaged),
        Reason::Unreadable => {
            "Nothing was saved: what was sent could not be read. Fill in the form and send it \
             again."
                .into()
        }
    };
    view! { <p>{text}</p> }.into_any()
}

fn failure(error: &AppError) -> String {
    format!("Nothing was saved. {error}. {}", error.hint())
}

/// What somebody else has written in the meantime.
#[component]
fn Newer(current: Journey) -> impl IntoView {
    let theirs = Draft::from(&current.definition);
    let rows = [
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
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    let rows = rows.map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> });
    view! {
        <p>
            <strong>"Somebody else has changed this journey since you opened it."</strong>
            " Nothing was overwritten. This is what they saved:"
        </p>
        <dl class="theirs">{rows.collect_view()}</dl>
        <p>
            "Save again to put yours in its place, or "
            <a href=format!("{JOURNEYS_PATH}/{}/edit", current.id)>
                "begin again with theirs"
            </a> "."
        </p>
    }
}

/// Deleting, behind a question that says what is lost.
#[component]
pub(super) fn DeleteForm(journey: Journey) -> impl IntoView {
    let action = ServerAction::<DeleteJourney>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let name = journey.definition.name.clone();
    let current = journey.clone();
    let problem = refusal.map(|refusal| {
        view! { <Problem reason=refusal.reason mistakes=0 journey=Some(current) /> }
    });
    view! {
        <details class="delete">
            <summary class="button">"Delete…"</summary>
            <ActionForm action=action>
                <div class="form-problem" role="alert">{problem}</div>
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
