//! Moments, as the server writes them: in UTC, and so marked that scripts can write them in the
//! reader's zone.

use leptos::prelude::*;
use model::format;

use crate::islands::times::{Mark, Style};

/// A moment, with UTC on hover.
#[component]
pub(crate) fn Time(nanos: i64, now_nanos: i64) -> impl IntoView {
    let style = Style::Clock { now_nanos };
    marked(Mark { nanos, style })
}

/// A moment to the minute, with UTC on hover.
#[cfg(feature = "ssr")]
#[component]
pub(crate) fn Minute(nanos: i64, now_nanos: i64) -> impl IntoView {
    let style = Style::Minute { now_nanos };
    marked(Mark { nanos, style })
}

fn marked(mark: Mark) -> impl IntoView {
    let utc = format::rfc3339(mark.nanos);
    view! {
        <time datetime=utc.clone() title=utc data-time=mark.attribute()>
            {mark.utc()}
        </time>
    }
}
