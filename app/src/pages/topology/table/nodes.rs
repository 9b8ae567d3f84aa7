//! All that is in the topology.

use leptos::prelude::*;
use model::format;
use model::topology::{Column, Node, NodeKind, Section, Sorted, Topology};

use super::cells::FigureCells;
use super::head::{Head, columns, ordered};
use super::{EXPORTS, LeftOut, MAX_ROWS, own};
use crate::address::{Selected, Sort, TopologyAddress};
use crate::components::exports::Exports;

#[component]
pub(crate) fn NodeTable(
    address: TopologyAddress,
    topology: Topology,
    section: Section,
) -> impl IntoView {
    let sort = address.nodes_order.clone();
    let mut nodes: Vec<Node> = section
        .nodes
        .iter()
        .filter_map(|&node| topology.nodes.get(node).cloned())
        .collect();
    nodes.sort_by(|left, right| ordered(&sort, &of_node(left), &of_node(right)));
    let left_out = nodes.split_off(nodes.len().min(MAX_ROWS)).len();
    let heading = format::counted(section.nodes.len(), "node");
    let is_compared = topology.is_compared;
    let rows = nodes.into_iter().map(|node| {
        let own = address.selecting(Selected::Node(node.name.clone()));
        let name = node.name.title().to_owned();
        view! {
            <tr>
                <th scope="row"><a href=own.selected_href()>{name}</a></th>
                <td class="roomy">{kind(&node)}</td>
                <FigureCells
                    figures=node.figures
                    changes=node.changes
                    standing=node.standing
                    is_compared
                />
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns: Vec<(Column, &str)> = columns("Name", "Kind");
    let links = {
        let address = address.clone();
        move |sort: Sort| address.with_nodes_order(sort).href()
    };
    let own = own("nodes", &address.scope);
    view! {
        <section class="card topology-table">
            <header class="card-head">
                <h2>{heading}</h2>
                <Exports what="The nodes" scope=address.scope exports=EXPORTS.to_vec() own />
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Nodes">
                <table class="figures-table">
                    <Head columns sort is_compared links />
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <LeftOut count=left_out />
        </section>
    }
}

fn kind(node: &Node) -> impl IntoView + use<> {
    let href = (node.name.kind == NodeKind::Group).then(|| format::counted(node.members, "member"));
    view! {
        {node.name.kind.title()} {href.map(|members| view! { " " <span class="muted">{members}</span> })}
    }
}

/// What it is ordered by.
pub(super) fn of_node(node: &Node) -> Sorted<'_> {
    Sorted {
        name: [&node.name.name, ""],
        kind: [node.name.kind.title(), ""],
        figures: &node.figures,
        changes: &node.changes,
        standing: node.standing,
    }
}
