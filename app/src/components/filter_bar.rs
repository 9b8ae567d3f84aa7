//! The one filter bar: the filter as text, and each condition as a chip that can be removed.

use leptos::prelude::*;
use leptos_router::components::Form;

use super::time_menu::TimeMenu;
use crate::address::TracesAddress;

pub(crate) const INPUT_ID: &str = "filter";

#[component]
pub(crate) fn FilterBar(address: TracesAddress) -> impl IntoView {
    let filter = address.filter();
    let mistake = filter.as_ref().err().map(|_| "true");
    let chips = filter.map(|filter| {
        let chip = |(index, condition): (usize, &model::filter::Condition)| {
            let text = condition.to_string();
            let label = format!("Remove {text}");
            view! {
                <li class="chip">
                    <code>{text}</code>
                    <a href=address.with_filter(&filter.without(index)).href() aria-label=label>
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
    let keep = |name: &'static str, value: &str| {
        (!value.is_empty())
            .then(|| view! { <input type="hidden" name=name value=value.to_owned() /> })
    };
    let (q, from, to) = (
        address.q.clone(),
        keep("from", &address.from),
        keep("to", &address.to),
    );
    view! {
        <div class="bar">
            <Form method="GET" action=TracesAddress::PATH attr:class="filter" attr:role="search">
                <input
                    id=INPUT_ID
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
                {from}
                {to}
                <button class="button">"Search"</button>
            </Form>
            <TimeMenu address />
        </div>
        {chips.ok().flatten()}
    }
}
