//! `/language`: how to write a filter, by examples that run.

mod examples;

use leptos::prelude::*;
use leptos_meta::Title;

use self::examples::{EXAMPLES, Example, Section};
use crate::address::{Scope, TracesAddress, page_query};
use crate::components::filter_bar::FilterBar;

#[component]
pub(crate) fn LanguagePage() -> impl IntoView {
    let scope = Scope::read(&page_query());
    let sections = EXAMPLES.iter().map(|section| {
        let scope = scope.clone();
        view! { <Examples scope section /> }
    });
    let sections = sections.collect_view();
    view! {
        <Title text="How to write a filter" />
        <FilterBar place=TracesAddress::PATH scope />
        <h1>"How to write a filter"</h1>
        <p class="language-lead">
            "Conditions side by side must all hold, and those on a span hold on one and the same. "
            "Each example opens as a list of traces."
        </p>
        {sections}
    }
}

#[component]
fn Examples(scope: Scope, section: &'static Section) -> impl IntoView {
    let Section {
        id,
        title,
        examples,
    } = section;
    let rows = examples.iter().map(|Example { filter, meaning }| {
        let scope = Scope {
            q: (*filter).to_owned(),
            ..scope.clone()
        };
        let href = scope.href(TracesAddress::PATH);
        view! {
            <tr>
                <td><a href=href><code>{*filter}</code></a></td>
                <td>{*meaning}</td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby=*id>
            <header class="card-head"><h2 id=*id>{*title}</h2></header>
            <table class="language">
                <thead>
                    <tr>
                        <th scope="col">"Filter"</th>
                        <th scope="col">"Finds traces"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
}
