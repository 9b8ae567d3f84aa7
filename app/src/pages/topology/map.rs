//! The map: nodes in layers, calls between them.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::color::service_color;
use model::format;
use model::layout::graph::{self, Drawing, Place, Route};
use model::topology::{Edge, Figures, Node, NodeKind, NodeName, Section, Standing, Topology};

use super::answer::words;
use crate::address::{Selected, TopologyAddress};
use crate::components::exports::{Export, Exports};
use crate::islands::graph_map::GraphMap;

/// Sizes of nodes, in pixels.
const NODE_WIDTH: f64 = 190.0;
const NODE_HEIGHT: f64 = 46.0;

/// Most characters of a name that a node has room for.
const MAX_NAME: usize = 19;

/// Labels of so many edges are always shown, of those that changed.
const MAX_LABELS: usize = 6;

/// Widths of edges: of those with the fewest calls, and how much wider the busiest is.
const LEAST_STROKE: f64 = 1.2;
const MORE_STROKE: f64 = 2.6;

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
    view! {
        <section class="card topology">
            <header class="card-head">
                <h2>"Who calls whom"</h2>
                <span class="muted">
                    "calls go to the right; wider is more, red is worse than before"
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

#[component]
fn Arrow(id: &'static str, class: &'static str) -> impl IntoView {
    view! {
        <marker
            id=id
            class=class
            viewBox="0 0 8 8"
            refX="7.5"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
        >
            <path d="M0 0.5L8 4L0 7.5z" />
        </marker>
    }
}

/// The edges whose labels are shown without being pointed at: those that changed most.
fn labelled(topology: &Topology, section: &Section) -> Vec<usize> {
    let mut changed: Vec<usize> = section
        .edges
        .iter()
        .copied()
        .filter(|&edge| topology.edges[edge].standing == Standing::Worse)
        .collect();
    changed.sort_by(|&left, &right| {
        let weight = |edge: usize| topology.edges[edge].figures.weight;
        weight(right)
            .total_cmp(&weight(left))
            .then(left.cmp(&right))
    });
    changed.truncate(MAX_LABELS);
    changed
}

/// By the logarithm of the calls.
fn stroke(weight: f64, most: f64) -> f64 {
    let share = weight.max(0.0).ln_1p() / most.max(1.0).ln_1p();
    LEAST_STROKE + MORE_STROKE * share.clamp(0.0, 1.0)
}

#[component]
#[expect(
    clippy::too_many_arguments,
    reason = "what an edge is, and what it looks like"
)]
fn EdgeLink(
    address: TopologyAddress,
    number: usize,
    ends: (usize, usize),
    edge: Edge,
    names: [NodeName; 2],
    route: Route,
    width: f64,
    is_labelled: bool,
) -> impl IntoView {
    let [from, to] = names;
    let title = format!(
        "{} → {}: {}{}",
        from.title(),
        to.title(),
        in_words(&edge.figures),
        standing_in_words(edge.standing, &edge.changes)
    );
    let label_text = title.clone();
    let selected = Selected::Edge(from, to);
    let is_current = address.selected == selected;
    let is_worse = edge.standing == Standing::Worse;
    let marker = if is_worse {
        "url(#to-worse)"
    } else {
        "url(#to)"
    };
    let label = route.middle().map(|middle| {
        view! {
            <text
                class="label"
                class:told=is_labelled
                x=format!("{:.0}", middle.x)
                y=format!("{:.0}", middle.y - 6.0)
                text-anchor="middle"
            >
                {figures(&edge.figures)}
            </text>
        }
    });
    let path = route.path();
    view! {
        <a
            class=format!("edge {}", class(edge.standing))
            href=address.selecting(selected).selected_href()
            // Those who use keys have the edges in the list, and beside each node.
            tabindex="-1"
            aria-label=label_text
            aria-current=is_current.then_some("true")
            data-edge=number.to_string()
            data-from=ends.0.to_string()
            data-to=ends.1.to_string()
        >
            <title>{title}</title>
            <path class="reach" d=path.clone() />
            <path class="line" d=path stroke-width=format!("{width:.1}") marker-end=marker />
            {label}
        </a>
    }
}

#[component]
fn NodeLink(
    address: TopologyAddress,
    number: usize,
    node: Node,
    place: Place,
    is_focus: bool,
) -> impl IntoView {
    let Node {
        name,
        figures: own,
        changes,
        standing,
        members,
        ..
    } = node;
    let group = (members > 1).then(|| format!(" ({members})"));
    let title = format!(
        "{} {}{}: {}{}",
        name.kind.title(),
        name.title(),
        group.clone().unwrap_or_default(),
        in_words(&own),
        standing_in_words(standing, &changes)
    );
    let label_text = title.clone();
    let selected = Selected::Node(name.clone());
    let is_current = address.selected == selected;
    let mut classes = format!("node {}", class(standing));
    if is_focus {
        classes.push_str(" focus");
    }
    let sign = if name.kind.is_service() {
        format!("service-{}", service_color(&name.name))
    } else {
        "plain".to_owned()
    };
    let badge = standing.is_change().then(|| {
        view! {
            <text
                class="badge"
                x=format!("{:.0}", place.x + NODE_WIDTH - 4.0)
                y=format!("{:.0}", place.y - 4.0)
                text-anchor="end"
            >
                {words(standing, &changes)}
            </text>
        }
    });
    view! {
        <a
            class=classes
            href=address.selecting(selected).selected_href()
            aria-label=label_text
            aria-current=is_current.then_some("true")
            data-node=number.to_string()
        >
            <title>{title}</title>
            <rect
                class="box"
                x=format!("{:.1}", place.x)
                y=format!("{:.1}", place.y)
                width=NODE_WIDTH.to_string()
                height=NODE_HEIGHT.to_string()
                rx="7"
            />
            <KindSign kind=name.kind x=place.x + 10.0 y=place.y + 8.0 class=sign />
            <text class="name" x=format!("{:.0}", place.x + 30.0) y=format!("{:.0}", place.y + 20.0)>
                {format!("{}{}", shortened(name.title()), group.unwrap_or_default())}
            </text>
            <text class="figures" x=format!("{:.0}", place.x + 11.0) y=format!("{:.0}", place.y + 37.0)>
                {figures(&own)}
            </text>
            {badge}
        </a>
    }
}

/// A shape for each kind, 14 units wide and high.
#[component]
fn KindSign(kind: NodeKind, x: f64, y: f64, #[prop(into)] class: String) -> impl IntoView {
    let shape = match kind {
        // A phone.
        NodeKind::App => {
            "M4 0h6a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-6a2 2 0 0 1-2-2v-10a2 2 0 0 1 2-2zM6 11.5h2"
        }
        NodeKind::Service => "M7 0l6 3.5v7l-6 3.5l-6-3.5v-7z",
        // A drum.
        NodeKind::Database => {
            "M1 2.5c0-3.3 12-3.3 12 0v9c0 3.3-12 3.3-12 0zM1 2.5c0 3.3 12 3.3 12 0"
        }
        NodeKind::Queue => "M1 3h3v8h-3zM5.5 3h3v8h-3zM10 3h3v8h-3z",
        // A globe.
        NodeKind::ThirdParty => {
            "M7 0a7 7 0 0 1 0 14a7 7 0 0 1 0-14zM0 7h14M7 0c-4.5 4-4.5 10 0 14c4.5-4 4.5-10 0-14"
        }
        NodeKind::Group => "M0 4h10v10h-10zM4 4v-4h10v10h-4",
    };
    let transform = format!("translate({x:.1} {y:.1})");
    view! { <path class=format!("sign {class}") d=shape transform=transform /> }
}

fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Worse => "worse",
        Standing::New => "new",
        Standing::Gone => "gone",
        Standing::Better => "better",
        Standing::Usual => "usual",
        Standing::TooFew => "few",
    }
}

/// As short as can be: `12/s · 240 ms · 1.2 % err`.
fn figures(figures: &Figures) -> String {
    let Some(p95) = figures.p95_nanos else {
        return "nothing counted".to_owned();
    };
    let errors = figures.error_rate.filter(|rate| *rate > 0.0);
    let errors = errors.map(|rate| format!(" · {} err", format::share(rate)));
    format!(
        "{} · {}{}",
        format::rate(figures.per_second),
        format::duration(p95),
        errors.unwrap_or_default()
    )
}

/// As people say it.
fn in_words(figures: &Figures) -> String {
    let Some(p95) = figures.p95_nanos else {
        return "nothing counted in this time".to_owned();
    };
    format!(
        "{}, p95 {}, {} errors",
        format::rate(figures.per_second),
        format::duration(p95),
        format::share(figures.error_rate.unwrap_or(0.0))
    )
}

fn standing_in_words(standing: Standing, changes: &model::topology::Changes) -> String {
    match standing {
        Standing::Usual => String::new(),
        _ => format!("; {}", words(standing, changes)),
    }
}

/// The begin and the end tell names apart: `recommendation…-eu-1`.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= MAX_NAME {
        return name.to_owned();
    }
    let begin: String = name.chars().take(MAX_NAME - 7).collect();
    let end: String = name.chars().skip(count - 6).collect();
    format!("{begin}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(shortened("checkout"), "checkout");
        assert_eq!(
            shortened("recommendation-service-eu-1"),
            "recommendati…e-eu-1"
        );
    }

    #[test]
    fn busy_edges_are_wider() {
        assert!(stroke(1_000.0, 1_000.0) > stroke(10.0, 1_000.0));
        assert!((stroke(0.0, 0.0) - LEAST_STROKE).abs() < 1e-9);
    }
}
