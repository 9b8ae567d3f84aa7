//! Percentiles by a label of the requests.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::filter::{Test, TraceTest};
use model::format;
use model::rollup::Family;

use super::query::{Figures, Groups};
use crate::address::ExploreAddress;

/// Fewer requests than these tell no percentiles.
const FEW: i64 = 100;

#[component]
pub(super) fn GroupsView(address: ExploreAddress, groups: Option<Groups>) -> impl IntoView {
    let labels = Family::Requests.labels().iter().map(|label| {
        let is_current = address.by == *label;
        // The one that is chosen already leads back.
        let href = address
            .with_group(if is_current { "" } else { label })
            .href();
        let class = if is_current {
            "choice current"
        } else {
            "choice"
        };
        view! {
            <li>
                <a href=href class=class aria-current=is_current.then_some("true")>
                    {label.replace('_', " ")}
                </a>
            </li>
        }
    });
    let labels: Vec<_> = labels.collect();
    let table = groups.map(|groups| view! { <Table address groups /> });
    view! {
        <section class="card groups">
            <header class="card-head">
                <h2 id="groups">"Percentiles by"</h2>
                <ul class="choices" aria-labelledby="groups">{labels}</ul>
            </header>
            {table}
        </section>
    }
}

#[component]
fn Table(address: ExploreAddress, groups: Groups) -> impl IntoView {
    let Groups { groups, left_out } = groups;
    if groups.is_empty() {
        return view! { <p class="muted">"There is nothing to group."</p> }.into_any();
    }
    let heading = address.by.replace('_', " ");
    let rows = groups
        .into_iter()
        .map(|(value, figures)| view! { <Row address=address.clone() value figures /> });
    let rows: Vec<_> = rows.collect();
    let left_out = (left_out > 0).then(|| {
        let text = format!(
            "And {}, of fewer requests.",
            format::counted(left_out, "other")
        );
        view! { <p class="muted">{text}</p> }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Groups">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{heading}</th>
                        <th scope="col" class="number">"Requests"</th>
                        <th scope="col" class="number">"p50"</th>
                        <th scope="col" class="number">"p95"</th>
                        <th scope="col" class="number">"p99"</th>
                        <th scope="col" class="number">"Errors"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {left_out}
    }
    .into_any()
}

#[component]
fn Row(address: ExploreAddress, value: String, figures: Figures) -> impl IntoView {
    let name = if value.is_empty() {
        view! { <span class="muted">"not told"</span> }.into_any()
    } else {
        match narrowed(&address, &value) {
            Some(narrowed) => view! { <a href=narrowed.href()>{value}</a> }.into_any(),
            None => value.into_any(),
        }
    };
    let percentiles = match figures.percentiles {
        Some(nanos) => nanos.map(format::duration),
        None => ["", "", ""].map(str::to_owned),
    };
    let percentiles = percentiles.map(|text| view! { <td class="number">{text}</td> });
    let few = (figures.count < FEW).then(|| {
        let title = "So few requests tell little about percentiles.";
        view! { <span class="tag" title=title>"few"</span> }
    });
    let count = usize::try_from(figures.count).unwrap_or(0);
    let errors = usize::try_from(figures.errors).unwrap_or(0);
    let class = if errors > 0 {
        "number bad"
    } else {
        "number muted"
    };
    view! {
        <tr>
            <th scope="row" class="name">{name} " " {few}</th>
            <td class="number">{format::count(count)}</td>
            {percentiles.into_iter().collect_view()}
            <td class=class>{format::count(errors)}</td>
        </tr>
    }
}

/// The explorer for one value of the label that it is grouped by.
fn narrowed(address: &ExploreAddress, value: &str) -> Option<ExploreAddress> {
    let value = value.to_owned();
    let dimension = Dimension::ALL
        .into_iter()
        .find(|dimension| dimension.key() == address.by);
    let test = match dimension {
        Some(dimension) => Test::Trace(TraceTest::Dimension { dimension, value }),
        None if address.by == "operation" => Test::Trace(TraceTest::Root(value)),
        None => Test::Span(model::filter::SpanTest::Service(value)),
    };
    let filter = address.scope.filter().ok()?.with(test);
    Some(address.with_scope(address.scope.with_filter(&filter)))
}
