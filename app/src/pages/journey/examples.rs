//! Single requests: the slowest, and those that failed.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::filter::Test;
use model::format;
use model::summary::{Outcome, Summary};

use super::query::Answer;
use crate::address::{Scope, TraceAddress};
use crate::components::time::Time;

#[component]
pub(super) fn Examples(scope: Scope, answer: Answer) -> impl IntoView {
    let subject = answer.report.subject().clone();
    let error = Test::outcome(Outcome::Error);
    let all_failed = scope.evidence_href(&subject, &[error]);
    let now_nanos = answer.now_nanos;
    view! {
        <div class="pair">
            <section class="card">
                <header class="card-head"><h2>"Slow requests"</h2></header>
                <List
                    label="Slow requests"
                    traces=answer.report.slowest
                    now_nanos
                    nothing="No trace of a slow request is kept any more."
                />
            </section>
            <section class="card">
                <header class="card-head">
                    <h2>"Failed requests"</h2>
                    <a href=all_failed>"all"</a>
                </header>
                <List
                    label="Failed requests"
                    traces=answer.report.failed
                    now_nanos
                    nothing="None is kept of this time."
                />
            </section>
        </div>
    }
}

#[component]
fn List(
    label: &'static str,
    traces: Vec<Summary>,
    now_nanos: i64,
    nothing: &'static str,
) -> impl IntoView {
    if traces.is_empty() {
        return view! { <p class="muted">{nothing}</p> }.into_any();
    }
    let rows = traces.into_iter().map(|trace| {
        let href = TraceAddress::of(trace.trace_id).href();
        let dimension = |dimension| {
            let value = trace.dimensions.get(dimension).unwrap_or_default();
            value.to_owned()
        };
        view! {
            <tr>
                <td class="number"><a href=href>{format::duration(trace.duration_nanos)}</a></td>
                <td><Time nanos=trace.start_nanos now_nanos /></td>
                <td class="name">{dimension(Dimension::Region)}</td>
                <td class="name">{dimension(Dimension::Release)}</td>
                <td class="name">{trace.root_operation.clone()}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class="parts">
                <thead>
                    <tr>
                        <th scope="col" class="number">"Took"</th>
                        <th scope="col">"Start"</th>
                        <th scope="col">"Region"</th>
                        <th scope="col">"Release"</th>
                        <th scope="col">"Request"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
