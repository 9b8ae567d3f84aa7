//! The ways to look at a trace, as links that keep what is looked at: the span that is selected, the
//! clock, and how the waterfall is folded, sorted and zoomed, as it is now and not only as it was
//! when the page came.

use leptos::prelude::*;
use model::id::{SpanId, TraceId};
use model::layout::waterfall::State;
use serde::{Deserialize, Serialize};

use super::looked_at;

/// A way to look at a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tab {
    pub(crate) name: String,
    /// What the field `view` has for it.
    pub(crate) view: String,
    pub(crate) is_current: bool,
}

/// `span` is the one that the address names, `by` what statistics are sorted by.
#[island]
pub(crate) fn TraceTabs(
    trace: TraceId,
    span: Option<SpanId>,
    by: String,
    state: State,
    tabs: Vec<Tab>,
) -> impl IntoView {
    let given = StoredValue::new((by, state));
    let tabs = tabs.into_iter().map(|tab| {
        let Tab {
            name,
            view,
            is_current,
        } = tab;
        let href = move || {
            let span = looked_at::selected().or(span);
            let shown = looked_at::shown();
            given.with_value(|(by, state)| {
                trace_href(trace, span, &view, by, shown.as_ref().unwrap_or(state))
            })
        };
        view! {
            <li>
                <a href=href aria-current=is_current.then_some("page")>{name}</a>
            </li>
        }
    });
    view! {
        <nav class="tabs" aria-label="Views of the trace">
            <ul>{tabs.collect_view()}</ul>
        </nav>
    }
}

/// `/traces/{id}?span=&view=&by=&…`: a trace as it is looked at. What is empty is left out.
pub(crate) fn trace_href(
    trace: TraceId,
    span: Option<SpanId>,
    view: &str,
    by: &str,
    state: &State,
) -> String {
    let span = span.map(|span| span.to_string()).unwrap_or_default();
    let own = [("span", &*span), ("view", view), ("by", by)];
    let own = own.iter().filter(|(_, value)| !value.is_empty());
    let own = own.map(|(key, value)| format!("{key}={value}"));
    let fields = own.chain(Some(state.query()).filter(|query| !query.is_empty()));
    let query = fields.collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/traces/{trace}{mark}{query}")
}
