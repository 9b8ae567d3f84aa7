//! What stands where the content would be when there is none.

use leptos::prelude::*;

use crate::error::AppError;

/// An error, in words.
#[component]
pub(crate) fn ErrorNotice(error: AppError) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
    }
    view! {
        <section class="notice bad" role="alert">
            <h1>{error.to_string()}</h1>
            <p>{error.hint()}</p>
        </section>
    }
}
