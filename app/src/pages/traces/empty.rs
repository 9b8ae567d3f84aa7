//! What the page says when it has nothing to list.

use leptos::prelude::*;
use model::filter::Filter;

use crate::address::{LIVE_PATH, TracesAddress};
use crate::islands::open_file::OPEN_PATH;

/// Nothing in the range meets the filter.
#[component]
pub(super) fn NothingFound(address: TracesAddress, range_title: String) -> impl IntoView {
    let wider = TracesAddress::from(address.scope.with_range("now-30d", ""));
    let unfiltered = (!address.scope.q.is_empty()).then(|| {
        let href = address.with_filter(&Filter::default()).href();
        view! { <li><a href=href>"Leave out the filter"</a></li> }
    });
    let first = (!address.cursor.is_empty()).then(|| {
        let href = address.first_page().href();
        view! { <li><a href=href>"Go to the newest traces"</a></li> }
    });
    let live = address.scope.href(LIVE_PATH);
    view! {
        <section class="notice">
            <h1>"No traces found"</h1>
            <p>{format!("Nothing in the range “{range_title}” meets the filter.")}</p>
            <ul>
                {first} {unfiltered} <li><a href=wider.href()>"Look at the last 30 days"</a></li>
                <li><a href=live>"Watch for what arrives"</a></li>
                <li><a href=OPEN_PATH>"Open a file with traces"</a></li>
            </ul>
        </section>
    }
}
