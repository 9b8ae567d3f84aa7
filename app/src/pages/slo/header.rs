//! What the objective demands, and how it stands in a sentence.

use leptos::prelude::*;
use model::filter::Filter;
use model::format;
use model::objective::{Definition, Objective, Over, Status};

use crate::address::{JourneyAddress, Scope, TracesAddress, edit_slo_href};
use crate::components::objective_figures::{Attainment, BudgetLeft, BurnNow, RuleState};

#[component]
pub(super) fn ObjectiveHeader(objective: Objective, status: Option<Status>) -> impl IntoView {
    let definition = objective.definition;
    let sentence = status.as_ref().map(|status| sentence(&definition, status));
    let state = status.clone().map(|status| {
        let definition = definition.clone();
        view! { <RuleState definition status /> }
    });
    let figures = status.map(|status| {
        let target = format!("{} %", definition.target.percent());
        let rate = status.burn_rate(&definition);
        view! {
            <dl class="figure-row">
                <div>
                    <dt>"good, of at least " {target}</dt>
                    <dd><Attainment status=status.clone() /></dd>
                </div>
                <div><dt>"budget"</dt><dd><BudgetLeft status=status.clone() /></dd></div>
                <div><dt>"burns at"</dt><dd><BurnNow rate /></dd></div>
                <div><dt>"counted"</dt><dd>{format::exact(status.tally.total)}</dd></div>
                <div><dt>"bad"</dt><dd>{format::exact(status.tally.bad())}</dd></div>
            </dl>
        }
    });
    let runbook = (!definition.runbook.is_empty()).then(|| {
        let href = definition.runbook.clone();
        view! { <a class="button" href=href rel="noopener noreferrer nofollow">"Runbook"</a> }
    });
    let owner = (!definition.owner.is_empty()).then(|| {
        let owner = definition.owner.clone();
        view! { <li><span class="muted">"owner "</span>{owner}</li> }
    });
    let description = (!definition.description.is_empty()).then(|| {
        let description = definition.description.clone();
        view! { <p class="muted">{description}</p> }
    });
    let demand = definition.demand_words();
    view! {
        <header class="headline journey-head">
            <div class="title">
                <h1>{definition.name.clone()}</h1>
                {state}
                <div class="actions">
                    {runbook}
                    <a class="button" href=edit_slo_href(objective.id)>"Edit…"</a>
                </div>
            </div>
            <p>{sentence}</p>
            {description}
            <ul class="facts">
                <li><span class="muted">"demands "</span>{demand}</li>
                <Subject definition />
                {owner}
                <li class="muted">{format!("version {}", objective.version)}</li>
            </ul>
            {figures}
        </header>
    }
}

/// What it is over, as a link to where that is looked into.
#[component]
fn Subject(definition: Definition) -> impl IntoView {
    let filter: Filter = definition.filter.parse().unwrap_or_default();
    let scope = Scope::default().with_filter(&filter);
    let (href, words) = match definition.over {
        Over::Requests => (TracesAddress::from(scope).href(), "requests of users"),
        Over::Operations => (TracesAddress::from(scope).href(), "operations of services"),
        Over::Journey { journey } => {
            let address = JourneyAddress {
                key: journey,
                scope,
            };
            (address.href(), "requests of a journey")
        }
    };
    let filter =
        (!definition.filter.is_empty()).then(|| view! { " " <code>{definition.filter}</code> });
    view! { <li><span class="muted">"over "</span><a href=href>{words}</a> {filter}</li> }
}

fn sentence(definition: &Definition, status: &Status) -> String {
    let Some(left) = status.budget_left else {
        return "Nothing that it is about was counted in its window.".to_owned();
    };
    let budget = format::budget_left(left);
    match status.burn_rate(definition) {
        Some(rate) if status.is_in_breach() => format!(
            "Error budget: {budget}, and it burns at {}: {}.",
            format::burn_rate(rate),
            lasts(left, rate, definition, status)
        ),
        _ if left <= 0.0 => format!("Error budget: {budget}; the objective is missed."),
        _ => format!("Error budget: {budget}, and no alert is due."),
    }
}

/// How long the budget lasts if it goes on like this.
fn lasts(left: f64, rate: f64, definition: &Definition, status: &Status) -> String {
    if left <= 0.0 {
        return "the objective is missed".to_owned();
    }
    let window = definition.window.length_nanos(status.to_nanos);
    format!(
        "it lasts for another {}",
        format::duration(scaled(window, left / rate))
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "three digits are shown, and the cast saturates"
)]
fn scaled(nanos: i64, by: f64) -> i64 {
    (nanos as f64 * by) as i64
}
