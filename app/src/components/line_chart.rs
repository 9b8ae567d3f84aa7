//! Lines over time. Who cannot see or point reads the same figures from a table, which the page
//! puts below.

use leptos::prelude::*;
use model::format;
use model::layout::line_chart::LineChart;
use model::layout::time_axis::SIZE;

use super::time_ticks::{TimeTicks, percent};

/// Height of the plot in pixels.
const HEIGHT: f64 = 220.0;

/// What a column of time says when it is pointed at, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) title: String,
    pub(crate) href: String,
}

/// `series` are the names of the lines, in their order; `columns` belong to the columns of time.
/// The classes of the lines are `palette` and their number.
#[component]
pub(crate) fn LineChartView(
    chart: LineChart,
    series: Vec<String>,
    columns: Vec<Column>,
    #[prop(default = "line")] palette: &'static str,
) -> impl IntoView {
    let keys = series.iter().enumerate().map(|(number, name)| {
        view! {
            <li>
                <svg width="16" height="8" aria-hidden="true">
                    <line class=format!("{palette}-{number}") x1="0" x2="16" y1="4" y2="4" />
                </svg>
                {name.clone()}
            </li>
        }
    });
    let keys = keys.collect_view();
    let budget_key = chart.budget.is_some().then(|| {
        view! {
            <li>
                <svg width="16" height="8" aria-hidden="true">
                    <line class="budget" x1="0" x2="16" y1="4" y2="4" />
                </svg>
                "budget of p95"
            </li>
        }
    });
    view! {
        <ul class="legend">{keys} {budget_key}</ul>
        <div class="line-chart" aria-hidden="true">
            <Durations chart=chart.clone() />
            <Plot chart columns palette />
        </div>
    }
}

#[component]
fn Durations(chart: LineChart) -> impl IntoView {
    let names = chart.durations.into_iter().map(|tick| {
        view! {
            <text x="50" y=percent(tick.position) dy="4" text-anchor="end">
                {format::duration(tick.nanos)}
            </text>
        }
    });
    view! { <svg width="56" height=HEIGHT.to_string()>{names.collect_view()}</svg> }
}

#[component]
fn Plot(chart: LineChart, columns: Vec<Column>, palette: &'static str) -> impl IntoView {
    let grid = chart.durations.iter().map(|tick| {
        let y = percent(tick.position);
        view! { <line class="grid" x1="0" x2="100%" y1=y.clone() y2=y /> }
    });
    let grid = grid.collect_view();
    let budget = chart.budget.map(|position| {
        let y = percent(position);
        view! { <line class="budget" x1="0" x2="100%" y1=y.clone() y2=y /> }
    });
    let hits = chart
        .time
        .columns
        .windows(2)
        .zip(columns)
        .map(|(x, column)| {
            view! {
                <g>
                    <a href=column.href tabindex="-1">
                        <rect
                            class="hit"
                            x=percent(x[0])
                            width=percent(x[1] - x[0])
                            y="0"
                            height="100%"
                        >
                            <title>{column.title}</title>
                        </rect>
                    </a>
                </g>
            }
        });
    let hits = hits.collect_view();
    let bands = chart.bands.into_iter().flatten();
    let bands = bands
        .map(|area| view! { <polygon class="band" points=area.0 /> })
        .collect_view();
    let lines = chart.lines.into_iter().enumerate().map(|(number, strokes)| {
        let class = format!("{palette}-{number}");
        let stroke = |points: String| {
            view! {
                <polyline class=class.clone() points=points vector-effect="non-scaling-stroke" />
            }
        };
        let strokes = strokes.into_iter().map(|points| stroke(points.0));
        strokes.collect_view()
    });
    let lines = lines.collect_view();
    view! {
        <svg class="plot" width="100%" height=HEIGHT.to_string()>
            {grid}
            <TimeTicks axis=chart.time.clone() />
            <svg
                viewBox=format!("0 0 {SIZE} {SIZE}")
                preserveAspectRatio="none"
                width="100%"
                height="100%"
            >
                {bands}
                {lines}
            </svg>
            {budget}
            {hits}
        </svg>
    }
}
