//! `/regions`: how users fare, by region.

mod answer;
mod content;
mod map;
mod narrow;
mod query;
mod table;

use leptos::prelude::*;
use leptos_meta::Title;

use self::content::Content;
use self::query::get_regions;
use crate::address::{RegionsAddress, page_query};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;

#[component]
pub(crate) fn RegionsPage() -> impl IntoView {
    let address = RegionsAddress::read(&page_query());
    view! {
        <Title text="Regions" />
        <FilterBar place=address.place() scope=address.scope.clone() />
        {Suspend::new(async move {
            match get_regions(&address).await {
                Ok(answer) => view! { <Content address answer /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}
