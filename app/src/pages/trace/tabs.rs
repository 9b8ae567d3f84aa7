//! The ways to look at a trace.

use leptos::prelude::*;

use crate::address::{TraceAddress, TraceView};
use crate::islands::trace_tabs::{Tab, TraceTabs};

/// All views keep what is looked at: the span that is selected, and the clock above all.
#[component]
pub(super) fn Tabs(address: TraceAddress) -> impl IntoView {
    let tabs = TraceView::ALL.map(|view| Tab {
        name: view.name().to_owned(),
        view: view.key().to_owned(),
        is_current: view == address.view,
    });
    let by = address.order_key().to_owned();
    view! {
        <TraceTabs trace=address.id span=address.span by state=address.waterfall tabs=tabs.to_vec() />
    }
}
