//! `/slos`: all objectives, the most urgent first.

mod query;
mod table;

use self::query::{Answer, get_objectives};
use self::table::ObjectiveTable;
use crate::address::new_slo_href;
use crate::components::notice::ErrorNotice;
use leptos::prelude::*;
use leptos_meta::Title;
use model::format;

#[component]
pub(crate) fn SlosPage() -> impl IntoView {
    view! {
        <Title text="Objectives" />
        {Suspend::new(async move {
            match get_objectives().await {
                Ok(answer) => view! { <Answered answer /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Answered(answer: Answer) -> impl IntoView {
    let Answer { standings, trends } = answer;
    let count = standings.len();
    let is_spent = |left: Option<f64>| left.is_some_and(|left| left <= 0.0);
    let statuses = standings.iter().filter_map(|own| own.status.as_ref());
    let missed = statuses.clone().filter(|own| is_spent(own.budget_left));
    let burning = statuses.filter(|own| own.is_in_breach()).count();
    let heading = match (count, burning, missed.count()) {
        (0, _, _) => "No objectives yet".to_owned(),
        (_, 0, 0) => format!("{}, all of them met", format::counted(count, "objective")),
        (_, 0, missed) => format!(
            "{} without budget, of {}",
            format::counted(missed, "objective"),
            format::count(count)
        ),
        (_, burning, _) => format!(
            "{} in danger, of {}",
            format::counted(burning, "objective"),
            format::count(count)
        ),
    };
    let body = if count == 0 {
        view! {
            <p class="teaching">
                "An objective says which share of requests is to be good: "
                <em>"99.9 % of checkouts without an error, over 28 days"</em>
                ". What may go wrong is its error budget; alerts say when it is spent too fast. "
                "While you write one, you see what it would have meant over the past weeks."
            </p>
        }
        .into_any()
    } else {
        view! { <ObjectiveTable standings trends /> }.into_any()
    };
    view! {
        <section class="card">
            <header class="card-head">
                <h1>{heading}</h1>
                <a class="button" href=new_slo_href(None)>"Set an objective…"</a>
            </header>
            {body}
        </section>
    }
}
