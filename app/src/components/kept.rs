//! What a form keeps of the address that it is on.

use leptos::prelude::*;

/// Those that are empty are left out.
#[component]
pub(crate) fn Kept(fields: Vec<(&'static str, String)>) -> impl IntoView {
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let fields =
        fields.map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    fields.collect_view()
}
