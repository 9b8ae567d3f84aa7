//! `/topology`: services, databases, queues and third parties, and who calls whom.

mod answer;
mod controls;
mod edge;
mod map;
mod node;
pub(crate) mod query;
pub(crate) mod table;

use leptos::prelude::*;
use leptos_meta::Title;
use model::topology::Section;

use self::answer::AnswerInWords;
use self::controls::Controls;
use self::edge::EdgePanel;
use self::map::MapCard;
use self::node::NodePanel;
use self::query::{Answer, EdgeDetails, get_edge, get_topology};
use self::table::{CallTable, NodeTable};
use crate::address::{Place, Scope, Selected, TopologyAddress, page_query};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::notice::ErrorNotice;
use crate::error::AppError;

#[component]
pub(crate) fn TopologyPage() -> impl IntoView {
    let address = TopologyAddress::read(&page_query());
    view! {
        <Title text="Topology" />
        <FilterBar place=address.place() scope=address.scope.clone() />
        {Suspend::new(async move {
            match ask(&address).await {
                Ok((answer, edge)) => view! { <Content address answer edge /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

async fn ask(address: &TopologyAddress) -> Result<(Answer, Option<EdgeDetails>), AppError> {
    let answer = get_topology(&address.scope, address.grouping).await?;
    let edge = match &address.selected {
        Selected::Edge(from, to) => get_edge(&address.scope, &answer, from, to).await?,
        Selected::Node(_) | Selected::Nothing => None,
    };
    Ok((answer, edge))
}

#[component]
fn Content(address: TopologyAddress, answer: Answer, edge: Option<EdgeDetails>) -> impl IntoView {
    if answer.is_database_empty {
        return view! { <FirstTrace otlp_http=answer.otlp_http /> }.into_any();
    }
    if answer.topology.nodes.is_empty() {
        return view! { <NothingCalled place=address.place() scope=address.scope /> }.into_any();
    }
    let topology = answer.topology.clone();
    let section = topology.section(address.focus.as_ref(), address.hops);
    let panel = match address.selected.clone() {
        Selected::Nothing => ().into_any(),
        Selected::Node(name) => {
            view! { <NodePanel address=address.clone() topology=topology.clone() name /> }
                .into_any()
        }
        Selected::Edge(from, to) => {
            let topology = topology.clone();
            view! { <EdgePanel address=address.clone() topology from to details=edge /> }.into_any()
        }
    };
    let picture = if address.is_table {
        let is_asked = address.focus.is_some() && section.focus.is_some();
        let shown = if is_asked {
            section.clone()
        } else {
            whole(&section, &topology)
        };
        view! {
            {panel}
            <NodeTable address=address.clone() topology=topology.clone() section=shown.clone() />
            <CallTable address=address.clone() topology=topology.clone() section=shown />
        }
        .into_any()
    } else {
        view! {
            <MapCard address=address.clone() topology=topology.clone() section=section.clone() />
            {panel}
        }
        .into_any()
    };
    view! {
        <AnswerInWords address=address.clone() answer section=section.clone() />
        <Controls address topology section />
        {picture}
    }
    .into_any()
}

/// Tables have room for all.
fn whole(section: &Section, topology: &model::topology::Topology) -> Section {
    Section {
        nodes: (0..topology.nodes.len()).collect(),
        edges: (0..topology.edges.len()).collect(),
        nodes_left_out: 0,
        edges_left_out: 0,
        ..section.clone()
    }
}

/// `place` is the page that has nothing to show.
#[component]
pub(crate) fn NothingCalled(place: Place, scope: Scope) -> impl IntoView {
    let wider = place.href(&scope.with_range("now-30d", ""));
    let is_filtered = !scope.q.is_empty();
    let unfiltered = is_filtered.then(|| {
        let all = place.href(&scope.with_filter(&model::filter::Filter::default()));
        view! { <li><a href=all>"Leave out the filter"</a></li> }
    });
    let explanation = if is_filtered {
        "No service was called in this time by a request that meets the filter."
    } else {
        "No service was called in this time."
    };
    view! {
        <section class="notice">
            <h1>"No calls found"</h1>
            <p>{explanation}</p>
            <ul>{unfiltered} <li><a href=wider>"Look at the last 30 days"</a></li></ul>
        </section>
    }
}
