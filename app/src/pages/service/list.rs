//! `/services`: all that send spans.

use leptos::prelude::*;
use leptos_meta::Title;
use model::format;
use model::topology::{Grouping, Node};

use crate::address::{SERVICES_PATH, TopologyAddress, page_query};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::notice::ErrorNotice;
use crate::pages::topology::NothingCalled;
use crate::pages::topology::query::{Answer, get_topology};
use crate::pages::topology::table::{ServiceTable, is_service};

#[component]
pub(crate) fn ServicesPage() -> impl IntoView {
    let address = TopologyAddress::read(&page_query());
    view! {
        <Title text="Services" />
        <FilterBar place=address.place_at(SERVICES_PATH) scope=address.scope.clone() />
        {Suspend::new(async move {
            match get_topology(&address.scope, Grouping::Each).await {
                Ok(answer) => view! { <Content address answer /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Content(address: TopologyAddress, answer: Answer) -> impl IntoView {
    if answer.is_database_empty {
        return view! { <FirstTrace otlp_http=answer.otlp_http /> }.into_any();
    }
    let services: Vec<Node> = answer
        .topology
        .nodes
        .iter()
        .filter(|node| is_service(node))
        .cloned()
        .collect();
    if services.is_empty() {
        let place = address.place_at(SERVICES_PATH);
        return view! { <NothingCalled place scope=address.scope /> }.into_any();
    }
    let map = address.scope.href(TopologyAddress::PATH);
    let title = format::counted(services.len(), "service");
    let is_compared = answer.topology.is_compared;
    view! {
        <header class="page-head">
            <div class="head-line">
                <h1>{title}</h1>
                <a class="button" href=map>"Map"</a>
            </div>
            <p class="muted">"Apps count the requests of users, services what they do for others."</p>
        </header>
        <ServiceTable address services is_compared />
    }
    .into_any()
}
