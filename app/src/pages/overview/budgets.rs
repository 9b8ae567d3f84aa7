//! The error budgets of the most urgent objectives; nothing where there are no objectives.

use leptos::prelude::*;
use model::format;
use store::objectives::Standing;

use crate::address::{SLOS_PATH, slo_href};
use crate::components::objective_figures::{BudgetLeft, RuleState};
use crate::pages::standings::get_standings;

/// Most that are shown.
const MAX_BUDGETS: usize = 6;

#[component]
pub(super) fn Budgets() -> impl IntoView {
    Suspend::new(async move {
        // What goes wrong here, the rest of the page says as well.
        let standings = get_standings().await.unwrap_or_default();
        (!standings.is_empty()).then(|| view! { <BudgetList standings /> })
    })
}

#[component]
fn BudgetList(standings: Vec<Standing>) -> impl IntoView {
    let left_out = standings.len().saturating_sub(MAX_BUDGETS);
    let more = (left_out > 0).then(|| {
        let words = format!("and {} more", format::counted(left_out, "objective"));
        view! { <li><a href=SLOS_PATH>{words}</a></li> }
    });
    let items = standings.into_iter().take(MAX_BUDGETS).map(|standing| {
        let definition = standing.objective.definition;
        let figures = standing.status.map(|status| {
            let definition = definition.clone();
            view! { <BudgetLeft status=status.clone() /> <RuleState definition status /> }
        });
        let href = slo_href(standing.objective.id);
        let demand = definition.demand_words();
        view! {
            <li>
                <a href=href title=demand>{definition.name}</a>
                {figures}
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="card budget-glance" aria-labelledby="budgets">
            <h2 id="budgets">"Error budgets"</h2>
            <ul>{items} {more}</ul>
        </section>
    }
}
