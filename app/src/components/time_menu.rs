//! The one time range: presets as links, and a form for any other.

use leptos::prelude::*;
use leptos_router::components::Form;
use model::format;
use model::time::{Moment, TimeRange};

use crate::address::TracesAddress;

const PRESETS: [(&str, &str); 6] = [
    ("now-15m", "Last 15 minutes"),
    ("now-1h", "Last hour"),
    ("now-6h", "Last 6 hours"),
    ("now-24h", "Last 24 hours"),
    ("now-7d", "Last 7 days"),
    ("now-30d", "Last 30 days"),
];

#[component]
pub(crate) fn TimeMenu(address: TracesAddress) -> impl IntoView {
    let range = address.range();
    let title = range
        .as_ref()
        .map_or_else(|_| "Choose a time range".to_owned(), title);
    let presets = PRESETS.map(|(from, name)| {
        let is_current = range
            .as_ref()
            .is_ok_and(|range| TimeRange::parse(from, "").as_ref() == Ok(range));
        view! {
            <li>
                <a
                    href=address.with_range(from, "").href()
                    aria-current=is_current.then_some("true")
                >
                    {name}
                </a>
            </li>
        }
    });
    view! {
        <details class="menu">
            <summary class="button" aria-label=format!("Time range: {title}")>{title.clone()}</summary>
            <div class="menu-body">
                <ul>{presets.collect_view()}</ul>
                <Form method="GET" action=TracesAddress::PATH>
                    <input type="hidden" name="q" value=address.q.clone() />
                    <label>
                        "From"
                        <input name="from" value=address.from.clone() placeholder="now-1h" />
                    </label>
                    <label>
                        "To"
                        <input name="to" value=address.to.clone() placeholder="now" />
                    </label>
                    <p class="hint">"now-90m, 2026-01-31T12:00Z or Unix seconds; UTC without a zone"</p>
                    <button class="button">"Apply"</button>
                </Form>
            </div>
        </details>
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
