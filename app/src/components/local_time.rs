//! Times in the reader's zone. The server does not know it and writes UTC; scripts, once they
//! run, write the same times anew.

use leptos::prelude::*;
use model::format;

/// Whether the page is hydrated, so that the browser's zone may show.
#[derive(Debug, Clone, Copy)]
struct LocalTime(RwSignal<bool>);

pub(crate) fn provide_local_time() {
    let is_local = RwSignal::new(false);
    provide_context(LocalTime(is_local));
    Effect::new(move |_| is_local.set(true));
}

/// Writes moments as clocks show them here; reactive, for the zone is known late.
pub(crate) fn use_clock(now_nanos: i64) -> impl Fn(i64) -> String + Clone {
    let east_minutes = use_zone();
    move |nanos| format::clock(nanos, now_nanos, east_minutes(nanos))
}

/// A moment, with UTC on hover.
#[component]
pub(crate) fn Time(nanos: i64, now_nanos: i64) -> impl IntoView {
    let clock = use_clock(now_nanos);
    let utc = format::rfc3339(nanos);
    view! { <time datetime=utc.clone() title=utc>{move || clock(nanos)}</time> }
}

/// A moment to the minute, with UTC on hover.
#[component]
pub(crate) fn Minute(nanos: i64, now_nanos: i64) -> impl IntoView {
    let utc = format::rfc3339(nanos);
    let east_minutes = use_zone();
    let text = move || format::minute(nanos, now_nanos, east_minutes(nanos));
    view! { <time datetime=utc.clone() title=utc>{text}</time> }
}

/// A moment below a chart whose named times are so far apart.
pub(crate) fn axis_time(nanos: i64, step_nanos: i64) -> impl Fn() -> String {
    let east_minutes = use_zone();
    move || format::axis_time(nanos, step_nanos, east_minutes(nanos))
}

/// Minutes east of UTC at a moment; of UTC itself until the page is hydrated.
fn use_zone() -> impl Fn(i64) -> i32 + Clone {
    let LocalTime(is_local) = expect_context();
    move |nanos| {
        if is_local.get() {
            zone_east_minutes(nanos)
        } else {
            0
        }
    }
}

/// Minutes east of UTC that the browser's zone has at that moment.
#[cfg(feature = "hydrate")]
#[expect(clippy::cast_possible_truncation, reason = "an offset is within a day")]
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this era are exact"
)]
fn zone_east_minutes(nanos: i64) -> i32 {
    let date = js_sys::Date::new(&(nanos as f64 / 1e6).into());
    let west = date.get_timezone_offset();
    if west.is_finite() { -west as i32 } else { 0 }
}

#[cfg(not(feature = "hydrate"))]
fn zone_east_minutes(_nanos: i64) -> i32 {
    0
}
