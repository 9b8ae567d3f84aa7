//! The one filter bar: the filter as text, and each condition as a chip that can be removed.

use leptos::prelude::*;

use super::time_menu::TimeMenu;
use crate::address::Scope;
use crate::islands::keys::FILTER_ID;

/// `path` is that of the page that is filtered.
#[component]
pub(crate) fn FilterBar(path: String, scope: Scope) -> impl IntoView {
    let filter = scope.filter();
    let mistake = filter.as_ref().err().map(|_| "true");
    let chips = filter.map(|filter| {
        let chip = |(index, condition): (usize, &model::filter::Condition)| {
            let text = condition.to_string();
            let label = format!("Remove {text}");
            let without = scope.with_filter(&filter.without(index));
            view! {
                <li class="chip">
                    <code>{text}</code>
                    <a href=without.href(&path) aria-label=label>
                        "×"
                    </a>
                </li>
            }
        };
        let chips = filter
            .conditions
            .iter()
            .enumerate()
            .map(chip)
            .collect_view();
        (!filter.conditions.is_empty())
            .then(|| view! { <ul class="chips" aria-label="Conditions">{chips}</ul> })
    });
    let kept = [("from", &scope.from), ("to", &scope.to), ("vs", &scope.vs)];
    let kept = kept.map(|(name, value)| {
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value.clone() /> })
    });
    let q = scope.q.clone();
    view! {
        <div class="bar">
            <form method="get" action=path.clone() class="filter" role="search">
                <input
                    id=FILTER_ID
                    type="search"
                    name="q"
                    value=q
                    placeholder="Filter by service, region, release, any attribute…"
                    aria-label="Filter"
                    aria-invalid=mistake
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                />
                {kept.into_iter().collect_view()}
                <button class="button">"Search"</button>
            </form>
            <TimeMenu path scope />
        </div>
        {chips.ok().flatten()}
    }
}
