//! Pages that are whole as the server sends them: the bundle for browsers has no code for them, so
//! that the first load of all others stays small. A link to one leaves the page in the usual way.

use leptos::prelude::*;

/// Asks the server for the page at the address.
#[component]
pub(crate) fn ServedPage() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        // It fails only when the page is gone already.
        window().location().reload().ok();
    });
    view! { <p class="muted">"Fetching the page…"</p> }
}
