//! What is told of one node: its figures, who calls it and whom it calls.

use leptos::prelude::*;
use model::filter::Test;
use model::format;
use model::topology::{Basis, NodeName, Topology};

use super::table::{CallRows, Calls, FigureLine, service_href, volume};
use crate::address::{Selected, Sort, TopologyAddress, TracesAddress};

#[component]
pub(super) fn NodePanel(
    address: TopologyAddress,
    topology: Topology,
    name: NodeName,
) -> impl IntoView {
    let clear = address.selecting(Selected::Nothing).href();
    let Some(place) = topology.find(&name) else {
        let text = format!("{} was not seen in this time.", name.heading());
        return view! {
            <section class="card panel" id="selected">
                <p class="note">{text} " " <a href=clear>"Close"</a></p>
            </section>
        }
        .into_any();
    };
    let node = topology.nodes[place].clone();
    let ends = |of: fn(&model::topology::Edge) -> usize| -> Vec<usize> {
        let edges = topology.edges.iter().enumerate();
        let own = edges.filter(|(_, edge)| of(edge) == place);
        own.map(|(edge, _)| edge).collect()
    };
    let sides = [
        ("Called by", "Callers", ends(|edge| edge.callee)),
        ("Calls", "Callees", ends(|edge| edge.caller)),
    ];
    let sides = sides.map(|(title, label, edges)| {
        if edges.is_empty() {
            return view! { <div><h3>{title}</h3><p class="muted note">"nobody"</p></div> }
                .into_any();
        }
        let rows = CallRows {
            topology: topology.clone(),
            edges,
            sort: Sort::default(),
        };
        let link = address.clone();
        let links = move |sort: Sort| link.as_table(true).with_calls_order(sort).href();
        view! {
            <div>
                <h3>{title}</h3>
                <Calls label address=address.clone() rows links />
            </div>
        }
        .into_any()
    });
    let page = service_href(&name, &address.scope)
        .map(|href| view! { <a class="button" href=href>"Open the service"</a> });
    let around = address.focused(Some(name.clone()), address.hops).href();
    let traces = name.kind.is_service().then(|| {
        let filter = address.scope.filter().unwrap_or_default();
        let filter = filter.with(Test::service(name.name.clone()));
        let traces = TracesAddress::from(address.scope.clone()).with_filter(&filter);
        view! { <a class="button" href=traces.href()>"Its traces"</a> }
    });
    let basis = match node.basis {
        Basis::Served => "what it did for others",
        Basis::Requests => "requests that begin in it",
        Basis::Calls => "calls of it, as its callers tell",
    };
    let regions =
        (!node.regions.is_empty()).then(|| format!("Runs in {}.", node.regions.join(", ")));
    let figures = node.figures;
    let is_compared = topology.is_compared;
    view! {
        <section class="card panel" id="selected" aria-labelledby="selected-title">
            <header class="card-head">
                <h2 id="selected-title">{name.heading()}</h2>
                <span class="actions">
                    {page} " " <a class="button" href=around>"Show what is around"</a> " " {traces}
                    " " <a class="button" href=clear>"Close"</a>
                </span>
            </header>
            <p class="note">
                <b>{format::rate(figures.per_second)}</b>
                {format!(", {}: {basis}. ", volume(&figures))}
                <FigureLine figures changes=node.changes standing=node.standing is_compared /> " " {regions}
            </p>
            <div class="sides">{sides.into_iter().collect_view()}</div>
        </section>
    }
    .into_any()
}
