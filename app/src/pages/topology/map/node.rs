//! A node of the map: its kind, its name and its figures in a box.

use leptos::prelude::*;
use model::color::service_color;
use model::layout::graph::Place;
use model::topology::{Node, NodeKind, Standing};

use super::super::answer::words;
use super::words::{class, figures, in_words, standing_in_words};
use crate::address::{Selected, TopologyAddress};
use crate::components::short_name::shortened;

/// Sizes of nodes, in pixels.
pub(super) const NODE_WIDTH: f64 = 190.0;
pub(super) const NODE_HEIGHT: f64 = 46.0;

/// Most characters of a name that a node has room for.
const MAX_NAME: usize = 18;

#[component]
pub(super) fn NodeLink(
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
    let is_told = standing.is_change() || standing == Standing::TooFew;
    let badge = is_told.then(|| {
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
                {format!("{}{}", shortened(name.title(), MAX_NAME), group.unwrap_or_default())}
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
pub(super) fn KindSign(
    kind: NodeKind,
    x: f64,
    y: f64,
    #[prop(into)] class: String,
) -> impl IntoView {
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
