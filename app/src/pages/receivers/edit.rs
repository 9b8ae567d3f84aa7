//! `/alerts/receivers/new` and `/alerts/receivers/{id}/edit`.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::receiver::Draft;

use super::deliveries::Deliveries;
use super::form::{DeleteForm, ReceiverForm};
use super::query::{Material, get_material};
use crate::address::{RECEIVERS_PATH, read_receiver_id};
use crate::components::notice::ErrorNotice;
use crate::context::RequestContext;
use crate::pages::not_found::NotFound;

#[component]
pub(crate) fn NewReceiverPage() -> impl IntoView {
    let RequestContext { can_send_mail, .. } = expect_context();
    view! {
        <Title text="Set up a receiver" />
        <section class="card form-card">
            <h1>"Set up a receiver"</h1>
            <ReceiverForm draft=Draft::usual() receiver=None can_send_mail />
        </section>
    }
}

#[component]
pub(crate) fn EditReceiverPage() -> impl IntoView {
    let id = use_params_map().with_untracked(read_receiver_id);
    view! {
        <Title text="Edit a receiver" />
        {Suspend::new(async move {
            match get_material(id).await {
                Ok(Some(material)) => view! { <Editor material /> }.into_any(),
                Ok(None) => view! {
                    <NotFound
                        title="There is no such receiver"
                        explanation="It may have been deleted. All that there are stand under Receivers."
                    />
                }
                .into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Editor(material: Material) -> impl IntoView {
    let Material {
        receiver,
        deliveries,
        can_send_mail,
        now_nanos,
    } = material;
    let draft = Draft::from(&receiver.definition);
    let id = receiver.id;
    view! {
        <h1 class="page-title">
            {receiver.definition.name.clone()} " " <a class="muted" href=RECEIVERS_PATH>"Receivers"</a>
        </h1>
        <div class="editor">
            <section class="card form-card">
                <ReceiverForm draft receiver=Some(receiver.clone()) can_send_mail />
                <DeleteForm receiver />
            </section>
            <Deliveries id deliveries now_nanos />
        </div>
    }
}
