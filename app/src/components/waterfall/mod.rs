//! What a waterfall is drawn in: the little map, the axis, and the grid of rows.

mod map;
#[cfg(feature = "ssr")]
mod row;

use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;
use model::layout::waterfall::Window;
use model::layout::waterfall::minimap::Minimap;

use self::map::Map;
#[cfg(feature = "ssr")]
pub(crate) use self::row::{EmptyRow, SpanRow};
use crate::islands::waterfall::{TICKS, tick_anchor};

/// `children` are the first rows, of `count`.
#[component]
pub(crate) fn WaterfallFrame(
    minimap: Minimap,
    looked_at: Window,
    duration_nanos: i64,
    hides_path: bool,
    count: usize,
    children: Children,
) -> impl IntoView {
    let class = if hides_path {
        "treegrid no-path"
    } else {
        "treegrid"
    };
    view! {
        <Map minimap looked_at duration_nanos />
        <div
            role="treegrid"
            class=class
            aria-label="Spans"
            {..custom_attribute("aria-rowcount", (count + 1).to_string())}
        >
            <Axis window=looked_at />
            <div role="rowgroup" class="rows">
                {children()}
            </div>
        </div>
    }
}

#[component]
fn Axis(window: Window) -> impl IntoView {
    let ticks = window.ticks(TICKS).into_iter().map(|(percent, name)| {
        let anchor = tick_anchor(percent);
        view! { <text x=format!("{percent:.2}%") y="12" text-anchor=anchor>{name}</text> }
    });
    let ticks: Vec<_> = ticks.collect();
    view! {
        <div role="row" class="row head" {..custom_attribute("aria-rowindex", "1")}>
            <div role="columnheader">"Service and operation"</div>
            <div role="columnheader" class="lane">
                <span class="hidden">"Time line"</span>
                <svg width="100%" height="16" aria-hidden="true">
                    {ticks}
                </svg>
            </div>
            <div role="columnheader" class="number">
                "Duration"
            </div>
        </div>
    }
}
