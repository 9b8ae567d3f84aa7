//! The waterfall with the details of one span beside it.

use leptos::prelude::*;
use model::id::SpanId;
use model::layout::waterfall::State;

use super::query::Overview;
use super::span_pane::SpanPane;
use crate::address::TraceAddress;
use crate::islands::waterfall::WaterfallView;

#[component]
pub(super) fn WaterfallPart(
    address: TraceAddress,
    overview: Overview,
    selected: SpanId,
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
                span_count=overview.summary.span_count
                waterfall=overview.waterfall
            >
                <SpanPane trace span=selected now_nanos=overview.now_nanos />
            </WaterfallView>
        </div>
    }
}
