//! The form of a view.

use leptos::prelude::*;
use model::view::{Draft, Field, View};
use store::views::MAX_VIEWS;

use super::query::{DeleteView, NOUN, SaveView};
use crate::address::{VIEWS_PATH, edit_view_href};
use crate::components::text_field::{TextField, mistake};
use crate::pages::forms::{Newer, Problem, Returned};

/// `view` is the one that is changed; without one a new one is made from `draft`. Where a form was
/// refused, it comes back with what was typed.
#[component]
pub(super) fn ViewForm(draft: Draft, view: Option<View>) -> impl IntoView {
    let action = ServerAction::<SaveView>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let check = |draft: &Draft| draft.check().err().unwrap_or_default();
    let returned = Returned::of(refusal, draft, NOUN, Field::Name, check);
    let button = if returned.is_outdated() {
        "Save mine over it"
    } else {
        "Save"
    };
    let identity = view.as_ref().map(|view| {
        let version = returned.version(view.version);
        view! {
            <input type="hidden" name="id" value=view.id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
        }
    });
    let Returned {
        reason,
        draft,
        mistakes,
        ..
    } = returned;
    let newer = view.as_ref().map(newer);
    let problem = view! {
        <Problem noun=NOUN most=MAX_VIEWS reason mistakes=mistakes.len() newer />
    };
    view! {
        <ActionForm action=action attr:class="journey-form" attr:novalidate="">
            {problem}
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
fn newer(current: &View) -> AnyView {
    let again = edit_view_href(current.id);
    let definition = current.definition.clone();
    let theirs = vec![
        ("Name", definition.name),
        ("Address", definition.path),
        ("Description", definition.description),
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
    let newer = Some(newer(&view));
    let name = view.definition.name;
    view! {
        <details class="delete" open=is_refused>
            <summary class="button">"Delete…"</summary>
            <ActionForm action=action>
                <Problem noun=NOUN most=MAX_VIEWS reason mistakes=0 newer />
                <p>"Its link leads nowhere then, wherever it was shared. What it shows stays."</p>
                <input type="hidden" name="id" value=view.id.to_string() />
                <input type="hidden" name="version" value=view.version.to_string() />
                <button class="button danger">{format!("Delete {name}")}</button>
            </ActionForm>
        </details>
    }
}
