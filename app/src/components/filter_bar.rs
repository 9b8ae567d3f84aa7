//! The one filter bar: the filter as text, and each of its terms as a chip that can be removed.

use leptos::prelude::*;

use super::kept::Kept;
use super::time_menu::TimeMenu;
use crate::address::{LANGUAGE_PATH, Place, Scope};
use crate::islands::filter_input::FilterInput;
use crate::pages::views::ViewMenu;

/// `place` is the page that is filtered.
#[component]
pub(crate) fn FilterBar(#[prop(into)] place: Place, scope: Scope) -> impl IntoView {
    let filter = scope.filter();
    let is_wrong = filter.is_err();
    let chips = filter.map(|filter| {
        let chip = |(index, term): (usize, &model::filter::Term)| {
            let text = term.to_string();
            let label = format!("Remove {text}");
            let without = scope.with_filter(&filter.without(index));
            view! {
                <li class="chip">
                    <code>{text}</code>
                    <a href=place.href(&without) aria-label=label>
                        "×"
                    </a>
                </li>
            }
        };
        let chips = filter.terms.iter().enumerate().map(chip).collect_view();
        (!filter.terms.is_empty())
            .then(|| view! { <ul class="chips" aria-label="Conditions">{chips}</ul> })
    });
    let Scope { from, to, vs, .. } = scope.clone();
    let kept = [("from", from), ("to", to), ("vs", vs)];
    let kept = kept.into_iter().chain(place.own.clone());
    let q = scope.q.clone();
    let language = scope.href(LANGUAGE_PATH);
    view! {
        <div class="bar">
            <form method="get" action=place.path.clone() class="filter" role="search">
                <FilterInput q from=scope.from.clone() to=scope.to.clone() is_wrong />
                <Kept fields=kept.collect() />
                <button class="button">"Search"</button>
                <a class="button" href=language aria-label="How to write a filter">"?"</a>
            </form>
            <ViewMenu place=place.clone() scope=scope.clone() />
            <TimeMenu place scope />
        </div>
        {chips.ok().flatten()}
    }
}
