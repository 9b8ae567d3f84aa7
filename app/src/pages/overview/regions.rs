//! Requests by region.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::overview::PartRow;

use crate::address::Scope;
use crate::components::exports::{Export, Exports};
use crate::components::part_table::PartTable;

const EXPORTS: [Export; 3] = [
    Export::Svg("groups"),
    Export::Csv("latency"),
    Export::Json("latency"),
];

#[component]
pub(super) fn RegionTable(
    scope: Scope,
    regions: Vec<PartRow>,
    range_title: String,
) -> impl IntoView {
    let own = vec![("group_by", Dimension::Region.key().to_owned())];
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"By region, all requests"</h2>
                <span class="muted">
                    {range_title} " "
                    <Exports what="The regions" scope=scope.clone() exports=EXPORTS.to_vec() own />
                </span>
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
