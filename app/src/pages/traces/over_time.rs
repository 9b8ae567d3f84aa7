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
    let sum = |of: fn(&(i64, i64)) -> i64| unsigned(counted.counts.iter().map(of).sum());
    let all = sum(|(all, _)| *all);
    let with_errors = sum(|(_, with_errors)| *with_errors);
    if all == 0 && counted.since_nanos.is_none() {
        return ().into_any();
    }
    let heading = match (all, counted.since_nanos) {
        (0, _) => "None so far".to_owned(),
        (_, Some(_)) => format!("At least {}", format::counted(all, "trace")),
        (_, None) => format::counted(all, "trace"),
    };
    let reach = view! { <Reach address=address.clone() counted=counted.clone() /> };
    let errors = (all > 0).then(|| format!("{} with errors", format::count(with_errors)));
    let bars = (all > 0).then(|| view! { <Bars address counted /> });
    view! {
        <section class="card over-time" aria-labelledby="over-time">
            <header class="card-head">
                <h2 id="over-time">{heading}</h2>
                {reach}
                <span class="muted">{errors}</span>
            </header>
            {bars}
        </section>
    }
    .into_any()
}

/// How much was looked at where that was not all, and the way to look further.
#[component]
fn Reach(address: TracesAddress, counted: Counted) -> impl IntoView {
    let Counted {
        since_nanos,
        looked_at,
        look,
        now_nanos,
        ..
    } = counted;
    since_nanos.map(|nanos| {
        let reach = match looked_at {
            Some(looked_at) => format!(
                "of the newest {} that were looked at, back to ",
                format::count(looked_at)
            ),
            None => "counted back to ".to_owned(),
        };
        let further = match look.further() {
            Some(further) => {
                let href = address.looking(further).href();
                view! { <a class="button" href=href>"Look further"</a> }.into_any()
            }
            None => "Ask for less time to count them all.".into_any(),
        };
        view! {
            <p class="reach muted">{reach} <Minute nanos now_nanos /> ". " {further}</p>
        }
    })
}

/// A bar for each column of time.
#[component]
fn Bars(address: TracesAddress, counted: Counted) -> impl IntoView {
    let Counted {
        chart,
        bounds,
        counts,
        ..
    } = counted;
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
        <div class="plot" aria-hidden="true">
            <svg width="100%" height=HEIGHT.to_string()>
                {bars.collect_view()}
                <TimeTicks axis=chart.time.clone() />
            </svg>
        </div>
    }
}

fn unsigned(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}
