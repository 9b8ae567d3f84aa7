//! On the server nothing moves.

use leptos::html;
use leptos::prelude::*;

use super::wheel::Drawn;
use super::{Graph, Marked};

pub(super) fn marked<T>(_event: &T) -> Marked {
    Marked::default()
}

pub(super) fn light_up(_map: NodeRef<html::Div>, _graph: Graph, what: &Marked) {
    let _: (Option<usize>, Option<(usize, usize)>) = (what.node, what.edge);
}

pub(super) fn focus_node(_map: NodeRef<html::Div>, _number: usize) {}

pub(super) fn show_node(_map: NodeRef<html::Div>, _number: usize) {}

pub(super) fn zoom(_map: NodeRef<html::Div>, _size: (f64, f64), _factor: f64) {}

pub(super) fn begin_stretch(_map: NodeRef<html::Div>) -> Option<Drawn> {
    None
}

pub(super) fn stretch(
    _map: NodeRef<html::Div>,
    _size: (f64, f64),
    _drawn: Drawn,
    _factor: f64,
    _at: (f64, f64),
) {
}

pub(super) fn settle(_map: NodeRef<html::Div>) {}

pub(super) fn fit_in(_map: NodeRef<html::Div>, _size: (f64, f64)) {}

pub(super) fn scroll_by(_map: NodeRef<html::Div>, _x: i32, _y: i32) {}
