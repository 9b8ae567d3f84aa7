//! The details of the span that is selected, in the page and for a page that is open already.

use leptos::prelude::*;
use model::id::{SpanId, TraceId};

use super::details::Details;
use super::query::get_span;
use crate::components::notice::ErrorNotice;
use crate::context::RequestContext;
use crate::error::AppError;

/// Everything known about the span that is selected.
#[component]
pub(super) fn SpanPane(trace: TraceId, span: SpanId, now_nanos: i64) -> impl IntoView {
    Suspend::new(async move {
        match get_span(trace, span).await {
            Ok(Some(span)) => view! { <Details span now_nanos /> }.into_any(),
            Ok(None) => {
                view! { <p>"This trace has no such span. Choose one on the left."</p> }.into_any()
            }
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        }
    })
}

/// The same as HTML, for a page that is open already.
pub(crate) async fn draw_span(trace: TraceId, span: SpanId) -> Result<Option<String>, AppError> {
    let now_nanos = expect_context::<RequestContext>().now_nanos;
    let details = get_span(trace, span).await?;
    Ok(details.map(|span| view! { <Details span now_nanos /> }.to_html()))
}
