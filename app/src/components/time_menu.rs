//! The one time range: presets as links, and a form for any other.

use leptos::prelude::*;
use model::format;
use model::time::{Moment, TimeRange};

use super::kept::Kept;
use crate::address::{Place, Scope, Versus};

pub(crate) const PRESETS: [(&str, &str); 6] = [
    ("now-15m", "Last 15 minutes"),
    ("now-1h", "Last hour"),
    ("now-6h", "Last 6 hours"),
    ("now-24h", "Last 24 hours"),
    ("now-7d", "Last 7 days"),
    ("now-30d", "Last 30 days"),
];

/// `place` is the page whose time it is.
#[component]
pub(crate) fn TimeMenu(place: Place, scope: Scope) -> impl IntoView {
    let range = scope.range();
    let title = range
        .as_ref()
        .map_or_else(|_| "Choose a time range".to_owned(), title);
    let presets = PRESETS.map(|(from, name)| {
        let is_current = range
            .as_ref()
            .is_ok_and(|range| TimeRange::parse(from, "").as_ref() == Ok(range));
        let href = place.href(&scope.with_range(from, ""));
        view! { <Choice href is_current name /> }
    });
    let comparisons = Versus::ALL.map(|versus| {
        let href = place.href(&scope.with_versus(versus));
        let is_current = versus == scope.versus();
        view! { <Choice href is_current name=versus.title() /> }
    });
    let kept = [("q", scope.q.clone()), ("vs", scope.vs.clone())];
    let kept = kept.into_iter().chain(place.own);
    view! {
        <details class="menu">
            <summary class="button" aria-label=format!("Time range: {title}")>{title.clone()}</summary>
            <div class="menu-body">
                <ul>{presets.collect_view()}</ul>
                <form method="get" action=place.path>
                    <Kept fields=kept.collect() />
                    <label>
                        "From"
                        <input name="from" value=scope.from placeholder="now-1h" />
                    </label>
                    <label>
                        "To"
                        <input name="to" value=scope.to placeholder="now" />
                    </label>
                    <p class="hint">"now-90m, 2026-01-31T12:00Z or Unix seconds; UTC without a zone"</p>
                    <button class="button">"Apply"</button>
                </form>
                <h2>"Compared with"</h2>
                <ul>{comparisons.collect_view()}</ul>
            </div>
        </details>
    }
}

#[component]
fn Choice(href: String, is_current: bool, name: &'static str) -> impl IntoView {
    view! {
        <li>
            <a href=href aria-current=is_current.then_some("true")>
                {name}
            </a>
        </li>
    }
}

/// What a range is called.
pub(crate) fn title(range: &TimeRange) -> String {
    let preset = PRESETS
        .iter()
        .find(|(from, _)| TimeRange::parse(from, "").as_ref() == Ok(range));
    match (preset, range.from, range.to) {
        (Some((_, name)), _, _) => (*name).to_owned(),
        (None, Moment::Ago(nanos), Moment::Ago(0)) => format!("Last {}", format::duration(nanos)),
        (None, from, to) => format!("{from} to {to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_names() {
        let name = |from: &str, to: &str| title(&TimeRange::parse(from, to).expect("a range"));
        assert_eq!(name("", ""), "Last hour");
        assert_eq!(name("now-60m", "now"), "Last hour");
        assert_eq!(name("now-90m", ""), "Last 1 h 30 min");
        assert_eq!(
            name("0", "60"),
            "1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z"
        );
    }
}
