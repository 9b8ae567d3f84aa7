//! Who calls whom, one row for each pair.

use leptos::prelude::*;
use model::format;
use model::topology::{Edge, NodeName, Section, Sorted, Topology};

use super::cells::FigureCells;
use super::head::{Head, columns, ordered};
use super::{EXPORTS, LeftOut, MAX_ROWS, own};
use crate::address::{Selected, Sort, TopologyAddress};
use crate::components::exports::Exports;

#[component]
pub(crate) fn CallTable(
    address: TopologyAddress,
    topology: Topology,
    section: Section,
) -> impl IntoView {
    let edges = section.edges.iter().copied();
    let links = {
        let address = address.clone();
        move |sort: Sort| address.with_calls_order(sort).href()
    };
    let rows = CallRows {
        topology: topology.clone(),
        edges: edges.collect(),
        sort: address.calls_order.clone(),
    };
    let heading = format::counted(section.edges.len(), "connection");
    let own = own("edges", &address.scope);
    view! {
        <section class="card topology-table">
            <header class="card-head">
                <h2>{heading}</h2>
                <Exports what="The connections" scope=address.scope.clone() exports=EXPORTS.to_vec() own />
            </header>
            <Calls label="Connections" address rows links />
        </section>
    }
}

/// Some edges of a topology, in an order.
pub(crate) struct CallRows {
    pub(crate) topology: Topology,
    pub(crate) edges: Vec<usize>,
    pub(crate) sort: Sort,
}

/// `links` leads to the same in another order.
#[component]
pub(crate) fn Calls(
    label: &'static str,
    address: TopologyAddress,
    rows: CallRows,
    links: impl Fn(Sort) -> String + 'static,
) -> impl IntoView {
    let CallRows {
        topology,
        edges,
        sort,
    } = rows;
    let mut edges: Vec<(Edge, [NodeName; 2])> = edges
        .into_iter()
        .filter_map(|edge| {
            let edge = topology.edges.get(edge)?.clone();
            let name = |place: usize| Some(topology.nodes.get(place)?.name.clone());
            let names = [name(edge.caller)?, name(edge.callee)?];
            Some((edge, names))
        })
        .collect();
    edges.sort_by(|left, right| ordered(&sort, &of_edge(left), &of_edge(right)));
    let left_out = edges.split_off(edges.len().min(MAX_ROWS)).len();
    let is_compared = topology.is_compared;
    let rows = edges.into_iter().map(|(edge, [from, to])| {
        let title = format!("{} → {}", from.title(), to.title());
        let kind = to.kind.title();
        let own = address.selecting(Selected::Edge(from, to));
        view! {
            <tr>
                <th scope="row"><a href=own.selected_href()>{title}</a></th>
                <td class="roomy">{kind}</td>
                <FigureCells
                    figures=edge.figures
                    changes=edge.changes
                    standing=edge.standing
                    is_compared
                />
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns = columns("Caller → callee", "Callee is a");
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class="figures-table">
                <Head columns sort is_compared links />
                <tbody>{rows}</tbody>
            </table>
        </div>
        <LeftOut count=left_out />
    }
}

fn of_edge((edge, [from, to]): &(Edge, [NodeName; 2])) -> Sorted<'_> {
    Sorted {
        name: [&from.name, &to.name],
        kind: [to.kind.title(), from.kind.title()],
        figures: &edge.figures,
        changes: &edge.changes,
        standing: edge.standing,
    }
}
