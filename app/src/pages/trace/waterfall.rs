//! The waterfall: one row a span, as an ARIA treegrid.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::attr::custom::custom_attribute;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::format;
use model::id::SpanId;
use model::layout::axis;
use model::layout::waterfall::{Row, Waterfall};
use model::span::Kind;

use super::query::Overview;
use crate::address::TraceAddress;
use crate::components::keyboard::is_typing;

/// Deeper rows are indented no further.
const MAX_INDENT: usize = 24;

const INDENT_PIXELS: usize = 10;

/// Most ticks on the time axis, besides the one at 0.
const TICKS: i64 = 5;

#[component]
pub(super) fn WaterfallView(
    address: Memo<TraceAddress>,
    selected: Memo<SpanId>,
    overview: Overview,
) -> impl IntoView {
    let waterfall = Arc::new(overview.waterfall);
    let collapsed = RwSignal::new(HashSet::<SpanId>::new());
    let navigate = use_navigate();
    let go = {
        move |span: SpanId| {
            let options = NavigateOptions {
                scroll: false,
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&address.get_untracked().with_span(span).href(), options);
            focus_row(span);
        }
    };
    let keys = {
        let (waterfall, go) = (Arc::clone(&waterfall), go.clone());
        move |event: ev::KeyboardEvent| {
            let at = selected.get_untracked();
            let target =
                collapsed.try_update(|collapsed| step(&waterfall, collapsed, at, &event.key()));
            if let Some(Some(span)) = target {
                event.prevent_default();
                go(span);
            }
        }
    };
    let anywhere = {
        let waterfall = Arc::clone(&waterfall);
        window_event_listener(ev::keydown, move |event| {
            let key = match event.key().as_str() {
                "[" => "ArrowUp",
                "]" => "ArrowDown",
                _ => return,
            };
            if is_typing(&event) {
                return;
            }
            let at = selected.get_untracked();
            let target = collapsed.try_update(|collapsed| step(&waterfall, collapsed, at, key));
            if let Some(Some(span)) = target {
                go(span);
            }
        })
    };
    on_cleanup(move || anywhere.remove());
    let hidden = overview
        .summary
        .span_count
        .saturating_sub(waterfall.rows.len());
    let note = (hidden > 0).then(|| {
        let shown = format::count(waterfall.rows.len());
        let all = format::counted(overview.summary.span_count, "span");
        view! { <p class="muted note">{format!("The first {shown} of {all} are shown. OTLP JSON has them all.")}</p> }
    });
    let rows = {
        let waterfall = Arc::clone(&waterfall);
        move || {
            let collapsed = collapsed.get();
            waterfall
                .visible(|span| collapsed.contains(&span))
                .into_iter()
                .cloned()
                .collect::<Vec<_>>()
        }
    };
    view! {
        <section class="card waterfall" aria-label="Waterfall">
            <div role="treegrid" aria-label="Spans" on:keydown=keys>
                <Axis duration_nanos=waterfall.duration_nanos waterfall=Arc::clone(&waterfall) />
                <For each=rows key=|row| row.span_id let:row>
                    <SpanRow row waterfall=Arc::clone(&waterfall) address selected collapsed />
                </For>
            </div>
            {note}
        </section>
    }
}

/// Where a key leads from a row: the span to select next, if any. Collapses and expands on the way.
fn step(
    waterfall: &Waterfall,
    collapsed: &mut HashSet<SpanId>,
    at: SpanId,
    key: &str,
) -> Option<SpanId> {
    let rows = waterfall.visible(|span| collapsed.contains(&span));
    let position = rows.iter().position(|row| row.span_id == at)?;
    let row = rows[position];
    let next = match key {
        "ArrowDown" => rows.get(position + 1).copied(),
        "ArrowUp" => position.checked_sub(1).map(|before| rows[before]),
        "Home" => rows.first().copied(),
        "End" => rows.last().copied(),
        "ArrowLeft" if row.descendants > 0 && collapsed.insert(at) => Some(row),
        "ArrowLeft" => rows[..position]
            .iter()
            .rev()
            .find(|above| above.depth < row.depth)
            .copied(),
        "ArrowRight" if collapsed.remove(&at) => Some(row),
        "ArrowRight" if row.descendants > 0 => rows.get(position + 1).copied(),
        _ => None,
    };
    next.map(|row| row.span_id)
}

fn row_id(span: SpanId) -> String {
    format!("span-{span}")
}

fn focus_row(span: SpanId) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let row = document().get_element_by_id(&row_id(span));
        let row: Option<web_sys::HtmlElement> = row.and_then(|row| row.dyn_into().ok());
        if let Some(row) = row {
            row.focus().ok();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _: SpanId = span;
}

#[component]
fn Axis(duration_nanos: i64, waterfall: Arc<Waterfall>) -> impl IntoView {
    let ticks = axis::ticks(duration_nanos, TICKS);
    let ticks = ticks.into_iter().map(|tick| {
        let percent = waterfall.percent(tick);
        // A label near the right end stands on the left of its tick.
        let anchor = if percent > 90.0 { "end" } else { "start" };
        view! { <text x=format!("{percent:.2}%") y="12" text-anchor=anchor>{format::duration(tick)}</text> }
    });
    let ticks: Vec<_> = ticks.collect();
    view! {
        <div role="row" class="row head">
            <div role="columnheader">"Service and operation"</div>
            <div role="columnheader" class="lane">
                <span class="hidden">"Time line"</span>
                <svg width="100%" height="16" aria-hidden="true">{ticks}</svg>
            </div>
            <div role="columnheader" class="number">"Duration"</div>
        </div>
    }
}

#[component]
fn SpanRow(
    row: Row,
    waterfall: Arc<Waterfall>,
    address: Memo<TraceAddress>,
    selected: Memo<SpanId>,
    collapsed: RwSignal<HashSet<SpanId>>,
) -> impl IntoView {
    let span = row.span_id;
    let is_parent = row.descendants > 0;
    let is_collapsed = move || collapsed.with(|collapsed| collapsed.contains(&span));
    let is_selected = move || selected.get() == span;
    let toggle = move |_| {
        collapsed.update(|collapsed| {
            if !collapsed.remove(&span) {
                collapsed.insert(span);
            }
        });
    };
    let twisty = if is_parent {
        let descendants = format::counted(row.descendants, "span");
        view! {
            <button type="button" class="twisty scripted" tabindex="-1" on:click=toggle
                aria-label=move || format!("{} {descendants} below", if is_collapsed() { "Show" } else { "Hide" })
            >
                {move || if is_collapsed() { "▸" } else { "▾" }}
            </button>
        }
        .into_any()
    } else {
        view! { <span class="twisty"></span> }.into_any()
    };
    let kind = (!matches!(row.kind, Kind::Unspecified | Kind::Internal))
        .then(|| view! { <span class="tag">{row.kind.name()}</span> });
    let error = row
        .is_error
        .then(|| view! { <span class="tag bad">"error"</span> });
    let defects = (!row.defects.is_empty())
        .then(|| view! { <span class="tag warn" title=row.defects.join(". ")>"defect"</span> });
    let indent = INDENT_PIXELS * row.depth.min(MAX_INDENT);
    let title = format!("{} {}", row.service, row.name);
    let duration = format::duration(row.duration_nanos);
    let level = (row.depth + 1).to_string();
    let (service, name, color) = (row.service.clone(), row.name.clone(), row.color);
    view! {
        <div
            role="row"
            class="row"
            class:selected=is_selected
            id=row_id(span)
            {..custom_attribute("aria-level", level)}
            aria-expanded=move || is_parent.then(|| if is_collapsed() { "false" } else { "true" })
            aria-selected=move || if is_selected() { "true" } else { "false" }
            tabindex=move || if is_selected() { "0" } else { "-1" }
        >
            <div role="gridcell" class="label">
                <svg width=indent height="1" aria-hidden="true"></svg>
                {twisty}
                <svg width="8" height="8" aria-hidden="true">
                    <rect class=format!("service-{color}") width="8" height="8" rx="2" />
                </svg>
                <a
                    href=move || address.get().with_span(span).href()
                    data-noscroll="true"
                    title=title
                    tabindex="-1"
                >
                    <b>{service}</b>
                    " "
                    <span>{name}</span>
                </a>
                {kind}
                {error}
                {defects}
            </div>
            <div role="gridcell" class="lane"><Bar row waterfall /></div>
            <div role="gridcell" class="number">{duration}</div>
        </div>
    }
}

/// The span on the time line, with a mark for each event.
#[component]
fn Bar(row: Row, waterfall: Arc<Waterfall>) -> impl IntoView {
    let left = waterfall.percent(row.offset_nanos);
    let width = waterfall.percent(row.duration_nanos).max(0.2);
    let class = format!("service-{}", row.color);
    let error = row.is_error.then(|| {
        view! { <rect class="error-edge" x=format!("{left:.3}%") y="14" width=format!("{width:.3}%") height="2" /> }
    });
    let events = row.events_nanos.iter().map(|&event| {
        view! { <circle class="event" cx=format!("{:.3}%", waterfall.percent(event)) cy="8" r="3" /> }
    });
    let events: Vec<_> = events.collect();
    view! {
        <svg width="100%" height="16" aria-hidden="true">
            <rect class=class x=format!("{left:.3}%") y="3" width=format!("{width:.3}%") height="10" rx="2" />
            {error}
            {events}
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waterfall() -> (Waterfall, [SpanId; 3]) {
        let id = |n: u8| SpanId::from_slice(&[n; 8]).expect("not zero");
        let row = |n: u8, depth: usize, descendants: usize| Row {
            span_id: id(n),
            depth,
            descendants,
            service: "shop".into(),
            color: 0,
            name: "pay".into(),
            kind: Kind::Internal,
            is_error: false,
            offset_nanos: 0,
            duration_nanos: 1,
            events_nanos: vec![],
            shift_nanos: 0,
            defects: vec![],
        };
        let rows = vec![row(1, 0, 2), row(2, 1, 1), row(3, 2, 0)];
        (
            Waterfall {
                start_nanos: 0,
                duration_nanos: 1,
                rows,
                largest_shift_nanos: 0,
            },
            [1, 2, 3].map(id),
        )
    }

    #[test]
    fn arrows_walk_the_tree() {
        let (waterfall, [a, b, c]) = waterfall();
        let mut collapsed = HashSet::new();
        let mut press = |at, key| step(&waterfall, &mut collapsed, at, key);
        assert_eq!(press(a, "ArrowDown"), Some(b));
        assert_eq!(press(a, "ArrowUp"), None);
        assert_eq!(press(c, "ArrowLeft"), Some(b), "a leaf leads to its parent");
        assert_eq!(
            press(b, "ArrowLeft"),
            Some(b),
            "a parent is collapsed first"
        );
        assert_eq!(press(b, "ArrowDown"), None, "its child is hidden now");
        assert_eq!(press(b, "ArrowRight"), Some(b), "and expanded again");
        assert_eq!(press(b, "ArrowRight"), Some(c));
        assert_eq!(press(a, "End"), Some(c));
        assert_eq!(press(a, "x"), None);
    }
}
