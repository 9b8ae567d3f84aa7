//! The elements of the waterfall: rows are made as they are needed, and used again for others when
//! they are scrolled away. The row that is selected stays, wherever it is: it has the focus.

use leptos::prelude::*;
use model::layout::waterfall::{MAX_DRAWN, Scroller};
use wasm_bindgen::JsCast;
use web_sys::{DocumentFragment, Element, FocusOptions, HtmlElement, HtmlTemplateElement};

use super::super::tick_anchor;
use super::row::{Slot, set};

pub(super) struct Grid {
    /// What scrolls.
    pub(super) element: HtmlElement,
    head: HtmlElement,
    pub(super) lane: Element,
    axis: Element,
    rows: HtmlElement,
    empty: Element,
    slots: Vec<Slot>,
    height: f64,
}

/// The elements that show rows, and what each of them is to show.
pub(super) trait Draw {
    /// Fills the element for its row.
    fn fill(&self, slot: &mut Slot, row: usize);
}

impl Grid {
    /// None when the page is not what it should be.
    pub(super) fn find() -> Option<Self> {
        let find = |selector| document().query_selector(selector).ok().flatten();
        let template: HtmlTemplateElement = find("#empty-row")?.dyn_into().ok()?;
        let content: DocumentFragment = template.content();
        Some(Self {
            element: find("[role=treegrid]")?.dyn_into().ok()?,
            head: find("[role=treegrid] .head")?.dyn_into().ok()?,
            lane: find("[role=treegrid] .head .lane")?,
            axis: find("[role=treegrid] .head .lane svg")?,
            rows: find("[role=treegrid] .rows")?.dyn_into().ok()?,
            empty: content.first_element_child()?,
            slots: Vec::new(),
            height: -1.0,
        })
    }

    /// Takes the rows that came with the page away, to draw others in their place.
    pub(super) fn take_over(&self) {
        self.rows.set_text_content(None);
        set(&self.element, "data-alive", "");
    }

    pub(super) fn has_focus(&self) -> bool {
        let active = document().active_element();
        active.is_some_and(|active| self.rows.contains(Some(&active)))
    }

    pub(super) fn place(&self) -> f64 {
        f64::from(self.element.scroll_top())
    }

    pub(super) fn scroller(&self, rows: usize) -> Scroller {
        let seen = self.element.client_height() - self.head.offset_height();
        Scroller {
            rows,
            seen: f64::from(seen),
        }
    }

    /// Makes room for so many rows.
    pub(super) fn set_height(&mut self, scroller: Scroller, count: usize) {
        let height = scroller.height();
        #[expect(clippy::float_cmp, reason = "it is the same height, or another one")]
        if self.height != height {
            self.height = height;
            let height = format!("{height}px");
            self.rows.style().set_property("height", &height).ok();
        }
        set(&self.element, "aria-rowcount", &(count + 1).to_string());
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "an element is at most some million pixels high"
    )]
    pub(super) fn scroll_to(&self, place: f64) {
        self.element.set_scroll_top(place.round() as i32);
    }

    pub(super) fn show_path(&self, is_shown: bool) {
        self.element
            .class_list()
            .toggle_with_force("no-path", !is_shown)
            .ok();
    }

    /// Draws the rows that are seen, and the one that is to stay.
    pub(super) fn draw(
        &mut self,
        scroller: Scroller,
        generation: u32,
        stays: Option<usize>,
        with: &impl Draw,
    ) {
        let place = self.place();
        let drawn = scroller.drawn(place);
        let is_wanted = |row: usize| drawn.contains(&row) || stays == Some(row);
        for slot in &mut self.slots {
            slot.row = slot.row.filter(|row| is_wanted(*row));
        }
        let mut missing: Vec<usize> = drawn.clone().chain(stays).collect();
        missing.sort_unstable();
        missing.dedup();
        let wanted = missing.clone();
        missing.retain(|row| !self.slots.iter().any(|slot| slot.row == Some(*row)));
        for row in missing {
            let free = self.slots.iter().position(|slot| slot.row.is_none());
            let Some(slot) = free.or_else(|| self.add_slot()) else {
                return;
            };
            with.fill(&mut self.slots[slot], row);
            self.slots[slot].generation = generation;
        }
        for slot in &mut self.slots {
            let Some(row) = slot.row else {
                slot.element.remove();
                continue;
            };
            if slot.generation != generation {
                with.fill(slot, row);
                slot.generation = generation;
            }
            slot.stand_at(scroller.top(row, place));
        }
        self.put_in_order(&wanted);
    }

    fn add_slot(&mut self) -> Option<usize> {
        if self.slots.len() > MAX_DRAWN {
            return None;
        }
        self.slots.push(Slot::copy_of(&self.empty)?);
        Some(self.slots.len() - 1)
    }

    /// Who reads the document finds the rows in their order. The one with the focus is not moved,
    /// which would take the focus away; the others move around it.
    fn put_in_order(&self, rows: &[usize]) {
        let active = document().active_element();
        let mut next: Option<Element> = None;
        for row in rows.iter().rev() {
            let slot = self.slots.iter().find(|slot| slot.row == Some(*row));
            let Some(slot) = slot else { continue };
            let element: &Element = &slot.element;
            let has_focus = active
                .as_ref()
                .is_some_and(|active| element.contains(Some(active)));
            let is_there =
                element.parent_node().is_some() && element.next_element_sibling() == next;
            let stays = is_there || (has_focus && element.parent_node().is_some());
            if !stays {
                let before = next.as_ref().map(AsRef::as_ref);
                self.rows.insert_before(element, before).ok();
            }
            next = Some(element.clone());
        }
    }

    /// Gives the focus to a row that is drawn.
    pub(super) fn focus(&self, row: usize) {
        if let Some(slot) = self.slots.iter().find(|slot| slot.row == Some(row)) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            slot.element.focus_with_options(&options).ok();
        }
    }

    /// Writes the times on the axis, each with its place in percent.
    pub(super) fn set_axis(&self, ticks: &[(f64, String)]) {
        self.axis.set_text_content(None);
        for (percent, label) in ticks {
            let namespace = Some("http://www.w3.org/2000/svg");
            let Ok(text) = document().create_element_ns(namespace, "text") else {
                continue;
            };
            set(&text, "x", &format!("{percent:.2}%"));
            set(&text, "y", "12");
            set(&text, "text-anchor", tick_anchor(*percent));
            text.set_text_content(Some(label));
            self.axis.append_child(&text).ok();
        }
    }
}
