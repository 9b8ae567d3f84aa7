//! `/compare`: two sets of requests beside each other, and the operations that changed; or two
//! traces.

mod figures;
mod operations;
mod query;
mod sets;

use leptos::prelude::*;
use leptos_meta::Title;
use model::layout::distribution_chart::DistributionChart;

use self::figures::{CostSentence, FigureTable};
use self::operations::OperationTables;
use self::query::{Answer, get_comparison};
use self::sets::{NAMES, OtherForm, SetList};
use super::compare_traces::{NotTwo, TracesCompared};
use crate::address::{CompareAddress, Compared, page_query};
use crate::components::distribution::DistributionView;
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::notice::ErrorNotice;

#[component]
pub(crate) fn ComparePage() -> impl IntoView {
    match Compared::read(&page_query()) {
        Ok(Compared::Sets(address)) => view! { <SetsCompared address /> }.into_any(),
        Ok(Compared::Traces(address)) => view! { <TracesCompared address /> }.into_any(),
        Ok(Compared::Elsewhere(address)) => {
            leptos_axum::redirect(&address.href());
            ().into_any()
        }
        Ok(Compared::NotTwo(chosen)) => view! { <NotTwo chosen /> }.into_any(),
        Err(error) => view! { <ErrorNotice error /> }.into_any(),
    }
}

#[component]
fn SetsCompared(address: CompareAddress) -> impl IntoView {
    view! {
        <Title text="Compare" />
        <FilterBar place=address.place() scope=address.scope.clone() />
        {Suspend::new(async move {
            match get_comparison(&address).await {
                Ok(answer) if answer.is_database_empty => {
                    view! { <FirstTrace otlp_http=answer.otlp_http /> }.into_any()
                }
                Ok(answer) => view! { <Answered address answer /> }.into_any(),
                Err(error) => {
                    view! {
                        <ErrorNotice error />
                        <OtherForm address is_open=true />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn Answered(address: CompareAddress, answer: Answer) -> impl IntoView {
    let Answer {
        own,
        compared,
        now_nanos,
        ..
    } = answer;
    let Some((other, found)) = compared else {
        return view! {
            <header class="page-head">
                <h1>"What are these requests compared with?"</h1>
                <p>"Choose a time before on the right of the filter, or other requests here."</p>
            </header>
            <OtherForm address is_open=true />
        }
        .into_any();
    };
    let chart = DistributionChart::of(&found.distribution);
    let operations = found.operations.clone();
    let is_sampled = found.b.source.operations_from_traces.is_some();
    view! {
        <header class="page-head">
            <h1>"What is different?"</h1>
            <CostSentence found=found.clone() />
        </header>
        <section class="card sets" aria-label="Sets">
            <SetList
                address=address.clone()
                own=own.clone()
                other=other.clone()
                found=found.clone()
                now_nanos
            />
            <OtherForm address is_open=false />
        </section>
        <div class="pair">
            <section class="card">
                <header class="card-head">
                    <h2>"How long they took"</h2>
                    <span class="muted">"share of each set, by duration"</span>
                </header>
                <DistributionView chart names=NAMES />
            </section>
            <FigureTable found />
        </div>
        <OperationTables own other operations is_sampled />
    }
    .into_any()
}
