//! Percentiles by a label of the requests.

use leptos::prelude::*;
use model::dimensions::{Dimension, FLAG};
use model::filter::{Term, Test};
use model::format;
use model::layout::line_chart::{Line, LineChart};
use model::rollup::OTHER;
use model::time::Moment;
use store::requests::GroupBy;

use super::query::{Group, Groups};
use crate::address::{ExploreAddress, beside_the_rest};
use crate::components::change::{ChangeMark, Measure};
use crate::components::exports::{Export, Exports};
use crate::components::line_chart::{Column, LineChartView};
use crate::components::time::Time;

const EXPORTS: [Export; 3] = [
    Export::Svg("latency"),
    Export::Csv("latency"),
    Export::Json("latency"),
];

/// Most lines over time; more are not told apart.
const LINES: usize = 6;

/// Fewer requests than these tell no percentiles.
const FEW: i64 = 100;

#[component]
pub(super) fn GroupsView(address: ExploreAddress, groups: Option<Groups>) -> impl IntoView {
    let labels = GroupBy::all().map(|(label, _)| {
        let is_current = address.by == label;
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
    let answer = groups.map(|groups| {
        let own = vec![("group_by", address.by.clone())];
        let one_by_one = (!groups.is_by_rollups).then(|| {
            let since = groups.since_nanos.map(|nanos| {
                view! { " Only those since " <Time nanos now_nanos=groups.now_nanos /> "." }
            });
            view! {
                <p class="muted note">
                    "These were looked at one by one; those that were not kept are missing."
                    {since}
                </p>
            }
        });
        view! {
            {one_by_one}
            <Lines address=address.clone() groups=groups.clone() />
            <Table address=address.clone() groups />
            <p class="card-end">
                <Exports what="The groups" scope=address.scope exports=EXPORTS.to_vec() own />
            </p>
        }
    });
    view! {
        <section class="card groups">
            <header class="card-head">
                <h2 id="groups">"Percentiles by"</h2>
                <ul class="choices" aria-labelledby="groups">{labels}</ul>
            </header>
            {answer}
        </section>
    }
}

/// The 95th percentile of the busiest groups over time.
#[component]
fn Lines(address: ExploreAddress, groups: Groups) -> impl IntoView {
    let shown = &groups.rows[..groups.rows.len().min(LINES)];
    if shown.is_empty() {
        return ().into_any();
    }
    let line = |group: &Group| Line {
        values: group.p95_nanos.clone(),
        band: vec![],
    };
    let lines: Vec<Line> = shown.iter().map(line).collect();
    let chart = LineChart::of(&groups.bounds, &lines, None);
    let series = shown.iter().map(|group| named(&group.value).to_owned());
    let columns = groups.bounds.windows(2).enumerate().map(|(place, ends)| {
        let values = shown.iter().filter_map(|group| {
            let nanos = (*group.p95_nanos.get(place)?)?;
            Some(format!(
                "{} {}",
                named(&group.value),
                format::duration(nanos)
            ))
        });
        let values: Vec<String> = values.collect();
        let values = if values.is_empty() {
            "nothing was counted".to_owned()
        } else {
            values.join(", ")
        };
        let [from, to] = [ends[0], ends[1]].map(|nanos| Moment::At(nanos).to_string());
        let narrowed = address.with_scope(address.scope.with_range(&from, &to));
        Column {
            title: format!("From {}, p95: {values}", format::rfc3339(ends[0])),
            href: narrowed.href(),
        }
    });
    let columns: Vec<Column> = columns.collect();
    view! {
        <p class="muted chart-title">{format!("p95 over time, of the busiest {}", shown.len())}</p>
        <LineChartView chart series=series.collect() columns palette="group" />
    }
    .into_any()
}

fn named(value: &str) -> &str {
    if value.is_empty() { "not told" } else { value }
}

#[component]
fn Table(address: ExploreAddress, groups: Groups) -> impl IntoView {
    let Groups { rows, left_out, .. } = groups;
    if rows.is_empty() {
        return view! { <p class="muted">"There is nothing to group."</p> }.into_any();
    }
    let heading = address.by.replace('_', " ");
    let change = rows.iter().any(|group| group.changes.is_some()).then(|| {
        view! { <th scope="col" class="number">"Change of p95"</th> }
    });
    let rows = rows
        .into_iter()
        .map(|group| view! { <Row address=address.clone() group /> });
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
                        {change}
                        <th scope="col"><span class="hidden">"Compare"</span></th>
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
fn Row(address: ExploreAddress, group: Group) -> impl IntoView {
    let Group {
        value,
        figures,
        changes,
        ..
    } = group;
    let test = if value.is_empty() {
        None
    } else {
        has(&address, &value)
    };
    let compare = test.and_then(|test| beside_the_rest(&address.scope, Term::Test(test)));
    let compare = compare.map(|compare| {
        let label = format!("Compare {value} with the rest");
        view! { <a class="button" href=compare.href() aria-label=label>"compare"</a> }
    });
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
    let change = changes.map(|changes| {
        view! {
            <td class="number">
                <ChangeMark change=changes.p95 measure=Measure::Duration />
            </td>
        }
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
            {change}
            <td>{compare}</td>
        </tr>
    }
}

/// That the label which is grouped by has a value. None for the service of the root: the filter
/// means any service of a trace.
fn has(address: &ExploreAddress, value: &str) -> Option<Test> {
    let dimension = Dimension::ALL
        .into_iter()
        .find(|dimension| dimension.key() == address.by);
    if address.by == FLAG {
        let (name, variant) = value.split_once('=').unwrap_or((value, ""));
        return Some(Test::flag(name, Some(variant)));
    }
    match dimension {
        _ if value == OTHER => None,
        Some(dimension) => Some(Test::dimension(dimension, value)),
        None if address.by == "operation" => Some(Test::root(value)),
        None => None,
    }
}

/// The explorer for one value of the label that it is grouped by.
fn narrowed(address: &ExploreAddress, value: &str) -> Option<ExploreAddress> {
    let filter = address.scope.filter().ok()?.with(has(address, value)?);
    Some(address.with_scope(address.scope.with_filter(&filter)))
}
