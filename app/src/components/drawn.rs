//! Parts of pages that only read, drawn on the server.
//!
//! Their views are not in the WASM bundle, which every first visit loads: the browser is sent the
//! same HTML whether it runs scripts or not. Links in it change the page in place, as all do.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// HTML that was made from a view, and so has no text of others as markup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Drawn(String);

impl Drawn {
    #[cfg(feature = "ssr")]
    pub(crate) fn of(view: impl IntoView) -> Self {
        Self(view.into_view().to_html())
    }
}

#[component]
pub(crate) fn DrawnByServer(drawn: Drawn) -> impl IntoView {
    view! { <div inner_html=drawn.0></div> }
}
