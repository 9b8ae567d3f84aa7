//! What is done to the picture in a browser.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CssStyleDeclaration, Element, Event, HtmlElement};

use super::wheel::Drawn;
use super::{Graph, Marked};

/// Bounds of how large it is drawn, compared with its natural size.
const ZOOM: (f64, f64) = (0.1, 4.0);

/// Narrower maps, in pixels, show little at once.
const NARROW: f64 = 700.0;

pub(super) fn marked(event: &Event) -> Marked {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let link = target.and_then(|target| target.closest("a").ok().flatten());
    let number = |key: &str| -> Option<usize> { link.as_ref()?.get_attribute(key)?.parse().ok() };
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
    length.round() as i32
}

/// How large it is drawn, compared with its natural width.
fn drawn(picture: &Element, width: f64) -> f64 {
    picture.get_bounding_client_rect().width() / width.max(1.0)
}

/// Draws it so many times as large, within bounds; the middle of what is seen stays there. `size` is
/// its natural one.
pub(super) fn zoom(map: NodeRef<html::Div>, size: (f64, f64), factor: f64) {
    let (Some(map), Some(picture)) = (map.get_untracked(), picture(map)) else {
        return;
    };
    let around = map.get_bounding_client_rect();
    let middle = (
        around.left() + around.width() / 2.0,
        around.top() + around.height() / 2.0,
    );
    let scale = scale(&picture, size, factor);
    let (left, top) = corner(&picture, size, scale, middle);
    resize(&picture, size.0 * scale, size.1 * scale);
    let after = picture.get_bounding_client_rect();
    scroll_element(&map, after.left() - left, after.top() - top);
}

fn scale(picture: &Element, size: (f64, f64), factor: f64) -> f64 {
    (drawn(picture, size.0) * factor).clamp(ZOOM.0, ZOOM.1)
}

/// Where its corner is to be so that what is at a point stays there.
fn corner(picture: &Element, size: (f64, f64), scale: f64, at: (f64, f64)) -> (f64, f64) {
    let now = picture.get_bounding_client_rect();
    let share = |point: f64, begin: f64, length: f64| (point - begin) / length.max(1.0);
    let across = share(at.0, now.left(), now.width()).clamp(0.0, 1.0);
    let down = share(at.1, now.top(), now.height()).clamp(0.0, 1.0);
    (at.0 - across * size.0 * scale, at.1 - down * size.1 * scale)
}

/// Where the picture is drawn that is going to be stretched.
pub(super) fn begin_stretch(map: NodeRef<html::Div>) -> Option<Drawn> {
    let picture = picture(map)?;
    picture.class_list().add_1("stretched").ok();
    let drawn = picture.get_bounding_client_rect();
    Some((drawn.left(), drawn.top(), drawn.width()))
}

/// Shows it so many times as large without drawing it anew; what is at a point stays there.
pub(super) fn stretch(
    map: NodeRef<html::Div>,
    size: (f64, f64),
    drawn: Drawn,
    factor: f64,
    at: (f64, f64),
) {
    let Some(picture) = picture(map) else { return };
    let scale = scale(&picture, size, factor);
    let (left, top) = corner(&picture, size, scale, at);
    let transform = format!(
        "translate({:.1}px, {:.1}px) scale({:.4})",
        left - drawn.0,
        top - drawn.1,
        size.0 * scale / drawn.2.max(1.0)
    );
    style(&picture).set_property("transform", &transform).ok();
}

/// Draws it as large as it was stretched, and where.
pub(super) fn settle(map: NodeRef<html::Div>) {
    let (Some(map), Some(picture)) = (map.get_untracked(), picture(map)) else {
        return;
    };
    let before = picture.get_bounding_client_rect();
    style(&picture).remove_property("transform").ok();
    picture.class_list().remove_1("stretched").ok();
    resize(&picture, before.width(), before.height());
    let after = picture.get_bounding_client_rect();
    scroll_element(
        &map,
        after.left() - before.left(),
        after.top() - before.top(),
    );
}

/// An element of SVG has a style as one of HTML has.
fn style(picture: &Element) -> CssStyleDeclaration {
    picture.unchecked_ref::<HtmlElement>().style()
}

/// So that all of it is seen.
pub(super) fn fit_in(map: NodeRef<html::Div>, size: (f64, f64)) {
    let (Some(around), Some(picture)) = (map.get_untracked(), picture(map)) else {
        return;
    };
    // The map is no higher than the picture: only in its natural size does it take what room there is.
    resize(&picture, size.0, size.1);
    let room = f64::from(around.client_width()) / size.0.max(1.0);
    let scale = room.min(f64::from(around.client_height()) / size.1.max(1.0));
    let scale = scale.clamp(ZOOM.0, 1.0);
    resize(&picture, size.0 * scale, size.1 * scale);
}

fn resize(picture: &Element, width: f64, height: f64) {
    picture.class_list().remove_1("fit").ok();
    picture.set_attribute("width", &format!("{width:.0}")).ok();
    picture
        .set_attribute("height", &format!("{height:.0}"))
        .ok();
}

pub(super) fn scroll_by(map: NodeRef<html::Div>, x: i32, y: i32) {
    if let Some(map) = map.get_untracked() {
        scroll_element(&map, f64::from(x), f64::from(y));
    }
}

fn scroll_element(element: &Element, x: f64, y: f64) {
    element.set_scroll_left(element.scroll_left() + pixels(x));
    element.set_scroll_top(element.scroll_top() + pixels(y));
}
