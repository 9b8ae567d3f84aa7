//! Moving about in a map of nodes and edges: pointing lights up what belongs together, arrow keys
//! go from node to node, and it can be zoomed and dragged.
//!
//! The picture is drawn on the server; nodes are marked with `data-node`, edges with `data-edge`,
//! `data-from` and `data-to`, all of them numbers.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use model::layout::graph::{Direction, Place, step};

/// How much a step of the zoom is, and its bounds.
const ZOOM_STEP: f64 = 1.25;
const ZOOM: (f64, f64) = (0.1, 4.0);

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
    // None while it is as the server drew it.
    let zoom = StoredValue::new(None::<f64>);
    let change = move |factor: f64| {
        let now = zoom.get_value().unwrap_or_else(|| drawn(map, width));
        let next = (now * factor).clamp(ZOOM.0, ZOOM.1);
        zoom.set_value(Some(next));
        resize(map, width * next, height * next);
    };
    let fit = move |_: ev::MouseEvent| {
        zoom.set_value(None);
        fit_in(map, width, height);
    };
    let over = move |event: ev::PointerEvent| light_up(map, graph, &marked(&event));
    let focused = move |event: ev::FocusEvent| light_up(map, graph, &marked(&event));
    let left = move |_: ev::PointerEvent| light_up(map, graph, &Marked::default());
    let blurred = move |_: ev::FocusEvent| light_up(map, graph, &Marked::default());
    let key = move |event: ev::KeyboardEvent| {
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let factor = match event.key().as_str() {
            "+" | "=" => Some(ZOOM_STEP),
            "-" => Some(1.0 / ZOOM_STEP),
            _ => None,
        };
        if let Some(factor) = factor {
            change(factor);
            return event.prevent_default();
        }
        let direction = match event.key().as_str() {
            "ArrowLeft" => Direction::Left,
            "ArrowRight" => Direction::Right,
            "ArrowUp" => Direction::Up,
            "ArrowDown" => Direction::Down,
            _ => return,
        };
        // Elsewhere arrows scroll.
        let Some(node) = marked(&event).node else {
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
            <button type="button" class="button small" on:click=fit>"Fit"</button>
            <span class="muted hint">"Arrow keys go from node to node, Enter opens"</span>
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
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=cancelled
        >
            {children()}
        </div>
    }
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Marked {
    node: Option<usize>,
    edge: Option<(usize, usize)>,
}

type Graph = StoredValue<(Vec<Place>, Vec<(usize, usize)>)>;

#[cfg(feature = "hydrate")]
mod dom {
    use leptos::html;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlElement};

    use super::{Graph, Marked};

    /// Narrower maps, in pixels, show little at once.
    const NARROW: f64 = 700.0;

    pub(super) fn marked(event: &Event) -> Marked {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        let link = target.and_then(|target| target.closest("a").ok().flatten());
        let number =
            |key: &str| -> Option<usize> { link.as_ref()?.get_attribute(key)?.parse().ok() };
        Marked {
            node: number("data-node"),
            edge: number("data-from").zip(number("data-to")),
        }
    }

    /// Marks what belongs to it; all else is dimmed by the style sheet.
    pub(super) fn light_up(map: NodeRef<html::Div>, graph: Graph, what: &Marked) {
        let Some(picture) = picture(map) else {
            return;
        };
        let is_lit_edge = |from: usize, to: usize| match (what.node, what.edge) {
            (Some(node), _) => from == node || to == node,
            (None, edge) => edge == Some((from, to)),
        };
        let is_something = what.node.is_some() || what.edge.is_some();
        picture
            .toggle_attribute_with_force("data-lit", is_something)
            .ok();
        let all = |selector: &str| {
            let found = picture.query_selector_all(selector).ok();
            let count = found.as_ref().map_or(0, web_sys::NodeList::length);
            let elements = (0..count).filter_map(move |place| found.as_ref()?.item(place));
            elements.filter_map(|node| node.dyn_into::<Element>().ok())
        };
        let number = |element: &Element, key: &str| -> Option<usize> {
            element.get_attribute(key)?.parse().ok()
        };
        for edge in all("[data-edge]") {
            let ends = number(&edge, "data-from").zip(number(&edge, "data-to"));
            let is_lit = ends.is_some_and(|(from, to)| is_lit_edge(from, to));
            edge.class_list().toggle_with_force("lit", is_lit).ok();
        }
        let lit: Vec<usize> = graph.with_value(|(_, edges)| {
            let ends = edges.iter().filter(|(from, to)| is_lit_edge(*from, *to));
            let ends = ends.flat_map(|(from, to)| [*from, *to]);
            ends.chain(what.node).collect()
        });
        for node in all("[data-node]") {
            let is_lit = number(&node, "data-node").is_some_and(|node| lit.contains(&node));
            node.class_list().toggle_with_force("lit", is_lit).ok();
        }
    }

    fn picture(map: NodeRef<html::Div>) -> Option<Element> {
        map.get_untracked()?
            .query_selector("svg.graph")
            .ok()
            .flatten()
    }

    fn node(map: NodeRef<html::Div>, number: usize) -> Option<Element> {
        let selector = format!("[data-node='{number}']");
        map.get_untracked()?
            .query_selector(&selector)
            .ok()
            .flatten()
    }

    pub(super) fn focus_node(map: NodeRef<html::Div>, number: usize) {
        // A link of SVG is focused as one of HTML is.
        if let Some(node) = node(map, number) {
            node.unchecked_into::<HtmlElement>().focus().ok();
        }
    }

    /// Scrolls to the node where it is not seen, or stands low on a narrow screen.
    pub(super) fn show_node(map: NodeRef<html::Div>, number: usize) {
        let (Some(map), Some(node)) = (map.get_untracked(), node(map, number)) else {
            return;
        };
        let (around, own) = (
            map.get_bounding_client_rect(),
            node.get_bounding_client_rect(),
        );
        let is_narrow = around.width() < NARROW;
        let bottom = around.top() + around.height() * if is_narrow { 0.35 } else { 1.0 };
        if own.bottom() > bottom {
            let down = own.top() - around.top() - around.height() / 4.0;
            map.set_scroll_top(map.scroll_top() + pixels(down));
        }
        if own.right() > around.right() {
            let right = own.left() - around.left() - around.width() / 2.0 + own.width() / 2.0;
            map.set_scroll_left(map.scroll_left() + pixels(right));
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
    fn pixels(length: f64) -> i32 {
        length as i32
    }

    /// How large it is drawn, compared with its natural width.
    pub(super) fn drawn(map: NodeRef<html::Div>, width: f64) -> f64 {
        let drawn = picture(map).map(|picture| picture.get_bounding_client_rect().width());
        drawn.map_or(1.0, |drawn| drawn / width.max(1.0))
    }

    pub(super) fn resize(map: NodeRef<html::Div>, width: f64, height: f64) {
        if let Some(picture) = picture(map) {
            picture.class_list().remove_1("fit").ok();
            picture.set_attribute("width", &format!("{width:.0}")).ok();
            picture
                .set_attribute("height", &format!("{height:.0}"))
                .ok();
        }
    }

    /// So that all of it is seen.
    pub(super) fn fit_in(map: NodeRef<html::Div>, width: f64, height: f64) {
        let Some(around) = map.get_untracked() else {
            return;
        };
        let room = f64::from(around.client_width()) / width.max(1.0);
        let scale = room.min(f64::from(around.client_height()) / height.max(1.0));
        resize(map, width * scale.min(1.0), height * scale.min(1.0));
    }

    pub(super) fn scroll_by(map: NodeRef<html::Div>, x: i32, y: i32) {
        if let Some(map) = map.get_untracked() {
            map.set_scroll_left(map.scroll_left() + x);
            map.set_scroll_top(map.scroll_top() + y);
        }
    }
}

#[cfg(feature = "hydrate")]
use dom::{drawn, fit_in, focus_node, light_up, marked, resize, scroll_by, show_node};

/// On the server nothing moves.
#[cfg(not(feature = "hydrate"))]
mod still {
    use leptos::html;
    use leptos::prelude::*;

    use super::{Graph, Marked};

    pub(super) fn marked<T>(_event: &T) -> Marked {
        Marked::default()
    }

    pub(super) fn light_up(_map: NodeRef<html::Div>, _graph: Graph, what: &Marked) {
        let _: (Option<usize>, Option<(usize, usize)>) = (what.node, what.edge);
    }

    pub(super) fn focus_node(_map: NodeRef<html::Div>, _number: usize) {}

    pub(super) fn show_node(_map: NodeRef<html::Div>, _number: usize) {}

    pub(super) fn drawn(_map: NodeRef<html::Div>, _width: f64) -> f64 {
        1.0
    }

    pub(super) fn resize(_map: NodeRef<html::Div>, _width: f64, _height: f64) {}

    pub(super) fn fit_in(_map: NodeRef<html::Div>, _width: f64, _height: f64) {}

    pub(super) fn scroll_by(_map: NodeRef<html::Div>, _x: i32, _y: i32) {}
}

#[cfg(not(feature = "hydrate"))]
use still::{drawn, fit_in, focus_node, light_up, marked, resize, scroll_by, show_node};
