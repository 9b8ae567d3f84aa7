//! The spans of both traces as one tree.

use leptos::prelude::*;
use model::color::service_color;
use model::format;
use model::id::TraceId;
use model::span::Kind;
use model::trace_difference::{Change, Row, Side, TraceDifference};

use super::NAMES;
use crate::address::TraceAddress;

/// Deeper rows are indented no further.
const MAX_INDENT: usize = 24;

const INDENT_PIXELS: usize = 12;

#[component]
pub(super) fn SpanTable(ids: [TraceId; 2], difference: TraceDifference) -> impl IntoView {
    let counts = Change::ALL.into_iter().filter_map(|change| {
        let count = difference.count(change);
        (count > 0).then(|| format!("{} {}", format::count(count), change.name()))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let more = (difference.more_rows > 0).then(|| {
        let text = format!(
            "And {} with smaller differences, or too deep to be shown with all above them.",
            format::counted(difference.more_rows, "span")
        );
        view! { <p class="muted note">{text}</p> }
    });
    let rows = difference.rows.into_iter();
    let rows = rows.map(|row| view! { <SpanRow ids row /> }).collect_view();
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"Span by span"</h2>
                <span class="muted">{counts}</span>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Spans">
                <table class="parts trace-difference">
                    <thead>
                        <tr>
                            <th scope="col">"Span"</th>
                            <th scope="col" class="number">{NAMES[0]}</th>
                            <th scope="col" class="number">{NAMES[1]}</th>
                            <th scope="col" class="number">"Difference"</th>
                            <th scope="col">"In B"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
}

#[component]
fn SpanRow(ids: [TraceId; 2], row: Row) -> impl IntoView {
    let [a, b] = row.sides;
    let class = match row.change {
        Change::Added => "tag warn",
        Change::Slower => "tag bad",
        Change::Faster => "tag good",
        Change::Removed | Change::Unchanged => "tag",
    };
    let difference = row.difference_nanos().map(format::signed_duration);
    let kind = (!matches!(row.kind, Kind::Unspecified | Kind::Internal))
        .then(|| view! { " " <span class="tag">{row.kind.name()}</span> });
    let failed = |side: Option<Side>| side.is_some_and(|side| side.is_error);
    let failed = match (failed(a), failed(b)) {
        (false, false) => None,
        (true, true) => Some("failed in both"),
        (true, false) => Some("failed in A"),
        (false, true) => Some("failed in B"),
    };
    let failed = failed.map(|failed| view! { " " <span class="tag bad">{failed}</span> });
    let title = format!("{} {}", row.service, row.operation);
    let color = format!("service-{}", service_color(&row.service));
    let indent = INDENT_PIXELS * row.depth.min(MAX_INDENT);
    let row_class = matches!(row.change, Change::Unchanged | Change::Removed).then_some("calm");
    view! {
        <tr class=row_class>
            <th scope="row" class="name" title=title>
                <svg width=indent height="1" aria-hidden="true"></svg>
                <svg width="8" height="8" aria-hidden="true">
                    <rect class=color width="8" height="8" rx="2" />
                </svg>
                " "
                <b>{row.service}</b>
                " "
                {row.operation}
                {kind}
                {failed}
            </th>
            <td class="number"><Took trace=ids[0] name=NAMES[0] side=a /></td>
            <td class="number"><Took trace=ids[1] name=NAMES[1] side=b /></td>
            <td class="number">{difference}</td>
            <td><span class=class>{row.change.name()}</span></td>
        </tr>
    }
}

/// How long a span took, which leads to it.
#[component]
fn Took(trace: TraceId, name: &'static str, side: Option<Side>) -> impl IntoView {
    match side {
        Some(side) => {
            let href = TraceAddress::of(trace).with_span(side.span_id).href();
            let took = format::duration(side.duration_nanos);
            let label = format!("{took} in {name}");
            view! { <a href=href aria-label=label>{took}</a> }.into_any()
        }
        None => view! { <span class="muted">"–"</span> }.into_any(),
    }
}
