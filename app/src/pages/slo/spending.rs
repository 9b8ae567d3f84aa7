//! What spent the budget: by region, release, operation and device.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::filter::{Filter, Order, Test};
use model::format;
use model::objective::{Definition, Indicator, Over, Spender, Status};
use model::summary::Outcome;
use model::time::Moment;
use store::objectives::Spending;

use crate::address::{Scope, TraceAddress, TracesAddress};

#[component]
pub(super) fn SpendingTables(
    definition: Definition,
    status: Status,
    spending: Vec<Spending>,
) -> impl IntoView {
    let bad = status.tally.bad();
    let has_bad = bad >= 0.5;
    let window = definition.window.words();
    let heading = if has_bad {
        format!("What spent the budget {window}: {} bad", format::exact(bad))
    } else {
        format!("Nothing spent the budget {window}")
    };
    let tables = spending
        .into_iter()
        .filter(|own| own.spenders.iter().any(|spender| !spender.value.is_empty()))
        .map(|own| {
            let definition = definition.clone();
            let status = status.clone();
            view! { <SpendingTable definition status spending=own /> }
        });
    let tables = tables.collect_view();
    view! {
        <section class="card">
            <header class="card-head"><h2>{heading}</h2></header>
            <div class="spending">{tables}</div>
        </section>
    }
}

#[component]
fn SpendingTable(definition: Definition, status: Status, spending: Spending) -> impl IntoView {
    let label = spending.label;
    let name = match label {
        "region" => "Region",
        "release" => "Release",
        "device_class" => "Device",
        "service" => "Service",
        _ => "Operation",
    };
    let has_examples = spending.spenders.iter().any(|own| own.example.is_some());
    let rows = spending.spenders.into_iter().map(|spender| {
        let href = list_href(&definition, &status, label, &spender);
        let value = match spender.value.as_str() {
            "" => "not told".to_owned(),
            value => value.to_owned(),
        };
        let width = format!("{:.1}%", spender.share * 100.0);
        let example = spender.example.map(|id| {
            let address = TraceAddress::of(id);
            view! { <a href=address.href() class="mono">{id.to_string()[..8].to_owned()} "…"</a> }
        });
        let value = match href {
            Some(href) => view! { <a href=href>{value}</a> }.into_any(),
            None => value.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{value}</th>
                <td class="number">{format::share(spender.share)}</td>
                <td class="bar-cell">
                    <svg width="100%" height="8" aria-hidden="true">
                        <rect class="bar spent" width=width height="8" rx="2" />
                    </svg>
                </td>
                <td class="number">{format::exact(spender.tally.bad())}</td>
                <td class="number">
                    {format::share(spender.tally.bad() / spender.tally.total.max(1.0))}
                </td>
                {has_examples.then(|| view! { <td>{example}</td> })}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=format!("Budget spent by {name}")>
            <table class="parts">
                <thead>
                    <tr>
                        <th scope="col">{name}</th>
                        <th scope="col" class="number">"Of all"</th>
                        <th scope="col"><span class="hidden">"As a bar"</span></th>
                        <th scope="col" class="number">"Bad"</th>
                        <th scope="col" class="number">"Of its own"</th>
                        {has_examples.then(|| view! { <th scope="col">"Slow example"</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn dimension(label: &str) -> Option<Dimension> {
    Dimension::ALL.into_iter().find(|own| own.key() == label)
}

/// Where what was bad under a value is listed; none where the filter language cannot say it.
fn list_href(
    definition: &Definition,
    status: &Status,
    label: &str,
    spender: &Spender,
) -> Option<String> {
    if spender.value.is_empty() || definition.over == Over::Operations && label == "region" {
        return None;
    }
    let value = spender.value.clone();
    let test = match (label, &definition.over) {
        ("operation", Over::Operations) => Test::operation(value),
        ("operation", _) => Test::root(&value),
        ("service", _) => Test::service(&value),
        (label, _) => Test::dimension(dimension(label)?, value),
    };
    let filter: Filter = definition.filter.parse().ok()?;
    let mut filter = filter.with(test);
    if let Over::Journey {
        journey: model::journey::Key::Label(label),
    } = &definition.over
    {
        filter = filter.with(Test::dimension(Dimension::Journey, label.clone()));
    }
    filter = match definition.indicator {
        Indicator::Availability => filter.with(Test::outcome(Outcome::Error)),
        Indicator::Latency { threshold_nanos } => {
            filter.with(Test::duration(Order::AtLeast, threshold_nanos))
        }
    };
    let [from, to] = [status.from_nanos, status.to_nanos].map(|at| Moment::At(at).to_string());
    let scope = Scope::default().with_filter(&filter).with_range(&from, &to);
    Some(TracesAddress::from(scope).href())
}
