//! `/`: how the users fare.

mod budgets;
mod card;
mod headline;
mod query;
mod regions;

use leptos::prelude::*;
use leptos_meta::Title;
use model::format;

use self::budgets::Budgets;
use self::card::JourneyCard;
use self::headline::Headline;
pub(super) use self::headline::Sentence;
use self::query::{Answer, get_overview};
use self::regions::RegionTable;
use crate::address::{JOURNEYS_PATH, OVERVIEW_PATH, Scope, page_query};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::notice::ErrorNotice;
use crate::components::time_menu;

#[component]
pub(crate) fn OverviewPage() -> impl IntoView {
    let scope = Scope::read(&page_query());
    view! {
        <Title text="Overview" />
        <FilterBar place=OVERVIEW_PATH scope=scope.clone() />
        {Suspend::new(async move {
            match get_overview(&scope).await {
                Ok(answer) => view! { <Answered scope answer /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Answered(scope: Scope, answer: Answer) -> impl IntoView {
    if answer.is_database_empty {
        return view! { <FirstTrace otlp_http=answer.otlp_http /> }.into_any();
    }
    let overview = answer.overview;
    let range_title = scope
        .range()
        .map(|range| time_menu::title(&range))
        .unwrap_or_default();
    if overview.regions.is_empty() {
        return view! { <NothingCounted scope range_title /> }.into_any();
    }
    let left_out = (overview.left_out > 0).then(|| {
        let count = format::counted(overview.left_out, "journey");
        view! {
            <p class="muted">
                {format!("{count} with fewer requests: see ")}
                <a href=scope.href(JOURNEYS_PATH)>"all journeys"</a>
            </p>
        }
    });
    let invitation = (!answer.is_defined).then(|| view! { <Invitation /> });
    let cards = overview.cards.iter().cloned().map(|card| {
        let bounds = overview.bounds.clone();
        view! { <JourneyCard scope=scope.clone() card bounds /> }
    });
    let cards = cards.collect_view();
    let regions = overview.regions.clone();
    view! {
        <Headline scope=scope.clone() overview now_nanos=answer.now_nanos />
        <section class="cards" aria-label="Journeys">{cards}</section>
        <Budgets />
        {left_out}
        {invitation}
        <RegionTable scope regions range_title />
    }
    .into_any()
}

/// Journeys are those that requests name themselves, or there are none at all.
#[component]
fn Invitation() -> impl IntoView {
    view! {
        <p class="muted">
            "A journey with a budget says when it is too slow. "
            <a href=JOURNEYS_PATH>"Define journeys"</a> "; some are proposed from the traffic."
        </p>
    }
}

/// There are traces, but none that the figures have.
#[component]
fn NothingCounted(scope: Scope, range_title: String) -> impl IntoView {
    let unfiltered = (!scope.q.is_empty()).then(|| {
        let all = Scope {
            q: String::new(),
            ..scope.clone()
        };
        view! { <li><a href=all.href(OVERVIEW_PATH)>"Leave out the filter"</a></li> }
    });
    let wider = scope.with_range("now-30d", "");
    view! {
        <section class="notice">
            <h1>"No requests found"</h1>
            <p>{format!("Nothing in the range “{range_title}” meets the filter.")}</p>
            <ul>
                {unfiltered}
                <li><a href=wider.href(OVERVIEW_PATH)>"Look at the last 30 days"</a></li>
            </ul>
        </section>
    }
}
