//! `/traces`: find requests.

mod cells;
mod columns;
mod empty;
mod end;
mod over_time;
mod query;
mod streamed;
mod table;

use futures::channel::oneshot;
use leptos::prelude::*;
use leptos_meta::Title;
use model::format;

pub(crate) use self::cells::Row;
use self::columns::ColumnsForm;
use self::empty::NothingFound;
use self::end::ListEnd;
use self::over_time::OverTime;
use self::query::{Answer, Started, count_traces, list_traces, start};
use self::streamed::{Ended, Ending};
use self::table::longest;
pub(crate) use self::table::{Rows, TraceRow, TraceTable};
use crate::address::{LIVE_PATH, TracesAddress, page_query};
use crate::components::exports::{Export, Exports};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::notice::ErrorNotice;
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
        {match start(&address) {
            Ok(started) => view! { <Found address started /> }.into_any(),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        }}
    }
}

/// The list, and above it how many there are over time: that takes longer, so it is sent after the
/// list.
#[component]
fn Found(address: TracesAddress, started: Started) -> impl IntoView {
    let of_count = address.clone();
    let counted = Suspend::new(async move {
        match count_traces(&of_count).await {
            Ok(counted) => view! { <OverTime address=of_count counted /> }.into_any(),
            Err(error) => {
                let reason = format!("They could not be counted. {error}. {}", error.hint());
                view! { <p class="over-time muted">{reason}</p> }.into_any()
            }
        }
    });
    let listed = Suspend::new(async move {
        match list_traces(started).await {
            Ok(answer) => view! { <Results address answer /> }.into_any(),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        }
    });
    view! { <div class="found">{listed} {counted}</div> }
}

#[component]
fn Results(address: TracesAddress, answer: Answer) -> impl IntoView {
    let range = address.scope.range().ok();
    let range_title = range.as_ref().map(time_menu::title).unwrap_or_default();
    let Answer {
        mut page,
        rest,
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
    if page.traces.is_empty() && page.stopped_after.is_none() {
        return view! { <NothingFound address range_title /> }.into_any();
    }
    let mut own = address.own();
    own.push(("columns", columns.to_string()));
    let in_words = order.in_words();
    let heading = match (page.traces.len(), &rest) {
        (_, Some(_)) => format!("Traces, {in_words}"),
        (1, None) => "1 trace".to_owned(),
        (shown, None) if page.next.is_none() && address.cursor.is_empty() => {
            format!("All {} traces, {in_words}", format::count(shown))
        }
        (shown, None) => format!("{} traces, {in_words}", format::count(shown)),
    };
    let rows = Rows {
        address: address.clone(),
        columns: columns.clone(),
        longest: rest.is_none().then(|| longest(&page.traces)),
        now_nanos,
    };
    let first = rows.draw(std::mem::take(&mut page.traces), &values);
    let (rows, end) = match rest {
        None => {
            let address = address.clone();
            (
                first,
                view! { <ListEnd address page now_nanos /> }.into_any(),
            )
        }
        Some(rest) => {
            let (more, ending) = rest.rows(rows);
            let end = view! { <LateEnd address=address.clone() ending now_nanos /> };
            (view! { {first} {more} }.into_any(), end.into_any())
        }
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
            <TraceTable address order columns rows />
            {end}
        </section>
    }
    .into_any()
}

/// The end of a list that is sent row by row.
#[component]
fn LateEnd(
    address: TracesAddress,
    ending: oneshot::Receiver<Ending>,
    now_nanos: i64,
) -> impl IntoView {
    Suspend::new(async move {
        match ending.await {
            Ok(Ok(Ended { shown, page })) => {
                let shown = format::counted(shown, "trace");
                view! {
                    <p class="muted">{format!("{shown}.")}</p>
                    <ListEnd address page now_nanos />
                }
                .into_any()
            }
            Ok(Err(error)) => {
                let reason = format!("The list ends early. {error}. {}", error.hint());
                view! { <p class="bad" role="alert">{reason}</p> }.into_any()
            }
            // The rows above were not drawn to their end.
            Err(oneshot::Canceled) => ().into_any(),
        }
    })
}
