//! The waterfall with the details of one span beside it. The first rows stand in the page; where
//! scripts run, the island fetches the skeleton of the trace and draws whatever is scrolled to.

mod looked_at;

use leptos::prelude::*;
use model::format;
use model::id::SpanId;
use model::layout::waterfall::State;

pub(super) use self::looked_at::{LookedAt, find};

use self::looked_at::MAX_ROWS;
use super::span_pane::SpanPane;
use crate::address::TraceAddress;
use crate::components::waterfall::{EmptyRow, SpanRow, WaterfallFrame};
use crate::islands::span_details::SpanDetailsPane;
use crate::islands::waterfall::{Facts, WaterfallView};

/// Most spans whose skeleton comes with the page.
const MAX_AT_ONCE: usize = 300;

#[component]
pub(super) fn WaterfallPart(
    address: TraceAddress,
    looked_at: LookedAt,
    selected: SpanId,
    now_nanos: i64,
) -> impl IntoView {
    let trace = address.id;
    let skeleton = &looked_at.skeleton;
    let problem = looked_at.found.as_ref().err();
    let facts = Facts {
        found: looked_at.found.as_ref().map_or(0, Vec::len),
        problem: problem.map(|problem| format!("{problem}. {}", problem.hint)),
        skeleton: (skeleton.bones.len() <= MAX_AT_ONCE).then(|| skeleton.to_text()),
        ..Facts::of(trace, skeleton)
    };
    let state = address.waterfall.clone();
    view! {
        <div class="trace framed card">
            <WaterfallView facts state selected>
                <Rows address looked_at selected />
            </WaterfallView>
            <SpanDetailsPane trace span=selected>
                <SpanPane trace span=selected now_nanos />
            </SpanDetailsPane>
        </div>
    }
}

/// What stands there before scripts run.
#[component]
fn Rows(address: TraceAddress, looked_at: LookedAt, selected: SpanId) -> impl IntoView {
    let rows = looked_at.rows();
    // Some row can be reached by keyboard.
    let has_selected = rows.iter().any(|(row, _)| row.id == selected);
    let first = rows.first().map(|(row, _)| row.id);
    let current = if has_selected { Some(selected) } else { first };
    let drawn = rows.iter().map(|(row, is_found)| {
        let href = address.clone().with_span(row.id).href();
        let is_selected = current == Some(row.id);
        view! { <SpanRow row href is_found=*is_found is_selected /> }
    });
    let drawn = drawn.collect_view();
    let count = looked_at.view.len();
    let (first_row, duration_nanos) = (looked_at.first_row, looked_at.skeleton.duration_nanos);
    let hides_path = address.waterfall.hides_path;
    view! {
        <WaterfallFrame
            minimap=looked_at.minimap
            looked_at=looked_at.window
            duration_nanos
            hides_path
            count
        >
            {drawn}
        </WaterfallFrame>
        <EmptyRow />
        <LeftOut address=address.clone() first_row count spans_left_out=looked_at.skeleton.spans_left_out />
    }
}

/// Says that there are more spans than rows here, and leads to them.
#[component]
fn LeftOut(
    address: TraceAddress,
    first_row: usize,
    count: usize,
    spans_left_out: usize,
) -> impl IntoView {
    let end = (first_row + MAX_ROWS).min(count);
    let at = |row: usize| {
        let waterfall = State {
            first_row: Some(row),
            ..address.waterfall.clone()
        };
        address.clone().with_waterfall(waterfall).href()
    };
    let is_part = first_row > 0 || end < count;
    let rows = is_part.then(|| {
        let shown = format!("{} to {}", format::count(first_row + 1), format::count(end));
        let before = first_row.checked_sub(MAX_ROWS).map(|row| {
            view! { <a class="button" href=at(row)>"Rows before"</a> }
        });
        let after = (end < count).then(|| {
            view! { <a class="button" href=at(end)>"Further rows"</a> }
        });
        view! {
            <p class="note muted unscripted">
                {format!("Rows {shown} of {} are shown.", format::count(count))}
                " "
                {before}
                " "
                {after}
            </p>
        }
    });
    let beyond = (spans_left_out > 0).then(|| {
        let beyond = format::counted(spans_left_out, "span");
        view! { <p class="note muted">{format!("{beyond} more have no row here; OTLP JSON has them all.")}</p> }
    });
    view! {
        {rows}
        {beyond}
    }
}
