//! What a receiver was sent, and what became of it.

use leptos::prelude::*;
use model::notification::{Delivery, DeliveryState};

use super::query::TestReceiver;
use crate::components::time::Minute;

#[component]
pub(super) fn Deliveries(id: i64, deliveries: Vec<Delivery>, now_nanos: i64) -> impl IntoView {
    let action = ServerAction::<TestReceiver>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let problem = refusal.map(|_refusal| {
        view! {
            <p class="form-problem" role="alert">
                "No test was sent: too many messages wait for this receiver, or the database does "
                "not answer."
            </p>
        }
    });
    let content = if deliveries.is_empty() {
        view! { <p class="teaching">"It was sent nothing yet. A test shows whether it arrives."</p> }
            .into_any()
    } else {
        view! { <Table deliveries now_nanos /> }.into_any()
    };
    view! {
        <section class="card" id="deliveries">
            <header class="card-head">
                <h2>"Deliveries"</h2>
                <ActionForm action=action>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="button">"Send a test"</button>
                </ActionForm>
            </header>
            {problem}
            {content}
        </section>
    }
}

#[component]
fn Table(deliveries: Vec<Delivery>, now_nanos: i64) -> impl IntoView {
    let rows = deliveries.into_iter().map(|delivery| {
        let class = match delivery.state {
            DeliveryState::Waiting => "tag warn",
            DeliveryState::Delivered | DeliveryState::DryRun | DeliveryState::Skipped => "tag",
            DeliveryState::GivenUp => "tag bad",
        };
        let when = match (delivery.state, delivery.attempts) {
            (DeliveryState::Waiting, 0) => "about to be sent".into_any(),
            (DeliveryState::Waiting, _) => {
                view! { "tried again at " <Minute nanos=delivery.at_nanos now_nanos /> }.into_any()
            }
            _ => view! { <Minute nanos=delivery.at_nanos now_nanos /> }.into_any(),
        };
        // What went wrong before it arrived is of no use any more.
        let error = delivery
            .last_error
            .filter(|_| delivery.state != DeliveryState::Delivered);
        let body = delivery.body.map(|body| {
            view! {
                <details>
                    <summary>"What was sent, or would have been"</summary>
                    <code>{body}</code>
                </details>
            }
        });
        view! {
            <tr>
                <th scope="row"><Minute nanos=delivery.created_nanos now_nanos /></th>
                <td class="words">{delivery.message.title()}</td>
                <td><span class=class>{delivery.state.words()}</span></td>
                <td class="number">{delivery.attempts}</td>
                <td>{when}</td>
                <td class="words">{error} {body}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Deliveries">
            <table class="parts deliveries">
                <thead>
                    <tr>
                        <th scope="col">"Written"</th>
                        <th scope="col">"Message"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Attempts"</th>
                        <th scope="col">"When"</th>
                        <th scope="col">"What happened"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
