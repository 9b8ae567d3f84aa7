//! Rate, errors and durations over time.

use leptos::prelude::*;
use model::filter::Test;
use model::format;
use model::layout::line_chart::{Line, LineChart};
use model::overview::P95;
use model::rollup::Rollup;
use model::stats;
use model::time::Moment;
use model::topology::Figures;

use crate::address::{Scope, TracesAddress};
use crate::components::figures::{Duration, ErrorRate};
use crate::components::line_chart::{self, LineChartView};
use crate::components::sparkline::Sparkline;
use crate::components::time::Minute;

/// Parts of a whole as lines draw them: in millionths.
const MILLION: f64 = 1e6;

#[component]
pub(super) fn Charts(
    columns: Vec<Rollup>,
    bounds: Vec<i64>,
    scope: Scope,
    name: String,
    now_nanos: i64,
) -> impl IntoView {
    let figures: Vec<Figures> = columns
        .iter()
        .zip(bounds.windows(2))
        .map(|(column, ends)| Figures::of(column, ends[1].saturating_sub(ends[0])))
        .collect();
    let p99: Vec<Option<i64>> = columns
        .iter()
        .map(|column| column.durations.quantile(0.99))
        .collect();
    let p95 = Line {
        values: figures.iter().map(|own| own.p95_nanos).collect(),
        band: columns
            .iter()
            .map(|column| stats::confidence(&column.durations, P95, stats::Level::Usual))
            .collect(),
    };
    let line = |values: Vec<Option<i64>>| Line {
        values,
        band: vec![],
    };
    let lines = [
        line(figures.iter().map(|own| own.p50_nanos).collect()),
        p95,
        line(p99.clone()),
    ];
    let chart = LineChart::of(&bounds, &lines, None);
    let rate = line(
        figures
            .iter()
            .map(|own| Some(whole(own.per_second * MILLION)))
            .collect(),
    );
    let errors = figures
        .iter()
        .map(|own| own.error_rate.map(|rate| whole(rate * MILLION)));
    let errors = line(errors.collect());
    let greatest = |of: fn(&Figures) -> f64| figures.iter().map(of).fold(0.0, f64::max);
    let most_calls = format::rate(greatest(|own| own.per_second));
    let most_errors = format::share(greatest(|own| own.error_rate.unwrap_or(0.0)));
    let filter = scope.filter().unwrap_or_default();
    let filter = filter.with(Test::service(name));
    let hrefs: Vec<String> = bounds
        .windows(2)
        .map(|ends| {
            let [from, to] = [ends[0], ends[1]].map(|nanos| Moment::At(nanos).to_string());
            let scope = scope.with_filter(&filter).with_range(&from, &to);
            TracesAddress::from(scope).href()
        })
        .collect();
    let pointed = figures.iter().zip(&bounds).zip(&hrefs);
    let pointed = pointed.map(|((own, start), href)| line_chart::Column {
        title: title(own, *start),
        href: href.clone(),
    });
    let pointed = pointed.collect();
    let table = Rows {
        figures,
        p99_nanos: p99,
        starts: bounds.clone(),
        hrefs,
    };
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"Duration over time"</h2>
                <span class="muted">"the area is how sure p95 is, at 95 %"</span>
            </header>
            <LineChartView
                chart
                series=["p50", "p95", "p99"].map(str::to_owned).to_vec()
                columns=pointed
            />
            <div class="small-charts">
                <div>
                    <h3>{format!("Rate, up to {most_calls}")}</h3>
                    <Sparkline chart=LineChart::of(&bounds, &[rate], None) is_over=false />
                </div>
                <div>
                    <h3>{format!("Errors, up to {most_errors}")}</h3>
                    <Sparkline chart=LineChart::of(&bounds, &[errors], None) is_over=true />
                </div>
            </div>
            <AsTable rows=table now_nanos />
        </section>
    }
}

/// Each column of time.
struct Rows {
    figures: Vec<Figures>,
    p99_nanos: Vec<Option<i64>>,
    starts: Vec<i64>,
    hrefs: Vec<String>,
}

#[component]
fn AsTable(rows: Rows, now_nanos: i64) -> impl IntoView {
    let figures = rows.figures.into_iter().zip(rows.p99_nanos);
    let rows = figures.zip(rows.starts).zip(rows.hrefs);
    let rows = rows.filter(|(((own, _), _), _)| own.count > 0);
    let rows = rows.map(|(((own, p99), start), href)| {
        view! {
            <tr>
                <th scope="row"><a href=href><Minute nanos=start now_nanos /></a></th>
                <td class="number">{format::rate(own.per_second)}</td>
                <td class="number"><ErrorRate rate=own.error_rate /></td>
                <td class="number"><Duration nanos=own.p50_nanos /></td>
                <td class="number"><Duration nanos=own.p95_nanos /></td>
                <td class="number"><Duration nanos=p99 /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <details class="as-table">
            <summary>"The same as a table"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Figures over time">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"From"</th>
                            <th scope="col" class="number">"Rate"</th>
                            <th scope="col" class="number">"Errors"</th>
                            <th scope="col" class="number">"p50"</th>
                            <th scope="col" class="number">"p95"</th>
                            <th scope="col" class="number">"p99"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

fn title(figures: &Figures, start_nanos: i64) -> String {
    let from = format::rfc3339(start_nanos);
    match figures.p50_nanos.zip(figures.p95_nanos) {
        None => format!("From {from}: nothing was counted"),
        Some((p50, p95)) => format!(
            "From {from}: {}, {} errors, p50 {}, p95 {}",
            format::rate(figures.per_second),
            format::share(figures.error_rate.unwrap_or(0.0)),
            format::duration(p50),
            format::duration(p95)
        ),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}
