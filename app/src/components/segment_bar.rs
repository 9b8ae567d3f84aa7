//! Where the time of a request goes, as one bar.

use leptos::either::Either;
use leptos::prelude::*;
use model::decomposition::{Decomposition, Segment};
use model::format;

/// The class that gives a segment its colour, the same everywhere.
fn class(segment: Segment) -> &'static str {
    match segment {
        Segment::Device => "segment-device",
        Segment::Network => "segment-network",
        Segment::Gateway => "segment-gateway",
        Segment::Services => "segment-services",
        Segment::Database => "segment-database",
        Segment::ThirdParty => "segment-third-party",
    }
}

/// `what` says whose time it is. All figures show when it has the focus.
#[component]
pub(crate) fn SegmentBar(
    means: Decomposition,
    #[prop(default = "Mean time of a request")] what: &'static str,
) -> impl IntoView {
    let total = means.total_nanos();
    if total <= 0 {
        return Either::Left(view! { <span class="muted">"no time"</span> });
    }
    let mut start = 0.0;
    let mut words = Vec::new();
    let parts = Segment::ALL.map(|segment| {
        let nanos = means[segment];
        (nanos > 0).then(|| {
            let width = percent(nanos, total);
            let x = start;
            start += width;
            let title = format!("{} {}", segment.name(), format::duration(nanos));
            words.push(title.clone());
            view! {
                <rect
                    class=class(segment)
                    x=format!("{x:.2}%")
                    width=format!("{width:.2}%")
                    height="8"
                >
                    <title>{title}</title>
                </rect>
            }
        })
    });
    let parts = parts.into_iter().collect_view();
    let words = words.join(" · ");
    let label = format!("{what}: {words}");
    Either::Right(view! {
        <span class="segment-bar" tabindex="0" role="img" aria-label=label>
            <svg width="100%" height="8" aria-hidden="true">
                {parts}
            </svg>
            <span class="segment-words" aria-hidden="true">{words}</span>
        </span>
    })
}

/// What each colour of the bars means, with the mean time of a request and its share.
#[cfg(feature = "ssr")]
#[component]
pub(crate) fn SegmentLegend(means: Decomposition) -> impl IntoView {
    let total = means.total_nanos();
    let rows = Segment::ALL.map(|segment| {
        let nanos = means[segment].max(0);
        view! {
            <tr>
                <th scope="row">
                    <svg width="8" height="8" aria-hidden="true">
                        <rect class=class(segment) width="8" height="8" rx="2" />
                    </svg>
                    " "
                    {segment.name()}
                </th>
                <td class="number">{format::duration(nanos)}</td>
                <td class="number muted">{format::share(percent(nanos, total) / 100.0)}</td>
            </tr>
        }
    });
    view! {
        <table class="segments">
            <thead class="hidden">
                <tr>
                    <th scope="col">"Segment"</th>
                    <th scope="col">"Mean time of a request"</th>
                    <th scope="col">"Share"</th>
                </tr>
            </thead>
            <tbody>{rows.into_iter().collect_view()}</tbody>
        </table>
    }
}

/// What each part of one request took, as words under a bar of the whole width.
#[component]
pub(crate) fn SegmentStrip(segments: Decomposition) -> impl IntoView {
    let total = segments.total_nanos();
    let parts = Segment::ALL
        .into_iter()
        .filter(|segment| segments[*segment] > 0);
    let parts = parts.map(|segment| {
        let nanos = segments[segment];
        view! {
            <li>
                <svg width="8" height="8" aria-hidden="true">
                    <rect class=class(segment) width="8" height="8" rx="2" />
                </svg>
                " "
                <span class="muted">{segment.name()}</span>
                " "
                <b>{format::duration(nanos)}</b>
                " "
                <span class="muted">{format::share(percent(nanos, total) / 100.0)}</span>
            </li>
        }
    });
    let parts = parts.collect_view();
    (total > 0).then(|| {
        view! {
            <div class="segment-strip">
                <SegmentBar means=segments what="What the user waited for" />
                <ul class="facts">{parts}</ul>
            </div>
        }
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a picture needs four digits, f64 has fifteen"
)]
fn percent(nanos: i64, total: i64) -> f64 {
    nanos as f64 / total.max(1) as f64 * 100.0
}
