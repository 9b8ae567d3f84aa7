//! What stands at an address where nothing is.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <NotFound
            title="There is no page at this address"
            explanation="It may have been mistyped, or lead to a page of another version."
        />
    }
}

/// The same for anything that an address names and that does not exist.
#[component]
pub(crate) fn NotFound(
    #[prop(into)] title: String,
    #[prop(into)] explanation: String,
) -> impl IntoView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="Not found" />
        <section class="notice">
            <h1>{title}</h1>
            <p>{explanation}</p>
            <p><a href="/traces">"Go to the list of traces"</a></p>
        </section>
    }
}
