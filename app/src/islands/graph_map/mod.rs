//! Moving about in a map of nodes and edges: pointing lights up what belongs together, arrow keys
//! go from node to node, and it can be zoomed and dragged.
//!
//! The picture is drawn on the server; nodes are marked with `data-node`, edges with `data-edge`,
//! `data-from` and `data-to`, all of them numbers.

#[cfg(feature = "hydrate")]
mod dom;
#[cfg(not(feature = "hydrate"))]
mod still;
mod wheel;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use model::layout::graph::{Direction, Place, step};

#[cfg(feature = "hydrate")]
use self::dom::{fit_in, focus_node, light_up, marked, scroll_by, show_node, zoom};
#[cfg(not(feature = "hydrate"))]
use self::still::{fit_in, focus_node, light_up, marked, scroll_by, show_node, zoom};
use self::wheel::Wheel;

/// How much a step of the zoom is, by a key or a button.
const ZOOM_STEP: f64 = 1.25;

/// `children` are the picture, `width` and `height` its natural size, `first` the node that is
/// shown first where there is no room for all.
#[island]
pub(crate) fn GraphMap(
    places: Vec<Place>,
    edges: Vec<(usize, usize)>,
    width: f64,
    height: f64,
    first: usize,
    children: Children,
) -> impl IntoView {
    let map = NodeRef::<html::Div>::new();
    let graph = StoredValue::new((places, edges));
    let size = (width, height);
    let wheel = Wheel::new(map, size);
    let change = move |factor: f64| {
        wheel.rest();
        zoom(map, size, factor);
    };
    let fit = move || {
        wheel.rest();
        fit_in(map, size);
    };
    let lit = StoredValue::new(Marked::default());
    let light = move |what: Marked| {
        if lit.get_value() != what {
            lit.set_value(what);
            light_up(map, graph, &what);
        }
    };
    let over = move |event: ev::PointerEvent| light(marked(&event));
    let focused = move |event: ev::FocusEvent| light(marked(&event));
    let left = move |_: ev::PointerEvent| light(Marked::default());
    let blurred = move |_: ev::FocusEvent| light(Marked::default());
    let key = move |event: ev::KeyboardEvent| {
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        match event.key().as_str() {
            "+" | "=" => return change(ZOOM_STEP),
            "-" => return change(1.0 / ZOOM_STEP),
            "0" => return fit(),
            _ => {}
        }
        // Elsewhere arrows scroll.
        let Some((direction, node)) = direction(&event.key()).zip(marked(&event).node) else {
            return;
        };
        let next = graph.with_value(|(places, edges)| step(places, edges, node, direction));
        if let Some(next) = next {
            focus_node(map, next);
        }
        event.prevent_default();
    };
    let drag = StoredValue::new(None::<(i32, i32)>);
    let down = move |event: ev::PointerEvent| {
        let is_mouse = event.pointer_type() == "mouse" && event.button() == 0;
        if is_mouse && marked(&event) == Marked::default() {
            drag.set_value(Some((event.client_x(), event.client_y())));
        }
    };
    let moved = move |event: ev::PointerEvent| {
        // It may have been let go outside.
        if event.buttons() == 0 {
            drag.set_value(None);
        }
        if let Some((x, y)) = drag.get_value() {
            scroll_by(map, x - event.client_x(), y - event.client_y());
            drag.set_value(Some((event.client_x(), event.client_y())));
        }
    };
    let up = move |_: ev::PointerEvent| drag.set_value(None);
    let cancelled = up;
    Effect::new(move |_| show_node(map, first));
    view! {
        <div class="map-tools scripted">
            <button type="button" class="button small" on:click=move |_| change(ZOOM_STEP)>
                "Larger"
            </button>
            <button type="button" class="button small" on:click=move |_| change(1.0 / ZOOM_STEP)>
                "Smaller"
            </button>
            <button type="button" class="button small" on:click=move |_| fit()>"Fit"</button>
            <span class="muted hint">"Arrow keys go from node to node, Enter opens; Ctrl and the wheel zoom"</span>
        </div>
        <div
            class="map scroll"
            node_ref=map
            tabindex="0"
            role="region"
            aria-label="Map"
            on:pointerover=over
            on:pointerleave=left
            on:focusin=focused
            on:focusout=blurred
            on:keydown=key
            on:wheel=move |event| wheel.turn(&event)
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=cancelled
        >
            {children()}
        </div>
    }
}

fn direction(key: &str) -> Option<Direction> {
    match key {
        "ArrowLeft" => Some(Direction::Left),
        "ArrowRight" => Some(Direction::Right),
        "ArrowUp" => Some(Direction::Up),
        "ArrowDown" => Some(Direction::Down),
        _ => None,
    }
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Marked {
    node: Option<usize>,
    edge: Option<(usize, usize)>,
}

type Graph = StoredValue<(Vec<Place>, Vec<(usize, usize)>)>;
