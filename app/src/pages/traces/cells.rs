//! The cells of the table of traces, by column.

use leptos::prelude::*;
use model::color::service_color;
use model::filter::Test;
use model::format;
use model::list_columns::Column;
use model::summary::{Outcome, Summary};

use crate::address::{TraceAddress, TracesAddress};
use crate::components::time::Time;

/// Services and flags named in a row; the others are counted.
const NAMED: usize = 2;

/// Longest value of an attribute that a link asks for, in bytes; what is longer is only shown.
const MAX_LINKED_BYTES: usize = 256;

/// One row, as it is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) trace: Summary,
    /// The value of each attribute that is a column, in their order.
    pub(crate) attributes: Vec<Option<String>>,
    pub(crate) now_nanos: i64,
    /// The longest duration of the page, in nanoseconds; at least 1. None where that is not known
    /// yet, and there is nothing to measure the others by.
    pub(crate) longest: Option<i64>,
}

/// Draws a cell; `attribute` is its value where the column is an attribute.
pub(super) fn cell(
    address: &TracesAddress,
    column: &Column,
    row: &Row,
    attribute: Option<String>,
) -> AnyView {
    let Row {
        trace,
        now_nanos,
        longest,
        ..
    } = row;
    match column {
        Column::Start => {
            view! { <td class="time"><Time nanos=trace.start_nanos now_nanos=*now_nanos /></td> }
                .into_any()
        }
        Column::Root => view! { <Request trace=trace.clone() /> }.into_any(),
        Column::Duration => {
            let color = service_color(&trace.root_service);
            let bar = longest.map(|longest| {
                view! { <DurationBar nanos=trace.duration_nanos longest color /> }
            });
            view! {
                <td class="number">{format::duration(trace.duration_nanos)}</td>
                <td class="duration-bar">{bar}</td>
            }
            .into_any()
        }
        Column::Spans => {
            view! { <td class="number">{format::count(trace.span_count)}</td> }.into_any()
        }
        Column::Errors => {
            let class = if trace.error_count == 0 {
                "muted"
            } else {
                "bad"
            };
            let count = format::count(trace.error_count);
            view! { <td class="number"><span class=class>{count}</span></td> }.into_any()
        }
        Column::Services => {
            let services = trace.services.clone();
            view! { <Services address=address.clone() services /> }.into_any()
        }
        Column::Flags => view! { <Flags address=address.clone() trace=trace.clone() /> }.into_any(),
        Column::Outcome => {
            view! { <OutcomeCell address=address.clone() trace=trace.clone() /> }.into_any()
        }
        Column::Trace => {
            let href = TraceAddress::of(trace.trace_id).href();
            view! { <td class="name"><a href=href>{trace.trace_id.to_string()}</a></td> }.into_any()
        }
        Column::Dimension(dimension) => {
            let value = trace.dimensions.get(*dimension).map(str::to_owned);
            let test = value
                .clone()
                .map(|value| Test::dimension(*dimension, value));
            view! { <Value address=address.clone() value test /> }.into_any()
        }
        Column::Attribute(name) => {
            let is_short = |value: &&String| (1..=MAX_LINKED_BYTES).contains(&value.len());
            let asked = attribute.as_ref().filter(is_short);
            let test = asked.map(|value| Test::attribute(name, value));
            view! { <Value address=address.clone() value=attribute test /> }.into_any()
        }
    }
}

/// The same list, narrowed by a test.
fn narrowed(address: &TracesAddress, test: Test) -> String {
    let filter = address.scope.filter().unwrap_or_default().with(test);
    address.with_filter(&filter).href()
}

#[component]
fn Request(trace: Summary) -> impl IntoView {
    let href = TraceAddress::of(trace.trace_id).href();
    let defects = (trace.defect_count > 0).then(|| {
        let title = format!(
            "{} in this trace",
            format::counted(trace.defect_count, "defect")
        );
        view! { <span class="tag warn" title=title>"incomplete"</span> }
    });
    view! {
        <td class="request">
            <a href=href>
                <b>{trace.root_service}</b>
                " "
                <span>{trace.root_operation}</span>
            </a>
            {defects}
        </td>
    }
}

/// A value that leads to those that have it, where there is a test for it.
#[component]
fn Value(address: TracesAddress, value: Option<String>, test: Option<Test>) -> impl IntoView {
    let title = value.clone();
    let value = match test {
        Some(test) => view! { <a href=narrowed(&address, test)>{value}</a> }.into_any(),
        None => value.into_any(),
    };
    view! { <td class="name" title=title>{value}</td> }
}

#[component]
fn OutcomeCell(address: TracesAddress, trace: Summary) -> impl IntoView {
    let cell = trace.outcome.map(|outcome| {
        let class = if outcome == Outcome::Error { "bad" } else { "" };
        let href = narrowed(&address, Test::outcome(outcome));
        view! { <a href=href class=class>{outcome.name()}</a> }
    });
    view! { <td class="name">{cell}</td> }
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
    let more = view! { <More all=services.clone() /> };
    let named = services.into_iter().take(NAMED).map(|service| {
        let href = narrowed(&address, Test::service(service.clone()));
        view! {
            <span class="service">
                <svg width="8" height="8" aria-hidden="true">
                    <rect class=format!("service-{}", service_color(&service)) width="8" height="8" rx="2" />
                </svg>
                <a href=href>{service}</a>
            </span>
        }
    });
    view! { <td class="services">{named.collect_view()} {more}</td> }
}

#[component]
fn Flags(address: TracesAddress, trace: Summary) -> impl IntoView {
    let all: Vec<String> = trace.flags.iter().map(ToString::to_string).collect();
    let named = trace.flags.iter().take(NAMED).map(|flag| {
        let variant = (!flag.variant.is_empty()).then_some(flag.variant.as_str());
        let href = narrowed(&address, Test::flag(&flag.name, variant));
        view! { <a href=href>{flag.to_string()}</a> " " }
    });
    view! { <td class="name">{named.collect_view()} <More all /></td> }
}

/// How many there are beyond those that are named.
#[component]
fn More(all: Vec<String>) -> impl IntoView {
    let more = all.len().saturating_sub(NAMED);
    (more > 0).then(|| {
        let count = format!("+{}", format::count(more));
        view! { <span class="muted" title=all.join(", ")>{count}</span> }
    })
}
