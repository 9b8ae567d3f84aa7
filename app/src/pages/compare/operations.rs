//! The operations that changed, ranked by what that costs users.

use leptos::prelude::*;
use model::comparison::{OneSided, OperationRow, Operations, Ranked};
use model::filter::Test;
use model::format;
use model::time::Moment;

use crate::address::{Scope, Set, TracesAddress};
use crate::components::change::{ChangeMark, Measure};

/// Leads to the traces of a set which have an operation.
#[derive(Debug, Clone)]
struct Links(Set);

impl Links {
    fn to(&self, service: &str, operation: &str) -> String {
        let [from, to] = [self.0.time.from_nanos, self.0.time.to_nanos]
            .map(|nanos| Moment::At(nanos).to_string());
        let filter = self
            .0
            .filter
            .with(Test::service(service))
            .with(Test::operation(operation));
        let scope = Scope::default().with_filter(&filter).with_range(&from, &to);
        TracesAddress::from(scope).href()
    }
}

/// `is_sampled` says that operations were counted from a sample of the traces.
#[component]
pub(super) fn OperationTables(
    own: Set,
    other: Set,
    operations: Operations,
    is_sampled: bool,
) -> impl IntoView {
    let links = Links(own);
    let Operations {
        latency,
        errors,
        unchanged,
        only_a,
        only_b,
        not_compared,
    } = operations;
    let basis = if is_sampled {
        "estimated from a sample of the traces"
    } else {
        "as they were counted"
    };
    let calm = (latency.rows.is_empty() && errors.rows.is_empty()).then(|| {
        view! {
            <p class="empty">
                "No operation changed by more than chance would explain, with so many looked at."
            </p>
        }
    });
    let slower = (!latency.rows.is_empty()).then(|| {
        view! { <LatencyTable links=links.clone() label="Operations by latency" list=latency /> }
    });
    let failing =
        (!errors.rows.is_empty()).then(|| view! { <ErrorTable links=links.clone() list=errors /> });
    let unchanged = (!unchanged.rows.is_empty()).then(|| {
        let count = unchanged.rows.len() + unchanged.left_out;
        view! {
            <details class="as-table">
                <summary>{format!("{} that did not change", format::counted(count, "operation"))}</summary>
                <LatencyTable links=links.clone() label="Unchanged operations" list=unchanged />
            </details>
        }
    });
    let alone = [
        ("only these requests have", links, only_b),
        ("only the others have", Links(other), only_a),
    ];
    let alone = alone.map(|(who, links, list)| view! { <AloneTable links who list /> });
    let not_compared = (not_compared > 0).then(|| {
        let text = format!(
            "{} with fewer spans were not compared.",
            format::counted(not_compared, "operation")
        );
        view! { <p class="muted note">{text}</p> }
    });
    view! {
        <section class="card operations">
            <header class="card-head">
                <h2>"Operations that changed"</h2>
                <span class="muted">{basis}</span>
            </header>
            {calm}
            {slower}
            {failing}
            {unchanged}
            {alone.into_iter().collect_view()}
            {not_compared}
        </section>
    }
}

#[component]
fn LatencyTable(links: Links, label: &'static str, list: Ranked<OperationRow>) -> impl IntoView {
    let rows = list.rows.into_iter().map(|row| {
        let spans = format::short_count(row.b.weight);
        view! {
            <tr>
                <OperationCell links=links.clone() service=row.service operation=row.operation />
                <td class="number">{changed(&row.p50)}</td>
                <td class="number"><ChangeMark change=Some(row.p50) measure=Measure::Duration /></td>
                <td class="number">{changed(&row.p95)}</td>
                <td class="number"><ChangeMark change=Some(row.p95) measure=Measure::Duration /></td>
                <td class="number">{spans}</td>
                <td class="number">{format::signed_duration(row.cost.nanos)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class="parts">
                <thead>
                    <tr>
                        <th scope="col">"Operation"</th>
                        <th scope="col" class="number" colspan="2">"p50"</th>
                        <th scope="col" class="number" colspan="2">"p95"</th>
                        <th scope="col" class="number">"Spans"</th>
                        <th scope="col" class="number" title="The change of the mean, times the spans">
                            "Cost in all"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <LeftOut left_out=list.left_out />
    }
}

#[component]
fn ErrorTable(links: Links, list: Ranked<OperationRow>) -> impl IntoView {
    let rows = list.rows.into_iter().map(|row| {
        let rates = format!(
            "{} → {}",
            format::share(row.error_rate.before),
            format::share(row.error_rate.now)
        );
        let extra = row.cost.extra_errors;
        let sign = if extra >= 0.0 { "+" } else { "−" };
        view! {
            <tr>
                <OperationCell links=links.clone() service=row.service operation=row.operation />
                <td class="number">{rates}</td>
                <td class="number">
                    <ChangeMark change=Some(row.error_rate) measure=Measure::Share />
                </td>
                <td class="number">{format::short_count(row.b.weight)}</td>
                <td class="number">{format!("{sign}{}", format::short_count(extra.abs()))}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Operations by errors">
            <table class="parts">
                <thead>
                    <tr>
                        <th scope="col">"Operation"</th>
                        <th scope="col" class="number" colspan="2">"Errors"</th>
                        <th scope="col" class="number">"Spans"</th>
                        <th scope="col" class="number">"More errors in all"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <LeftOut left_out=list.left_out />
    }
}

/// Operations that one set alone has.
#[component]
fn AloneTable(links: Links, who: &'static str, list: Ranked<OneSided>) -> impl IntoView {
    if list.rows.is_empty() {
        return ().into_any();
    }
    let count = format::counted(list.rows.len() + list.left_out, "operation");
    let rows = list.rows.into_iter().map(|row| {
        let p95 = row.figures.percentiles[3].map(|found| format::duration(found.nanos));
        view! {
            <tr>
                <OperationCell links=links.clone() service=row.service operation=row.operation />
                <td class="number">{p95}</td>
                <td class="number">{format::short_count(row.figures.weight)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <details class="as-table">
            <summary>{format!("{count} that {who}")}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Operations that {who}")>
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Operation"</th>
                            <th scope="col" class="number">"p95"</th>
                            <th scope="col" class="number">"Spans"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <LeftOut left_out=list.left_out />
        </details>
    }
    .into_any()
}

#[component]
fn OperationCell(links: Links, service: String, operation: String) -> impl IntoView {
    let href = links.to(&service, &operation);
    view! {
        <th scope="row" class="name">
            <a href=href>
                <b>{service}</b>
                " "
                {operation}
            </a>
        </th>
    }
}

#[component]
fn LeftOut(left_out: usize) -> impl IntoView {
    (left_out > 0).then(|| {
        view! { <p class="muted note">{format!("And {} more.", format::count(left_out))}</p> }
    })
}

/// `120 ms → 180 ms`.
fn changed(change: &model::stats::Change) -> String {
    let (before, now) = change.nanos();
    let [before, now] = [before, now].map(format::duration);
    format!("{before} → {now}")
}
