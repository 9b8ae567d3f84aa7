//! `/traces/{id}`: one request, span by span.

mod details;
mod header;
mod query;
mod waterfall;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::layout::waterfall::Clock;

use self::details::Details;
use self::header::Header;
use self::query::{Overview, get_span, get_trace};
use self::waterfall::WaterfallView;
use super::not_found::NotFound;
use crate::address::{Scope, TraceAddress, TracesAddress};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;
use crate::error::AppError;

#[component]
pub(crate) fn TracePage() -> impl IntoView {
    let (path, query) = (use_params_map(), use_query_map());
    let address =
        Memo::new(move |_| path.with(|path| query.with(|query| TraceAddress::read(path, query))));
    // What is fetched again when the trace or the clock changes, and not when the selection does.
    let shown = Memo::new(move |_| address.get().map(|address| (address.id, address.clock)));
    let overview = Resource::new(
        move || shown.get(),
        |shown| async move {
            let (id, clock) = shown?;
            get_trace(id, clock == Clock::Raw).await
        },
    );
    view! {
        <FilterBar path=TracesAddress::PATH.into() scope=Scope::default() />
        <Transition fallback=|| view! { <p class="muted">"Fetching the trace…"</p> }>
            {move || Suspend::new(async move {
                match overview.await {
                    Ok(Some(overview)) => view! { <Found address overview /> }.into_any(),
                    Ok(None) => {
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
        </Transition>
    }
}

#[component]
fn Found(address: Memo<Result<TraceAddress, AppError>>, overview: Overview) -> impl IntoView {
    let fallback = TraceAddress::of(overview.summary.trace_id);
    let address = Memo::new(move |_| address.get().unwrap_or(fallback));
    let root = overview.root;
    let selected = Memo::new(move |_| address.get().span.unwrap_or(root));
    let details = Resource::new(
        move || (address.get().id, selected.get()),
        |(id, span)| get_span(id, span),
    );
    let title = format!(
        "{} {}",
        overview.summary.root_service, overview.summary.root_operation
    );
    let now_nanos = overview.now_nanos;
    view! {
        <Title text=title />
        <Header address overview=overview.clone() />
        <div class="trace">
            <WaterfallView address selected overview />
            <aside class="card details" aria-label="Span details">
                <Transition fallback=|| view! { <p class="muted">"Fetching the span…"</p> }>
                    {move || Suspend::new(async move {
                        match details.await {
                            Ok(Some(span)) => view! { <Details span now_nanos /> }.into_any(),
                            Ok(None) => {
                                view! { <p>"This trace has no such span. Choose one on the left."</p> }
                                    .into_any()
                            }
                            Err(error) => view! { <ErrorNotice error /> }.into_any(),
                        }
                    })}
                </Transition>
            </aside>
        </div>
    }
}
