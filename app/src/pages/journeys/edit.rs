//! `/journeys/new` and `/journeys/{id}/edit`.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::journey::{Draft, Journey, Key};

use super::form::{DeleteForm, JourneyForm};
use super::query::get_journey_to_edit;
use crate::address::{JourneyAddress, Scope, page_query, read_draft};
use crate::components::notice::ErrorNotice;
use crate::error::AppError;
use crate::pages::not_found::NotFound;

#[component]
pub(crate) fn NewJourneyPage() -> impl IntoView {
    let draft = read_draft(&page_query());
    view! {
        <Title text="Define a journey" />
        <section class="card form-card">
            <h1>"Define a journey"</h1>
            <JourneyForm draft journey=None />
        </section>
    }
}

#[component]
pub(crate) fn EditJourneyPage() -> impl IntoView {
    let key = use_params_map().with_untracked(read_key);
    view! {
        <Title text="Edit a journey" />
        {Suspend::new(async move {
            match ask(key).await {
                Ok(Some(journey)) => view! { <Editor journey /> }.into_any(),
                Ok(None) => {
                    view! {
                        <NotFound
                            title="There is no such journey"
                            explanation="It may have been deleted. All that there are stand under Journeys."
                        />
                    }
                        .into_any()
                }
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

fn read_key(path: &leptos_router::params::ParamsMap) -> Result<Key, AppError> {
    let address = JourneyAddress::read(path, &leptos_router::params::ParamsMap::new())?;
    Ok(address.key)
}

/// What nobody has defined cannot be edited.
async fn ask(key: Result<Key, AppError>) -> Result<Option<Journey>, AppError> {
    match key? {
        Key::Defined(id) => get_journey_to_edit(id).await,
        Key::Label(_) => Ok(None),
    }
}

#[component]
fn Editor(journey: Journey) -> impl IntoView {
    let address = JourneyAddress {
        key: Key::Defined(journey.id),
        scope: Scope::default(),
    };
    let draft = Draft::from(&journey.definition);
    view! {
        <section class="card form-card">
            <h1>
                "Edit "
                <a href=address.href()>{journey.definition.name.clone()}</a>
            </h1>
            <JourneyForm draft journey=Some(journey.clone()) />
            <DeleteForm journey />
        </section>
    }
}
