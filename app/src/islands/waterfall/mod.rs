//! The waterfall: one row a span, as an ARIA treegrid.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use leptos::attr::custom::custom_attribute;
use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::format;
use model::id::{SpanId, TraceId};
use model::layout::axis;
use model::layout::waterfall::{Clock, Row, Waterfall};
use model::span::Kind;

use super::keys::is_typing;
use super::with_field;
use crate::error::AppError;

/// Deeper rows are indented no further.
const MAX_INDENT: usize = 24;

const INDENT_PIXELS: usize = 10;

/// Between the selection of a span and the question for its details.
const PAUSE: Duration = Duration::from_millis(80);

/// Most ticks on the time axis, besides the one at 0.
const TICKS: i64 = 5;

/// `base` is the address of the trace without a span, `other_clock` that with the other clock;
/// `children` are the details of the one that
/// is selected.
#[island]
pub(crate) fn WaterfallView(
    trace: TraceId,
    base: String,
    clock: Clock,
    other_clock: String,
    selected: SpanId,
    span_count: usize,
    waterfall: Waterfall,
    children: Children,
) -> impl IntoView {
    let selected = RwSignal::new(selected);
    let collapsed = RwSignal::new(HashSet::<SpanId>::new());
    let waterfall = Arc::new(waterfall);
    let base = StoredValue::new(base);
    let pane = RwSignal::new(Pane::default());
    let select = Callback::new(move |span: SpanId| {
        selected.set(span);
        base.with_value(|base| show_address(&with_field(base, "span", &span.to_string())));
        focus_row(span);
        fetch_details(trace, span, selected, pane);
    });
    let press = {
        let waterfall = Arc::clone(&waterfall);
        move |key: &str| {
            let at = selected.get_untracked();
            let target = collapsed.try_update(|collapsed| step(&waterfall, collapsed, at, key));
            let target = target.flatten();
            if let Some(span) = target {
                select.run(span);
            }
            target.is_some()
        }
    };
    let keys = {
        let press = press.clone();
        move |event: ev::KeyboardEvent| {
            // Those with a modifier are the browser's.
            let is_plain = !(event.alt_key() || event.ctrl_key() || event.meta_key());
            if is_plain && press(&event.key()) {
                event.prevent_default();
            }
        }
    };
    let anywhere = window_event_listener(ev::keydown, move |event| {
        let key = match event.key().as_str() {
            "[" => "ArrowUp",
            "]" => "ArrowDown",
            _ => return,
        };
        if !is_typing(&event) {
            press(key);
        }
    });
    on_cleanup(move || anywhere.remove());
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
    let shown = waterfall.rows.len();
    let is_fetched = move || pane.with(|pane| pane.fetched.is_some());
    let is_waiting = move || pane.with(|pane| pane.is_waiting.then_some("true"));
    view! {
        <section class="card waterfall" aria-label="Waterfall">
            <ClockSwitch
                clock
                largest_shift_nanos=waterfall.largest_shift_nanos
                other_clock
                selected
            />
            <div role="treegrid" aria-label="Spans" on:keydown=keys>
                <Axis duration_nanos=waterfall.duration_nanos waterfall=Arc::clone(&waterfall) />
                <For each=rows key=|row| row.span_id let:row>
                    <SpanRow row waterfall=Arc::clone(&waterfall) base selected select collapsed />
                </For>
            </div>
            <LeftOut shown span_count />
        </section>
        <aside class="card details" aria-label="Span details" aria-busy=is_waiting>
            <div hidden=is_fetched>{children()}</div>
            <div inner_html=move || pane.get().html()></div>
            {move || pane.get().problem()}
        </aside>
    }
}

/// What stands beside the waterfall.
#[derive(Debug, Clone, PartialEq, Default)]
struct Pane {
    /// None for the details that came with the page.
    fetched: Option<Details>,
    /// Others are on their way.
    is_waiting: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Details {
    /// As the server has drawn them.
    Drawn(String),
    /// Why there are none.
    Problem(String),
}

impl Pane {
    fn html(self) -> String {
        match self.fetched {
            Some(Details::Drawn(html)) => html,
            Some(Details::Problem(_)) | None => String::new(),
        }
    }

    fn problem(self) -> Option<impl IntoView> {
        match self.fetched {
            Some(Details::Problem(words)) => Some(view! { <p role="alert">{words}</p> }),
            Some(Details::Drawn(_)) | None => None,
        }
    }
}

/// The details of a span as HTML, which has no text of others as markup.
#[server(prefix = "/fn", endpoint = "draw_span", input = GetUrl)]
async fn draw_span(trace: TraceId, span: SpanId) -> Result<Option<String>, AppError> {
    crate::pages::trace::draw_span(trace, span).await
}

/// Shows the details of a span, unless another one is selected when they come.
fn fetch_details(trace: TraceId, span: SpanId, selected: RwSignal<SpanId>, pane: RwSignal<Pane>) {
    // Who holds an arrow key passes over many spans.
    let fetch = move || {
        if selected.get_untracked() != span {
            return;
        }
        leptos::task::spawn_local(async move {
            let drawn = match draw_span(trace, span).await {
                Ok(Some(html)) => Details::Drawn(html),
                Ok(None) => Details::Problem("The trace has no such span any more.".into()),
                Err(error) => Details::Problem(format!("{error}. {}", error.hint())),
            };
            if selected.get_untracked() == span {
                pane.set(Pane {
                    fetched: Some(drawn),
                    is_waiting: false,
                });
                #[cfg(feature = "hydrate")]
                request_animation_frame(super::times::write_all);
            }
        });
    };
    pane.update(|pane| pane.is_waiting = true);
    set_timeout(fetch, PAUSE);
}

/// So that the address leads to what is seen, without a step in the history for each span.
fn show_address(href: &str) {
    #[cfg(feature = "hydrate")]
    if let Ok(history) = window().history() {
        let state = wasm_bindgen::JsValue::NULL;
        // It fails only for an address that is none.
        history.replace_state_with_url(&state, "", Some(href)).ok();
    }
    #[cfg(not(feature = "hydrate"))]
    let _: &str = href;
}

/// Says by how much clocks were corrected, and shows the times without that.
#[component]
fn ClockSwitch(
    clock: Clock,
    largest_shift_nanos: i64,
    other_clock: String,
    selected: RwSignal<SpanId>,
) -> impl IntoView {
    const WHY: &str = "A server's part of a request lies within the client's. Where their clocks \
        say otherwise, the device's spans are moved so that it does.";
    (largest_shift_nanos != 0).then(|| {
        let sign = if largest_shift_nanos > 0 { "+" } else { "" };
        let amount = format!("{sign}{}", format::duration(largest_shift_nanos));
        let text = match clock {
            Clock::Corrected => format!("Clock corrected: {amount}"),
            Clock::Raw => format!("Clock as sent; off by {amount}"),
        };
        // The span that is selected stays so.
        let href = move || with_field(&other_clock, "span", &selected.get().to_string());
        view! {
            <p class="clock">
                <a href=href class="button" title=WHY>{text}</a>
            </p>
        }
    })
}

/// Says that there are more spans than rows.
#[component]
fn LeftOut(shown: usize, span_count: usize) -> impl IntoView {
    (span_count > shown).then(|| {
        let shown = format::count(shown);
        let all = format::counted(span_count, "span");
        view! {
            <p class="muted note">
                {format!("The first {shown} of {all} are shown. OTLP JSON has them all.")}
            </p>
        }
    })
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
    base: StoredValue<String>,
    selected: RwSignal<SpanId>,
    select: Callback<SpanId>,
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
    let href = base.with_value(|base| with_field(base, "span", &span.to_string()));
    let open = move |event: ev::MouseEvent| {
        // With a modifier it opens elsewhere.
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            select.run(span);
        }
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
                    href=href
                    on:click=open
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
