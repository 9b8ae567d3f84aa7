//! A small line without axes.

use leptos::prelude::*;
use model::layout::line_chart::LineChart;

/// `chart` has one series. What it shows has to stand in words beside it.
#[component]
pub(crate) fn Sparkline(chart: LineChart, is_over: bool) -> impl IntoView {
    let class = if is_over { "spark over" } else { "spark" };
    let strokes = chart.lines.into_iter().flatten();
    let strokes = strokes
        .map(|stroke| view! { <polyline points=stroke.0 vector-effect="non-scaling-stroke" /> })
        .collect_view();
    let budget = chart.budget.map(|y| {
        let y = format!("{y:.1}");
        view! {
            <line
                class="budget"
                x1="0"
                x2="1000"
                y1=y.clone()
                y2=y
                vector-effect="non-scaling-stroke"
            />
        }
    });
    view! {
        <svg
            class=class
            viewBox="0 0 1000 1000"
            preserveAspectRatio="none"
            width="100%"
            height="36"
            aria-hidden="true"
        >
            {budget}
            {strokes}
        </svg>
    }
}
