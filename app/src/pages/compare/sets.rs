//! Which requests are compared, and with which.

use leptos::prelude::*;
use model::comparison::{Comparison, Side};
use model::format;
use model::time::Moment;

use crate::address::{ALL, CompareAddress, ExploreAddress, Scope, Set};
use crate::components::kept::Kept;
use crate::components::time::Minute;

/// What the sets are called on the page: first the other one, as in the comparison itself.
pub(super) const NAMES: [&str; 2] = ["the others", "these requests"];

#[component]
pub(super) fn SetList(
    address: CompareAddress,
    own: Set,
    other: Set,
    found: Comparison,
    now_nanos: i64,
) -> impl IntoView {
    let turned = turned(&own, &other).href();
    let rest = address.with_the_rest().filter(|rest| *rest != address);
    let rest = rest.map(|rest| {
        view! { <a class="button" href=rest.href()>"With all that do not meet the last condition"</a> }
    });
    let Comparison { a, b, .. } = found;
    view! {
        <dl>
            <OneSet number=1 set=own side=b now_nanos />
            <OneSet number=0 set=other side=a now_nanos />
        </dl>
        <p class="actions">
            <a class="button" href=turned>"The other way round"</a>
            " "
            {rest}
        </p>
    }
}

#[component]
fn OneSet(number: usize, set: Set, side: Side, now_nanos: i64) -> impl IntoView {
    let what = if set.filter.terms.is_empty() {
        view! { "all requests" }.into_any()
    } else {
        view! { <code>{set.filter.to_string()}</code> }.into_any()
    };
    let count = usize::try_from(side.figures.count).unwrap_or(0);
    let count = format::counted(count, "request");
    let href = scope_of(&set).href(ExploreAddress::PATH);
    let one_by_one = (!side.source.is_by_rollups).then(|| {
        let title = "The filter asks for more than is counted as requests come, so they were \
            looked at one by one; those that were not kept are missing.";
        view! { <span class="tag" title=title>"looked at one by one"</span> }
    });
    let since = side.source.since_nanos.map(|nanos| {
        view! { <span class="warn">" only since " <Minute nanos now_nanos /></span> }
    });
    view! {
        <dt>
            <svg width="16" height="8" aria-hidden="true">
                <line class=format!("set-{number}") x1="0" x2="16" y1="4" y2="4" />
            </svg>
            {NAMES[number]}
        </dt>
        <dd>
            {what}
            ", from "
            <Minute nanos=set.time.from_nanos now_nanos />
            " to "
            <Minute nanos=set.time.to_nanos now_nanos />
            ": "
            <a href=href>{count}</a>
            " "
            {one_by_one}
            {since}
        </dd>
    }
}

/// With times that stay what they are.
fn scope_of(set: &Set) -> Scope {
    let [from, to] =
        [set.time.from_nanos, set.time.to_nanos].map(|nanos| Moment::At(nanos).to_string());
    Scope::default()
        .with_filter(&set.filter)
        .with_range(&from, &to)
}

fn turned(own: &Set, other: &Set) -> CompareAddress {
    let Scope { q, from, to, .. } = scope_of(own);
    let q = if q.is_empty() { ALL.to_owned() } else { q };
    CompareAddress {
        scope: scope_of(other),
        q,
        from,
        to,
    }
}

/// The other set as it is typed.
#[component]
pub(super) fn OtherForm(address: CompareAddress, is_open: bool) -> impl IntoView {
    let CompareAddress { scope, q, from, to } = address;
    let kept = [
        ("q", scope.q),
        ("from", scope.from),
        ("to", scope.to),
        ("vs", scope.vs),
    ];
    view! {
        <details class="by-figures" open=is_open>
            <summary>"Compare with other requests"</summary>
            <form method="get" action=CompareAddress::PATH>
                <Kept fields=kept.to_vec() />
                <label>
                    "Filter"
                    <input name="aq" value=q placeholder="release:4.1.0, or * for all" size="32" />
                </label>
                <label>
                    "From"
                    <input name="afrom" value=from placeholder="now-2h" />
                </label>
                <label>"To" <input name="ato" value=to placeholder="now-1h" /></label>
                <p class="hint">"Without a time it is the same."</p>
                <button class="button">"Compare"</button>
            </form>
        </details>
    }
}
