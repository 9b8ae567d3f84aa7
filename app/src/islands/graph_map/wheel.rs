//! Zooming by the wheel.

use std::time::Duration;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::dom::{begin_stretch, settle, stretch};
#[cfg(not(feature = "hydrate"))]
use super::still::{begin_stretch, settle, stretch};

/// How much a step of the wheel zooms.
const STEP: f64 = 1.12;

/// After how long without a turn of the wheel the picture is drawn sharp again.
const REST: Duration = Duration::from_millis(140);

/// With Ctrl or Cmd the wheel zooms, at the pointer. While it turns, the picture is stretched as it
/// is, once for each frame; it is drawn anew when the wheel rests.
#[derive(Clone, Copy)]
pub(super) struct Wheel {
    map: NodeRef<html::Div>,
    size: (f64, f64),
    /// How much larger it is to be in the next frame.
    waiting: StoredValue<Option<f64>>,
    /// Where the picture was drawn that is stretched: left, top and width in the window.
    drawn: StoredValue<Option<Drawn>>,
    turns: StoredValue<u32>,
}

/// Left, top and width in pixels of the window.
pub(super) type Drawn = (f64, f64, f64);

impl Wheel {
    pub(super) fn new(map: NodeRef<html::Div>, size: (f64, f64)) -> Self {
        Self {
            map,
            size,
            waiting: StoredValue::new(None),
            drawn: StoredValue::new(None),
            turns: StoredValue::new(0),
        }
    }

    pub(super) fn turn(self, event: &ev::WheelEvent) {
        if !(event.ctrl_key() || event.meta_key()) {
            return;
        }
        event.prevent_default();
        let step = if event.delta_y() > 0.0 {
            1.0 / STEP
        } else {
            STEP
        };
        let before = self.waiting.get_value();
        self.waiting.set_value(Some(before.unwrap_or(1.0) * step));
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        if before.is_none() {
            request_animation_frame(move || self.stretch(at));
        }
    }

    fn stretch(self, at: (f64, f64)) {
        // The map may be gone by now.
        let Some(Some(factor)) = self.waiting.try_update_value(Option::take) else {
            return;
        };
        let drawn = self.drawn.get_value().or_else(|| begin_stretch(self.map));
        let Some(drawn) = drawn else { return };
        self.drawn.set_value(Some(drawn));
        stretch(self.map, self.size, drawn, factor, at);
        let turn = self.turns.get_value().wrapping_add(1);
        self.turns.set_value(turn);
        let rest = move || {
            if self.turns.try_get_value() == Some(turn) {
                self.rest();
            }
        };
        set_timeout(rest, REST);
    }

    /// Draws the picture in the size that it was stretched to.
    pub(super) fn rest(self) {
        if self.drawn.get_value().is_some() {
            self.drawn.set_value(None);
            settle(self.map);
        }
    }
}
