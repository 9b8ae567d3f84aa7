//! What the page says when it has nothing to list.

use leptos::prelude::*;
use model::filter::Filter;

use crate::address::TracesAddress;
use crate::first_trace;

/// Nothing was ever received.
#[component]
pub(super) fn FirstTrace(otlp_http: String) -> impl IntoView {
    view! {
        <section class="notice">
            <h1>"No trace has arrived yet"</h1>
            <p>"Send a first one from a terminal. It stands here about three seconds later; reload then."</p>
            <pre tabindex="0"><code>{first_trace::curl(&otlp_http)}</code></pre>
            <p>"Or point any OpenTelemetry SDK here:"</p>
            <pre tabindex="0"><code>{first_trace::sdk_environment(&otlp_http)}</code></pre>
            <p>"Or fill it with the traffic of a made-up mobile shop:"</p>
            <pre tabindex="0"><code>"throughline simulate"</code></pre>
        </section>
    }
}

/// Nothing in the range meets the filter.
#[component]
pub(super) fn NothingFound(address: TracesAddress, range_title: String) -> impl IntoView {
    let wider = TracesAddress::from(address.scope.with_range("now-30d", ""));
    let unfiltered = (!address.scope.q.is_empty()).then(|| {
        let href = address.with_filter(&Filter::default()).href();
        view! { <li><a href=href>"Leave out the filter"</a></li> }
    });
    let first = (!address.cursor.is_empty()).then(|| {
        let href = address.newest().href();
        view! { <li><a href=href>"Go to the newest traces"</a></li> }
    });
    view! {
        <section class="notice">
            <h1>"No traces found"</h1>
            <p>{format!("Nothing in the range “{range_title}” meets the filter.")}</p>
            <ul>{first} {unfiltered} <li><a href=wider.href()>"Look at the last 30 days"</a></li></ul>
        </section>
    }
}
