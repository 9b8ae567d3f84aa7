//! What the rows are made of.

use std::collections::HashSet;

use model::id::SpanId;
use model::layout::waterfall::{RowView, Skeleton, State, View, Window};

use super::grid::Draw;
use super::row::{Flags, Slot};

pub(super) struct Looks {
    pub(super) skeleton: Skeleton,
    pub(super) view: View,
    pub(super) window: Window,
    pub(super) state: State,
    /// The position of the span that is selected.
    pub(super) selected: usize,
    pub(super) found: HashSet<u32>,
    /// Before and behind the id of a span in the address of its row.
    pub(super) href: (String, String),
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
