//! `/services` and `/services/{name}`: what services do, how fast and how well.

mod chart;
mod list;
mod operations;
mod query;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::filter::Test;
use model::format;
use model::topology::{NodeKind, NodeName, Topology};

pub(crate) use self::list::ServicesPage;

use self::chart::Charts;
use self::operations::OperationTable;
use self::query::{ServiceAnswer, Work, get_service};
use crate::address::{Selected, ServiceAddress, Sort, TopologyAddress, TracesAddress, page_query};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;
use crate::components::time::Time;
use crate::pages::topology::table::{CallRows, Calls, StandingTag, volume};

#[component]
pub(crate) fn ServicePage() -> impl IntoView {
    let address = use_params_map().with_untracked(|path| ServiceAddress::read(path, &page_query()));
    view! {
        <Title text=address.name.clone() />
        <FilterBar place=address.place() scope=address.scope.clone() />
        {Suspend::new(async move {
            match Box::pin(get_service(&address)).await {
                Ok(answer) => view! { <Content address answer /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Content(address: ServiceAddress, answer: ServiceAnswer) -> impl IntoView {
    let topology = answer.around.topology.clone();
    let name = node_of(&topology, &address.name);
    if answer.operations.is_empty() && topology.find(&name).is_none() {
        return view! { <Silent address /> }.into_any();
    }
    let map = TopologyAddress {
        scope: address.scope.clone(),
        focus: Some(name.clone()),
        selected: Selected::Node(name.clone()),
        ..TopologyAddress::default()
    };
    view! {
        <Head address=address.clone() answer=&answer name=name.clone() map=map.clone() />
        <Charts columns=answer.columns bounds=answer.bounds scope=address.scope.clone() name=address.name.clone() now_nanos=answer.now_nanos />
        <Sides topology name map />
        <OperationTable address operations=answer.operations />
    }
    .into_any()
}

/// As the topology knows it.
fn node_of(topology: &Topology, service: &str) -> NodeName {
    let app = NodeName::new(NodeKind::App, service);
    if topology.find(&app).is_some() {
        app
    } else {
        NodeName::new(NodeKind::Service, service)
    }
}

#[component]
fn Head<'a>(
    address: ServiceAddress,
    answer: &'a ServiceAnswer,
    name: NodeName,
    map: TopologyAddress,
) -> impl IntoView + use<> {
    let figures = answer.figures;
    let topology = &answer.around.topology;
    let node = topology
        .find(&name)
        .map(|node| topology.nodes[node].clone());
    let work = match answer.work {
        Work::Served => "what it does for others",
        Work::DeviceRequests => "requests of users",
        Work::All => "all its operations, for it serves nobody",
    };
    let quantiles = figures.p50_nanos.zip(figures.p95_nanos).map(|(p50, p95)| {
        format!(
            "p50 {}, p95 {}",
            format::duration(p50),
            format::duration(p95)
        )
    });
    let standing = node.as_ref().filter(|_| topology.is_compared).map(|node| {
        view! {
            " Against " {address.scope.versus().title()} ": "
            <StandingTag standing=node.standing changes=node.changes />
        }
    });
    let regions = node.filter(|node| !node.regions.is_empty());
    let regions = regions.map(|node| format!(" Runs in {}.", node.regions.join(", ")));
    let sampled = answer.source.traces.map(|traces| {
        let text = format!(
            "Operations are not counted by this filter, so {} that meet it were looked at; figures stand for all of them.",
            format::counted(traces, "request")
        );
        view! { <p class="muted">{text}</p> }
    });
    let since = answer.source.since_nanos.map(|nanos| {
        view! {
            <p class="warn">
                "There are more than can be looked at: only since "
                <Time nanos now_nanos=answer.now_nanos /> "."
            </p>
        }
    });
    let filter = address.scope.filter().unwrap_or_default();
    let filter = filter.with(Test::service(address.name.clone()));
    let traces = TracesAddress::from(address.scope.clone()).with_filter(&filter);
    view! {
        <header class="page-head">
            <div class="head-line">
                <h1>{name.heading()}</h1>
                <span class="actions">
                    <a class="button" href=map.href()>"On the map"</a>
                    " "
                    <a class="button" href=traces.href()>"Its traces"</a>
                </span>
            </div>
            <p class="answer">
                <b>{format::rate(figures.per_second)}</b>
                {format!(" ({}): {work}. ", volume(&figures))}
                {quantiles}
                {figures.error_rate.map(|rate| format!(", {} errors.", format::share(rate)))}
                {standing} {regions}
            </p>
            {sampled}
            {since}
        </header>
    }
}

/// Who calls it, and whom it calls.
#[component]
fn Sides(topology: Topology, name: NodeName, map: TopologyAddress) -> impl IntoView {
    let place = topology.find(&name);
    let ends = |of: fn(&model::topology::Edge) -> usize| -> Vec<usize> {
        let edges = topology.edges.iter().enumerate();
        let own = edges.filter(|(_, edge)| Some(of(edge)) == place);
        own.map(|(edge, _)| edge).collect()
    };
    let sides = [
        ("Callers", ends(|edge| edge.callee)),
        ("Callees", ends(|edge| edge.caller)),
    ];
    let sides = sides.map(|(title, edges)| {
        let content = if edges.is_empty() {
            view! { <p class="muted note">"nobody"</p> }.into_any()
        } else {
            let table = map.as_table(true);
            let links = move |sort: Sort| table.with_calls_order(sort).href();
            let rows = CallRows {
                topology: topology.clone(),
                edges,
                sort: Sort::default(),
            };
            view! { <Calls label=title address=map.clone() rows links /> }.into_any()
        };
        view! {
            <section class="card">
                <header class="card-head"><h2>{title}</h2></header>
                {content}
            </section>
        }
    });
    view! { <div class="pair">{sides.into_iter().collect_view()}</div> }
}

#[component]
fn Silent(address: ServiceAddress) -> impl IntoView {
    let scope = address.scope.with_range("now-30d", "");
    let wider = ServiceAddress::of(&address.name, &scope);
    let explanation = if address.scope.q.is_empty() {
        "No span of a service of this name was counted."
    } else {
        "No span of a service of this name was counted that meets the filter."
    };
    view! {
        <section class="notice">
            <h1>{format!("Nothing of {} in this time", address.name)}</h1>
            <p>{explanation}</p>
            <ul>
                <li><a href=wider.href()>"Look at the last 30 days"</a></li>
                <li><a href=address.scope.href(crate::address::SERVICES_PATH)>"All services"</a></li>
            </ul>
        </section>
    }
}
