//! `/traces/{id}`: one request, span by span.

mod details;
mod header;
mod query;
mod span_pane;
mod waterfall;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use self::header::Header;
use self::query::{Overview, get_trace};
pub(crate) use self::span_pane::draw_span;
use self::waterfall::WaterfallPart;
use super::not_found::NotFound;
use crate::address::{Scope, TraceAddress, TracesAddress, page_query};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;
use crate::error::AppError;

#[component]
pub(crate) fn TracePage() -> impl IntoView {
    let address = use_params_map().with_untracked(|path| TraceAddress::read(path, &page_query()));
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
    let overview = get_trace(address.id, address.waterfall.clock).await?;
    Ok((address, overview))
}

#[component]
fn Found(address: TraceAddress, overview: Overview) -> impl IntoView {
    let selected = address.span.unwrap_or(overview.root);
    let title = format!(
        "{} {}",
        overview.summary.root_service, overview.summary.root_operation
    );
    view! {
        <Title text=title />
        <Header address=address.clone() overview=overview.clone() />
        <WaterfallPart address overview selected />
    }
}
