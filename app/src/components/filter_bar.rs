//! The one filter bar: the filter as text, and each condition as a chip that can be removed.

use leptos::prelude::*;

use super::time_menu::TimeMenu;
use crate::address::Scope;
use crate::islands::filter_input::FilterInput;

/// `path` is that of the page that is filtered.
#[component]
pub(crate) fn FilterBar(path: String, scope: Scope) -> impl IntoView {
    let filter = scope.filter();
    let is_wrong = filter.is_err();
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
                <FilterInput q from=scope.from.clone() to=scope.to.clone() is_wrong />
                {kept.into_iter().collect_view()}
                <button class="button">"Search"</button>
            </form>
            <TimeMenu path scope />
        </div>
        {chips.ok().flatten()}
    }
}
