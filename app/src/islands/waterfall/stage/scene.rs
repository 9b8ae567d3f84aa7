//! What is seen, and what happens to it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use model::id::SpanId;
use model::layout::waterfall::{RowView, Scroller, Skeleton, State, View, Window};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, MouseEvent};

use super::super::TICKS;
use super::super::control::{Control, Hits};
use super::Jump;
use super::grid::{Draw, Grid};
use super::pointer::Map;
use super::row::{Flags, Slot};
use crate::islands::selection;

/// What rows are made of.
pub(super) struct Looks {
    pub(super) skeleton: Skeleton,
    pub(super) view: View,
    pub(super) window: Window,
    pub(super) state: State,
    /// The position of the span that is selected.
    pub(super) selected: usize,
    found: HashSet<u32>,
    /// Before and behind the id of a span in the address of its row.
    href: (String, String),
}

impl Draw for Looks {
    fn fill(&self, slot: &mut Slot, number: usize) {
        let row = RowView::of(&self.skeleton, &self.view, self.window, number);
        let (Some(row), Some(position)) = (row, self.view.position(number)) else {
            return;
        };
        let flags = Flags {
            is_found: u32::try_from(position).is_ok_and(|position| self.found.contains(&position)),
            is_selected: position == self.selected,
        };
        let href = format!("{}{}{}", self.href.0, row.id, self.href.1);
        slot.fill(&row, &href, flags);
    }
}

impl Looks {
    /// The row of the span that is selected.
    pub(super) fn selected_row(&self) -> Option<usize> {
        self.view.row(self.selected)
    }

    pub(super) fn id(&self, position: usize) -> Option<SpanId> {
        self.skeleton.ids.get(position).copied()
    }
}

pub(super) struct Scene {
    pub(super) control: Control,
    pub(super) looks: Looks,
    pub(super) grid: Grid,
    pub(super) map: Option<Map>,
    errors: Vec<u32>,
    results: Arc<Vec<u32>>,
    /// Changes whenever all rows are to be filled anew.
    generation: u32,
    is_scheduled: bool,
    /// What is looked for is what the address said.
    came_with_page: bool,
    /// The last key was the first of two.
    pub(super) is_after_g: bool,
    /// Draws what is seen, before the next picture.
    redraw: Option<Rc<dyn Fn()>>,
}

impl Scene {
    /// Takes over the rows that came with the page. None when the page is not what it should be.
    pub(super) fn raise(control: Control, skeleton: Skeleton) -> Option<Rc<RefCell<Self>>> {
        let grid = Grid::find()?;
        let had_focus = grid.has_focus();
        let state = control.state.get_untracked();
        let view = View::of(&skeleton, &state);
        let selected = skeleton.position(control.selected.get_untracked());
        let errors = (0..).zip(&skeleton.bones).filter(|(_, bone)| bone.is_error);
        let errors = errors.map(|(position, _)| position).collect();
        let trace = control.facts.with_value(|facts| facts.trace);
        let scene = Self {
            errors,
            looks: Looks {
                window: Window::whole(skeleton.duration_nanos),
                view,
                selected: selected.unwrap_or(0),
                found: HashSet::new(),
                href: (format!("/traces/{trace}?span="), String::new()),
                state: State::default(),
                skeleton,
            },
            map: Map::find(),
            grid,
            control,
            results: Arc::default(),
            generation: 0,
            is_scheduled: false,
            came_with_page: !state.find.is_empty(),
            is_after_g: false,
            redraw: None,
        };
        let scene = Rc::new(RefCell::new(scene));
        let redraw: Rc<dyn Fn()> = {
            let scene = Rc::downgrade(&scene);
            Rc::new(move || {
                if let Some(scene) = scene.upgrade()
                    && let Ok(mut scene) = scene.try_borrow_mut()
                {
                    scene.draw();
                }
            })
        };
        {
            let mut scene = scene.borrow_mut();
            scene.redraw = Some(redraw);
            scene.grid.take_over();
            scene.take_state(&state);
            scene.show_first(state.first_row);
            scene.draw();
            if had_focus {
                scene.focus();
            }
        }
        listen(&scene);
        Some(scene)
    }

    /// Scrolls to where the page that came began.
    fn show_first(&mut self, first_row: Option<usize>) {
        let scroller = self.scroller();
        self.grid.set_height(scroller, self.looks.view.len());
        match (first_row, self.looks.selected_row()) {
            (Some(row), _) => {
                let place = scroller.reveal(row, 0.0).unwrap_or(0.0);
                self.grid.scroll_to(place);
            }
            (None, Some(row)) => self.reveal_row(row),
            (None, None) => {}
        }
    }

    pub(super) fn scroller(&self) -> Scroller {
        self.grid.scroller(self.looks.view.len())
    }

    /// Looks at the trace in another way.
    pub(super) fn apply(&mut self, state: &State) {
        if self.looks.state == *state {
            return;
        }
        let is_reshaped = {
            let old = &self.looks.state;
            old.fold != state.fold || old.sort != state.sort || old.focus != state.focus
        };
        // The row that is looked at stays where it is.
        let kept = self.looks.selected_row().filter(|_| is_reshaped);
        let place = self.grid.place();
        let top = kept.map(|row| self.scroller().top(row, place) - place);
        self.take_state(state);
        if is_reshaped {
            self.stay_visible();
            self.grid.set_height(self.scroller(), self.looks.view.len());
            if let (Some(top), Some(row)) = (top, self.looks.selected_row()) {
                let now = self.scroller().top(row, place) - place;
                if self.scroller().seen > top && top >= 0.0 {
                    self.grid.scroll_to(place + now - top);
                } else {
                    self.reveal_row(row);
                }
            }
        }
        self.draw();
    }

    fn take_state(&mut self, state: &State) {
        let looks = &mut self.looks;
        looks.view.update(&looks.skeleton, state);
        let duration_nanos = looks.skeleton.duration_nanos;
        let whole = Window::whole(duration_nanos);
        looks.window = state.zoom.map_or(whole, |zoom| zoom.within(duration_nanos));
        let query = state.query();
        looks.href.1 = if query.is_empty() {
            query
        } else {
            format!("&{query}")
        };
        looks.state = state.clone();
        self.grid.set_axis(&looks.window.ticks(TICKS));
        self.grid.show_path(!state.hides_path);
        if let Some(map) = &self.map {
            map.show(looks.window, duration_nanos);
        }
        self.grid.set_height(self.scroller(), self.looks.view.len());
        self.generation += 1;
    }

    /// When the span that is selected has no row any more, one above it is selected.
    fn stay_visible(&mut self) {
        let looks = &self.looks;
        if looks.selected_row().is_none() {
            let row = looks.view.row_or_above(&looks.skeleton, looks.selected);
            let position = row.or(Some(0)).and_then(|row| looks.view.position(row));
            if let Some(position) = position {
                self.set_selected(position);
            }
        }
    }

    /// Changes the state at once, and tells the tools.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut State)) {
        let mut state = self.looks.state.clone();
        change(&mut state);
        // Who scrolls does not page.
        state.first_row = None;
        self.apply(&state);
        if self.control.state.get_untracked() != state {
            self.control.state.set(state);
        }
    }

    fn set_selected(&mut self, position: usize) {
        self.looks.selected = position;
        self.generation += 1;
        if let Some(id) = self.looks.id(position) {
            self.control.selected.set(id);
            selection::select(id);
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

    /// Looks at a part of the time line.
    pub(super) fn look_at(&mut self, window: Window) {
        let duration_nanos = self.looks.skeleton.duration_nanos;
        let zoom = window.within(duration_nanos).unless_whole(duration_nanos);
        self.change(|state| state.zoom = zoom);
    }

    fn reveal_row(&mut self, row: usize) {
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

    /// Folds or unfolds a span.
    pub(super) fn turn(&mut self, position: usize) {
        if let Some(id) = self.looks.id(position) {
            self.change(|state| state.fold.turn(id));
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

    /// Draws before the next picture.
    pub(super) fn schedule(&mut self) {
        if let Some(redraw) = self.redraw.clone()
            && !self.is_scheduled
        {
            self.is_scheduled = true;
            request_animation_frame(move || redraw());
        }
    }

    pub(super) fn draw(&mut self) {
        self.is_scheduled = false;
        let scroller = self.scroller();
        let stays = self.looks.selected_row();
        self.grid
            .draw(scroller, self.generation, stays, &self.looks);
    }
}

/// Scrolling, and windows of another size.
fn listen(scene: &Rc<RefCell<Scene>>) {
    let weak = Rc::downgrade(scene);
    let redraw = Closure::<dyn Fn()>::new(move || {
        if let Some(scene) = weak.upgrade()
            && let Ok(mut scene) = scene.try_borrow_mut()
        {
            scene.schedule();
        }
    });
    let redraw = redraw.into_js_value();
    let grid = &scene.borrow().grid.element;
    grid.add_event_listener_with_callback("scroll", redraw.unchecked_ref())
        .ok();
    window()
        .add_event_listener_with_callback("resize", redraw.unchecked_ref())
        .ok();
}
