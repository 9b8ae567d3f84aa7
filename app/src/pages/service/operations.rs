//! The operations of a service, the slowest first.

use leptos::prelude::*;
use model::filter::Test;
use model::format;
use model::topology::{Changes, Column, Sorted, Standing};

use super::query::Operation;
use crate::address::{ServiceAddress, Sort, TraceAddress, TracesAddress};
use crate::components::figures::Duration;
use crate::pages::topology::table::{Head, volume};

/// Most rows; how many more there are is said.
const MAX_ROWS: usize = 200;

/// What has no changes is not ordered by them.
const NO_CHANGES: Changes = Changes {
    p95: None,
    error_rate: None,
    count_before: 0,
};

#[component]
pub(super) fn OperationTable(
    address: ServiceAddress,
    mut operations: Vec<Operation>,
) -> impl IntoView {
    let heading = format::counted(operations.len(), "operation");
    // The slowest first, unless something else is asked for.
    let sort = if address.order == Sort::default() {
        Sort::default().by(Column::P95)
    } else {
        address.order.clone()
    };
    let (column, is_reversed) = sort.order();
    operations.sort_by(|left, right| {
        let (left, right) = (sorted(left), sorted(right));
        let order = column.compare(&left, &right);
        let order = if is_reversed { order.reverse() } else { order };
        order.then(left.name.cmp(&right.name))
    });
    let left_out = operations.split_off(operations.len().min(MAX_ROWS)).len();
    let left_out = (left_out > 0).then(|| {
        let text = format!("{} not shown.", format::counted(left_out, "more operation"));
        view! { <p class="muted note">{text}</p> }
    });
    let rows = operations
        .into_iter()
        .map(|operation| view! { <OperationRow address=address.clone() operation /> });
    let rows = rows.collect_view();
    let columns = vec![
        (Column::Name, "Operation"),
        (Column::Kind, "Kind"),
        (Column::Calls, "Rate"),
        (Column::P50, "p50"),
        (Column::P95, "p95"),
        (Column::Errors, "Errors"),
    ];
    let links = move |sort: Sort| address.ordered(sort).href();
    view! {
        <section class="card topology-table">
            <header class="card-head"><h2>{heading}</h2></header>
            <div class="scroll" tabindex="0" role="region" aria-label="Operations">
                <table class="figures-table operations-table">
                    <Head columns sort is_compared=false links last="Slowest" />
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {left_out}
        </section>
    }
}

fn sorted(operation: &Operation) -> Sorted<'_> {
    Sorted {
        name: [&operation.name, ""],
        kind: [&operation.kind, ""],
        figures: &operation.figures,
        changes: &NO_CHANGES,
        standing: Standing::Usual,
    }
}

#[component]
fn OperationRow(address: ServiceAddress, operation: Operation) -> impl IntoView {
    let filter = address.scope.filter().unwrap_or_default();
    let filter = filter
        .with(Test::service(address.name.clone()))
        .with(Test::operation(operation.name.clone()));
    let traces = TracesAddress::from(address.scope.clone()).with_filter(&filter);
    let figures = operation.figures;
    // The last one is of the slowest calls that any trace is remembered of.
    let slowest = operation.counted.exemplars.all().last().map(|(_, trace)| {
        let label = format!("A slow trace of {}", operation.name);
        view! { <a href=TraceAddress::of(*trace).href() aria-label=label>"trace"</a> }
    });
    view! {
        <tr>
            <th scope="row"><a href=traces.href()>{operation.name}</a></th>
            <td class="roomy">{operation.kind}</td>
            <td class="number" title=volume(&figures)>{format::rate(figures.per_second)}</td>
            <td class="number"><Duration nanos=figures.p50_nanos /></td>
            <td class="number"><b><Duration nanos=figures.p95_nanos /></b></td>
            <td class="number" class:muted=figures.errors == 0>
                {figures.error_rate.map(format::share)}
            </td>
            <td>{slowest}</td>
        </tr>
    }
}
