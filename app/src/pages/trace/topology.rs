//! The services of one trace: what they called, and how long the request waited for each.

use leptos::prelude::*;
use model::calls::Callee;
use model::color::service_color;
use model::format;
use model::id::SpanId;
use model::layout::graph::{Drawing, Node, Place, Route};
use model::trace_topology::{TraceEdge, TraceNode, TraceTopology};

use crate::address::TraceAddress;
use crate::components::short_name::shortened;

/// Pixels.
const NODE_WIDTH: u32 = 190;
const NODE_HEIGHT: u32 = 46;

/// Characters that a node has room for: a name, and what it is where it is no service.
const MAX_NAME: usize = 23;

/// What is wider shrinks to the room that there is, as far as it can still be read.
const NARROW: f64 = 1_000.0;

#[component]
pub(super) fn ServiceGraph(address: TraceAddress, topology: TraceTopology) -> impl IntoView {
    let left_out = topology.nodes_left_out + topology.edges_left_out;
    let left_out = (left_out > 0).then(|| {
        let text = format!(
            "{} and {} left out: what the request waited least for.",
            format::counted(topology.nodes_left_out, "service"),
            format::counted(topology.edges_left_out, "connection"),
        );
        view! { <p class="muted note">{text}</p> }
    });
    let head = format!(
        "how long the request waited for each; together {}",
        format::duration(topology.total_nanos)
    );
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"Services of this request"</h2>
                <span class="muted">{head}</span>
            </header>
            <Graph address topology />
            {left_out}
        </section>
    }
}

#[component]
fn Graph(address: TraceAddress, topology: TraceTopology) -> impl IntoView {
    let keys = topology
        .nodes
        .iter()
        .map(|node| format!("{} {}", node.kind.name(), node.name));
    let keys: Vec<String> = keys.collect();
    let boxes: Vec<Node<'_>> = keys
        .iter()
        .map(|key| Node {
            key,
            width: f64::from(NODE_WIDTH),
            height: f64::from(NODE_HEIGHT),
        })
        .collect();
    let ends = topology.edges.iter().map(|edge| (edge.from, edge.to));
    let drawing = Drawing::of(&boxes, &ends.collect::<Vec<_>>())?;
    let is_wide = drawing.width > NARROW;
    let [width, height] = [drawing.width, drawing.height].map(|length| format!("{length:.0}"));
    let edges = topology
        .edges
        .iter()
        .zip(&drawing.routes)
        .map(|(edge, route)| {
            let ends = [edge.from, edge.to].map(|place| topology.nodes[place].name.clone());
            view! {
                <EdgeLink address=address.clone() edge=edge.clone() route=route.clone() ends />
            }
        });
    let edges = edges.collect_view();
    let nodes = topology.nodes.into_iter().zip(drawing.places).map(|(node, place)| {
        view! { <NodeLink address=address.clone() node place total_nanos=topology.total_nanos /> }
    });
    let nodes = nodes.collect_view();
    Some(view! {
        <div class="scroll graph-room" tabindex="0" role="region" aria-label="Graph of the services">
            <svg
                class="calls"
                class:wide=is_wide
                viewBox=format!("0 0 {width} {height}")
                width=width
                height=height
                role="group"
                aria-label="Services"
            >
                <defs>
                    <marker
                        id="arrow"
                        viewBox="0 0 8 8"
                        refX="7"
                        refY="4"
                        markerWidth="7"
                        markerHeight="7"
                        markerUnits="userSpaceOnUse"
                        orient="auto"
                    >
                        <path d="M0 0L8 4L0 8z" />
                    </marker>
                </defs>
                {edges}
                {nodes}
            </svg>
        </div>
    })
}

/// It selects the longest call.
#[component]
fn EdgeLink(
    address: TraceAddress,
    edge: TraceEdge,
    route: Route,
    ends: [String; 2],
) -> impl IntoView {
    let [from, to] = ends;
    let title = format!("{from} → {to}: {}", told(&edge));
    let label = title.clone();
    let count = (edge.calls > 1).then(|| {
        let middle = route.middle()?;
        Some(view! {
            <text x=format!("{:.0}", middle.x) y=format!("{:.0}", middle.y - 5.0) text-anchor="middle">
                {format!("× {}", format::count(edge.calls))}
            </text>
        })
    });
    let path = route.path();
    let class = if edge.errors > 0 {
        "edge failed"
    } else {
        "edge"
    };
    view! {
        <a
            class=class
            href=address.with_span(edge.longest).href()
            aria-label=label
        >
            <title>{title}</title>
            <path class="reach" d=path.clone() />
            <path d=path marker-end="url(#arrow)" />
            {count.flatten()}
        </a>
    }
}

/// It selects the longest span of the service.
#[component]
fn NodeLink(
    address: TraceAddress,
    node: TraceNode,
    place: Place,
    total_nanos: i64,
) -> impl IntoView {
    let is_selected = address.span == Some(node.longest);
    let waited = format!(
        "{} · {}",
        format::duration(node.critical_nanos),
        share(node.critical_nanos, total_nanos)
    );
    let errors = match node.errors {
        0 => String::new(),
        errors => format!(", {}", format::counted(errors, "error")),
    };
    let title = format!(
        "{} {}: the request waited {waited}; {} of its own{errors}, {} at work",
        node.kind.name(),
        node.name,
        format::counted(node.spans, "span"),
        format::duration(node.self_nanos),
    );
    let label = title.clone();
    let kind = (node.kind != Callee::Service).then(|| node.kind.name());
    let name = shortened(&node.name, MAX_NAME - kind.map_or(0, str::len));
    let failed = (node.errors > 0).then(|| {
        view! {
            <text class="failed" x=NODE_WIDTH - 8 y="36" text-anchor="end">
                {format::counted(node.errors, "error")}
            </text>
        }
    });
    let color = format!("service-{}", service_color(&node.name));
    view! {
        <a
            class="node"
            href=address.with_span(node.longest).href()
            aria-label=title
            aria-current=is_selected.then_some("true")
        >
            <svg
                x=format!("{:.1}", place.x)
                y=format!("{:.1}", place.y)
                width=NODE_WIDTH
                height=NODE_HEIGHT
            >
                <title>{label}</title>
                <rect class="box" x="0.5" y="0.5" width=NODE_WIDTH - 1 height=NODE_HEIGHT - 1 rx="6" />
                <rect class=color x="0.5" y="6" width="4" height=NODE_HEIGHT - 12 rx="2" />
                <text x="12" y="18">
                    <tspan class="name">{name}</tspan>
                    " "
                    <tspan class="kind">{kind}</tspan>
                </text>
                <text class="figures" x="12" y="36">{waited}</text>
                {failed}
            </svg>
        </a>
    }
}

/// The same for whoever reads rather than looks.
#[component]
pub(super) fn CallTable(address: TraceAddress, topology: TraceTopology) -> impl IntoView {
    let name = |place: usize| topology.nodes[place].name.clone();
    let mut edges = topology.edges.clone();
    edges.sort_by_key(|edge| std::cmp::Reverse(edge.total_nanos));
    let rows = edges.into_iter().map(|edge| {
        let link = |span: SpanId| address.clone().with_span(span).href();
        let errors = match edge.errors {
            0 => view! { <td class="number muted">"0"</td> }.into_any(),
            errors => view! { <td class="number bad">{format::count(errors)}</td> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row" class="name">{name(edge.from)} " → " {name(edge.to)}</th>
                <td class="number">{format::count(edge.calls)}</td>
                {errors}
                <td class="number">{format::duration(edge.total_nanos)}</td>
                <td class="number">
                    <a href=link(edge.longest)>{format::duration(edge.longest_nanos.max(0))}</a>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"Calls"</h2>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Calls">
            <table class="parts">
                <thead>
                    <tr>
                        <th scope="col">"Caller and callee"</th>
                        <th scope="col" class="number">"Calls"</th>
                        <th scope="col" class="number">"Errors"</th>
                        <th scope="col" class="number">"Total"</th>
                        <th scope="col" class="number">"Longest"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            </div>
        </section>
    }
}

/// `3 calls, 1 error, 1.2 s in all, at most 800 ms`.
fn told(edge: &TraceEdge) -> String {
    let errors = match edge.errors {
        0 => String::new(),
        errors => format!(", {}", format::counted(errors, "error")),
    };
    let total = format::duration(edge.total_nanos);
    let longest = format::duration(edge.longest_nanos.max(0));
    let calls = format::counted(edge.calls, "call");
    format!("{calls}{errors}, {total} in all, at most {longest}")
}

#[expect(clippy::cast_precision_loss, reason = "a share of two digits")]
fn share(part: i64, whole: i64) -> String {
    format::share(part as f64 / whole.max(1) as f64)
}
