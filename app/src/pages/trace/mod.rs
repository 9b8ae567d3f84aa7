//! `/traces/{id}`: one request, span by span.

mod details;
mod header;
mod query;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::id::{SpanId, TraceId};

use self::details::Details;
use self::header::Header;
use self::query::{Overview, get_span, get_trace};
use super::not_found::NotFound;
use crate::address::{Scope, TraceAddress, TracesAddress};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::islands::waterfall::WaterfallView;

#[component]
pub(crate) fn TracePage() -> impl IntoView {
    let (path, query) = (use_params_map(), use_query_map());
    let address =
        path.with_untracked(|path| query.with_untracked(|query| TraceAddress::read(path, query)));
    view! {
        <FilterBar place=TracesAddress::PATH scope=Scope::default() />
        {Suspend::new(async move {
            match ask(address).await {
                Ok((address, Some(overview))) => view! { <Found address overview /> }.into_any(),
                Ok((_, None)) => {
                    view! {
                        <NotFound
                            title="There is no such trace"
                            explanation="It may not have been sent, may have expired, or may not be stored yet: that takes up to ten seconds."
                        />
                    }
                        .into_any()
                }
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

async fn ask(
    address: Result<TraceAddress, AppError>,
) -> Result<(TraceAddress, Option<Overview>), AppError> {
    let address = address?;
    let overview = get_trace(address.id, address.clock).await?;
    Ok((address, overview))
}

#[component]
fn Found(address: TraceAddress, overview: Overview) -> impl IntoView {
    let selected = address.span.unwrap_or(overview.root);
    let title = format!(
        "{} {}",
        overview.summary.root_service, overview.summary.root_operation
    );
    let now_nanos = overview.now_nanos;
    view! {
        <Title text=title />
        <Header address overview=overview.clone() />
        <div class="trace">
            <WaterfallView
                trace=address.id
                base=address.without_span().href()
                clock=address.clock
                other_clock=address.without_span().with_clock(address.clock.other()).href()
                selected
                span_count=overview.summary.span_count
                waterfall=overview.waterfall
            >
                <SpanPane trace=address.id span=selected now_nanos />
            </WaterfallView>
        </div>
    }
}

/// Everything known about the span that is selected.
#[component]
fn SpanPane(trace: TraceId, span: SpanId, now_nanos: i64) -> impl IntoView {
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
