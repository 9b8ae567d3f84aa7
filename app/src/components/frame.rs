//! What stands around every page: the navigation, and the list of keys.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::keyboard::KeyboardHelp;
use super::theme::ThemeSwitch;
use crate::address::{
    ExploreAddress, JOURNEYS_PATH, OVERVIEW_PATH, RegionsAddress, Scope, TracesAddress,
};

/// The pages that the navigation leads to.
const PAGES: [(&str, &str); 5] = [
    (OVERVIEW_PATH, "Overview"),
    (ExploreAddress::PATH, "Explore"),
    (RegionsAddress::PATH, "Regions"),
    (JOURNEYS_PATH, "Journeys"),
    (TracesAddress::PATH, "Traces"),
];

#[component]
pub(crate) fn Frame(children: Children) -> impl IntoView {
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <nav class="nav" aria-label="Pages">
            <a class="brand" href="/" aria-label="Throughline">
                <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                    <path
                        d="M1 11h4l2.5-7 4 13 2.8-8 1.2 2H19"
                        fill="none"
                        stroke="currentColor"
                        stroke-width="2"
                        stroke-linecap="round"
                        stroke-linejoin="round"
                    />
                </svg>
                <span>"Throughline"</span>
            </a>
            {PAGES.map(|(path, name)| view! { <PageLink path name /> }).collect_view()}
            <div class="nav-end">
                <ThemeSwitch />
                <KeyboardHelp />
            </div>
        </nav>
        <main id="content" class="content">{children()}</main>
    }
}

/// Keeps filter and time.
#[component]
fn PageLink(path: &'static str, name: &'static str) -> impl IntoView {
    let here = use_location().pathname;
    let query = use_query_map();
    let is_current = move || {
        let below = here.with(|here| here.strip_prefix(path).map(str::to_owned));
        match below.as_deref() {
            Some("") => true,
            Some(below) => path != "/" && below.starts_with('/'),
            None => false,
        }
    };
    let href = move || query.with(Scope::read).href(path);
    view! {
        <a href=href aria-current=move || is_current().then_some("page")>
            {name}
        </a>
    }
}
