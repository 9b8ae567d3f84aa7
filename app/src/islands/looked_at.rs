//! What is looked at of a trace, as the islands of a page tell each other.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;
use model::id::SpanId;
use model::layout::waterfall::State;

#[cfg(feature = "hydrate")]
thread_local! {
    // A page has one trace, and a browser one page in its thread.
    static SELECTED: ArcRwSignal<Option<SpanId>> = ArcRwSignal::new(None);
    static SHOWN: ArcRwSignal<Option<State>> = ArcRwSignal::new(None);
}

/// The span that is selected; none as long as nobody has selected one; tracked.
pub(super) fn selected() -> Option<SpanId> {
    #[cfg(feature = "hydrate")]
    {
        SELECTED.with(Get::get)
    }
    #[cfg(not(feature = "hydrate"))]
    None
}

/// The same, untracked.
pub(super) fn selected_untracked() -> Option<SpanId> {
    #[cfg(feature = "hydrate")]
    {
        SELECTED.with(GetUntracked::get_untracked)
    }
    #[cfg(not(feature = "hydrate"))]
    None
}

/// Another trace is looked at on the same page.
pub(super) fn clear() {
    #[cfg(feature = "hydrate")]
    SELECTED.with(|selected| selected.set(None));
}

/// How the waterfall is looked at; none where the page has none; tracked.
pub(super) fn shown() -> Option<State> {
    #[cfg(feature = "hydrate")]
    {
        SHOWN.with(Get::get)
    }
    #[cfg(not(feature = "hydrate"))]
    None
}

#[cfg(feature = "hydrate")]
pub(super) fn select(span: SpanId) {
    SELECTED.with(|selected| selected.set(Some(span)));
}

#[cfg(feature = "hydrate")]
pub(super) fn show(state: &State) {
    SHOWN.with(|shown| shown.set(Some(state.clone())));
}
