//! Requests by region.

use leptos::prelude::*;
use model::overview::PartRow;

use crate::address::Scope;
use crate::components::part_table::PartTable;
use model::dimensions::Dimension;

#[component]
pub(super) fn RegionTable(
    scope: Scope,
    regions: Vec<PartRow>,
    range_title: String,
) -> impl IntoView {
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"By region, all requests"</h2>
                <span class="muted">{range_title}</span>
            </header>
            <PartTable
                label="Regions"
                dimension=Dimension::Region
                rows=regions
                href=move |tests| scope.explore_href(&tests)
            />
        </section>
    }
}
