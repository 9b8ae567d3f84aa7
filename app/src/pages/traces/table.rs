//! The table of traces.

use leptos::prelude::*;
use model::color::service_color;
use model::dimensions::Dimension;
use model::filter::Test;
use model::format;
use model::list_order::ListOrder;
use model::summary::Summary;

use crate::address::{TraceAddress, TracesAddress};
use crate::components::time::Time;
use crate::islands::live::row_id;

/// Services named in a row; the others are counted.
const NAMED_SERVICES: usize = 2;

#[component]
pub(crate) fn TraceTable(
    address: TracesAddress,
    order: ListOrder,
    traces: Vec<Summary>,
    now_nanos: i64,
) -> impl IntoView {
    let heading = |title: &'static str, by: ListOrder| {
        let is_current = by == order;
        let is_number = matches!(by, ListOrder::MostErrors | ListOrder::MostSpans);
        view! {
            <th
                scope="col"
                class=is_number.then_some("number")
                colspan=(by == ListOrder::Slowest).then_some("2")
                aria-sort=is_current.then_some("descending")
            >
                <a href=address.ordered_by(by).href() title=by.in_words()>
                    {title} {is_current.then_some(view! { <span aria-hidden="true">" ↓"</span> })}
                </a>
            </th>
        }
    };
    let headings = (
        heading("Start", ListOrder::Newest),
        heading("Duration", ListOrder::Slowest),
        heading("Spans", ListOrder::MostSpans),
        heading("Errors", ListOrder::MostErrors),
    );
    let longest = traces
        .iter()
        .map(|trace| trace.duration_nanos)
        .max()
        .unwrap_or(1)
        .max(1);
    let rows = traces
        .into_iter()
        .map(|trace| view! { <TraceRow address=address.clone() trace now_nanos longest /> })
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Traces">
            <table class="traces">
                <thead>
                    <tr>
                        {headings.0}
                        <th scope="col">"Request"</th>
                        {headings.1} {headings.2} {headings.3}
                        <th scope="col">"Services"</th>
                        <th scope="col">"Region"</th>
                        <th scope="col">"App version"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// `longest` is the duration of a whole bar.
#[component]
pub(crate) fn TraceRow(
    address: TracesAddress,
    trace: Summary,
    now_nanos: i64,
    longest: i64,
) -> impl IntoView {
    let href = TraceAddress::of(trace.trace_id).href();
    let color = service_color(&trace.root_service);
    let errors = match trace.error_count {
        0 => view! { <span class="muted">"0"</span> }.into_any(),
        count => view! { <span class="bad">{format::count(count)}</span> }.into_any(),
    };
    let defects = (trace.defect_count > 0).then(|| {
        let title = format!(
            "{} in this trace",
            format::counted(trace.defect_count, "defect")
        );
        view! { <span class="tag warn" title=title>"incomplete"</span> }
    });
    let dimension = |dimension: Dimension| {
        let value = trace.dimensions.get(dimension)?.to_owned();
        let test = Test::dimension(dimension, value.clone());
        let filter = address.scope.filter().ok()?.with(test);
        Some(view! { <a href=address.with_filter(&filter).href()>{value}</a> })
    };
    view! {
        <tr id=row_id(trace.trace_id)>
            <td class="time"><Time nanos=trace.start_nanos now_nanos /></td>
            <td class="request">
                <a href=href>
                    <b>{trace.root_service.clone()}</b>
                    " "
                    <span>{trace.root_operation.clone()}</span>
                </a>
                {defects}
            </td>
            <td class="number">{format::duration(trace.duration_nanos)}</td>
            <td class="duration-bar">
                <DurationBar nanos=trace.duration_nanos longest color />
            </td>
            <td class="number">{format::count(trace.span_count)}</td>
            <td class="number">{errors}</td>
            <td class="services"><Services address=address.clone() services=trace.services.clone() /></td>
            <td class="name">{dimension(Dimension::Region)}</td>
            <td class="name">{dimension(Dimension::AppVersion)}</td>
        </tr>
    }
}

#[component]
#[expect(
    clippy::cast_precision_loss,
    reason = "a picture needs four digits, f64 has fifteen"
)]
fn DurationBar(nanos: i64, longest: i64, color: u32) -> impl IntoView {
    let percent = (nanos as f64 / longest as f64 * 100.0).max(0.5);
    view! {
        <svg width="100%" height="8" aria-hidden="true">
            <rect class=format!("service-{color}") width=format!("{percent:.2}%") height="8" rx="2" />
        </svg>
    }
}

#[component]
fn Services(address: TracesAddress, services: Vec<String>) -> impl IntoView {
    let more = services.len().saturating_sub(NAMED_SERVICES);
    let all = services.join(", ");
    let named = services
        .into_iter()
        .take(NAMED_SERVICES)
        .map(|service| {
            let test = Test::service(service.clone());
            let filter = address.scope.filter().unwrap_or_default().with(test);
            view! {
                <span class="service">
                    <svg width="8" height="8" aria-hidden="true">
                        <rect class=format!("service-{}", service_color(&service)) width="8" height="8" rx="2" />
                    </svg>
                    <a href=address.with_filter(&filter).href()>{service}</a>
                </span>
            }
        })
        .collect_view();
    let more = (more > 0).then(
        || view! { <span class="muted" title=all>{format!("+{}", format::count(more))}</span> },
    );
    view! { {named} {more} }
}
