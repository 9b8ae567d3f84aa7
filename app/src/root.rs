//! The document around the pages, and which page stands at which address.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{MatchNestedRoutes, ParamSegment, SsrMode, StaticSegment};

use crate::components::frame::Frame;
use crate::islands::theme::Theme;
use crate::pages::alerts::AlertsPage;
use crate::pages::compare::ComparePage;
use crate::pages::explore::ExplorePage;
use crate::pages::journey::JourneyPage;
use crate::pages::journeys::{EditJourneyPage, JourneysPage, NewJourneyPage};
use crate::pages::language::LanguagePage;
use crate::pages::live::LivePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::open::OpenPage;
use crate::pages::overview::OverviewPage;
use crate::pages::receivers::{EditReceiverPage, NewReceiverPage, ReceiversPage};
use crate::pages::regions::RegionsPage;
use crate::pages::service::{ServicePage, ServicesPage};
use crate::pages::silences::{EditSilencePage, NewSilencePage, SilencesPage};
use crate::pages::slo::SloPage;
use crate::pages::slo_form::{EditSloPage, NewSloPage};
use crate::pages::slos::SlosPage;
use crate::pages::topology::TopologyPage;
use crate::pages::trace::TracePage;
use crate::pages::traces::TracesPage;
use crate::pages::views::{EditViewPage, NewViewPage, ViewPage, ViewsPage};

/// The HTML document that the server sends.
#[must_use]
pub fn shell() -> impl IntoView {
    // Only islands come alive in the browser, so only they need numbers and data.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=Theme::chosen().attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" type="image/svg+xml" href="/pkg/icon.svg" />
                <link rel="stylesheet" href="/pkg/throughline.css" />
                <link rel="modulepreload" href="/pkg/throughline.js" />
                <link
                    rel="preload"
                    href="/pkg/throughline_bg.wasm"
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                />
                <script type="module" src="/pkg/start.js"></script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title| format!("{title} · Throughline") />
        <Router>
            <Frame>
                // The frame is sent at once, and what is asked of the database when it has answered;
                // in order, so that it reads without scripts. A page of one thing is sent whole:
                // only then are its status and its title known.
                <Routes fallback=NotFoundPage>
                    <Route path=StaticSegment("") view=OverviewPage ssr=SsrMode::InOrder />
                    <AlertRoutes />
                    <Route path=StaticSegment("compare") view=ComparePage ssr=SsrMode::InOrder />
                    <Route path=StaticSegment("explore") view=ExplorePage ssr=SsrMode::InOrder />
                    <Route path=StaticSegment("journeys") view=JourneysPage ssr=SsrMode::InOrder />
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
                    <Route path=StaticSegment("language") view=LanguagePage ssr=SsrMode::InOrder />
                    <Route path=StaticSegment("regions") view=RegionsPage ssr=SsrMode::InOrder />
                    <Route path=StaticSegment("services") view=ServicesPage ssr=SsrMode::InOrder />
                    <Route
                        path=(StaticSegment("services"), ParamSegment("name"))
                        view=ServicePage
                        ssr=SsrMode::InOrder
                    />
                    <Route path=StaticSegment("slos") view=SlosPage ssr=SsrMode::InOrder />
                    <Route
                        path=(StaticSegment("slos"), StaticSegment("new"))
                        view=NewSloPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=(StaticSegment("slos"), ParamSegment("id"))
                        view=SloPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=(StaticSegment("slos"), ParamSegment("id"), StaticSegment("edit"))
                        view=EditSloPage
                        ssr=SsrMode::Async
                    />
                    <Route path=StaticSegment("topology") view=TopologyPage ssr=SsrMode::InOrder />
                    <Route path=StaticSegment("traces") view=TracesPage ssr=SsrMode::InOrder />
                    <Route
                        path=(StaticSegment("traces"), StaticSegment("live"))
                        view=LivePage
                        ssr=SsrMode::InOrder
                    />
                    <Route
                        path=(StaticSegment("traces"), StaticSegment("open"))
                        view=OpenPage
                        ssr=SsrMode::InOrder
                    />
                    <Route
                        path=(StaticSegment("traces"), ParamSegment("id"))
                        view=TracePage
                        ssr=SsrMode::Async
                    />
                    <Route path=StaticSegment("views") view=ViewsPage ssr=SsrMode::InOrder />
                    <Route
                        path=(StaticSegment("views"), StaticSegment("new"))
                        view=NewViewPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=(StaticSegment("views"), ParamSegment("id"))
                        view=ViewPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=(StaticSegment("views"), ParamSegment("id"), StaticSegment("edit"))
                        view=EditViewPage
                        ssr=SsrMode::Async
                    />
                </Routes>
            </Frame>
        </Router>
    }
}

/// What is in danger, and who is told.
#[component(transparent)]
fn AlertRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=StaticSegment("alerts") view=AlertsPage ssr=SsrMode::Async />
        <Route
            path=(StaticSegment("alerts"), StaticSegment("receivers"))
            view=ReceiversPage
            ssr=SsrMode::Async
        />
        <Route
            path=(
                StaticSegment("alerts"),
                StaticSegment("receivers"),
                StaticSegment("new"),
            )
            view=NewReceiverPage
            ssr=SsrMode::Async
        />
        <Route
            path=(
                StaticSegment("alerts"),
                StaticSegment("receivers"),
                ParamSegment("id"),
                StaticSegment("edit"),
            )
            view=EditReceiverPage
            ssr=SsrMode::Async
        />
        <Route
            path=(StaticSegment("alerts"), StaticSegment("silences"))
            view=SilencesPage
            ssr=SsrMode::Async
        />
        <Route
            path=(StaticSegment("alerts"), StaticSegment("silences"), StaticSegment("new"))
            view=NewSilencePage
            ssr=SsrMode::Async
        />
        <Route
            path=(
                StaticSegment("alerts"),
                StaticSegment("silences"),
                ParamSegment("id"),
                StaticSegment("edit"),
            )
            view=EditSilencePage
            ssr=SsrMode::Async
        />
    }
    .into_inner()
}
