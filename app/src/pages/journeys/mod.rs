//! `/journeys`: all journeys, and the forms that define them.

mod edit;
mod fields;
mod form;
mod query;
mod tables;

use leptos::prelude::*;
use leptos_meta::Title;
use model::format;
use model::journey::Draft;

pub(crate) use self::edit::{EditJourneyPage, NewJourneyPage};
use self::query::{Answer, get_journeys};
use self::tables::{JourneyTable, ProposalTable};
use crate::address::{JOURNEYS_PATH, Scope, new_journey_href, page_query};
use crate::components::exports::{Export, Exports};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::notice::ErrorNotice;
use crate::components::time_menu;

#[component]
pub(crate) fn JourneysPage() -> impl IntoView {
    let scope = Scope::read(&page_query());
    view! {
        <Title text="Journeys" />
        <FilterBar place=JOURNEYS_PATH scope=scope.clone() />
        {Suspend::new(async move {
            match get_journeys(&scope).await {
                Ok(answer) => view! { <Answered scope answer /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Answered(scope: Scope, answer: Answer) -> impl IntoView {
    if answer.is_database_empty && !answer.is_defined {
        return view! { <FirstTrace otlp_http=answer.otlp_http /> }.into_any();
    }
    let range_title = scope
        .range()
        .map(|range| time_menu::title(&range))
        .unwrap_or_default();
    let count = answer.cards.len();
    let heading = match (count, answer.is_defined) {
        (0, _) => "No journeys yet".to_owned(),
        (_, true) => format::counted(count, "journey"),
        (_, false) => format!(
            "{}, as requests name them",
            format::counted(count, "journey")
        ),
    };
    let table = (count > 0).then(|| {
        view! { <JourneyTable scope=scope.clone() cards=answer.cards /> }
    });
    let teaching = (count == 0).then(|| {
        view! {
            <p>
                "A journey is a critical path of your users, such as login or checkout. Requests "
                "name theirs by the attribute " <code>"app.journey"</code>
                ", or you say which operations begin it."
            </p>
        }
    });
    let proposals = (!answer.proposals.is_empty())
        .then(|| view! { <ProposalTable proposals=answer.proposals /> });
    view! {
        <section class="card">
            <header class="card-head">
                <h1>{heading}</h1>
                <span class="muted">
                    {range_title} " "
                    <Exports
                        what="The journeys"
                        scope=scope.clone()
                        exports=vec![Export::Json("overview")]
                    />
                </span>
                <a class="button" href=new_journey_href(&Draft::default())>"Define a journey…"</a>
            </header>
            {teaching}
            {table}
        </section>
        {proposals}
    }
    .into_any()
}
