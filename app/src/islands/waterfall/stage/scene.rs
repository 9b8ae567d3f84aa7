//! The waterfall as it is looked at: which rows there are, what is scrolled to, and drawing that.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use model::layout::waterfall::{Scroller, Skeleton, State, View, Window};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::super::TICKS;
use super::super::control::Control;
use super::grid::Grid;
use super::looks::Looks;
use super::pointer::Map;

pub(super) struct Scene {
    pub(super) control: Control,
    pub(super) looks: Looks,
    pub(super) grid: Grid,
    pub(super) map: Option<Map>,
    /// Positions of spans with errors, and of those that are looked for.
    pub(super) errors: Vec<u32>,
    pub(super) results: Arc<Vec<u32>>,
    /// Changes whenever all rows are to be filled anew.
    pub(super) generation: u32,
    is_scheduled: bool,
    /// What is looked for is what the address said.
    pub(super) came_with_page: bool,
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
        let scene = Self {
            errors,
            looks: Looks {
                window: Window::whole(skeleton.duration_nanos),
                view,
                selected: selected.unwrap_or(0),
                found: HashSet::new(),
                href: control.row_href(&state),
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
        looks.href = self.control.row_href(state);
        looks.state = state.clone();
        self.grid.set_axis(&looks.window.ticks(TICKS));
        self.grid.show_path(!state.hides_path);
        if let Some(map) = &self.map {
            map.show(looks.window, duration_nanos);
        }
        self.grid.set_height(self.scroller(), self.looks.view.len());
        self.generation += 1;
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

    /// Looks at a part of the time line.
    pub(super) fn look_at(&mut self, window: Window) {
        let duration_nanos = self.looks.skeleton.duration_nanos;
        let zoom = window.within(duration_nanos).unless_whole(duration_nanos);
        self.change(|state| state.zoom = zoom);
    }

    /// Folds or unfolds a span.
    pub(super) fn turn(&mut self, position: usize) {
        if let Some(id) = self.looks.id(position) {
            self.change(|state| state.fold.turn(id));
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
