//! The whole trace in little, above the waterfall.

use leptos::prelude::*;
use model::color::SERVICE_COLORS;
use model::layout::waterfall::Window;
use model::layout::waterfall::minimap::{COLUMNS, Minimap};

/// `looked_at` is the part of the time line that is looked at.
#[component]
pub(crate) fn Map(minimap: Minimap, looked_at: Window, duration_nanos: i64) -> impl IntoView {
    let layers = (0..SERVICE_COLORS).map(|color| {
        let strips = minimap.strips.iter().filter(|strip| strip.color == color);
        let strokes = strips.map(|strip| {
            let y = 2 * strip.lane + 1;
            format!("M{} {y}H{}", strip.from, strip.to)
        });
        let strokes: Vec<String> = strokes.collect();
        (!strokes.is_empty())
            .then(|| view! { <path class=format!("stroke-{color}") d=strokes.concat() /> })
    });
    let layers = layers.collect_view();
    let height = 2 * minimap.lanes.max(6);
    let errors = minimap.errors.iter();
    let errors: Vec<String> = errors
        .map(|column| format!("M{column} {height}h1"))
        .collect();
    let whole = Window::whole(duration_nanos);
    let (left, right) = (
        whole.percent(looked_at.from_nanos),
        whole.percent(looked_at.to_nanos),
    );
    let percent = |value: f64| format!("{value:.3}%");
    view! {
        <div class="minimap">
            <svg
                class="map"
                width="100%"
                height="56"
                viewBox=format!("0 -1 {COLUMNS} {}", height + 2)
                preserveAspectRatio="none"
                aria-hidden="true"
            >
                {layers}
                <path class="errors" d=errors.concat() />
            </svg>
            <svg class="brush" width="100%" height="56" aria-hidden="true">
                <rect class="beside" x="0" y="0" width=percent(left) height="100%" />
                <rect class="beside" x=percent(right) y="0" width=percent(100.0 - right) height="100%" />
                <rect class="edge" x=percent(left) y="0" width="2" height="100%" />
                <rect class="edge" x=percent(right) y="0" width="2" height="100%" transform="translate(-2)" />
            </svg>
        </div>
    }
}
