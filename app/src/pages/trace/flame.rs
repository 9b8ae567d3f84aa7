//! The flame graph: which operations the time of a trace went to.

use leptos::prelude::*;
use model::format;
use model::layout::flame::{Flame, Frame, MAX_FRAMES};

use crate::address::TraceAddress;

/// Pixels from a row of frames to the next.
const ROW_PIXELS: usize = 22;

/// Narrower frames have no room for a name, in shares of the whole.
const LEAST_NAMED: f64 = 0.03;

#[component]
pub(super) fn FlameView(address: TraceAddress, flame: Flame) -> impl IntoView {
    let left_out = (flame.frames_left_out > 0).then(|| {
        let left_out = format::counted(flame.frames_left_out, "frame");
        let text =
            format!("{left_out} too narrow or too deep to show: the widest {MAX_FRAMES} are here.");
        view! { <p class="muted note">{text}</p> }
    });
    let nothing = (flame.total_nanos == 0).then(|| {
        let text = "No span took any time of its own, so no frame has a width.";
        view! { <p class="muted note">{text}</p> }
    });
    let height = (flame.depth * ROW_PIXELS).to_string();
    let frames = flame.frames.into_iter().map(|frame| {
        view! { <FrameLink address=address.clone() frame total_nanos=flame.total_nanos /> }
    });
    let frames = frames.collect_view();
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"Flame graph"</h2>
                <span class="muted">
                    {format!(
                        "{} of self time; spans of one operation under the same ones are one frame",
                        format::duration(flame.total_nanos),
                    )}
                </span>
            </header>
            <div class="flame">
                <svg width="100%" height=height role="group" aria-label="Flame graph">
                    {frames}
                </svg>
            </div>
            {nothing}
            {left_out}
        </section>
    }
}

/// It selects the longest of the spans that it stands for.
#[component]
fn FrameLink(address: TraceAddress, frame: Frame, total_nanos: i64) -> impl IntoView {
    let title = title(&frame, total_nanos);
    let label = title.clone();
    let is_named = frame.width >= LEAST_NAMED;
    let name = is_named.then(|| {
        view! {
            <text x="5" y="15">
                <tspan class="service">{frame.service.clone()}</tspan>
                " "
                {frame.operation.clone()}
            </text>
        }
    });
    let errors = (frame.errors > 0).then(|| {
        view! { <rect class="error-edge" y=ROW_PIXELS - 4 width="100%" height="3" /> }
    });
    let current = frame.is_selected.then_some("true");
    let y = (frame.depth * ROW_PIXELS).to_string();
    view! {
        <a
            href=address.with_span(frame.longest).href()
            // There may be thousands. Those who use keys have them in the statistics.
            tabindex=(!is_named).then_some("-1")
            aria-label=label
            aria-current=current
        >
            <svg
                x=format!("{:.4}%", frame.left * 100.0)
                y=y
                width=format!("{:.4}%", frame.width * 100.0)
                height=ROW_PIXELS
            >
                <title>{title}</title>
                <rect
                    class=format!("frame service-{}", frame.color)
                    width="100%"
                    height=ROW_PIXELS - 1
                />
                {name}
                {errors}
            </svg>
        </a>
    }
}

/// `payment-service POST /charge: 1.2 s (60 %), 30 ms of its own, in 3 spans, 1 error`.
#[expect(clippy::cast_precision_loss, reason = "a share of two digits")]
fn title(frame: &Frame, total_nanos: i64) -> String {
    let share = format::share(frame.nanos as f64 / total_nanos.max(1) as f64);
    let errors = match frame.errors {
        0 => String::new(),
        errors => format!(", {}", format::counted(errors, "error")),
    };
    format!(
        "{} {}: {} ({share}), {} of its own, in {}{errors}",
        frame.service,
        frame.operation,
        format::duration(frame.nanos),
        format::duration(frame.self_nanos),
        format::counted(frame.spans, "span"),
    )
}
