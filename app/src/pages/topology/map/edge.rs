//! Calls from one node to another, as a line.

use leptos::prelude::*;
use model::layout::graph::Route;
use model::topology::{Edge, NodeName, Section, Standing, Topology};

use super::words::{class, figures, in_words, standing_in_words};
use crate::address::{Selected, TopologyAddress};

/// Labels of so many edges are always shown, of those that changed.
const MAX_LABELS: usize = 6;

/// Widths of edges: of those with the fewest calls, and how much wider the busiest is.
const LEAST_STROKE: f64 = 1.2;
const MORE_STROKE: f64 = 2.6;

#[component]
#[expect(
    clippy::too_many_arguments,
    reason = "what an edge is, and what it looks like"
)]
pub(super) fn EdgeLink(
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
pub(super) fn Arrow(id: &'static str, class: &'static str) -> impl IntoView {
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
pub(super) fn labelled(topology: &Topology, section: &Section) -> Vec<usize> {
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
pub(super) fn stroke(weight: f64, most: f64) -> f64 {
    let share = weight.max(0.0).ln_1p() / most.max(1.0).ln_1p();
    LEAST_STROKE + MORE_STROKE * share.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_edges_are_wider() {
        assert!(stroke(1_000.0, 1_000.0) > stroke(10.0, 1_000.0));
        assert!((stroke(0.0, 0.0) - LEAST_STROKE).abs() < 1e-9);
    }
}
