//! Which span is selected, and how others come to be: by a click, by a key, or because they are
//! looked for.

use std::sync::Arc;

use leptos::prelude::*;
use model::layout::waterfall::Window;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use super::super::control::Hits;
use super::Jump;
use super::scene::Scene;
use crate::islands::looked_at;

impl Scene {
    /// When the span that is selected has no row any more, one above it is selected.
    pub(super) fn stay_visible(&mut self) {
        let looks = &self.looks;
        if looks.selected_row().is_none() {
            let row = looks.view.row_or_above(&looks.skeleton, looks.selected);
            let position = row.or(Some(0)).and_then(|row| looks.view.position(row));
            if let Some(position) = position {
                self.set_selected(position);
            }
        }
    }

    fn set_selected(&mut self, position: usize) {
        self.looks.selected = position;
        self.generation += 1;
        if let Some(id) = self.looks.id(position) {
            self.control.selected.set(id);
            looked_at::select(id);
        }
        let results = &self.results;
        let at = u32::try_from(position).unwrap_or(u32::MAX);
        let is_result = results.binary_search(&at).is_ok();
        let number = is_result.then(|| self.looks.view.number(results, position));
        if self.control.hit_number.get_untracked() != number {
            self.control.hit_number.set(number);
        }
    }

    /// Selects a span, and shows it whatever hides it.
    pub(super) fn select(&mut self, position: usize) {
        if self.looks.view.row(position).is_none() {
            let mut state = self.looks.state.clone();
            state.reveal(&self.looks.skeleton, &self.looks.view, position);
            self.change(|present| *present = state);
        }
        self.set_selected(position);
        if let Some(row) = self.looks.selected_row() {
            self.reveal_row(row);
        }
        self.show_in_time(position);
        self.draw();
        self.focus();
    }

    /// A bar that is not looked at is.
    fn show_in_time(&mut self, position: usize) {
        let Some(bone) = self.looks.skeleton.bones.get(position).copied() else {
            return;
        };
        let window = self.looks.window;
        if window
            .stretch(bone.offset_nanos, bone.duration_nanos)
            .is_none()
        {
            let half = window.nanos() / 2;
            let from_nanos = bone.offset_nanos.saturating_sub(half);
            let moved = Window {
                from_nanos,
                to_nanos: from_nanos.saturating_add(window.nanos()),
            };
            self.look_at(moved);
        }
    }

    pub(super) fn reveal_row(&mut self, row: usize) {
        if let Some(place) = self.scroller().reveal(row, self.grid.place()) {
            self.grid.scroll_to(place);
        }
    }

    pub(super) fn focus(&self) {
        if let Some(row) = self.looks.selected_row() {
            self.grid.focus(row);
        }
    }

    pub(super) fn mark(&mut self, hits: &Hits) {
        let found = &hits.positions;
        if !found.is_empty() && hits.fingerprint != self.looks.skeleton.fingerprint {
            let grown =
                "The trace has grown meanwhile. Reload the page to see and search all of it.";
            self.control.problem.set(Some(grown.to_owned()));
            return;
        }
        if found.is_empty() && self.results.is_empty() {
            return;
        }
        self.looks.found = found.iter().copied().collect();
        self.results = Arc::clone(found);
        self.generation += 1;
        // What is looked for is selected and shown. What came with the page stays selected.
        let came_with_page = std::mem::replace(&mut self.came_with_page, false);
        let at = u32::try_from(self.looks.selected).unwrap_or(u32::MAX);
        if came_with_page || found.binary_search(&at).is_ok() {
            self.set_selected(self.looks.selected);
        } else if let Some(first) = self.looks.view.next(found, self.looks.selected, false) {
            self.show(first);
            self.set_selected(first);
        }
        self.draw();
    }

    /// Scrolls to a span without taking the focus there.
    fn show(&mut self, position: usize) {
        if self.looks.view.row(position).is_none() {
            let mut state = self.looks.state.clone();
            state.reveal(&self.looks.skeleton, &self.looks.view, position);
            self.change(|present| *present = state);
        }
        if let Some(row) = self.looks.view.row(position) {
            self.reveal_row(row);
        }
    }

    pub(super) fn jump(&mut self, jump: Jump, backwards: bool) {
        let of: &[u32] = match jump {
            Jump::Result => &self.results,
            Jump::Error => &self.errors,
        };
        if let Some(next) = self.looks.view.next(of, self.looks.selected, backwards) {
            self.select(next);
        }
    }

    /// The next result, or else error, or else span.
    pub(super) fn step(&mut self, backwards: bool) {
        if !self.results.is_empty() {
            self.jump(Jump::Result, backwards);
        } else if !self.errors.is_empty() && self.control.is_alive.get_untracked() {
            self.jump(Jump::Error, backwards);
        } else {
            let row = self.looks.selected_row().unwrap_or(0);
            let next = if backwards {
                row.checked_sub(1)
            } else {
                Some(row + 1)
            };
            if let Some(position) = next.and_then(|row| self.looks.view.position(row)) {
                self.select(position);
            }
        }
    }

    pub(super) fn click(&mut self, event: &MouseEvent) {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        let within = |selector| target.as_ref()?.closest(selector).ok().flatten();
        let row = within(".rows .row").and_then(|row| row.get_attribute("aria-rowindex"));
        let row = row.and_then(|row| row.parse::<usize>().ok()?.checked_sub(2));
        let Some(position) = row.and_then(|row| self.looks.view.position(row)) else {
            return;
        };
        if within(".twisty").is_some() {
            self.turn(position);
            return;
        }
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.shift_key());
        if is_plain {
            event.prevent_default();
            self.select(position);
        }
    }
}
