//! A field of a form with a few values to choose from.

use leptos::prelude::*;

/// `options` are the values, each with what it is called; `value` is the chosen one, which may be
/// none of them.
#[component]
pub(crate) fn SelectField(
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    options: Vec<(String, String)>,
    value: String,
    mistake: Option<String>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let name = format!("draft[{name}]");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let is_wrong = mistake.as_ref().map(|_| "true");
    let described_by = match (mistake.is_some(), hint.is_empty()) {
        (true, _) => Some(error_id.clone()),
        (false, false) => Some(hint_id.clone()),
        (false, true) => None,
    };
    let options = options.into_iter().map(|(own, words)| {
        let is_chosen = own == value;
        view! { <option value=own selected=is_chosen>{words}</option> }
    });
    let options = options.collect_view();
    let hint = (!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> });
    let error = mistake.map(|message| view! { <p class="field-error" id=error_id>{message}</p> });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name aria-invalid=is_wrong aria-describedby=described_by>
                {options}
            </select>
            {error}
            {hint}
        </div>
    }
}
