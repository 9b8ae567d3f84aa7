//! The details of the span that is selected, in the page and for a page that is open already.

use leptos::prelude::*;
use model::filter::{Filter, Test};
use model::id::{SpanId, TraceId};
use model::layout::waterfall::{MAX_SPANS, fingerprint};
use model::span_details::SpanDetails;

use super::peers::{Standing, StandingView};
use super::query::get_span;
use super::waterfall::find;
use crate::address::{TraceAddress, TracesAddress};
use crate::components::notice::ErrorNotice;
use crate::components::span_details::{Details, Links};
use crate::context::RequestContext;
use crate::error::AppError;
use crate::islands::waterfall::Found;

/// Everything known about the span that is selected.
#[component]
pub(super) fn SpanPane(trace: TraceId, span: SpanId, now_nanos: i64) -> impl IntoView {
    Suspend::new(async move {
        match get_span(trace, span).await {
            Ok(Some(known)) => view! { <Known known now_nanos /> }.into_any(),
            Ok(None) => {
                view! { <p>"This trace has no such span. Choose one on the left."</p> }.into_any()
            }
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        }
    })
}

#[component]
fn Known(known: (SpanDetails, Standing), now_nanos: i64) -> impl IntoView {
    let (details, standing) = known;
    let similar = Filter::default()
        .with(Test::service(details.service.clone()))
        .with(Test::operation(details.span.name.clone()));
    let links = Links {
        value: |key, value| {
            let filter = Filter::default().with(Test::attribute(key, value));
            TracesAddress::default().with_filter(&filter).href()
        },
        span: |trace, span| TraceAddress::of(trace).with_span(span).href(),
    };
    view! {
        <Details details links=Some(links) now_nanos>
            <StandingView standing />
            <p>
                <a href=TracesAddress::default().with_filter(&similar).href() class="button">
                    "Spans like this"
                </a>
            </p>
        </Details>
    }
}

/// The same as HTML, for a page that is open already.
pub(crate) async fn draw_span(trace: TraceId, span: SpanId) -> Result<Option<String>, AppError> {
    let now_nanos = expect_context::<RequestContext>().now_nanos;
    let known = get_span(trace, span).await?;
    Ok(known.map(|known| view! { <Known known now_nanos /> }.to_html()))
}

/// The spans of a trace that meet a filter, by position.
pub(crate) async fn find_spans(trace: TraceId, text: &str) -> Result<Found, AppError> {
    let RequestContext { store, .. } = expect_context();
    let (trace, summary) = (
        store.shared_trace(trace).await?,
        store.summary(trace).await?,
    );
    let (Some(trace), Some(summary)) = (trace, summary) else {
        return Ok(Found::default());
    };
    let mut found = find(text, &summary, &trace)?;
    found.retain(|position| (*position as usize) < MAX_SPANS);
    Ok(Found::new(fingerprint(&trace), &found))
}
