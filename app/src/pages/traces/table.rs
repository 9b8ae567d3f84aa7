//! The table of traces, of which two can be ticked and compared.

use leptos::prelude::*;
use model::format;
use model::list_columns::{Column, Columns};
use model::list_order::ListOrder;
use model::summary::Summary;
use store::traces::AttributeValues;

use super::cells::{Row, cell};
use crate::address::{CHOSEN, CompareAddress, TracesAddress};
use crate::islands::live::row_id;

/// What the rows of a table have in common.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) address: TracesAddress,
    pub(crate) columns: Columns,
    /// As [`Row::longest`].
    pub(crate) longest: Option<i64>,
    pub(crate) now_nanos: i64,
}

impl Rows {
    pub(crate) fn draw(&self, traces: Vec<Summary>, values: &AttributeValues) -> AnyView {
        let rows = traces.into_iter().map(|trace| {
            let row = Row {
                attributes: values.get(&trace.trace_id).cloned().unwrap_or_default(),
                trace,
                now_nanos: self.now_nanos,
                longest: self.longest,
            };
            view! { <TraceRow address=self.address.clone() columns=self.columns.clone() row /> }
        });
        rows.collect_view().into_any()
    }
}

/// The longest duration among traces that are all, in nanoseconds.
pub(super) fn longest(traces: &[Summary]) -> i64 {
    let durations = traces.iter().map(|trace| trace.duration_nanos);
    durations.max().unwrap_or(1).max(1)
}

/// `rows` are those of the body, which may come one after the other.
#[component]
pub(crate) fn TraceTable(
    address: TracesAddress,
    order: ListOrder,
    columns: Columns,
    rows: AnyView,
) -> impl IntoView {
    let headings = columns
        .iter()
        .map(|column| view! { <Heading address=address.clone() column=column.clone() order /> });
    let headings = headings.collect_view();
    view! {
        <form method="get" action=CompareAddress::PATH class="ticked">
            <div class="scroll" tabindex="0" role="region" aria-label="Traces">
                <table class="traces">
                    <thead>
                        <tr>
                            <th scope="col" class="tick">
                                <span class="hidden">"To compare"</span>
                            </th>
                            {headings}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="compare-two">
                <button class="button">"Compare"</button>
                <span class="hint">"Tick two rows to see where they differ."</span>
            </p>
        </form>
    }
}

/// By which order a column is sorted, where it can be.
fn order_of(column: &Column) -> Option<ListOrder> {
    match column {
        Column::Start => Some(ListOrder::Newest),
        Column::Duration => Some(ListOrder::Slowest),
        Column::Spans => Some(ListOrder::MostSpans),
        Column::Errors => Some(ListOrder::MostErrors),
        _ => None,
    }
}

#[component]
fn Heading(address: TracesAddress, column: Column, order: ListOrder) -> impl IntoView {
    let title = column.title();
    let Some(by) = order_of(&column) else {
        return view! { <th scope="col">{title}</th> }.into_any();
    };
    let is_current = by == order;
    let is_number = matches!(by, ListOrder::MostErrors | ListOrder::MostSpans);
    view! {
        <th
            scope="col"
            class=is_number.then_some("number")
            colspan=(by == ListOrder::Slowest).then_some("2")
            aria-sort=is_current.then_some("descending")
        >
            <a href=address.ordered_by(by).href() title=by.in_words()>
                {title} {is_current.then_some(view! { <span aria-hidden="true">" ↓"</span> })}
            </a>
        </th>
    }
    .into_any()
}

#[component]
pub(crate) fn TraceRow(address: TracesAddress, columns: Columns, row: Row) -> impl IntoView {
    let mut attributes = row.attributes.clone().into_iter();
    let cells = columns.iter().map(|column| {
        let attribute = match column {
            Column::Attribute(_) => attributes.next().flatten(),
            _ => None,
        };
        cell(&address, column, &row, attribute)
    });
    let cells = cells.collect_view();
    let Summary {
        trace_id,
        root_service,
        root_operation,
        duration_nanos,
        ..
    } = &row.trace;
    let label = format!(
        "Compare {root_service} {root_operation}, {}",
        format::duration(*duration_nanos)
    );
    view! {
        <tr id=row_id(*trace_id)>
            <td class="tick">
                <input type="checkbox" name=CHOSEN value=trace_id.to_string() aria-label=label />
            </td>
            {cells}
        </tr>
    }
}
