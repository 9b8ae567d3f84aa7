//! The wheel over the waterfall, and the brush on the little map above it.

use leptos::ev::{PointerEvent, WheelEvent};
use leptos::prelude::*;
use model::layout::waterfall::Window;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::row::set;
use super::scene::Scene;

/// How much of what is looked at a step of the wheel leaves out.
const WHEEL: f64 = 1.15;

/// Pixels by which a step of the wheel moves through time.
const WHEEL_PIXELS: f64 = 800.0;

/// How near to an edge of the brush somebody takes hold of it, as a share of the map.
const EDGE: f64 = 0.008;

/// A shorter drag is a click.
const LEAST_DRAG: f64 = 0.003;

/// Where the pointer was when it took hold; shares of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Drag {
    /// Of nothing: a new part of the time line begins there.
    New(f64),
    /// Of the part that is looked at.
    Move(f64, Window),
    From,
    To,
}

/// The little map.
pub(super) struct Map {
    element: HtmlElement,
    before: Element,
    behind: Element,
    from: Element,
    to: Element,
    drag: Option<Drag>,
}

impl Map {
    pub(super) fn find() -> Option<Self> {
        let element: HtmlElement = document()
            .query_selector(".minimap")
            .ok()??
            .dyn_into()
            .ok()?;
        let part = |number: u32| {
            let selector = format!(".brush rect:nth-of-type({number})");
            element.query_selector(&selector).ok().flatten()
        };
        Some(Self {
            before: part(1)?,
            behind: part(2)?,
            from: part(3)?,
            to: part(4)?,
            drag: None,
            element,
        })
    }

    /// Dims what is not looked at.
    pub(super) fn show(&self, window: Window, duration_nanos: i64) {
        let whole = Window::whole(duration_nanos);
        let percent = |value: f64| format!("{value:.3}%");
        let (from, to) = (
            whole.percent(window.from_nanos),
            whole.percent(window.to_nanos),
        );
        set(&self.before, "width", &percent(from));
        set(&self.behind, "x", &percent(to));
        set(&self.behind, "width", &percent((100.0 - to).max(0.0)));
        set(&self.from, "x", &percent(from));
        set(&self.to, "x", &percent(to));
    }

    /// Where a pointer is, from 0 on the left to 1 on the right.
    fn share(&self, event: &PointerEvent) -> f64 {
        share_of(&self.element, f64::from(event.client_x()))
    }
}

fn share_of(element: &Element, x: f64) -> f64 {
    let area = element.get_bounding_client_rect();
    ((x - area.left()) / area.width().max(1.0)).clamp(0.0, 1.0)
}

impl Scene {
    pub(super) fn wheel(&mut self, event: &WheelEvent) {
        let (window, duration) = (self.looks.window, self.looks.skeleton.duration_nanos);
        let (x, y) = (event.delta_x(), event.delta_y());
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let share = share_of(&self.grid.lane, f64::from(event.client_x()));
            let factor = if y > 0.0 { WHEEL } else { 1.0 / WHEEL };
            self.look_at(window.zoomed(factor, share, duration));
        } else if self.looks.state.zoom.is_some() && (event.shift_key() || x.abs() > y.abs()) {
            event.prevent_default();
            let by = if x.abs() > y.abs() { x } else { y };
            self.look_at(window.moved(by / WHEEL_PIXELS, duration));
        }
    }

    pub(super) fn pointer_down(&mut self, event: &PointerEvent) {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        let (window, whole) = (self.looks.window, self.whole());
        let Some(map) = &mut self.map else { return };
        let is_on_map = target.is_some_and(|target| map.element.contains(Some(&target)));
        if event.button() != 0 || !is_on_map {
            return;
        }
        event.prevent_default();
        let share = map.share(event);
        let (from, to) = (
            whole.percent(window.from_nanos) / 100.0,
            whole.percent(window.to_nanos) / 100.0,
        );
        map.drag = Some(match share {
            _ if window == whole => Drag::New(share),
            _ if (share - from).abs() < EDGE => Drag::From,
            _ if (share - to).abs() < EDGE => Drag::To,
            _ if from < share && share < to => Drag::Move(share, window),
            _ => Drag::New(share),
        });
        // So that a drag goes on outside. It fails only when the pointer is gone.
        map.element.set_pointer_capture(event.pointer_id()).ok();
    }

    pub(super) fn pointer_moved(&mut self, event: &PointerEvent) {
        let (window, whole) = (self.looks.window, self.whole());
        let Some((drag, share)) = self.held(event) else {
            return;
        };
        let at = whole.at(share);
        let (from_nanos, to_nanos) = match drag {
            Drag::New(began) if (share - began).abs() < LEAST_DRAG => return,
            Drag::New(began) => (at.min(whole.at(began)), at.max(whole.at(began))),
            Drag::Move(began, window) => {
                let by = at.saturating_sub(whole.at(began));
                let moved = |nanos: i64| nanos.saturating_add(by);
                (moved(window.from_nanos), moved(window.to_nanos))
            }
            Drag::From => (at.min(window.to_nanos - 1), window.to_nanos),
            Drag::To => (window.from_nanos, at.max(window.from_nanos + 1)),
        };
        self.look_at(Window {
            from_nanos,
            to_nanos,
        });
    }

    pub(super) fn pointer_up(&mut self, event: &PointerEvent) {
        let held = self.held(event);
        if let Some(map) = &mut self.map {
            map.drag = None;
        }
        // A click beside what is looked at looks there instead.
        if let Some((Drag::New(began), share)) = held
            && (share - began).abs() < LEAST_DRAG
            && self.looks.state.zoom.is_some()
        {
            let from_nanos = self.whole().at(share) - self.looks.window.nanos() / 2;
            let to_nanos = from_nanos.saturating_add(self.looks.window.nanos());
            self.look_at(Window {
                from_nanos,
                to_nanos,
            });
        }
    }

    fn held(&self, event: &PointerEvent) -> Option<(Drag, f64)> {
        let map = self.map.as_ref()?;
        Some((map.drag?, map.share(event)))
    }

    fn whole(&self) -> Window {
        Window::whole(self.looks.skeleton.duration_nanos)
    }
}
