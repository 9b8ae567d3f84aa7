//! `/traces`: find requests.

mod empty;
mod query;
mod table;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::format;

use self::empty::NothingFound;
use self::query::{Answer, list_traces};
use self::table::TraceTable;
use crate::address::TracesAddress;
use crate::components::exports::{Export, Exports};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::notice::ErrorNotice;
use crate::components::time::Time;
use crate::components::time_menu;

const EXPORTS: [Export; 2] = [Export::Csv("traces"), Export::Json("traces")];

#[component]
pub(crate) fn TracesPage() -> impl IntoView {
    let address = use_query_map().with_untracked(TracesAddress::read);
    view! {
        <Title text="Traces" />
        <FilterBar place=TracesAddress::PATH scope=address.scope.clone() />
        {Suspend::new(async move {
            match list_traces(&address).await {
                Ok(answer) => view! { <Results address answer /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Results(address: TracesAddress, answer: Answer) -> impl IntoView {
    let range = address.scope.range().ok();
    let range_title = range.as_ref().map(time_menu::title).unwrap_or_default();
    let now_nanos = answer.now_nanos;
    let page = answer.page;
    if page.traces.is_empty() && answer.is_database_empty {
        return view! { <FirstTrace otlp_http=answer.otlp_http /> }.into_any();
    }
    let stopped = page.stopped_after.map(|looked_at| {
        let reached = page
            .next
            .map(|next| view! { <Time nanos=next.start_nanos now_nanos /> });
        view! {
            <p class="muted">
                {format!("Looked at {} back to ", format::counted(looked_at, "trace"))} {reached} ".
                There may be more before that."
            </p>
        }
    });
    if page.traces.is_empty() && stopped.is_none() {
        return view! { <NothingFound address range_title /> }.into_any();
    }
    let more = page.next.map(|next| {
        let label = if page.stopped_after.is_some() {
            "Look further"
        } else {
            "Older traces"
        };
        view! { <a href=address.with_cursor(next).href() class="button">{label}</a> }
    });
    let newest = (!address.cursor.is_empty()).then(|| {
        view! { <a href=address.newest().href() class="button">"Newest traces"</a> }
    });
    let own = vec![("cursor", address.cursor.clone())];
    let shown = page.traces.len();
    let at_least = if more.is_some() || newest.is_some() {
        ""
    } else {
        "All "
    };
    let heading = match (shown, at_least) {
        (1, _) => "1 trace".to_owned(),
        (_, "") => format!("{} traces, newest first", format::count(shown)),
        _ => format!("All {} traces, newest first", format::count(shown)),
    };
    view! {
        <section class="card">
            <header class="card-head">
                <h1>{heading}</h1>
                <span class="muted">
                    {range_title} " "
                    <Exports what="The traces" scope=address.scope.clone() exports=EXPORTS.to_vec() own />
                </span>
            </header>
            <TraceTable address traces=page.traces now_nanos />
            {stopped}
            <footer class="pager">{newest} {more}</footer>
        </section>
    }
    .into_any()
}
