//! Percentiles over time against the budget, as lines and as a table.

use leptos::prelude::*;
use model::format;
use model::layout::line_chart::{Line, LineChart};
use model::overview::{Column, JourneyReport};
use model::time::Moment;

use super::query::Answer;
use crate::address::Scope;
use crate::components::exports::{Export, Exports};
use crate::components::figures::Duration;
use crate::components::line_chart::{self, LineChartView};
use crate::components::time::Minute;

#[component]
pub(super) fn PercentileChart(scope: Scope, answer: Answer) -> impl IntoView {
    let subject = answer.report.subject().clone();
    let now_nanos = answer.now_nanos;
    let JourneyReport {
        bounds, columns, ..
    } = answer.report;
    let values = |of: fn(&Column) -> Option<i64>| Line {
        values: columns.iter().map(of).collect(),
        band: vec![],
    };
    let p95 = Line {
        band: columns.iter().map(|column| column.p95_interval).collect(),
        ..values(|column| column.p95_nanos)
    };
    let lines = [
        values(|column| column.p50_nanos),
        p95,
        values(|column| column.p99_nanos),
    ];
    let budget = subject.definition.budget.total_nanos;
    let chart = LineChart::of(&bounds, &lines, budget);
    let hrefs: Vec<String> = bounds
        .windows(2)
        .map(|ends| {
            let [from, to] = [ends[0], ends[1]].map(|nanos| Moment::At(nanos).to_string());
            scope.with_range(&from, &to).evidence_href(&subject, &[])
        })
        .collect();
    let pointed = columns.iter().zip(&bounds).zip(&hrefs);
    let pointed = pointed.map(|((column, start), href)| line_chart::Column {
        title: title(column, *start),
        href: href.clone(),
    });
    let pointed = pointed.collect();
    let rows = columns.into_iter().zip(bounds).zip(hrefs);
    let rows = rows.filter(|((column, _), _)| column.count > 0);
    let rows = rows.map(|((column, start), href)| {
        view! {
            <tr>
                <th scope="row"><a href=href><Minute nanos=start now_nanos /></a></th>
                <td class="number">{count(column.count)}</td>
                <td class="number"><Duration nanos=column.p50_nanos /></td>
                <td class="number"><Duration nanos=column.p95_nanos /></td>
                <td class="number"><Duration nanos=column.p99_nanos /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    // What the filter cannot say has no address of its own.
    let exports = scope.of_journey(&subject).map(|scope| {
        view! { <Exports what="The percentiles" scope exports=vec![Export::Svg("latency")] /> }
    });
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"Percentiles over time"</h2>
                <span class="muted">"the area is how sure p95 is, at 95 %" {exports}</span>
            </header>
            <LineChartView chart series=["p50", "p95", "p99"].map(str::to_owned).to_vec() columns=pointed />
            <details class="as-table">
                <summary>"The same as a table"</summary>
                <div class="scroll" tabindex="0" role="region" aria-label="Percentiles over time">
                    <table class="parts">
                        <thead>
                            <tr>
                                <th scope="col">"From"</th>
                                <th scope="col" class="number">"Requests"</th>
                                <th scope="col" class="number">"p50"</th>
                                <th scope="col" class="number">"p95"</th>
                                <th scope="col" class="number">"p99"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
}

fn title(column: &Column, start_nanos: i64) -> String {
    let from = format::rfc3339(start_nanos);
    let quantile = |name: &str, nanos: Option<i64>| {
        nanos.map(|nanos| format!("{name} {}", format::duration(nanos)))
    };
    let parts = [
        quantile("p50", column.p50_nanos),
        quantile("p95", column.p95_nanos),
        quantile("p99", column.p99_nanos),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        format!("From {from}: nothing was counted")
    } else {
        let requests = count(column.count);
        format!("From {from}: {} of {requests} requests", parts.join(", "))
    }
}

fn count(count: i64) -> String {
    format::count(usize::try_from(count).unwrap_or(0))
}
