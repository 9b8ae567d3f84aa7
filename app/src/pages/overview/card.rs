//! One journey at a glance.

use leptos::prelude::*;
use model::format;
use model::layout::line_chart::{Line, LineChart};
use model::overview::{BudgetState, Card};

use crate::address::{JourneyAddress, Scope, Versus};
use crate::components::change::{ChangeMark, Measure};
use crate::components::figures::{BudgetTag, Duration, ErrorRate, Percentile95, Volume};
use crate::components::sparkline::Sparkline;

#[component]
pub(super) fn JourneyCard(scope: Scope, card: Card, bounds: Vec<i64>) -> impl IntoView {
    let Card {
        subject,
        figures,
        change,
        error_change,
        line,
    } = card;
    let is_compared = scope.versus() != Versus::Nothing;
    let key = subject.key.clone();
    let href = JourneyAddress { key, scope }.href();
    let line = Line {
        values: line,
        band: vec![],
    };
    let budget_nanos = subject.definition.budget.total_nanos;
    let chart = LineChart::of(&bounds, &[line], budget_nanos);
    let is_over = figures.budget == BudgetState::Over;
    let change = is_compared.then(|| view! { <ChangeMark change measure=Measure::Duration /> });
    // Only what is more than chance: a card has room for one change.
    let error_change = error_change
        .filter(|change| is_compared && change.verdict.is_significant())
        .map(|change| view! { " " <ChangeMark change=Some(change) measure=Measure::Share /> });
    let apdex = match (figures.apdex, budget_nanos) {
        (Some(apdex), Some(budget)) => {
            let title = format!(
                "Satisfied within {}, tolerating up to {}; failed requests count as frustrated",
                format::duration(budget),
                format::duration(budget.saturating_mul(4))
            );
            view! { <dd title=title>{format::apdex(apdex)}</dd> }.into_any()
        }
        _ => {
            view! { <dd class="muted" title="Apdex needs a budget to be satisfied with">"no budget"</dd> }
                .into_any()
        }
    };
    let budget = budget_nanos.map(|nanos| {
        view! { <span class="muted">{format!("of {}", format::duration(nanos))}</span> }
    });
    view! {
        <article class="card journey-card">
            <header>
                <h2><a href=href>{subject.definition.name}</a></h2>
                <BudgetTag state=figures.budget />
            </header>
            <p class="headline-figure">
                <b><Percentile95 figures=figures.clone() /></b>
                <span class="muted">"p95"</span>
                {budget}
                {change}
            </p>
            <Sparkline chart is_over />
            <dl class="small-figures">
                <div><dt>"p50"</dt><dd><Duration nanos=figures.p50_nanos /></dd></div>
                <div><dt>"p99"</dt><dd><Duration nanos=figures.p99_nanos /></dd></div>
                <div><dt>"Apdex"</dt>{apdex}</div>
                <div><dt>"errors"</dt><dd><ErrorRate rate=figures.error_rate />{error_change}</dd></div>
                <div><dt>"requests"</dt><dd><Volume figures=figures.clone() /></dd></div>
            </dl>
        </article>
    }
}
