//! All objectives as a table.

use std::collections::HashMap;

use leptos::prelude::*;
use model::objective::{TREND_DAYS, Trend};
use store::objectives::Standing;

use crate::address::{edit_slo_href, slo_href};
use crate::components::burn_trend::BurnTrend;
use crate::components::objective_figures::{Attainment, BudgetLeft, BurnNow, RuleState};

#[component]
pub(super) fn ObjectiveTable(
    standings: Vec<Standing>,
    mut trends: HashMap<i64, Trend>,
) -> impl IntoView {
    let rows = standings.into_iter().map(|standing| {
        let trend = trends.remove(&standing.objective.id).unwrap_or_default();
        view! { <Row standing trend /> }
    });
    let rows = rows.collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Objectives">
            <table class="parts slos">
                <thead>
                    <tr>
                        <th scope="col">"Objective"</th>
                        <th scope="col">"Budget"</th>
                        <th scope="col" class="number">"Good"</th>
                        <th scope="col" class="number">"Target"</th>
                        <th scope="col" class="number">"Burns at"</th>
                        <th scope="col">{format!("{TREND_DAYS} days")}</th>
                        <th scope="col">"Alerts"</th>
                        <th scope="col">"Owner"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(standing: Standing, trend: Trend) -> impl IntoView {
    let definition = standing.objective.definition;
    let id = standing.objective.id;
    let target = format!("{} %", definition.target.percent());
    let figures = match standing.status {
        Some(status) => view! {
            <td><BudgetLeft status=status.clone() /></td>
            <td class="number"><Attainment status=status.clone() /></td>
            <td class="number">{target}</td>
            <td class="number"><BurnNow rate=status.burn_rate(&definition) /></td>
            <td><BurnTrend trend /></td>
            <td><RuleState definition=definition.clone() status /></td>
        }
        .into_any(),
        None => view! {
            <td colspan="6">
                "What it is about does not exist any more. "
                <a href=edit_slo_href(id)>"Change it"</a>
            </td>
        }
        .into_any(),
    };
    let demand = definition.demand_words();
    view! {
        <tr>
            <th scope="row">
                <a href=slo_href(id)>{definition.name}</a>
                <span class="muted">{demand}</span>
            </th>
            {figures}
            <td>{definition.owner}</td>
        </tr>
    }
}
