//! The waterfall with the details of one span beside it.

use leptos::prelude::*;
use model::id::SpanId;
use model::layout::waterfall::{State, Waterfall};

use super::span_pane::SpanPane;
use crate::address::TraceAddress;
use crate::islands::waterfall::WaterfallView;

#[component]
pub(super) fn WaterfallPart(
    address: TraceAddress,
    waterfall: Waterfall,
    span_count: usize,
    selected: SpanId,
    now_nanos: i64,
) -> impl IntoView {
    let trace = address.id;
    let clock = address.waterfall.clock;
    let address = TraceAddress {
        span: None,
        ..address
    };
    let base = address.href();
    let other_clock = address.with_waterfall(State {
        clock: clock.other(),
        ..State::default()
    });
    view! {
        <div class="trace">
            <WaterfallView
                trace
                base
                clock
                other_clock=other_clock.href()
                selected
                span_count
                waterfall
            >
                <SpanPane trace span=selected now_nanos />
            </WaterfallView>
        </div>
    }
}
