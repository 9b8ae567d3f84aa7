//! The one filter bar: the filter as text, and each of its terms as a chip.

use leptos::prelude::*;
use model::filter::{Filter, Term};

use super::kept::Kept;
use super::time_menu::TimeMenu;
use crate::address::{LANGUAGE_PATH, Place, Scope};
use crate::islands::filter_input::FilterInput;
use crate::islands::keys::FILTER_ID;
use crate::pages::views::ViewMenu;

/// `place` is the page that is filtered.
#[component]
pub(crate) fn FilterBar(#[prop(into)] place: Place, scope: Scope) -> impl IntoView {
    let filter = scope.filter();
    let is_wrong = filter.is_err();
    let chips = filter.ok().filter(|filter| !filter.terms.is_empty());
    let chips = chips.map(|filter| {
        let place = place.clone();
        let scope = scope.clone();
        view! { <Chips place scope filter /> }
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
        {chips}
    }
}

/// Each term can be turned into its opposite, edited, and removed: by links, of which scripts
/// follow the one that edits within the page.
#[component]
fn Chips(place: Place, scope: Scope, filter: Filter) -> impl IntoView {
    let chip = |(index, term): (usize, &Term)| {
        let text = term.to_string();
        let href = |filter: &Filter| place.href(&scope.with_filter(filter));
        let others = filter.without(index);
        let (sign, turn, meaning) = match term {
            Term::Not(positive) => (
                "+",
                format!("Include {positive}"),
                "Without the minus: something has it",
            ),
            _ => (
                "−",
                format!("Exclude {text}"),
                "With a minus: nothing has it",
            ),
        };
        let edit = format!("{}#{FILTER_ID}", href(&filter.with_first(index)));
        let class = if matches!(term, Term::Not(_)) {
            "chip not"
        } else {
            "chip"
        };
        view! {
            <li class=class>
                <a href=href(&filter.with_negated(index)) aria-label=turn title=meaning>
                    {sign}
                </a>
                <a
                    href=edit
                    aria-label=format!("Edit {text}")
                    data-term=text.clone()
                    data-others=others.to_string()
                >
                    <code>{text.clone()}</code>
                </a>
                <a href=href(&others) aria-label=format!("Remove {text}")>
                    "×"
                </a>
            </li>
        }
    };
    let chips = filter.terms.iter().enumerate().map(chip).collect_view();
    view! { <ul class="chips" aria-label="Conditions">{chips}</ul> }
}
