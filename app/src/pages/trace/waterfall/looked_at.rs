//! A trace as its waterfall is looked at.

use model::filter::{Filter, FilterError};
use model::id::SpanId;
use model::layout::waterfall::minimap::Minimap;
use model::layout::waterfall::{RowView, Skeleton, State, View, Window};
use model::summary::Summary;
use model::trace::Trace;

/// Rows that stand in the page. Where scripts run, all others follow.
pub(super) const MAX_ROWS: usize = 200;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LookedAt {
    pub(super) skeleton: Skeleton,
    pub(super) view: View,
    pub(super) minimap: Minimap,
    pub(super) window: Window,
    pub(super) first_row: usize,
    /// The positions of the spans that are looked for, sorted; or why there are none.
    pub(super) found: Result<Vec<u32>, FilterError>,
}

impl LookedAt {
    pub(in crate::pages::trace) fn new(
        trace: &Trace,
        summary: &Summary,
        state: &State,
        selected: Option<SpanId>,
    ) -> Self {
        let skeleton = Skeleton::of(trace, state.clock);
        let view = View::of(&skeleton, state);
        let found = find(&state.find, summary, trace);
        let whole = Window::whole(skeleton.duration_nanos);
        let selected = selected.and_then(|id| skeleton.position(id));
        let first_found = || found.as_ref().ok()?.first().map(|found| *found as usize);
        let shown = selected.or_else(first_found);
        let shown = shown.and_then(|position| view.row_or_above(&skeleton, position));
        let last = view.len().saturating_sub(1);
        let first_row = state.first_row.or(shown).unwrap_or(0).min(last) / MAX_ROWS * MAX_ROWS;
        Self {
            minimap: Minimap::of(&skeleton),
            window: state
                .zoom
                .map_or(whole, |zoom| zoom.within(skeleton.duration_nanos)),
            skeleton,
            view,
            first_row,
            found,
        }
    }

    /// The rows that stand in the page, each with whether its span is looked for.
    pub(super) fn rows(&self) -> Vec<(RowView<'_>, bool)> {
        let end = (self.first_row + MAX_ROWS).min(self.view.len());
        let row = |number| {
            let row = RowView::of(&self.skeleton, &self.view, self.window, number)?;
            let position = self.view.position(number)?;
            Some((row, self.is_found(position)))
        };
        (self.first_row..end).filter_map(row).collect()
    }

    fn is_found(&self, position: usize) -> bool {
        let found = self.found.as_ref().ok();
        let place = found.map(|found| found.binary_search_by_key(&position, |at| *at as usize));
        place.is_some_and(|place| place.is_ok())
    }
}

/// The positions of the spans that a filter describes; none for no filter.
pub(in crate::pages::trace) fn find(
    text: &str,
    summary: &Summary,
    trace: &Trace,
) -> Result<Vec<u32>, FilterError> {
    if text.is_empty() {
        return Ok(vec![]);
    }
    let found = Filter::find(text, summary, trace)?;
    let found = found.into_iter().map(u32::try_from);
    Ok(found.filter_map(Result::ok).collect())
}
