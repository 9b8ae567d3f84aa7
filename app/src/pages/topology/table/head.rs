//! The columns, each of which leads to the order by it.

use leptos::prelude::*;
use model::topology::{Column, Sorted};

use crate::address::Sort;

pub(super) fn columns(name: &'static str, kind: &'static str) -> Vec<(Column, &'static str)> {
    vec![
        (Column::Name, name),
        (Column::Kind, kind),
        (Column::Calls, "Calls"),
        (Column::P50, "p50"),
        (Column::P95, "p95"),
        (Column::Errors, "Errors"),
        (Column::Change, "Change of p95"),
    ]
}

/// Each column leads to the order by it.
#[component]
pub(crate) fn Head(
    columns: Vec<(Column, &'static str)>,
    sort: Sort,
    is_compared: bool,
    links: impl Fn(Sort) -> String + 'static,
    /// What stands above the last column.
    #[prop(optional)]
    last: Option<&'static str>,
) -> impl IntoView {
    let (current, is_reversed) = sort.order();
    let columns = columns
        .into_iter()
        .filter(|(column, _)| is_compared || *column != Column::Change);
    let heads = columns.map(|(column, title)| {
        let is_current = column == current;
        let (direction, arrow) = if column.is_rising() == is_reversed {
            ("descending", " ↓")
        } else {
            ("ascending", " ↑")
        };
        let class = match column {
            Column::Name => "",
            Column::Kind => "roomy",
            Column::Change => "number extra",
            _ => "number",
        };
        view! {
            <th scope="col" class=class aria-sort=is_current.then_some(direction)>
                <a href=links(sort.by(column))>
                    {title}
                    {is_current.then_some(view! { <span aria-hidden="true">{arrow}</span> })}
                </a>
            </th>
        }
    });
    let heads = heads.collect_view();
    let last = last.or(is_compared.then_some("Against before"));
    let last = last.map(|title| view! { <th scope="col">{title}</th> });
    view! { <thead><tr>{heads} {last}</tr></thead> }
}

/// How two rows stand to each other.
pub(super) fn ordered(sort: &Sort, left: &Sorted<'_>, right: &Sorted<'_>) -> std::cmp::Ordering {
    let (column, is_reversed) = sort.order();
    let order = column.compare(left, right);
    let order = if is_reversed { order.reverse() } else { order };
    order.then(left.name.cmp(&right.name))
}
