//! The essentials of a trace, above everything else.

use leptos::prelude::*;
use model::dimensions::{Dimension, FLAG};
use model::filter::{Filter, Test};
use model::format;

use super::query::Overview;
use crate::address::{TraceAddress, TracesAddress};
use crate::components::segment_bar::SegmentStrip;
use crate::components::time::Time;
use crate::islands::open_file::OPEN_PATH;

#[component]
pub(super) fn Header(address: TraceAddress, overview: Overview) -> impl IntoView {
    let Overview {
        summary,
        segments,
        device,
        defects,
        now_nanos,
        ..
    } = overview;
    let errors = (summary.error_count > 0).then(|| {
        view! { <span class="tag bad">{format::counted(summary.error_count, "error")}</span> }
    });
    let dimensions = Dimension::ALL.into_iter().filter_map(|dimension| {
        let value = summary.dimensions.get(dimension)?.to_owned();
        let test = Test::dimension(dimension, value.clone());
        Some(fact(dimension.key(), value, test))
    });
    let dimensions: Vec<_> = dimensions.collect();
    let flags = summary.flags.iter().map(|flag| {
        let test = Test::flag(&flag.name, Some(&flag.variant));
        fact(FLAG, flag.to_string(), test)
    });
    let flags: Vec<_> = flags.collect();
    let defects =
        (!defects.is_empty()).then(|| view! { <p class="tag warn">{defects.join(". ")}</p> });
    let device = device.words().into_iter();
    let device: Vec<_> = device
        .map(|(name, value)| {
            view! { <li><span class="muted">{name}</span> " " <b>{value}</b></li> }
        })
        .collect();
    let device = (!device.is_empty()).then(|| {
        view! {
            <ul class="facts" aria-label="On the device">
                <li class="muted">"On the device:"</li>
                {device}
            </ul>
        }
    });
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
                <p class="id muted">"Trace " <code>{summary.trace_id.to_string()}</code></p>
                <div class="actions">
                    <a class="button small" href=address.linking_href()>
                        "Traces that link here"
                    </a>
                    <a class="button small" href=address.json_href()>
                        "OTLP JSON"
                    </a>
                    <a class="button small" href=address.jaeger_href()>
                        "Jaeger JSON"
                    </a>
                    <a class="button small" href=OPEN_PATH>
                        "Open a file…"
                    </a>
                </div>
            </div>
            <ul class="facts">
                <li><Time nanos=summary.start_nanos now_nanos /></li>
                <li>{summary.root_service}</li>
                <li>{counts}</li>
                {dimensions}
                {flags}
            </ul>
            {defects}
            <div class="strips">
                <SegmentStrip segments />
                {device}
            </div>
        </header>
    }
}

/// Something known of the request, with a link to all that have it in common.
fn fact(key: &str, value: String, test: Test) -> impl IntoView + use<> {
    let filter = Filter::default().with(test);
    let href = TracesAddress::default().with_filter(&filter).href();
    view! {
        <li>
            <span class="muted">{key.replace('_', " ")}</span>
            " "
            <a href=href>{value}</a>
        </li>
    }
}
