//! `/traces`: find requests.

mod cells;
mod columns;
mod empty;
mod over_time;
mod query;
mod table;

use futures::try_join;
use leptos::prelude::*;
use leptos_meta::Title;
use model::format;
use model::list_order::{Cursor, ListOrder};

pub(crate) use self::cells::Row;
use self::columns::ColumnsForm;
use self::empty::NothingFound;
use self::over_time::OverTime;
use self::query::{Answer, count_traces, list_traces};
pub(crate) use self::table::{TraceRow, TraceTable};
use crate::address::{LIVE_PATH, TracesAddress, page_query};
use crate::components::exports::{Export, Exports};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::notice::ErrorNotice;
use crate::components::time::Time;
use crate::components::time_menu;
use crate::islands::open_file::OPEN_PATH;

const EXPORTS: [Export; 3] = [
    Export::Csv("traces"),
    Export::Json("traces"),
    Export::Otlp("traces/export"),
];

#[component]
pub(crate) fn TracesPage() -> impl IntoView {
    let address = TracesAddress::read(&page_query());
    view! {
        <Title text="Traces" />
        <FilterBar place=address.place() scope=address.scope.clone() />
        {Suspend::new(async move {
            match try_join!(count_traces(&address), list_traces(&address)) {
                Ok((counted, answer)) => {
                    view! {
                        <OverTime address=address.clone() counted />
                        <Results address answer />
                    }
                        .into_any()
                }
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Results(address: TracesAddress, answer: Answer) -> impl IntoView {
    let range = address.scope.range().ok();
    let range_title = range.as_ref().map(time_menu::title).unwrap_or_default();
    let Answer {
        page,
        columns,
        values,
        now_nanos,
        is_database_empty,
        otlp_http,
    } = answer;
    if page.traces.is_empty() && is_database_empty {
        return view! { <FirstTrace otlp_http /> }.into_any();
    }
    let order = address.order().unwrap_or_default();
    let stopped = page.stopped_after.map(|looked_at| {
        let looked_at = format::counted(looked_at, "trace");
        let next = page.next.filter(|_| order == ListOrder::Newest);
        match next {
            Some(Cursor { start_nanos, .. }) => view! {
                <p class="muted">
                    {format!("Looked at {looked_at} back to ")} <Time nanos=start_nanos now_nanos />
                    ". There may be more before that."
                </p>
            }
            .into_any(),
            None => view! {
                <p class="muted">
                    {format!("Looked at the first {looked_at}. There may be more after them.")}
                </p>
            }
            .into_any(),
        }
    });
    if page.traces.is_empty() && stopped.is_none() {
        return view! { <NothingFound address range_title /> }.into_any();
    }
    let more = page.next.map(|next| {
        let label = match order {
            _ if page.stopped_after.is_some() => "Look further",
            ListOrder::Newest => "Older traces",
            _ => "More traces",
        };
        view! { <a href=address.with_cursor(next).href() class="button">{label}</a> }
    });
    let first = (!address.cursor.is_empty()).then(|| {
        let label = match order {
            ListOrder::Newest => "Newest traces",
            _ => "First traces",
        };
        view! { <a href=address.first_page().href() class="button">{label}</a> }
    });
    let mut own = address.own();
    own.push(("columns", columns.to_string()));
    let shown = page.traces.len();
    let all = if more.is_some() || first.is_some() {
        ""
    } else {
        "All "
    };
    let heading = match shown {
        1 => "1 trace".to_owned(),
        _ => format!("{all}{} traces, {}", format::count(shown), order.in_words()),
    };
    view! {
        <section class="card">
            <header class="card-head">
                <h1>{heading}</h1>
                <div class="tools">
                    <span class="muted">{range_title}</span>
                    <Exports what="The traces" scope=address.scope.clone() exports=EXPORTS.to_vec() own />
                    <ColumnsForm address=address.clone() columns=columns.clone() />
                    <a href=address.scope.href(LIVE_PATH) class="button">"Live"</a>
                    <a href=OPEN_PATH class="button">"Open a file…"</a>
                </div>
            </header>
            <TraceTable address order columns traces=page.traces values now_nanos />
            {stopped}
            <footer class="pager">{first} {more}</footer>
        </section>
    }
    .into_any()
}
