//! The list over time: a bar for each column of time, which leads to the list of that time.

use leptos::prelude::*;
use model::format;
use model::layout::time_axis::SIZE;

use super::query::Counted;
use crate::address::TracesAddress;
use crate::components::time::Minute;
use crate::components::time_ticks::{TimeTicks, percent};

/// In pixels.
const HEIGHT: f64 = 64.0;

#[component]
pub(super) fn OverTime(address: TracesAddress, counted: Counted) -> impl IntoView {
    let Counted {
        chart,
        bounds,
        counts,
        since_nanos,
        now_nanos,
    } = counted;
    let all: i64 = counts.iter().map(|(all, _)| all).sum();
    if all == 0 {
        return ().into_any();
    }
    let with_errors: i64 = counts.iter().map(|(_, with_errors)| with_errors).sum();
    let since = since_nanos.map(|nanos| {
        view! { " " <span class="muted">"since " <Minute nanos now_nanos /> "; older ones are not counted"</span> }
    });
    let columns = chart.time.columns.windows(2).zip(&chart.bars);
    let bars = columns.zip(bounds.windows(2)).zip(&counts);
    let bars = bars.map(|(((x, bar), time), (all, with_errors))| {
        let title = format!(
            "{}, {} with errors, {} to {}",
            format::counted(unsigned(*all), "trace"),
            format::count(unsigned(*with_errors)),
            format::rfc3339(time[0]),
            format::rfc3339(time[1]),
        );
        let range = (format::rfc3339(time[0]), format::rfc3339(time[1]));
        let (left, width) = (percent(x[0]), percent(x[1] - x[0]));
        let rise = |height: f64| {
            let top = percent(SIZE - height);
            (top, percent(height))
        };
        let (top, height) = rise(bar.height);
        let (bad_top, bad_height) = rise(bar.bad_height);
        view! {
            <a href=address.within(&range.0, &range.1).href() tabindex="-1">
                <rect class="all" x=left.clone() width=width.clone() y=top height=height />
                <rect class="bad" x=left.clone() width=width.clone() y=bad_top height=bad_height />
                <rect class="hit" x=left width=width y="0" height="100%">
                    <title>{title}</title>
                </rect>
            </a>
        }
    });
    view! {
        <section class="card over-time" aria-labelledby="over-time">
            <header class="card-head">
                <h2 id="over-time">
                    {format::counted(unsigned(all), "trace")} {since}
                </h2>
                <span class="muted">
                    {format!("{} with errors", format::count(unsigned(with_errors)))}
                </span>
            </header>
            <div class="plot" aria-hidden="true">
                <svg width="100%" height=HEIGHT.to_string()>
                    {bars.collect_view()}
                    <TimeTicks axis=chart.time.clone() />
                </svg>
            </div>
        </section>
    }
    .into_any()
}

fn unsigned(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}
