//! `/traces/live`: requests as they arrive.

mod query;

use leptos::prelude::*;
use leptos_meta::Title;
use model::list_columns::Columns;
use model::list_order::ListOrder;
use model::summary::Summary;
use store::traces::AttributeValues;

use self::query::list_newest;
use crate::address::{LIVE_PATH, Scope, TracesAddress, live_rows_href, page_query};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;
use crate::islands::live::LiveList;
use crate::pages::traces::{Rows, TraceTable};

/// The duration of a whole bar where there is nothing to compare with.
const LONG_NANOS: i64 = 1_000_000_000;

#[component]
pub(crate) fn LivePage() -> impl IntoView {
    let scope = Scope::read(&page_query());
    view! {
        <Title text="Live traces" />
        <FilterBar place=LIVE_PATH scope=scope.clone() />
        {Suspend::new(async move {
            match list_newest(&scope).await {
                Ok((traces, now_nanos)) => view! { <Live scope traces now_nanos /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Live(scope: Scope, traces: Vec<Summary>, now_nanos: i64) -> impl IntoView {
    let durations = traces.iter().map(|trace| trace.duration_nanos);
    let longest = durations.max().unwrap_or(LONG_NANOS);
    let rows = live_rows_href(&scope, longest);
    let again = scope.href(LIVE_PATH);
    let address = TracesAddress::from(scope);
    let list = address.href();
    let drawn = Rows {
        address: address.clone(),
        columns: Columns::default(),
        longest: Some(longest.max(1)),
        now_nanos,
    };
    let drawn = drawn.draw(traces, &AttributeValues::new());
    view! {
        <section class="card live">
            <header class="card-head">
                <h1>"Traces as they arrive"</h1>
                <span class="muted">"those that began within the last hour"</span>
                <a href=list class="button">"List"</a>
            </header>
            <noscript>
                <p>
                    "To see them arrive, scripts must be on. These are the newest; "
                    <a href=again>"refresh to see newer ones"</a> "."
                </p>
            </noscript>
            <LiveList rows>
                <TraceTable address order=ListOrder::Newest columns=Columns::default() rows=drawn />
            </LiveList>
        </section>
    }
}
