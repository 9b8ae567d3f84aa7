//! What stands around every page: the navigation, and the list of keys.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::address::{
    ALERTS_PATH, CompareAddress, ExploreAddress, JOURNEYS_PATH, OVERVIEW_PATH, RegionsAddress,
    SERVICES_PATH, SLOS_PATH, Scope, TopologyAddress, TracesAddress, page_query,
};
use crate::islands::keys::Keys;
use crate::islands::refresh::RefreshSwitch;
use crate::islands::theme::ThemeSwitch;
use crate::islands::times::ZoneSwitch;

/// A page that the navigation leads to, with the keys that do so as well.
type Page = (&'static str, &'static str, &'static str);

/// Those that narrow screens have room for.
const PAGES: [Page; 5] = [
    (OVERVIEW_PATH, "Overview", "g o"),
    (ExploreAddress::PATH, "Explore", "g e"),
    (RegionsAddress::PATH, "Regions", "g r"),
    (JOURNEYS_PATH, "Journeys", "g j"),
    (TracesAddress::PATH, "Traces", "g t"),
];

/// Those that narrow screens have behind a button.
const MORE: [Page; 2] = [
    (TopologyAddress::PATH, "Topology", "g p"),
    (CompareAddress::PATH, "Compare", "g c"),
];

/// What is promised, and what is in danger; on narrow screens behind the same button.
const RELIABILITY: [Page; 2] = [
    (SLOS_PATH, "Objectives", "g s"),
    (ALERTS_PATH, "Alerts", "g a"),
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
            {PAGES.map(link).collect_view()}
            // Wide screens show what is in it, and not the button.
            <button type="button" class="more" popovertarget="more">"More"</button>
            <div id="more" class="nav-more" popover="auto">
                {MORE.map(link).collect_view()}
                <p class="nav-title">"Reliability"</p>
                {RELIABILITY.map(link).collect_view()}
                <div class="nav-end">
                    <ThemeSwitch />
                    <ZoneSwitch />
                    <RefreshSwitch />
                </div>
            </div>
            // Beside it: a dialog cannot be seen within what is hidden.
            <div class="nav-keys"><Keys /></div>
        </nav>
        <main id="content" class="content">{children()}</main>
    }
}

fn link((path, name, keys): Page) -> impl IntoView {
    view! { <PageLink path name keys /> }
}

/// Keeps filter and time.
#[component]
fn PageLink(path: &'static str, name: &'static str, keys: &'static str) -> impl IntoView {
    let here = use_location().pathname.get_untracked();
    let is_at = |path: &str| match here.strip_prefix(path) {
        Some("") => true,
        Some(below) => path != "/" && below.starts_with('/'),
        None => false,
    };
    // Services are nodes of the topology.
    let is_current = is_at(path) || (path == TopologyAddress::PATH && is_at(SERVICES_PATH));
    let href = Scope::read(&page_query()).href(path);
    view! {
        <a href=href aria-keyshortcuts=keys aria-current=is_current.then_some("page")>
            {name}
        </a>
    }
}
