//! What the operations of a trace add up to, as a table.

use leptos::prelude::*;
use model::color::service_color;
use model::format;
use model::trace_statistics::{Order, Row, Statistics, Sums};

use crate::address::TraceAddress;

#[component]
pub(super) fn StatisticsView(address: TraceAddress, statistics: Statistics) -> impl IntoView {
    let Statistics {
        rows,
        rows_left_out,
        sums,
    } = statistics;
    let headings = Order::ALL.map(|order| view! { <Heading address=address.clone() order /> });
    let rows = rows
        .into_iter()
        .map(|row| view! { <OperationRow address=address.clone() row all=sums /> });
    let rows = rows.collect_view();
    let left_out = (rows_left_out > 0).then(|| {
        let text = format!(
            "And {} with less.",
            format::counted(rows_left_out, "operation")
        );
        view! { <p class="muted note">{text}</p> }
    });
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"By service and operation"</h2>
                <span class="muted">"the critical time of all of them is what the request took"</span>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Operations">
                <table class="parts statistics">
                    <thead>
                        <tr>
                            <th scope="col">"Service and operation"</th>
                            {headings.into_iter().collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">"All"</th>
                            <Figures sums all=sums />
                        </tr>
                    </tfoot>
                </table>
            </div>
            {left_out}
        </section>
    }
}

fn title(order: Order) -> (&'static str, &'static str) {
    match order {
        Order::Spans => ("Spans", "How many there are"),
        Order::Errors => ("Errors", "Spans that failed"),
        Order::Total => ("Total", "All spans one after the other"),
        Order::Longest => ("Longest", "The span that took longest"),
        Order::SelfTime => ("Self", "While none of its children ran"),
        Order::Critical => ("Critical", "For how long the request waited for it"),
    }
}

#[component]
fn Heading(address: TraceAddress, order: Order) -> impl IntoView {
    let sort = (order == address.order).then_some("descending");
    let (name, explanation) = title(order);
    view! {
        <th scope="col" class="number" {..leptos::attr::custom::custom_attribute("aria-sort", sort)}>
            <a href=address.with_order(order).href() title=explanation>{name}</a>
        </th>
    }
}

#[component]
fn OperationRow(address: TraceAddress, row: Row, all: Sums) -> impl IntoView {
    let color = format!("service-{}", service_color(&row.service));
    view! {
        <tr>
            <th scope="row" class="name">
                <svg width="8" height="8" aria-hidden="true">
                    <rect class=color width="8" height="8" rx="2" />
                </svg>
                " "
                <a href=address.with_span(row.longest).href() title="Its longest span">
                    <b>{row.service}</b>
                    " "
                    {row.operation}
                </a>
            </th>
            <Figures sums=row.sums all />
        </tr>
    }
}

#[component]
fn Figures(sums: Sums, all: Sums) -> impl IntoView {
    let errors = match sums.errors {
        0 => view! { <td class="number muted">"0"</td> }.into_any(),
        errors => view! { <td class="number bad">{format::count(errors)}</td> }.into_any(),
    };
    let with_share = |nanos: i64, of: i64| {
        let share = (of > 0).then(|| format::share(ratio(nanos, of)));
        view! {
            <td class="number">
                {format::duration(nanos)} " " <span class="muted share">{share}</span>
            </td>
        }
    };
    view! {
        <td class="number">{format::count(sums.spans)}</td>
        {errors}
        <td class="number">{format::duration(sums.total_nanos)}</td>
        <td class="number">{format::duration(sums.longest_nanos)}</td>
        {with_share(sums.self_nanos, all.self_nanos)}
        {with_share(sums.critical_nanos, all.critical_nanos)}
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of two digits")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}
