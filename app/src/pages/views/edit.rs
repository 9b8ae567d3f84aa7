//! `/views/new` and `/views/{id}/edit`.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::view::{Draft, View};

use super::form::{DeleteForm, ViewForm};
use super::no_such_view;
use super::query::get_view;
use crate::address::{page_query, read_new_view, read_view_id, view_href};
use crate::components::notice::ErrorNotice;

#[component]
pub(crate) fn NewViewPage() -> impl IntoView {
    let draft = read_new_view(&page_query());
    view! {
        <Title text="Save a view" />
        <section class="card form-card">
            <h1>"Save a view"</h1>
            <ViewForm draft view=None />
        </section>
    }
}

#[component]
pub(crate) fn EditViewPage() -> impl IntoView {
    let id = use_params_map().with_untracked(read_view_id);
    view! {
        <Title text="Edit a view" />
        {Suspend::new(async move {
            match get_view(id).await {
                Ok(Some(view)) => view! { <Editor view /> }.into_any(),
                Ok(None) => no_such_view(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Editor(view: View) -> impl IntoView {
    let draft = Draft::from(&view.definition);
    view! {
        <section class="card form-card">
            <h1>"Edit " <a href=view_href(&view)>{view.definition.name.clone()}</a></h1>
            <ViewForm draft view=Some(view.clone()) />
            <DeleteForm view />
        </section>
    }
}
