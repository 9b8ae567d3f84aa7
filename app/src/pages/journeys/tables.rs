//! The tables of journeys and of proposals.

use leptos::prelude::*;
use model::format;
use model::journey::Proposal;
use model::overview::Card;
use store::overview::PROPOSAL_DAYS;

use crate::address::{JourneyAddress, Scope, Versus, new_journey_href};
use crate::components::change::{ChangeMark, Measure};
use crate::components::figures::{BudgetTag, Duration, ErrorRate, Percentile95, Volume};

#[component]
pub(super) fn JourneyTable(scope: Scope, cards: Vec<Card>) -> impl IntoView {
    let is_compared = scope.versus() != Versus::Nothing;
    let rows = cards
        .into_iter()
        .map(|card| view! { <JourneyRow scope=scope.clone() card is_compared /> });
    let change = is_compared.then(|| view! { <th scope="col" class="number">"Change of p95"</th> });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Journeys">
            <table class="parts">
                <thead>
                    <tr>
                        <th scope="col">"Journey"</th>
                        <th scope="col" class="number">"p95"</th>
                        <th scope="col">"Budget"</th>
                        {change}
                        <th scope="col" class="number">"p50"</th>
                        <th scope="col" class="number">"p99"</th>
                        <th scope="col" class="number">"Errors"</th>
                        <th scope="col" class="number">"Requests"</th>
                        <th scope="col">"Owner"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn JourneyRow(scope: Scope, card: Card, is_compared: bool) -> impl IntoView {
    let Card {
        subject,
        figures,
        change,
        ..
    } = card;
    let key = subject.key.clone();
    let href = JourneyAddress { key, scope }.href();
    let budget = match subject.definition.budget.total_nanos {
        Some(nanos) => {
            let state = figures.budget;
            view! { {format::duration(nanos)} " " <BudgetTag state /> }.into_any()
        }
        None => view! { <span class="muted">"no budget"</span> }.into_any(),
    };
    let change = is_compared.then(|| {
        view! { <td class="number"><ChangeMark change measure=Measure::Duration /></td> }
    });
    let owner = subject.definition.owner;
    let owner = if owner.is_empty() {
        view! { <span class="muted">"nobody named"</span> }.into_any()
    } else {
        owner.into_any()
    };
    view! {
        <tr>
            <th scope="row"><a href=href>{subject.definition.name}</a></th>
            <td class="number"><b><Percentile95 figures=figures.clone() /></b></td>
            <td class="budget-cell">{budget}</td>
            {change}
            <td class="number"><Duration nanos=figures.p50_nanos /></td>
            <td class="number"><Duration nanos=figures.p99_nanos /></td>
            <td class="number"><ErrorRate rate=figures.error_rate /></td>
            <td class="number"><Volume figures=figures.clone() /></td>
            <td>{owner}</td>
        </tr>
    }
}

#[component]
pub(super) fn ProposalTable(proposals: Vec<Proposal>) -> impl IntoView {
    let rows = proposals.into_iter().map(|proposal| {
        let draft = proposal.draft;
        let href = new_journey_href(&draft);
        let why = if draft.label.is_empty() {
            view! { "begin with " <code>{draft.roots}</code> }.into_any()
        } else {
            view! { "name it " <code>{draft.label}</code> }.into_any()
        };
        let label = format!("Define {}…", draft.name);
        let budget = format::parse_duration(&draft.total).map(format::duration);
        view! {
            <tr>
                <th scope="row">{draft.name}</th>
                <td>{why}</td>
                <td class="number">{format::short_count(proposal.weight)}</td>
                <td class="number">{format::duration(proposal.p95_nanos)}</td>
                <td class="number">{budget}</td>
                <td><a href=href>{label}</a></td>
            </tr>
        }
    });
    view! {
        <section class="card proposals">
            <header class="card-head">
                <h2>"Proposed from the traffic"</h2>
                <span class="muted">{format!("last {PROPOSAL_DAYS} days; budgets are a tenth above p95, rounded")}</span>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Proposals">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Journey"</th>
                            <th scope="col">"Requests that"</th>
                            <th scope="col" class="number">"Requests"</th>
                            <th scope="col" class="number">"p95"</th>
                            <th scope="col" class="number">"Budget"</th>
                            <th scope="col"><span class="hidden">"Define"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
