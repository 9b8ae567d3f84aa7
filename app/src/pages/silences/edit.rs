//! `/alerts/silences/new` and `/alerts/silences/{id}/edit`.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::silence::Draft;

use super::form::{DeleteForm, SilenceForm};
use super::query::{Material, get_material};
use crate::address::{page_query, read_new_silence, read_silence_id};
use crate::components::notice::ErrorNotice;
use crate::error::AppError;
use crate::pages::not_found::NotFound;

#[component]
pub(crate) fn NewSilencePage() -> impl IntoView {
    view! {
        <Title text="Silence alerts" />
        {Suspend::new(async move { editor(Ok(None)).await })}
    }
}

#[component]
pub(crate) fn EditSilencePage() -> impl IntoView {
    let id = use_params_map().with_untracked(read_silence_id).map(Some);
    view! {
        <Title text="Edit a silence" />
        {Suspend::new(async move { editor(id).await })}
    }
}

async fn editor(id: Result<Option<i64>, AppError>) -> AnyView {
    match get_material(id).await {
        Ok(Some(material)) => view! { <Editor material /> }.into_any(),
        Ok(None) => view! {
            <NotFound
                title="There is no such silence"
                explanation="It may have been ended. All that there are stand under Silences."
            />
        }
        .into_any(),
        Err(error) => view! { <ErrorNotice error /> }.into_any(),
    }
}

#[component]
fn Editor(material: Material) -> impl IntoView {
    let (heading, draft) = match &material.silence {
        None => {
            let objective = read_new_silence(&page_query());
            let draft = Draft {
                objective,
                ..Draft::usual()
            };
            ("Silence alerts", draft)
        }
        Some(silence) => ("Edit a silence", Draft::from(&silence.definition)),
    };
    let end = material
        .silence
        .clone()
        .map(|silence| view! { <DeleteForm silence /> });
    view! {
        <section class="card form-card">
            <h1>{heading}</h1>
            <SilenceForm draft material />
            {end}
        </section>
    }
}
