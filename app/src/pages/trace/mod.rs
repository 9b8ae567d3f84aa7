//! `/traces/{id}`: one request, span by span.

mod broken;
mod flame;
mod header;
mod peers;
mod query;
mod session;
mod span_pane;
mod statistics;
mod tabs;
mod topology;
mod waterfall;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::id::SpanId;

use self::flame::FlameView;
use self::header::Header;
use self::query::{Content, Overview, get_trace};
use self::session::SessionPart;
use self::span_pane::SpanPane;
pub(crate) use self::span_pane::{draw_span, find_spans};
use self::statistics::StatisticsView;
use self::tabs::Tabs;
use self::topology::{CallTable, ServiceGraph};
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
                Ok(Some((address, overview))) => view! { <Found address overview /> }.into_any(),
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
    }
}

async fn ask(
    address: Result<TraceAddress, AppError>,
) -> Result<Option<(TraceAddress, Overview)>, AppError> {
    get_trace(address?).await
}

#[component]
fn Found(address: TraceAddress, overview: Overview) -> impl IntoView {
    let selected = address.span.unwrap_or(overview.root);
    let title = format!(
        "{} {}",
        overview.summary.root_service, overview.summary.root_operation
    );
    let tabs = address.clone();
    view! {
        <Title text=title />
        <Header address=address.clone() overview=overview.clone() />
        <SessionPart summary=overview.summary.clone() may_be_broken=overview.may_be_broken>
            <Tabs address=tabs />
        </SessionPart>
        {draw(address, overview, selected)}
    }
}

fn draw(address: TraceAddress, overview: Overview, selected: SpanId) -> AnyView {
    let (trace, now_nanos) = (address.id, overview.now_nanos);
    let mut above = None;
    let view = match overview.content {
        Content::Waterfall(looked_at) => {
            let looked_at = *looked_at;
            return view! { <WaterfallPart address looked_at selected now_nanos /> }.into_any();
        }
        Content::Flame(flame) => view! { <FlameView address flame /> }.into_any(),
        Content::Topology(topology) => {
            above =
                Some(view! { <ServiceGraph address=address.clone() topology=topology.clone() /> });
            view! { <CallTable address topology /> }.into_any()
        }
        Content::Statistics(statistics) => {
            view! { <StatisticsView address statistics /> }.into_any()
        }
    };
    view! {
        {above}
        <div class="trace">
            {view}
            <aside class="card details" aria-label="Span details">
                <SpanPane trace span=selected now_nanos />
            </aside>
        </div>
    }
    .into_any()
}
