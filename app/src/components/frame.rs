//! What stands around every page: the navigation, and the list of keys.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use crate::address::{
    CompareAddress, ExploreAddress, JOURNEYS_PATH, OVERVIEW_PATH, RegionsAddress, Scope,
    TracesAddress,
};
use crate::islands::keys::Keys;
use crate::islands::refresh::RefreshSwitch;
use crate::islands::theme::ThemeSwitch;
use crate::islands::times::ZoneSwitch;

/// The pages that the navigation leads to, each with the keys that do so as well.
const PAGES: [(&str, &str, &str); 6] = [
    (OVERVIEW_PATH, "Overview", "g o"),
    (ExploreAddress::PATH, "Explore", "g e"),
    (CompareAddress::PATH, "Compare", "g c"),
    (RegionsAddress::PATH, "Regions", "g r"),
    (JOURNEYS_PATH, "Journeys", "g j"),
    (TracesAddress::PATH, "Traces", "g t"),
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
            {PAGES.map(|(path, name, keys)| view! { <PageLink path name keys /> }).collect_view()}
            <div class="nav-end">
                <ThemeSwitch />
                <ZoneSwitch />
                <RefreshSwitch />
                <Keys />
            </div>
        </nav>
        <main id="content" class="content">{children()}</main>
    }
}

/// Keeps filter and time.
#[component]
fn PageLink(path: &'static str, name: &'static str, keys: &'static str) -> impl IntoView {
    let here = use_location().pathname.get_untracked();
    let is_current = match here.strip_prefix(path) {
        Some("") => true,
        Some(below) => path != "/" && below.starts_with('/'),
        None => false,
    };
    let href = use_query_map().with_untracked(Scope::read).href(path);
    view! {
        <a href=href aria-keyshortcuts=keys aria-current=is_current.then_some("page")>
            {name}
        </a>
    }
}
