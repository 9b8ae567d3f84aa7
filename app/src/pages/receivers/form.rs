//! The form of a receiver.

use leptos::prelude::*;
use model::receiver::{Draft, Field, Receiver};
use store::receivers::MAX_RECEIVERS;

use super::fields::{ActionFields, AlertFields, ChannelFields, SecretField};
use super::query::{DeleteReceiver, NOUN, SaveReceiver};
use crate::address::{RECEIVERS_PATH, edit_receiver_href};
use crate::components::text_field::{TextField, mistake};
use crate::pages::forms::{Newer, Problem, Returned};

/// `receiver` is the one that is changed; without one a new one is made from `draft`. Where a form
/// was refused, it comes back with what was typed.
#[component]
pub(super) fn ReceiverForm(
    draft: Draft,
    receiver: Option<Receiver>,
    can_send_mail: bool,
) -> impl IntoView {
    let action = ServerAction::<SaveReceiver>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let check = |draft: &Draft| draft.check().err().unwrap_or_default();
    let returned = Returned::of(refusal, draft, NOUN, Field::Name, check);
    let button = match (receiver.is_some(), returned.is_outdated()) {
        (true, true) => "Save mine over it",
        (true, false) => "Save receiver",
        (false, _) => "Set up receiver",
    };
    let identity = receiver.as_ref().map(|receiver| {
        let version = returned.version(receiver.version);
        view! {
            <input type="hidden" name="id" value=receiver.id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
        }
    });
    let Returned {
        reason,
        draft,
        mistakes,
        ..
    } = returned;
    let has_secret = receiver
        .as_ref()
        .is_some_and(|receiver| receiver.has_secret);
    let is_again = reason.is_some();
    let newer = receiver.as_ref().map(newer);
    let problem = view! {
        <Problem noun=NOUN most=MAX_RECEIVERS reason mistakes=mistakes.len() newer />
    };
    view! {
        <ActionForm action=action attr:class="journey-form" attr:novalidate="">
            {problem}
            {identity}
            <TextField
                name=Field::Name.key()
                label="Name"
                value=draft.name.clone()
                mistake=mistake(&mistakes, &Field::Name)
            />
            <ChannelFields draft=draft.clone() can_send_mail mistakes=mistakes.clone() />
            <SecretField has_secret is_again mistakes=mistakes.clone() />
            <AlertFields draft=draft.clone() mistakes=mistakes.clone() />
            <ActionFields draft mistakes />
            <p class="form-end">
                <button class="button primary">{button}</button>
                <a class="button" href=RECEIVERS_PATH>"Cancel"</a>
            </p>
        </ActionForm>
    }
}

/// What somebody else has written in the meantime.
fn newer(current: &Receiver) -> AnyView {
    let definition = &current.definition;
    let theirs = Draft::from(definition);
    let theirs = vec![
        ("Name", theirs.name),
        ("How it is told", definition.channel.words().to_owned()),
        ("Where", definition.channel.target()),
        ("Alerts", theirs.severities),
        ("Recovery", theirs.send_resolved),
    ];
    let again = edit_receiver_href(current.id);
    view! { <Newer noun=NOUN theirs again /> }.into_any()
}

/// Deleting, behind a question that says what is lost.
#[component]
pub(super) fn DeleteForm(receiver: Receiver) -> impl IntoView {
    let action = ServerAction::<DeleteReceiver>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let is_refused = refusal.is_some();
    let reason = refusal.map(|refusal| refusal.reason);
    let newer = Some(newer(&receiver));
    let name = receiver.definition.name;
    view! {
        <details class="delete" open=is_refused>
            <summary class="button">"Delete…"</summary>
            <ActionForm action=action>
                <Problem noun=NOUN most=MAX_RECEIVERS reason mistakes=0 newer />
                <p>"It is told nothing more, also not what waits for it now."</p>
                <input type="hidden" name="id" value=receiver.id.to_string() />
                <input type="hidden" name="version" value=receiver.version.to_string() />
                <button class="button danger">{format!("Delete {name}")}</button>
            </ActionForm>
        </details>
    }
}
