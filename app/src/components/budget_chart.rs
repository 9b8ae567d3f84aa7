//! How an error budget goes over time. What it shows has to stand in words beside it.

use leptos::prelude::*;
use model::layout::budget_chart::BudgetChart;
use model::layout::time_axis::SIZE;
use model::objective::burn::Severity;

use super::time_ticks::{TimeTicks, percent};

/// Height of the plot in pixels.
const HEIGHT: &str = "160";

#[component]
pub(crate) fn BudgetChartView(chart: BudgetChart) -> impl IntoView {
    let shares = chart.shares.iter().map(|tick| {
        view! {
            <text x="50" y=percent(tick.position) dy="4" text-anchor="end">
                {format!("{:.0} %", tick.share * 100.0).replace('-', "−")}
            </text>
        }
    });
    let shares = shares.collect_view();
    let grid = chart.shares.iter().map(|tick| {
        let y = percent(tick.position);
        view! { <line class="grid" x1="0" x2="100%" y1=y.clone() y2=y /> }
    });
    let grid = grid.collect_view();
    let zero = percent(chart.zero);
    let now = chart.last.map(|(x, y)| {
        view! { <circle class="now" cx=percent(x) cy=percent(y) r="3.5" /> }
    });
    let alerts = chart.alerts.iter().map(|alert| {
        let class = match alert.severity {
            Severity::Page => "alert-page",
            Severity::Ticket => "alert-ticket",
        };
        // What lasted an hour of a month can be seen, too.
        let width = (alert.to - alert.from).max(SIZE / 250.0);
        view! {
            <rect class=class x=percent(alert.from) width=percent(width) y="0" height="100%" />
        }
    });
    let alerts = alerts.collect_view();
    let line = chart.line.into_iter().map(|points| {
        view! { <polyline class="line-1" points=points.0 vector-effect="non-scaling-stroke" /> }
    });
    let line = line.collect_view();
    view! {
        <ul class="legend">
            <li>
                <svg width="16" height="8" aria-hidden="true">
                    <line class="line-1" x1="0" x2="16" y1="4" y2="4" />
                </svg>
                "budget left"
            </li>
            <li>
                <svg width="12" height="10" aria-hidden="true">
                    <rect class="alert-page" width="12" height="10" />
                </svg>
                "page"
            </li>
            <li>
                <svg width="12" height="10" aria-hidden="true">
                    <rect class="alert-ticket" width="12" height="10" />
                </svg>
                "ticket"
            </li>
        </ul>
        <div class="line-chart budget-chart" aria-hidden="true">
            <svg width="56" height=HEIGHT>{shares}</svg>
            <svg class="plot" width="100%" height=HEIGHT>
                {grid}
                {alerts}
                <TimeTicks axis=chart.time />
                <svg
                    viewBox=format!("0 0 {SIZE} {SIZE}")
                    preserveAspectRatio="none"
                    width="100%"
                    height="100%"
                >
                    {line}
                </svg>
                {now}
                <line class="zero" x1="0" x2="100%" y1=zero.clone() y2=zero />
            </svg>
        </div>
    }
}
