//! What the journey is, and how it fares in a sentence.

use leptos::prelude::*;
use model::format;
use model::journey::{Key, Requests};
use model::overview::JourneyReport;

use super::query::Answer;
use crate::address::{JourneyAddress, new_journey_href, new_slo_href};
use crate::components::change::{ChangeMark, Measure};
use crate::components::figures::{BudgetTag, Duration, ErrorRate, Percentile95, Volume};
use crate::pages::overview::Sentence;

#[component]
pub(super) fn JourneyHeader(address: JourneyAddress, answer: Answer) -> impl IntoView {
    let now_nanos = answer.now_nanos;
    let JourneyReport { card, standout, .. } = answer.report;
    let scope = address.scope.clone();
    let definition = card.subject.definition.clone();
    let edit = match &address.key {
        Key::Defined(_) => {
            view! { <a class="button" href=address.edit_href()>"Edit…"</a> }.into_any()
        }
        Key::Label(label) => {
            let draft = model::journey::Draft {
                name: label.clone(),
                label: label.clone(),
                ..Default::default()
            };
            view! { <a class="button" href=new_journey_href(&draft)>"Give it a budget…"</a> }
                .into_any()
        }
    };
    let objective = view! {
        <a class="button" href=new_slo_href(Some(&address.key))>"Set an objective…"</a>
    };
    let owner = (!definition.owner.is_empty())
        .then(|| view! { <li><span class="muted">"owner "</span>{definition.owner}</li> });
    let requests = match definition.requests {
        Requests::Labelled(label) => {
            view! { <li><span class="muted">"requests that name it "</span><code>{label}</code></li> }
                .into_any()
        }
        Requests::Roots(roots) => {
            let roots = roots.into_iter().map(|root| {
                let service = root.service.map(|service| format!(" of {service}"));
                view! { <li><code>{root.operation.0}</code> {service}</li> }
            });
            roots.collect_view().into_any()
        }
    };
    // Where the filter cannot say it, this is the page of its requests.
    let explore = card.subject.definition.requests.filter().map(|_| {
        let href = scope.evidence_href(&card.subject, &[]);
        view! { <a class="button" href=href>"Explore its requests"</a> }
    });
    let sentence = match standout {
        Some(standout) => {
            let subject = card.subject.clone();
            view! { <Sentence scope=scope.clone() standout subject now_nanos /> }.into_any()
        }
        None if card.figures.count > 0 => {
            let words = format!(
                "95 % of the requests took no longer than {}.",
                card.figures
                    .p95_nanos
                    .map(format::duration)
                    .unwrap_or_default()
            );
            words.into_any()
        }
        None => ().into_any(),
    };
    let figures = card.figures;
    let budget = card.subject.definition.budget.total_nanos;
    let budget = budget.map(|nanos| {
        view! { <span class="muted">{format!("of {}", format::duration(nanos))}</span> }
    });
    let apdex = figures
        .apdex
        .map(|score| view! { <div><dt>"Apdex"</dt><dd>{format::apdex(score)}</dd></div> });
    let is_compared = scope.versus() != crate::address::Versus::Nothing;
    let change =
        is_compared.then(|| view! { <ChangeMark change=card.change measure=Measure::Duration /> });
    let error_change = is_compared
        .then(|| view! { <ChangeMark change=card.error_change measure=Measure::Share /> });
    let description = (!definition.description.is_empty())
        .then(|| view! { <p class="muted">{definition.description}</p> });
    view! {
        <header class="headline journey-head">
            <div class="title">
                <h1>{definition.name}</h1>
                <BudgetTag state=figures.budget />
                <div class="actions">
                    {explore}
                    {objective}
                    {edit}
                </div>
            </div>
            <p>{sentence}</p>
            {description}
            <ul class="facts">{owner} {requests}</ul>
            <dl class="figure-row">
                <div><dt>"p95 " {budget}</dt><dd><Percentile95 figures=figures.clone() /> " " {change}</dd></div>
                <div><dt>"p50"</dt><dd><Duration nanos=figures.p50_nanos /></dd></div>
                <div><dt>"p99"</dt><dd><Duration nanos=figures.p99_nanos /></dd></div>
                {apdex}
                <div><dt>"errors"</dt><dd><ErrorRate rate=figures.error_rate /> " " {error_change}</dd></div>
                <div><dt>"requests"</dt><dd><Volume figures=figures.clone() /></dd></div>
            </dl>
        </header>
    }
}
