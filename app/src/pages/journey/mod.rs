//! `/journeys/{key}`: how one journey fares.

mod chart;
mod examples;
mod funnel;
mod header;
mod query;
mod segments;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::dimensions::Dimension;

use self::chart::PercentileChart;
use self::examples::Examples;
use self::funnel::StepFunnel;
use self::header::JourneyHeader;
use self::query::{Answer, get_journey};
use self::segments::Segments;
use super::not_found::NotFound;
use crate::address::{JOURNEYS_PATH, JourneyAddress, Scope, page_query};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;
use crate::components::part_table::PartTable;
use crate::error::AppError;

#[component]
pub(crate) fn JourneyPage() -> impl IntoView {
    let address = use_params_map().with_untracked(|path| JourneyAddress::read(path, &page_query()));
    let (path, scope) = match &address {
        Ok(address) => (address.path(), address.scope.clone()),
        Err(_) => (JOURNEYS_PATH.to_owned(), Scope::default()),
    };
    view! {
        <FilterBar place=path scope />
        {Suspend::new(async move {
            match ask(address).await {
                Ok((address, Some(answer))) => view! { <Found address answer /> }.into_any(),
                Ok((_, None)) => {
                    view! {
                        <NotFound
                            title="There is no such journey"
                            explanation="It may have been deleted. All that there are stand under Journeys."
                        />
                    }
                        .into_any()
                }
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

async fn ask(
    address: Result<JourneyAddress, AppError>,
) -> Result<(JourneyAddress, Option<Answer>), AppError> {
    let address = address?;
    let answer = get_journey(&address).await?;
    Ok((address, answer))
}

#[component]
fn Found(address: JourneyAddress, answer: Answer) -> impl IntoView {
    let scope = address.scope.clone();
    let name = answer.report.subject().definition.name.clone();
    let is_silent = answer.report.card.figures.count == 0;
    let header = view! { <JourneyHeader address answer=answer.clone() /> };
    if is_silent {
        return view! {
            <Title text=name />
            {header}
            <section class="notice">
                <p>"No request of this journey was counted in this time."</p>
                <ul>
                    <li>
                        <a href=scope.with_range("now-30d", "").journey_href(answer.report.subject())>
                            "Look at the last 30 days"
                        </a>
                    </li>
                </ul>
            </section>
        }
        .into_any();
    }
    let subject = answer.report.subject().clone();
    let parts = [
        (
            "By region",
            "Regions",
            Dimension::Region,
            answer.report.regions.clone(),
        ),
        (
            "By release",
            "Releases",
            Dimension::Release,
            answer.report.releases.clone(),
        ),
    ];
    let parts = parts.map(|(title, label, dimension, rows)| {
        let (scope, subject) = (scope.clone(), subject.clone());
        view! {
            <section class="card">
                <header class="card-head"><h2>{title}</h2></header>
                <PartTable
                    label
                    dimension
                    rows
                    href=move |tests| scope.evidence_href(&subject, &tests)
                />
            </section>
        }
    });
    let funnel = answer.report.funnel.clone();
    let funnel = funnel.map(|funnel| view! { <StepFunnel funnel /> });
    view! {
        <Title text=name />
        {header}
        <PercentileChart scope=scope.clone() answer=answer.clone() />
        <div class="pair">
            <Segments card=answer.report.card.clone() />
            {funnel}
        </div>
        {parts.into_iter().collect_view()}
        <Examples scope answer />
    }
    .into_any()
}
