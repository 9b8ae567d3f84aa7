//! Fields of the form of a receiver.

use leptos::prelude::*;
use model::receiver::{Channel, Draft, Field, FieldError};

use crate::components::select_field::SelectField;
use crate::components::text_field::{TextField, mistake};

/// Where it is, and in which form it is told.
#[component]
pub(super) fn ChannelFields(
    draft: Draft,
    can_send_mail: bool,
    mistakes: Vec<FieldError>,
) -> impl IntoView {
    let kinds = Channel::KINDS.map(|(kind, words)| (kind.to_owned(), words.to_owned()));
    let no_mail = (!can_send_mail).then(|| {
        view! {
            <p class="hint">
                "This server cannot send e-mail yet: whoever runs it has to set "
                <code>"THROUGHLINE_SMTP_URL"</code> "."
            </p>
        }
    });
    view! {
        <SelectField
            name=Field::Kind.key()
            label="How it is told"
            options=kinds.to_vec()
            value=draft.kind
            mistake=mistake(&mistakes, &Field::Kind)
        />
        <TextField
            name=Field::Url.key()
            label="Address"
            hint="Of all but e-mail, such as https://hooks.example/alerts. Messages are posted there as JSON."
            value=draft.url
            mistake=mistake(&mistakes, &Field::Url)
        />
        <TextField
            name=Field::To.key()
            label="E-mail to"
            hint="Of e-mail: addresses, one a line."
            lines=Some(2)
            value=draft.to
            mistake=mistake(&mistakes, &Field::To)
        />
        {no_mail}
    }
}

/// Which alerts it is told of.
#[component]
pub(super) fn AlertFields(draft: Draft, mistakes: Vec<FieldError>) -> impl IntoView {
    let own = |(value, words): (&str, &str)| (value.to_owned(), words.to_owned());
    let severities = [
        ("page ticket", "pages and tickets"),
        ("page", "pages only"),
        ("ticket", "tickets only"),
    ];
    let resolved = [
        ("yes", "is told when they are resolved, too"),
        ("no", "is told only when they fire"),
    ];
    view! {
        <SelectField
            name=Field::Severities.key()
            label="Alerts"
            options=severities.map(own).to_vec()
            value=draft.severities
            mistake=mistake(&mistakes, &Field::Severities)
        />
        <SelectField
            name=Field::SendResolved.key()
            label="Recovery"
            options=resolved.map(own).to_vec()
            value=draft.send_resolved
            mistake=mistake(&mistakes, &Field::SendResolved)
        />
    }
}

/// The secret goes in, and is never shown again. `is_again` where the form was sent and came back.
#[component]
pub(super) fn SecretField(
    has_secret: bool,
    is_again: bool,
    mistakes: Vec<FieldError>,
) -> impl IntoView {
    let mistake = mistake(&mistakes, &Field::Secret);
    let is_wrong = mistake.as_ref().map(|_| "true");
    let error = mistake
        .map(|message| view! { <p class="field-error" id="field-secret-error">{message}</p> });
    let kept = match (has_secret, is_again) {
        (_, true) => "Type a new one again: a form that comes back does not have it.",
        (true, false) => "There is one, which nobody is shown. Leave this empty to keep it.",
        (false, false) => {
            "Webhooks are signed with it, so that you know who they are from. May be empty."
        }
    };
    let forget = has_secret.then(|| {
        view! {
            <p class="check">
                <input
                    type="checkbox"
                    id="field-forget_secret"
                    name="draft[forget_secret]"
                    value="yes"
                />
                <label for="field-forget_secret">"Remove the secret that there is"</label>
            </p>
        }
    });
    view! {
        <div class="field">
            <label for="field-secret">"Secret"</label>
            <input
                id="field-secret"
                name="draft[secret]"
                type="password"
                autocomplete="new-password"
                aria-invalid=is_wrong
                aria-describedby="field-secret-error field-secret-hint"
            />
            {error}
            <p class="hint" id="field-secret-hint">{kept}</p>
            {forget}
        </div>
    }
}

/// What an action sends, and how often.
#[component]
pub(super) fn ActionFields(draft: Draft, mistakes: Vec<FieldError>) -> impl IntoView {
    let own = |(value, words): (&str, &str)| (value.to_owned(), words.to_owned());
    let dry_runs = [
        ("yes", "only write down what would be sent"),
        ("no", "call it"),
    ];
    view! {
        <fieldset>
            <legend>"Action"</legend>
            <TextField
                name=Field::OnFiring.key()
                label="Body when an alert fires"
                hint="JSON, in which {objective}, {severity}, {state}, {headline}, {owner}, {link}, {slo}, {alert}, {fired_time} and {delivery} stand for those of the alert. Empty: it is not called then."
                lines=Some(3)
                value=draft.on_firing
                mistake=mistake(&mistakes, &Field::OnFiring)
            />
            <TextField
                name=Field::OnResolved.key()
                label="Body when it is resolved"
                hint="The same."
                lines=Some(3)
                value=draft.on_resolved
                mistake=mistake(&mistakes, &Field::OnResolved)
            />
            <TextField
                name=Field::Cooldown.key()
                label="Cooldown"
                hint="How long it is not called again for the same objective, such as 30m."
                value=draft.cooldown
                mistake=mistake(&mistakes, &Field::Cooldown)
            />
            <SelectField
                name=Field::DryRun.key()
                label="Dry run"
                options=dry_runs.map(own).to_vec()
                value=draft.dry_run
                mistake=mistake(&mistakes, &Field::DryRun)
            />
        </fieldset>
    }
}
