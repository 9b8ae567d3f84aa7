//! `/alerts/receivers`: who is told of alerts, and the forms that set that up.

mod deliveries;
mod edit;
mod fields;
mod form;
mod query;

use leptos::prelude::*;
use leptos_meta::Title;
use model::objective::burn::Severity;
use model::receiver::Receiver;

pub(crate) use self::edit::{EditReceiverPage, NewReceiverPage};
use self::query::get_receivers;
use crate::address::{ALERTS_PATH, edit_receiver_href, new_receiver_href};
use crate::components::notice::ErrorNotice;
use crate::components::time::Minute;

#[component]
pub(crate) fn ReceiversPage() -> impl IntoView {
    view! {
        <Title text="Receivers" />
        {Suspend::new(async move {
            match get_receivers().await {
                Ok((receivers, now_nanos)) => view! { <Receivers receivers now_nanos /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Receivers(receivers: Vec<Receiver>, now_nanos: i64) -> impl IntoView {
    let heading = if receivers.is_empty() {
        "Nobody is told of alerts yet"
    } else {
        "Receivers"
    };
    let content = if receivers.is_empty() {
        view! {
            <p class="teaching">
                "A receiver is told when an alert fires and when it is resolved: by a webhook, in "
                "Slack or by e-mail. Until there is one, alerts only stand on this site."
            </p>
        }
        .into_any()
    } else {
        view! { <Table receivers now_nanos /> }.into_any()
    };
    view! {
        <section class="card">
            <header class="card-head">
                <h1>{heading}</h1>
                <p class="card-actions">
                    <a href=ALERTS_PATH>"Alerts"</a>
                    <a class="button" href=new_receiver_href()>"Set up a receiver…"</a>
                </p>
            </header>
            {content}
        </section>
    }
}

#[component]
fn Table(receivers: Vec<Receiver>, now_nanos: i64) -> impl IntoView {
    let rows = receivers.into_iter().map(|receiver| {
        let definition = &receiver.definition;
        let edit = edit_receiver_href(receiver.id);
        let (name, way) = (definition.name.clone(), definition.channel.words());
        let target = definition.channel.target();
        let told = told_words(&definition.severities, definition.send_resolved);
        let signed = if receiver.has_secret { "signed" } else { "" };
        view! {
            <tr>
                <th scope="row"><a href=edit>{name}</a></th>
                <td>{way}</td>
                <td class="address">{target}</td>
                <td>{told}</td>
                <td>{signed}</td>
                <td><Minute nanos=receiver.updated_nanos now_nanos /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Receivers">
            <table class="parts receivers">
                <thead>
                    <tr>
                        <th scope="col">"Receiver"</th>
                        <th scope="col">"How"</th>
                        <th scope="col">"Where"</th>
                        <th scope="col">"Told of"</th>
                        <th scope="col">"Signature"</th>
                        <th scope="col">"Changed"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn told_words(severities: &[Severity], send_resolved: bool) -> String {
    let names = severities.iter().map(|severity| severity.name());
    let names = names.collect::<Vec<_>>().join(", ");
    if send_resolved {
        format!("{names}, and resolved")
    } else {
        names
    }
}
