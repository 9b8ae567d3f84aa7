//! The ways to look at a trace.

use leptos::prelude::*;

use crate::address::{TraceAddress, TraceView};

/// All views keep the span that is selected, and whether clocks are corrected.
#[component]
pub(super) fn Tabs(address: TraceAddress) -> impl IntoView {
    let tabs = TraceView::ALL.map(|view| {
        let current = (view == address.view).then_some("page");
        let href = address.clone().with_view(view).href();
        view! {
            <li>
                <a href=href aria-current=current>{view.name()}</a>
            </li>
        }
    });
    view! {
        <nav class="tabs" aria-label="Views of the trace">
            <ul>{tabs.into_iter().collect_view()}</ul>
        </nav>
    }
}
