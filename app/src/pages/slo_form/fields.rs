//! Fields of the form of an objective.

use leptos::prelude::*;
use model::journey::Key;
use model::objective::burn::MAX_RULES;
use model::objective::{Draft, Field, FieldError, Over, Window};

use crate::components::select_field::SelectField;
use crate::components::text_field::{self, mistake};

type Mistakes = StoredValue<Vec<FieldError>>;

/// With `lines` it has so many, and otherwise one.
#[component]
pub(super) fn TextField(
    field: Field,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] lines: Option<u32>,
    value: String,
    mistakes: Mistakes,
) -> impl IntoView {
    let mistake = mistakes.with_value(|mistakes| mistake(mistakes, &field));
    view! { <text_field::TextField name=field.key() label hint lines value mistake /> }
}

#[component]
fn Choice(
    field: Field,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    options: Vec<(String, String)>,
    value: String,
    mistakes: Mistakes,
) -> impl IntoView {
    let mistake = mistakes.with_value(|mistakes| mistake(mistakes, &field));
    view! { <SelectField name=field.key() label hint options value mistake /> }
}

fn options<const N: usize>(options: [(&str, &str); N]) -> Vec<(String, String)> {
    let own = |(value, words): (&str, &str)| (value.to_owned(), words.to_owned());
    options.map(own).to_vec()
}

/// What it is about.
#[component]
pub(super) fn SubjectFields(
    draft: Draft,
    journeys: Vec<(Key, String)>,
    mistakes: Mistakes,
) -> impl IntoView {
    let journey = Over::Journey {
        journey: Key::Defined(0),
    };
    let over = options([
        (Over::Requests.name(), "Requests of users"),
        (journey.name(), "Requests of a journey"),
        (Over::Operations.name(), "Operations of services"),
    ]);
    let mut known = options([("", "none")]);
    known.extend(journeys.into_iter().map(|(key, name)| {
        let name = match key {
            Key::Defined(_) => name,
            Key::Label(_) => format!("{name}, as requests name it"),
        };
        (key.to_string(), name)
    }));
    // One that is gone.
    if known.iter().all(|(key, _)| *key != draft.journey) {
        known.push((draft.journey.clone(), draft.journey.clone()));
    }
    view! {
        <Choice field=Field::Over label="Over" options=over value=draft.over mistakes />
        <Choice
            field=Field::Journey
            label="Journey"
            hint="Where it is over the requests of a journey."
            options=known
            value=draft.journey
            mistakes
        />
        <TextField
            field=Field::Filter
            label="Filter"
            hint="As in the filter bar: region:eu-west-1, for operations service:payment. Empty for all."
            value=draft.filter
            mistakes
        />
    }
}

/// What it demands.
#[component]
pub(super) fn DemandFields(draft: Draft, mistakes: Mistakes) -> impl IntoView {
    let indicators = options([
        ("availability", "it has no error"),
        ("latency", "it takes less than the threshold"),
    ]);
    let window = |window: Window| {
        let words = match window {
            Window::Rolling { days } => format!("{days} days, rolling"),
            Window::Calendar(period) => format!("calendar {}", period.name()),
        };
        (window.to_string(), words)
    };
    let mut windows: Vec<(String, String)> = Window::USUAL.into_iter().map(window).collect();
    if windows.iter().all(|(value, _)| *value != draft.window) {
        windows.push((draft.window.clone(), draft.window.clone()));
    }
    view! {
        <Choice
            field=Field::Indicator
            label="Good when"
            options=indicators
            value=draft.indicator
            mistakes
        />
        <TextField
            field=Field::Threshold
            label="Threshold"
            hint="Of latency, for example 1.5s."
            value=draft.threshold
            mistakes
        />
        <TextField
            field=Field::Target
            label="Target, in percent"
            hint="The share that is to be good: 99.9"
            value=draft.target
            mistakes
        />
        <Choice field=Field::Window label="Window" options=windows value=draft.window mistakes />
    }
}

/// When people are told.
#[component]
pub(super) fn AlertFields(draft: Draft, mistakes: Mistakes) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Alerts"</legend>
            <TextField
                field=Field::Rules
                label="Rules"
                hint="One a line: page or ticket, the burn rate, the long and the short window. Both windows must burn as fast. Leave it empty for no alerts."
                lines=u32::try_from(MAX_RULES / 2).unwrap_or(4)
                value=draft.rules
                mistakes
            />
            <TextField
                field=Field::LeastBad
                label="At least so many bad ones"
                hint="In the long window: of little traffic a single failure is a high rate."
                value=draft.least_bad
                mistakes
            />
            <TextField
                field=Field::Pending
                label="For at least"
                hint="How long a rule must be broken, for example 2m. Empty fires at once."
                value=draft.pending
                mistakes
            />
        </fieldset>
    }
}

/// Who answers for it, and what to do.
#[component]
pub(super) fn OwnerFields(draft: Draft, mistakes: Mistakes) -> impl IntoView {
    view! {
        <TextField
            field=Field::Owner
            label="Owner"
            hint="Who answers for it: a person or a team."
            value=draft.owner
            mistakes
        />
        <TextField
            field=Field::Description
            label="Description"
            lines=2
            value=draft.description
            mistakes
        />
        <TextField
            field=Field::Runbook
            label="Runbook"
            hint="Address of what to do when it is in danger."
            value=draft.runbook
            mistakes
        />
    }
}

/// Who makes this change, and why.
#[component]
pub(super) fn ChangeFields(draft: Draft, mistakes: Mistakes) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"This change"</legend>
            <TextField field=Field::Author label="Who makes it" value=draft.author mistakes />
            <TextField field=Field::Reason label="Why" value=draft.reason mistakes />
        </fieldset>
    }
}
