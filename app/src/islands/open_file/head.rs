//! The essentials of a trace of a file. Nothing in it leads anywhere.

use leptos::prelude::*;
use model::calls::contradiction;
use model::decomposition::Decomposition;
use model::device_signals::DeviceSignals;
use model::dimensions::{Dimension, FLAG};
use model::format::{self, counted};
use model::summary::Summary;
use model::trace::Trace;

use crate::components::segment_bar::SegmentStrip;
use crate::components::time::Time;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Essentials {
    summary: Summary,
    segments: Decomposition,
    device: DeviceSignals,
    /// Defects of the whole trace, in words.
    defects: Vec<String>,
}

impl Essentials {
    pub(super) fn of(trace: &Trace, summary: &Summary, shifts: &[i64], root: usize) -> Self {
        let of_trace = trace.defects.iter();
        let of_trace = of_trace.filter(|defect| defect.span().is_none());
        let of_trace = of_trace.map(ToString::to_string);
        Self {
            summary: summary.clone(),
            segments: Decomposition::of(trace, shifts, root),
            device: DeviceSignals::of(trace),
            defects: of_trace.chain(contradiction(trace)).collect(),
        }
    }
}

#[component]
pub(super) fn Head(essentials: Essentials, now_nanos: i64) -> impl IntoView {
    let Essentials {
        summary,
        segments,
        device,
        defects,
    } = essentials;
    let errors = (summary.error_count > 0)
        .then(|| view! { <span class="tag bad">{counted(summary.error_count, "error")}</span> });
    let known = Dimension::ALL.into_iter().filter_map(|dimension| {
        let value = summary.dimensions.get(dimension)?.to_owned();
        Some((dimension.key().replace('_', " "), value))
    });
    let flags = summary.flags.iter();
    let flags = flags.map(|flag| (FLAG.to_owned(), flag.to_string()));
    let facts: Vec<_> = known
        .chain(flags)
        .map(|(name, value)| view! { <li><span class="muted">{name}</span> " " {value}</li> })
        .collect();
    let device = device.words().into_iter();
    let device: Vec<_> = device
        .map(
            |(name, value)| view! { <li><span class="muted">{name}</span> " " <b>{value}</b></li> },
        )
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
        counted(summary.span_count, "span"),
        counted(summary.services.len(), "service")
    );
    let defects =
        (!defects.is_empty()).then(|| view! { <p class="tag warn">{defects.join(". ")}</p> });
    view! {
        <header class="trace-head">
            <div class="title">
                <h2>{summary.root_operation}</h2>
                <span class="tag">{format::duration(summary.duration_nanos)}</span>
                {errors}
                <p class="id muted">"Trace " <code>{summary.trace_id.to_string()}</code></p>
            </div>
            <ul class="facts">
                <li><Time nanos=summary.start_nanos now_nanos /></li>
                <li>{summary.root_service}</li>
                <li>{counts}</li>
                {facts}
            </ul>
            {defects}
            <div class="strips">
                <SegmentStrip segments />
                {device}
            </div>
        </header>
    }
}
