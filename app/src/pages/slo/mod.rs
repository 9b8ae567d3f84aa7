//! `/slos/{id}`: how one objective stands, what spent its budget, and what was done to it.

mod alerts;
mod budget;
mod header;
mod query;
mod spending;
mod versions;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use self::alerts::AlertHistory;
use self::budget::BudgetOverTime;
use self::header::ObjectiveHeader;
use self::query::{Answer, get_objective};
use self::spending::SpendingTables;
use self::versions::VersionList;
use super::not_found::NotFound;
use super::slo_form::RevertObjective;
use crate::address::{edit_slo_href, read_slo_id};
use crate::components::notice::ErrorNotice;
use crate::error::AppError;

#[component]
pub(crate) fn SloPage() -> impl IntoView {
    let id = use_params_map().with_untracked(read_slo_id);
    view! {
        {Suspend::new(async move {
            match ask(id).await {
                Ok(Some(answer)) => view! { <Found answer /> }.into_any(),
                Ok(None) => {
                    view! {
                        <NotFound
                            title="There is no such objective"
                            explanation="It may have been deleted. All that there are stand under Objectives."
                        />
                    }
                        .into_any()
                }
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

async fn ask(id: Result<i64, AppError>) -> Result<Option<Answer>, AppError> {
    get_objective(id?).await
}

#[component]
fn Found(answer: Answer) -> impl IntoView {
    let Answer {
        objective,
        report,
        versions,
        episodes,
        now_nanos,
    } = answer;
    let name = objective.definition.name.clone();
    let status = report.as_ref().map(|report| report.preview.status.clone());
    let shown = episodes.clone();
    let body = match report {
        None => view! {
            <section class="notice">
                <p>
                    "What it is about does not exist any more: its journey was deleted, or what it "
                    "filters by is counted no more. "
                    <a href=edit_slo_href(objective.id)>"Change it"</a>
                </p>
            </section>
        }
        .into_any(),
        Some(report) => {
            let definition = objective.definition.clone();
            view! {
                <BudgetOverTime
                    definition=definition.clone()
                    preview=report.preview.clone()
                    episodes
                    now_nanos
                />
                <SpendingTables definition status=report.preview.status spending=report.spending />
            }
            .into_any()
        }
    };
    let action = ServerAction::<RevertObjective>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let problem = refusal.map(|_refusal| {
        view! {
            <p class="form-problem" role="alert">
                "Nothing was changed: somebody else was faster, or the database did not answer. "
                "Look at the versions below, and go back again."
            </p>
        }
    });
    view! {
        <Title text=name />
        {problem}
        <ObjectiveHeader objective=objective.clone() status />
        {body}
        <AlertHistory episodes=shown now_nanos />
        <VersionList objective versions now_nanos />
    }
}
