//! `/regions`: how users fare, by region. All but the bar on top is drawn on the server.

#[cfg(feature = "ssr")]
mod answer;
#[cfg(feature = "ssr")]
mod content;
#[cfg(feature = "ssr")]
mod map;
#[cfg(feature = "ssr")]
mod narrow;
mod query;
#[cfg(feature = "ssr")]
mod table;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::query::draw_regions;
use crate::address::RegionsAddress;
use crate::components::drawn::{Drawn, DrawnByServer};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;
use crate::error::AppError;

#[component]
pub(crate) fn RegionsPage() -> impl IntoView {
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(RegionsAddress::read));
    let drawn = Resource::new(move || address.get(), ask);
    view! {
        <Title text="Regions" />
        {move || view! { <FilterBar path=RegionsAddress::PATH.into() scope=address.get().scope /> }}
        <Transition fallback=|| view! { <p class="muted">"Fetching regions…"</p> }>
            {move || Suspend::new(async move {
                match drawn.await {
                    Ok(drawn) => view! { <DrawnByServer drawn /> }.into_any(),
                    Err(error) => view! { <ErrorNotice error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// A mistake in the address is told here and now; the server is only asked what makes sense.
async fn ask(address: RegionsAddress) -> Result<Drawn, AppError> {
    address.scope.filter()?;
    address.scope.range()?;
    draw_regions(address).await
}
