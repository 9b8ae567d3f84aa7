//! The map: nodes in layers, calls between them.

mod edge;
mod node;
mod words;

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::layout::graph::{self, Drawing, Place};
use model::topology::{Node, NodeKind, Section, Standing, Topology};

use self::edge::{Arrow, EdgeLink, labelled, stroke};
use self::node::{KindSign, NODE_HEIGHT, NODE_WIDTH, NodeLink};
use crate::address::TopologyAddress;
use crate::components::exports::{Export, Exports};
use crate::islands::graph_map::GraphMap;

/// Pictures that are not wider are made to fit the page.
const FITTING: f64 = 1_750.0;

const LINKS: [Export; 2] = [Export::Csv("topology"), Export::Json("topology")];

#[component]
pub(super) fn MapCard(
    address: TopologyAddress,
    topology: Topology,
    section: Section,
) -> impl IntoView {
    let own = vec![("group", address.grouping.key().to_owned())];
    let scope = address.scope.clone();
    let kinds = NodeKind::ALL.map(|kind| {
        let nodes = section
            .nodes
            .iter()
            .filter_map(|&node| topology.nodes.get(node));
        let is_there = nodes.clone().any(|node| node.name.kind == kind);
        is_there.then(|| {
            view! {
                <li>
                    <svg width="18" height="18" class="graph-key" aria-hidden="true">
                        <KindSign kind x=2.0 y=2.0 class="plain" />
                    </svg>
                    {kind.title()}
                </li>
            }
        })
    });
    let edges = section.edges.iter();
    let is_thin = edges
        .filter_map(|&edge| topology.edges.get(edge))
        .any(|edge| edge.standing == Standing::TooFew);
    view! {
        <section class="card topology">
            <header class="card-head">
                <h2>"Who calls whom"</h2>
                <span class="muted">
                    "calls go to the right; wider is more, red is worse than before"
                    {is_thin.then_some(", dotted is too few calls to tell")}
                    <Exports what="The topology" scope exports=LINKS.to_vec() own />
                </span>
            </header>
            <Picture address topology section />
            <ul class="legend">{kinds.into_iter().flatten().collect_view()}</ul>
        </section>
    }
}

#[component]
fn Picture(address: TopologyAddress, topology: Topology, section: Section) -> impl IntoView {
    let keys: Vec<String> = section
        .nodes
        .iter()
        .map(|&node| topology.nodes[node].name.to_string())
        .collect();
    let boxes: Vec<graph::Node<'_>> = keys
        .iter()
        .map(|key| graph::Node {
            key,
            width: NODE_WIDTH,
            height: NODE_HEIGHT,
        })
        .collect();
    let numbers: BTreeMap<usize, usize> = section.nodes.iter().copied().zip(0..).collect();
    let ends = section.edges.iter().map(|&edge| {
        let edge = &topology.edges[edge];
        (numbers[&edge.caller], numbers[&edge.callee])
    });
    let ends: Vec<(usize, usize)> = ends.collect();
    let drawing = Drawing::of(&boxes, &ends)?;
    let most = section
        .edges
        .iter()
        .map(|&edge| topology.edges[edge].figures.weight)
        .fold(0.0, f64::max);
    let labelled = labelled(&topology, &section);
    let edges = section
        .edges
        .iter()
        .zip(&ends)
        .zip(&drawing.routes)
        .enumerate();
    let edges = edges.map(|(number, ((&edge, &ends), route))| {
        let is_labelled = labelled.contains(&edge);
        let edge = topology.edges[edge].clone();
        let names = [edge.caller, edge.callee].map(|node| topology.nodes[node].name.clone());
        let width = stroke(edge.figures.weight, most);
        view! {
            <EdgeLink
                address=address.clone()
                number
                ends
                edge
                names
                route=route.clone()
                width
                is_labelled
            />
        }
    });
    let edges = edges.collect_view();
    let nodes = section.nodes.iter().zip(&drawing.places).enumerate();
    let mut nodes: Vec<(usize, Node, Place)> = nodes
        .map(|(number, (&node, place))| (number, topology.nodes[node].clone(), *place))
        .collect();
    // Tab goes from left to right, and down.
    nodes.sort_by(|left, right| {
        let (l, r) = (left.2, right.2);
        l.x.total_cmp(&r.x).then(l.y.total_cmp(&r.y))
    });
    let focus = section.focus.map(|(focus, _)| focus);
    let nodes = nodes.into_iter().map(|(number, node, place)| {
        let is_focus = focus.is_some_and(|focus| topology.nodes[focus].name == node.name);
        view! { <NodeLink address=address.clone() number node place is_focus /> }
    });
    let nodes = nodes.collect_view();
    let (width, height) = (drawing.width, drawing.height);
    let class = if width <= FITTING {
        "graph fit"
    } else {
        "graph"
    };
    // What is looked at, or else where requests begin.
    let first = section
        .focus
        .and_then(|(focus, _)| numbers.get(&focus).copied())
        .or_else(|| {
            let places = drawing.places.iter().enumerate();
            let first = places.min_by(|(_, left), (_, right)| {
                left.x.total_cmp(&right.x).then(left.y.total_cmp(&right.y))
            });
            first.map(|(number, _)| number)
        });
    Some(view! {
        <GraphMap places=drawing.places edges=ends width height first=first.unwrap_or(0)>
            <svg
                class=class
                width=format!("{width:.0}")
                height=format!("{height:.0}")
                viewBox=format!("0 0 {width:.0} {height:.0}")
                role="group"
                aria-label="Map of who calls whom"
            >
                <defs>
                    <Arrow id="to" class="arrow" />
                    <Arrow id="to-worse" class="arrow worse" />
                </defs>
                {edges}
                {nodes}
            </svg>
        </GraphMap>
    })
}
