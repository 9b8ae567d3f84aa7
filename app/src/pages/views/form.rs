//! The form of a view.

use leptos::prelude::*;
use model::view::{Draft, Field, View};

use super::query::{DeleteView, NOUN, Reason, SaveView};
use crate::address::{VIEWS_PATH, edit_view_href};
use crate::components::text_field::{TextField, mistake};
use crate::pages::forms::{Newer, Problem};

/// `view` is the one that is changed; without one a new one is made from `draft`. Where a form was
/// refused, it comes back with what was typed.
#[component]
pub(super) fn ViewForm(draft: Draft, view: Option<View>) -> impl IntoView {
    let action = ServerAction::<SaveView>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let (reason, draft) = match refusal {
        Some(refusal) => (Some(refusal.reason), *refusal.draft),
        None => (None, draft),
    };
    let mistakes = match &reason {
        Some(Reason::Mistakes(mistakes)) => mistakes.clone(),
        _ => vec![],
    };
    let newer_version = match &reason {
        Some(Reason::Outdated(current)) => Some(current.version),
        _ => None,
    };
    let button = if newer_version.is_some() {
        "Save mine over it"
    } else {
        "Save"
    };
    let identity = view.map(|view| {
        // Who has been told of a newer version and saves again means to.
        let version = newer_version.unwrap_or(view.version);
        view! {
            <input type="hidden" name="id" value=view.id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
        }
    });
    view! {
        <ActionForm action=action attr:class="journey-form" attr:novalidate="">
            <Problem noun=NOUN reason newer />
            {identity}
            <TextField
                name=Field::Name.key()
                label="Name"
                value=draft.name
                mistake=mistake(&mistakes, &Field::Name)
            />
            <TextField
                name=Field::Path.key()
                label="Address"
                hint="Of a page with a filter bar. A time such as now-1h stays relative."
                value=draft.path
                mistake=mistake(&mistakes, &Field::Path)
            />
            <TextField
                name=Field::Description.key()
                label="Description"
                hint="What it is for; may be empty."
                lines=Some(2)
                value=draft.description
                mistake=mistake(&mistakes, &Field::Description)
            />
            <p class="form-end">
                <button class="button primary">{button}</button>
                <a class="button" href=VIEWS_PATH>"Cancel"</a>
            </p>
        </ActionForm>
    }
}

/// What somebody else has written in the meantime.
fn newer(current: View) -> AnyView {
    let again = edit_view_href(current.id);
    let theirs = vec![
        ("Name", current.definition.name),
        ("Address", current.definition.path),
        ("Description", current.definition.description),
    ];
    view! { <Newer noun=NOUN theirs again /> }.into_any()
}

/// Deleting, behind a question that says what is lost.
#[component]
pub(super) fn DeleteForm(view: View) -> impl IntoView {
    let action = ServerAction::<DeleteView>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let is_refused = refusal.is_some();
    let reason = refusal.map(|refusal| refusal.reason);
    let name = view.definition.name;
    view! {
        <details class="delete" open=is_refused>
            <summary class="button">"Delete…"</summary>
            <ActionForm action=action>
                <Problem noun=NOUN reason newer />
                <p>"Its link leads nowhere then, wherever it was shared. What it shows stays."</p>
                <input type="hidden" name="id" value=view.id.to_string() />
                <input type="hidden" name="version" value=view.version.to_string() />
                <button class="button danger">{format!("Delete {name}")}</button>
            </ActionForm>
        </details>
    }
}
