//! The span that is selected, as the islands of a page tell each other.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;
use model::id::SpanId;

#[cfg(feature = "hydrate")]
thread_local! {
    /// A page has one trace, and a browser one page in its thread.
    static SELECTED: ArcRwSignal<Option<SpanId>> = ArcRwSignal::new(None);
}

/// None as long as nobody has selected one; tracked.
pub(super) fn selected() -> Option<SpanId> {
    #[cfg(feature = "hydrate")]
    {
        SELECTED.with(Get::get)
    }
    #[cfg(not(feature = "hydrate"))]
    None
}

#[cfg(feature = "hydrate")]
pub(super) fn select(span: SpanId) {
    SELECTED.with(|selected| selected.set(Some(span)));
}
