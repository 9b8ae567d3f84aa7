//! The rows that are seen, in a browser. On the server there is none: rows are HTML there.

#[cfg(feature = "hydrate")]
mod grid;
#[cfg(feature = "hydrate")]
mod keyboard;
#[cfg(feature = "hydrate")]
mod load;
#[cfg(feature = "hydrate")]
mod looks;
#[cfg(feature = "hydrate")]
mod pointer;
#[cfg(feature = "hydrate")]
mod row;
#[cfg(feature = "hydrate")]
mod scene;
#[cfg(feature = "hydrate")]
mod selecting;

#[cfg(feature = "hydrate")]
use std::cell::RefCell;
#[cfg(feature = "hydrate")]
use std::rc::Rc;

use leptos::ev;
#[cfg(feature = "hydrate")]
use leptos::prelude::*;
use model::layout::waterfall::State;

use super::control::{Control, Hits};

#[cfg(feature = "hydrate")]
use self::scene::Scene;

/// What can be jumped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jump {
    /// A span that is looked for.
    Result,
    Error,
}

/// Takes what happens to the waterfall. Nothing comes of it until the skeleton is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    #[cfg_attr(
        not(feature = "hydrate"),
        expect(dead_code, reason = "the server has no stage")
    )]
    control: Control,
    #[cfg(feature = "hydrate")]
    scene: StoredValue<Option<Rc<RefCell<Scene>>>, LocalStorage>,
}

impl Stage {
    pub(super) fn new(control: Control) -> Self {
        Self {
            control,
            #[cfg(feature = "hydrate")]
            scene: StoredValue::new_local(None),
        }
    }
}

#[cfg(feature = "hydrate")]
impl Stage {
    /// Gets the skeleton and takes the rows over.
    pub(super) fn start(self) {
        let control = self.control;
        leptos::task::spawn_local(async move {
            match load::skeleton(control).await {
                Ok(skeleton) => {
                    if let Some(scene) = Scene::raise(control, skeleton) {
                        self.scene.set_value(Some(scene));
                        control.is_alive.set(true);
                    }
                }
                Err(problem) => control.problem.set(Some(problem)),
            }
        });
    }

    fn with<T>(self, act: impl FnOnce(&mut Scene) -> T) -> Option<T> {
        let scene = self.scene.try_get_value().flatten()?;
        // What is done to the document does not come back here at once, except for scrolling,
        // which waits for the next picture.
        let mut scene = scene.try_borrow_mut().ok()?;
        Some(act(&mut scene))
    }

    pub(super) fn apply(self, state: &State) {
        self.with(|scene| scene.apply(state));
    }

    /// Marks the spans that are looked for, by positions.
    pub(super) fn mark(self, hits: &Hits) {
        self.with(|scene| scene.mark(hits));
    }

    pub(super) fn jump(self, jump: Jump, backwards: bool) {
        self.with(|scene| scene.jump(jump, backwards));
    }

    pub(super) fn click(self, event: &ev::MouseEvent) {
        self.with(|scene| scene.click(event));
    }

    /// Whether it meant something.
    pub(super) fn press(self, event: &ev::KeyboardEvent) -> bool {
        self.with(|scene| scene.press(event)).unwrap_or(false)
    }

    pub(super) fn press_anywhere(self, event: &ev::KeyboardEvent) -> bool {
        self.with(|scene| scene.press_anywhere(event))
            .unwrap_or(false)
    }

    pub(super) fn wheel(self, event: &ev::WheelEvent) {
        self.with(|scene| scene.wheel(event));
    }

    pub(super) fn pointer_down(self, event: &ev::PointerEvent) {
        self.with(|scene| scene.pointer_down(event));
    }

    pub(super) fn pointer_moved(self, event: &ev::PointerEvent) {
        self.with(|scene| scene.pointer_moved(event));
    }

    pub(super) fn pointer_up(self, event: &ev::PointerEvent) {
        self.with(|scene| scene.pointer_up(event));
    }
}

#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_self, reason = "the server has no stage")]
impl Stage {
    pub(super) fn start(self) {}
    pub(super) fn apply(self, _: &State) {}
    pub(super) fn mark(self, _: &Hits) {}
    pub(super) fn jump(self, _: Jump, _backwards: bool) {}
    pub(super) fn click(self, _: &ev::MouseEvent) {}
    pub(super) fn press(self, _: &ev::KeyboardEvent) -> bool {
        false
    }
    pub(super) fn press_anywhere(self, _: &ev::KeyboardEvent) -> bool {
        false
    }
    pub(super) fn wheel(self, _: &ev::WheelEvent) {}
    pub(super) fn pointer_down(self, _: &ev::PointerEvent) {}
    pub(super) fn pointer_moved(self, _: &ev::PointerEvent) {}
    pub(super) fn pointer_up(self, _: &ev::PointerEvent) {}
}
