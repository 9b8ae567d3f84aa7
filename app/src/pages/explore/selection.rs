//! A selection: what sets it apart, and its slowest requests.

use leptos::prelude::*;
use model::contrast::{Contrast, Contrasts};
use model::filter::{Order, Term, Test};
use model::format;
use model::layout::heatmap::Selection;

use super::query::{Selected, Slow};
use crate::address::{ExploreAddress, TraceAddress, TracesAddress};
use crate::components::segment_bar::SegmentBar;
use crate::components::time::{Minute, Time};

#[component]
pub(super) fn SelectedView(
    address: ExploreAddress,
    selection: Selection,
    selected: Selected,
) -> impl IntoView {
    let Selected {
        count,
        rest,
        contrasts,
        slowest,
        now_nanos,
    } = selected;
    let counted = |count: i64| format::count(usize::try_from(count).unwrap_or(0));
    let title = format!(
        "{} in the selection, slowest first",
        format::counted(usize::try_from(count).unwrap_or(0), "request")
    );
    let list = list(&address, &selection).map(|list| {
        view! { <a class="button" href=list.href()>"Open as list"</a> }
    });
    let clear = address.with_selection(None).href();
    view! {
        <div class="selection" id="selection">
            <section class="card contrast" aria-labelledby="contrast">
                <header class="card-head">
                    <h2 id="contrast">"What sets the selection apart"</h2>
                    <span class="muted">{format!("{} against {}", counted(count), counted(rest))}</span>
                </header>
                <ContrastTable address=address.clone() contrasts />
            </section>
            <section class="card" aria-labelledby="slowest">
                <header class="card-head">
                    <h2 id="slowest">{title}</h2>
                    <span class="actions">
                        {list} " " <a class="button" href=clear>"Clear"</a>
                    </span>
                </header>
                <p class="muted">
                    <Minute nanos=selection.from_nanos now_nanos /> " to "
                    <Minute nanos=selection.to_nanos now_nanos /> ", " {selection.durations()}
                </p>
                <SlowestTable slowest now_nanos />
            </section>
        </div>
    }
}

/// The list that has exactly the selection's requests.
fn list(address: &ExploreAddress, selection: &Selection) -> Option<TracesAddress> {
    let mut filter = address.scope.filter().ok()?;
    filter = filter.with(Test::is_request());
    if selection.least_nanos > 0 {
        filter = filter.with(Test::duration(Order::AtLeast, selection.least_nanos));
    }
    if let Some(below) = selection.below_nanos {
        filter = filter.with(Test::duration(Order::Less, below));
    }
    let [from, to] = [selection.from_nanos, selection.to_nanos].map(format::rfc3339);
    let scope = address.scope.with_filter(&filter).with_range(&from, &to);
    Some(scope.into())
}

#[component]
fn ContrastTable(address: ExploreAddress, contrasts: Contrasts) -> impl IntoView {
    let Contrasts {
        selected,
        rest,
        found,
    } = contrasts;
    let basis = format!(
        "By a sample of {} of the selection and {} of the rest.",
        format::count(selected),
        format::count(rest)
    );
    if found.is_empty() {
        let why = if selected == 0 || rest == 0 {
            "There is nothing to compare: one of the two sides has no stored request."
        } else {
            "Nothing does beyond chance: the requests of the selection are like the others in every attribute."
        };
        return view! { <p>{why}</p> <p class="muted">{basis}</p> }.into_any();
    }
    let rows = found
        .into_iter()
        .map(|found| view! { <ContrastRow address=address.clone() found selected rest /> });
    let rows: Vec<_> = rows.collect();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Conditions">
            <table>
                <thead class="hidden">
                    <tr>
                        <th scope="col">"Condition"</th>
                        <th scope="col">"Share of the selection, and of the rest"</th>
                        <th scope="col">"Filter"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="muted">{basis}</p>
    }
    .into_any()
}

#[component]
fn ContrastRow(
    address: ExploreAddress,
    found: Contrast,
    selected: usize,
    rest: usize,
) -> impl IntoView {
    let label = found.test.to_string();
    let (key, value) = split(&label);
    let shares = [
        ("ours", percent(found.selected, selected)),
        ("theirs", percent(found.rest, rest)),
    ];
    let bars = shares.map(|(class, percent)| {
        view! {
            <span class=format!("share {class}")>
                <svg width="70" height="7" aria-hidden="true">
                    <rect width=format!("{percent:.0}%") height="7" rx="2" />
                </svg>
                {format!("{percent:.0} %")}
            </span>
        }
    });
    let filter = address.scope.filter().unwrap_or_default();
    let narrowed = |term: Term| {
        let filter = filter.with_terms([term]);
        address
            .with_scope(address.scope.with_filter(&filter))
            .href()
    };
    let term = Term::Test(found.test);
    let only = narrowed(term.clone());
    let not = narrowed(term.negated());
    view! {
        <tr>
            <th scope="row">
                <code>{key}</code>
                <b>{value}</b>
            </th>
            <td>{bars.into_iter().collect_view()}</td>
            <td class="number">
                <a class="button small" href=only aria-label=format!("Only {label}")>
                    "only"
                </a>
                " "
                <a class="button small" href=not aria-label=format!("Not {label}")>
                    "not"
                </a>
            </td>
        </tr>
    }
}

/// Key and value of a condition as it prints.
fn split(condition: &str) -> (String, String) {
    match condition.split_once(':') {
        Some((key, value)) => {
            let key = key.trim_start_matches("attr.").trim_matches('"');
            (key.to_owned(), value.trim_matches('"').to_owned())
        }
        None => (String::new(), condition.to_owned()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "samples are small")]
fn percent(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64 * 100.0
}

#[component]
fn SlowestTable(slowest: Vec<Slow>, now_nanos: i64) -> impl IntoView {
    if slowest.is_empty() {
        return view! {
            <p class="muted">"None of these requests is stored: sampling left them out, or they have expired."</p>
        }
        .into_any();
    }
    let rows = slowest
        .into_iter()
        .map(|slow| view! { <SlowRow slow now_nanos /> });
    let rows: Vec<_> = rows.collect();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Slowest requests">
            <table class="slowest">
                <thead>
                    <tr>
                        <th scope="col">"Start"</th>
                        <th scope="col">"Request"</th>
                        <th scope="col" class="number">"Duration"</th>
                        <th scope="col">"Region"</th>
                        <th scope="col">"Where the time went"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn SlowRow(slow: Slow, now_nanos: i64) -> impl IntoView {
    let Slow {
        summary,
        decomposition,
        longest,
        span,
    } = slow;
    let trace = TraceAddress {
        span,
        ..TraceAddress::of(summary.trace_id)
    };
    let href = trace.href();
    let region = summary
        .dimensions
        .get(model::dimensions::Dimension::Region)
        .map(str::to_owned);
    let longest = longest.map(|(service, nanos)| format!("{service} {}", format::duration(nanos)));
    view! {
        <tr>
            <td class="time"><Time nanos=summary.start_nanos now_nanos /></td>
            <td>
                <a href=href>
                    <b>{summary.root_service}</b>
                    " "
                    {summary.root_operation}
                </a>
            </td>
            <td class="number">{format::duration(summary.duration_nanos)}</td>
            <td>{region}</td>
            <td class="bar-cell">
                <SegmentBar means=decomposition what="Time of the request" />
                <small class="muted">{longest}</small>
            </td>
        </tr>
    }
}
