//! Two distributions over each other. What they show has to stand in figures beside it.

use leptos::prelude::*;
use model::format;
use model::layout::distribution_chart::DistributionChart;
use model::layout::time_axis::SIZE;

/// Height of the plot in pixels.
const HEIGHT: u32 = 180;

/// `names` are those of the two sets.
#[component]
pub(crate) fn DistributionView(
    chart: DistributionChart,
    names: [&'static str; 2],
) -> impl IntoView {
    let keys = names.into_iter().enumerate().map(|(number, name)| {
        view! {
            <li>
                <svg width="16" height="8" aria-hidden="true">
                    <line class=format!("set-{number}") x1="0" x2="16" y1="4" y2="4" />
                </svg>
                {name}
            </li>
        }
    });
    let keys = keys.collect_view();
    let areas = chart.areas.into_iter().enumerate().map(|(number, points)| {
        view! { <polygon class=format!("set-area-{number}") points=points.0 /> }
    });
    let areas = areas.collect_view();
    let edges = chart.edges.into_iter().enumerate().map(|(number, points)| {
        view! {
            <polyline
                class=format!("set-{number}")
                points=points.0
                vector-effect="non-scaling-stroke"
            />
        }
    });
    let edges = edges.collect_view();
    let durations = chart.durations.into_iter().map(|tick| {
        let x = format!("{:.2}%", tick.position / SIZE * 100.0);
        view! {
            <g>
                <line class="grid" x1=x.clone() x2=x.clone() y1="0" y2="100%" />
                <text x=x y="100%" dy="16" text-anchor="middle">
                    {format::duration(tick.nanos)}
                </text>
            </g>
        }
    });
    let durations = durations.collect_view();
    view! {
        <ul class="legend">{keys}</ul>
        <div class="distribution" aria-hidden="true">
            <svg class="plot" width="100%" height=HEIGHT.to_string()>
                {durations}
                <svg
                    viewBox=format!("0 0 {SIZE} {SIZE}")
                    preserveAspectRatio="none"
                    width="100%"
                    height="100%"
                >
                    {areas}
                    {edges}
                </svg>
            </svg>
        </div>
    }
}
