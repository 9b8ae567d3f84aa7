//! The traces of a file, to choose one.

use std::sync::Arc;

use leptos::prelude::*;
use model::format::{self, counted};
use model::summary::Summary;
use model::trace_file::opened::Opened;

use crate::components::time::Time;

#[component]
pub(super) fn TraceList(
    opened: Arc<Opened>,
    chosen: RwSignal<Option<usize>>,
    now_nanos: i64,
) -> impl IntoView {
    let rows = opened.traces.iter().enumerate().map(|(place, trace)| {
        let choose = move |_| chosen.set(Some(place));
        view! { <TraceRow summary=trace.summary.clone() now_nanos on_choose=choose /> }
    });
    let rows = rows.collect_view();
    Effect::new(move |_| super::write_times());
    view! {
        <section class="card">
            <header class="card-head">
                <h2>{counted(opened.traces.len(), "trace")}</h2>
                <span class="muted">"in the order of the file"</span>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Traces of the file">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Trace"</th>
                            <th scope="col">"Start"</th>
                            <th scope="col" class="number">"Duration"</th>
                            <th scope="col" class="number">"Spans"</th>
                            <th scope="col" class="number">"Errors"</th>
                            <th scope="col" class="number">"Services"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn TraceRow(
    summary: Summary,
    now_nanos: i64,
    on_choose: impl Fn(leptos::ev::MouseEvent) + 'static,
) -> impl IntoView {
    let errors = if summary.error_count > 0 {
        "number bad"
    } else {
        "number muted"
    };
    view! {
        <tr>
            <th scope="row" class="name">
                <button type="button" class="as-link" on:click=on_choose>
                    <b>{summary.root_service}</b>
                    " "
                    {summary.root_operation}
                </button>
            </th>
            <td><Time nanos=summary.start_nanos now_nanos /></td>
            <td class="number">{format::duration(summary.duration_nanos)}</td>
            <td class="number">{format::count(summary.span_count)}</td>
            <td class=errors>{format::count(summary.error_count)}</td>
            <td class="number">{format::count(summary.services.len())}</td>
        </tr>
    }
}
