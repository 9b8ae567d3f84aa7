//! The document around the pages, and which page stands at which address.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{ParamSegment, SsrMode, StaticSegment};

use crate::components::frame::Frame;
use crate::components::local_time::provide_local_time;
#[cfg(feature = "ssr")]
use crate::components::theme::Theme;
use crate::components::theme::provide_theme;
#[cfg(feature = "ssr")]
use crate::pages::explore::ExplorePage;
#[cfg(feature = "ssr")]
use crate::pages::journey::JourneyPage;
#[cfg(feature = "ssr")]
use crate::pages::journeys::{EditJourneyPage, JourneysPage, NewJourneyPage};
use crate::pages::not_found::NotFoundPage;
#[cfg(feature = "ssr")]
use crate::pages::overview::OverviewPage;
#[cfg(feature = "ssr")]
use crate::pages::regions::RegionsPage;
#[cfg(not(feature = "ssr"))]
use crate::pages::served::{
    ServedPage as EditJourneyPage, ServedPage as ExplorePage, ServedPage as JourneyPage,
    ServedPage as JourneysPage, ServedPage as NewJourneyPage, ServedPage as OverviewPage,
    ServedPage as RegionsPage,
};
use crate::pages::trace::TracePage;
use crate::pages::traces::TracesPage;

/// The HTML document that the server sends.
#[cfg(feature = "ssr")]
#[must_use]
pub fn shell() -> impl IntoView {
    let theme = Theme::of_request();
    let scripts = needs_scripts().then(|| {
        view! {
            <link rel="modulepreload" href="/pkg/throughline.js" />
            <link
                rel="preload"
                href="/pkg/throughline_bg.wasm"
                r#as="fetch"
                r#type="application/wasm"
                crossorigin="anonymous"
            />
            <script type="module" src="/pkg/start.js"></script>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" type="image/svg+xml" href="/pkg/icon.svg" />
                <link rel="stylesheet" href="/pkg/throughline.css" />
                {scripts}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Whether the page that is asked for has code in the bundle for browsers ([`crate::pages`]).
#[cfg(feature = "ssr")]
fn needs_scripts() -> bool {
    let parts = use_context::<http::request::Parts>();
    let path = parts.map(|parts| parts.uri.path().to_owned());
    let served = ["/explore", "/journeys", "/regions"];
    path.is_none_or(|path| path != "/" && !served.iter().any(|page| path.starts_with(page)))
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_local_time();
    provide_theme();
    mark_hydrated();
    view! {
        <Title formatter=|title| format!("{title} · Throughline") />
        <Router>
            <Frame>
                // Sent when it is whole: only then are the status of the answer and the title known,
                // and it reads without scripts.
                <Routes fallback=NotFoundPage>
                    <Route path=StaticSegment("") view=OverviewPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("explore") view=ExplorePage ssr=SsrMode::Async />
                    <Route path=StaticSegment("journeys") view=JourneysPage ssr=SsrMode::Async />
                    <Route
                        path=(StaticSegment("journeys"), StaticSegment("new"))
                        view=NewJourneyPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=(StaticSegment("journeys"), ParamSegment("key"))
                        view=JourneyPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=(StaticSegment("journeys"), ParamSegment("key"), StaticSegment("edit"))
                        view=EditJourneyPage
                        ssr=SsrMode::Async
                    />
                    <Route path=StaticSegment("regions") view=RegionsPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("traces") view=TracesPage ssr=SsrMode::Async />
                    <Route
                        path=(StaticSegment("traces"), ParamSegment("id"))
                        view=TracePage
                        ssr=SsrMode::Async
                    />
                </Routes>
            </Frame>
        </Router>
    }
}

/// Says on the document that the page reacts now.
fn mark_hydrated() {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            // It fails only for a name that is no name.
            root.set_attribute("data-hydrated", "").ok();
        }
    });
}
