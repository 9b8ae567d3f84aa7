//! Fields of the form, each with what is wrong with it beside it.

use leptos::prelude::*;
use model::journey::{Field, FieldError};

/// What is wrong with a field, if anything.
fn mistake(mistakes: Signal<Vec<FieldError>>, field: Field) -> Option<String> {
    mistakes.with(|mistakes| {
        let found: Vec<&str> = mistakes
            .iter()
            .filter(|mistake| mistake.field == field)
            .map(|mistake| mistake.message.as_str())
            .collect();
        (!found.is_empty()).then(|| found.join(". "))
    })
}

/// With `lines` it has so many, and otherwise one.
#[component]
pub(super) fn TextField(
    field: Field,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] lines: Option<u32>,
    value: String,
    mistakes: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let id = format!("field-{}", field.key());
    let name = format!("draft[{}]", field.key());
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let is_wrong = move || mistake(mistakes, field).map(|_| "true");
    let described_by = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        move || {
            let error = mistake(mistakes, field).map(|_| error_id.as_str());
            let hint = (!hint.is_empty()).then_some(hint_id.as_str());
            let ids: Vec<&str> = error.into_iter().chain(hint).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    let input = match lines {
        None => view! {
            <input
                id=id.clone()
                name=name
                value=value
                autocomplete="off"
                aria-invalid=is_wrong
                aria-describedby=described_by
            />
        }
        .into_any(),
        Some(lines) => view! {
            <textarea
                id=id.clone()
                name=name
                rows=lines
                spellcheck="false"
                aria-invalid=is_wrong
                aria-describedby=described_by
            >
                {value}
            </textarea>
        }
        .into_any(),
    };
    let hint = (!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> });
    let error = move || {
        let id = error_id.clone();
        mistake(mistakes, field).map(|message| view! { <p class="field-error" id=id>{message}</p> })
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {input}
            {error}
            {hint}
        </div>
    }
}
