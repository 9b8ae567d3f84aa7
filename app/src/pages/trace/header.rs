//! The essentials of a trace, above everything else.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::filter::{Filter, Test, TraceTest};
use model::format;
use model::layout::waterfall::Clock;

use super::query::Overview;
use crate::address::{TraceAddress, TracesAddress};
use crate::components::local_time::Time;

#[component]
pub(super) fn Header(address: Memo<TraceAddress>, overview: Overview) -> impl IntoView {
    let Overview {
        summary,
        waterfall,
        defects,
        now_nanos,
        ..
    } = overview;
    let errors = (summary.error_count > 0).then(|| {
        view! { <span class="tag bad">{format::counted(summary.error_count, "error")}</span> }
    });
    let dimensions = Dimension::ALL.into_iter().filter_map(|dimension| {
        let value = summary.dimensions.get(dimension)?.to_owned();
        let test = Test::Trace(TraceTest::Dimension {
            dimension,
            value: value.clone(),
        });
        let filter = Filter::default().with(test);
        let href = TracesAddress::default().with_filter(&filter).href();
        Some(view! {
            <li>
                <span class="muted">{dimension.key().replace('_', " ")}</span>
                " "
                <a href=href>{value}</a>
            </li>
        })
    });
    let dimensions: Vec<_> = dimensions.collect();
    let defects =
        (!defects.is_empty()).then(|| view! { <p class="tag warn">{defects.join(". ")}</p> });
    let counts = format!(
        "{}, {}",
        format::counted(summary.span_count, "span"),
        format::counted(summary.services.len(), "service")
    );
    view! {
        <header class="trace-head">
            <div class="title">
                <h1>{summary.root_operation}</h1>
                <span class="tag">{format::duration(summary.duration_nanos)}</span>
                {errors}
                <div class="actions">
                    <ClockSwitch address largest_shift_nanos=waterfall.largest_shift_nanos />
                    <a class="button" rel="external" href=move || address.get().json_href()>
                        "OTLP JSON"
                    </a>
                </div>
            </div>
            <ul class="facts">
                <li><Time nanos=summary.start_nanos now_nanos /></li>
                <li>{summary.root_service}</li>
                <li>{counts}</li>
                {dimensions}
            </ul>
            <p class="id muted">"Trace " <code>{summary.trace_id.to_string()}</code></p>
            {defects}
        </header>
    }
}

/// Says by how much clocks were corrected, and shows the times without that.
#[component]
fn ClockSwitch(address: Memo<TraceAddress>, largest_shift_nanos: i64) -> impl IntoView {
    const WHY: &str = "A server's part of a request lies within the client's. Where their clocks \
        say otherwise, the device's spans are moved so that it does.";
    (largest_shift_nanos != 0).then(|| {
        let sign = if largest_shift_nanos > 0 { "+" } else { "" };
        let amount = format!("{sign}{}", format::duration(largest_shift_nanos));
        let text = move || match address.get().clock {
            Clock::Corrected => format!("Clock corrected: {amount}"),
            Clock::Raw => format!("Clock as sent; off by {amount}"),
        };
        let other = move || match address.get().clock {
            Clock::Corrected => address.get().with_clock(Clock::Raw).href(),
            Clock::Raw => address.get().with_clock(Clock::Corrected).href(),
        };
        view! { <a href=other class="button" title=WHY>{text}</a> }
    })
}
