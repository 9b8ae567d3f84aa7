//! A field of a form, with what is wrong with it beside it.

use leptos::prelude::*;
use model::form::FieldError;

/// What is wrong with a field, if anything.
pub(crate) fn mistake<F: PartialEq>(mistakes: &[FieldError<F>], field: &F) -> Option<String> {
    let found: Vec<&str> = mistakes
        .iter()
        .filter(|mistake| mistake.field == *field)
        .map(|mistake| mistake.message.as_str())
        .collect();
    (!found.is_empty()).then(|| found.join(". "))
}

/// With `lines` it has so many, and otherwise one. `name` is that of the field in its draft.
#[component]
pub(crate) fn TextField(
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional_no_strip)] lines: Option<u32>,
    value: String,
    mistake: Option<String>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let name = format!("draft[{name}]");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let is_wrong = mistake.as_ref().map(|_| "true");
    let error = mistake.as_ref().map(|_| error_id.as_str());
    let described_by = error
        .into_iter()
        .chain((!hint.is_empty()).then_some(hint_id.as_str()));
    let described_by = described_by.collect::<Vec<_>>().join(" ");
    let described_by = (!described_by.is_empty()).then_some(described_by);
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
    let error = mistake.map(|message| view! { <p class="field-error" id=error_id>{message}</p> });
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {input}
            {error}
            {hint}
        </div>
    }
}
