//! Keys of the waterfall.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::layout::waterfall::Window;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::scene::Scene;
use crate::islands::span_details::PANE_ID;

/// How much shorter the part of the time line is that is looked at after a step.
const ZOOM: f64 = 0.5;

/// By which share of what is looked at a step moves it.
const MOVE: f64 = 0.2;

impl Scene {
    /// A key while a row has the focus; whether it meant something.
    pub(super) fn press(&mut self, event: &KeyboardEvent) -> bool {
        if event.alt_key() || event.ctrl_key() || event.meta_key() || !self.grid.has_focus() {
            return false;
        }
        let key = event.key();
        if event.shift_key() {
            return match key.as_str() {
                "ArrowLeft" => self.move_window(-MOVE),
                "ArrowRight" => self.move_window(MOVE),
                _ => false,
            };
        }
        match key.as_str() {
            "Enter" => open_details(),
            " " => {
                self.turn(self.looks.selected);
                true
            }
            key => self.walk(key),
        }
    }

    /// Where a key leads: to another row, or it folds and unfolds the present one.
    fn walk(&mut self, key: &str) -> bool {
        let view = &self.looks.view;
        let row = self.looks.selected_row().unwrap_or(0);
        let page = self.scroller().page();
        let last = view.len().saturating_sub(1);
        let next = match key {
            "ArrowDown" => row + 1,
            "ArrowUp" if row > 0 => row - 1,
            "PageDown" => (row + page).min(last),
            "PageUp" => row.saturating_sub(page),
            "Home" => 0,
            "End" => last,
            "ArrowLeft" | "ArrowRight" => return self.walk_the_tree(key == "ArrowRight"),
            _ => return false,
        };
        match view.position(next) {
            Some(position) => {
                self.select(position);
                true
            }
            None => false,
        }
    }

    fn walk_the_tree(&mut self, inwards: bool) -> bool {
        let position = self.looks.selected;
        let Some(bone) = self.looks.skeleton.bones.get(position).copied() else {
            return false;
        };
        let (is_parent, is_folded) = (bone.descendants > 0, self.looks.view.is_folded(position));
        let to = match (inwards, is_parent) {
            (true, true) if is_folded => None,
            (false, true) if !is_folded => None,
            (true, true) => {
                let row = self.looks.view.row(position);
                row.and_then(|row| self.looks.view.position(row + 1))
            }
            (true, false) => return false,
            (false, _) => {
                let parent = bone.parent.map(|parent| parent as usize);
                let parent = parent.filter(|parent| self.looks.view.row(*parent).is_some());
                let Some(parent) = parent else { return false };
                Some(parent)
            }
        };
        if let Some(position) = to {
            self.select(position);
        } else {
            self.turn(position);
            self.focus();
        }
        true
    }

    /// A key wherever the focus is, unless it is text.
    pub(super) fn press_anywhere(&mut self, event: &KeyboardEvent) -> bool {
        if event.alt_key() || event.ctrl_key() || event.meta_key() || is_dialog_open() {
            return false;
        }
        // `g` and another key lead to another page.
        let is_after_g = std::mem::replace(&mut self.is_after_g, event.key() == "g");
        if is_after_g {
            return false;
        }
        match event.key().as_str() {
            "[" => self.step(true),
            "]" => self.step(false),
            "c" => self.change(|state| state.hides_path = !state.hides_path),
            "." => {
                let own = self.looks.id(self.looks.selected);
                let is_focused = self.looks.state.focus.is_some();
                self.change(|state| state.focus = own.filter(|_| !is_focused));
            }
            "+" | "=" => self.zoom(ZOOM),
            "-" => self.zoom(1.0 / ZOOM),
            "0" => self.change(|state| state.zoom = None),
            "z" => self.look_at_selected(),
            "Escape" => return self.escape(),
            _ => return false,
        }
        true
    }

    /// Around the middle of the span that is selected, where that is looked at.
    fn zoom(&mut self, factor: f64) {
        let (window, duration) = (self.looks.window, self.looks.skeleton.duration_nanos);
        let bone = self.looks.skeleton.bones.get(self.looks.selected);
        let middle = bone.map(|bone| {
            let middle = bone
                .offset_nanos
                .saturating_add(bone.duration_nanos.max(0) / 2);
            window.percent(middle) / 100.0
        });
        let share = middle
            .filter(|share| (0.0..=1.0).contains(share))
            .unwrap_or(0.5);
        self.look_at(window.zoomed(factor, share, duration));
    }

    fn look_at_selected(&mut self) {
        let duration = self.looks.skeleton.duration_nanos;
        if let Some(bone) = self.looks.skeleton.bones.get(self.looks.selected).copied() {
            self.look_at(Window::around(
                bone.offset_nanos,
                bone.duration_nanos,
                duration,
            ));
        }
    }

    fn move_window(&mut self, share: f64) -> bool {
        let duration = self.looks.skeleton.duration_nanos;
        self.look_at(self.looks.window.moved(share, duration));
        true
    }

    /// Leaves the details, or clears one thing after the other.
    fn escape(&mut self) -> bool {
        let pane = document().get_element_by_id(PANE_ID);
        let active = document().active_element();
        if let (Some(pane), Some(active)) = (pane, active)
            && pane.contains(Some(&active))
        {
            self.focus();
            return true;
        }
        let state = &self.looks.state;
        if !state.find.is_empty() {
            self.change(|state| state.find = String::new());
        } else if state.focus.is_some() {
            self.change(|state| state.focus = None);
        } else if state.zoom.is_some() {
            self.change(|state| state.zoom = None);
        } else {
            return false;
        }
        true
    }
}

fn is_dialog_open() -> bool {
    let dialog = document().query_selector("dialog[open]");
    dialog.ok().flatten().is_some()
}

fn open_details() -> bool {
    let pane = document().get_element_by_id(PANE_ID);
    let pane: Option<HtmlElement> = pane.and_then(|pane| pane.dyn_into().ok());
    pane.is_some_and(|pane| pane.focus().is_ok())
}
