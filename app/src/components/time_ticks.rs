//! The times below a plot.

use leptos::prelude::*;
use model::layout::time_axis::{SIZE, TimeAxis};

use crate::islands::times::{Mark, Style};

/// Within the SVG of the plot, which has room for them below.
#[component]
pub(crate) fn TimeTicks(axis: TimeAxis) -> impl IntoView {
    let step_nanos = axis.step_nanos;
    let ticks = axis.ticks.into_iter().map(|tick| {
        let mark = Mark {
            nanos: tick.nanos,
            style: Style::Axis { step_nanos },
        };
        view! {
            <text
                x=percent(tick.position)
                y="100%"
                dy="16"
                text-anchor="middle"
                data-time=mark.attribute()
            >
                {mark.utc()}
            </text>
        }
    });
    ticks.collect_view()
}

/// A position as a share of the plot.
pub(crate) fn percent(position: f64) -> String {
    format!("{:.2}%", position / SIZE * 100.0)
}
