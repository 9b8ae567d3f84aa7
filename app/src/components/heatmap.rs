//! The heatmap as a picture: move over it to read a cell, drag a rectangle to select it, or do both
//! by keyboard.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use model::format;
use model::layout::axis;
use model::layout::heatmap::{Heatmap, LEVELS, Rectangle, Selection};

use super::local_time::{axis_time, use_clock};

/// The picture is so many units wide and high; the browser stretches it.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 300.0;

/// Times that are named below.
const MOST_TIMES: i64 = 8;

/// Between cells, in the picture's units.
const GAP: f64 = 0.8;

/// The cell that is read, and the one that a rectangle was begun with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    at: (u16, u16),
    began: (u16, u16),
}

impl Cursor {
    fn on(at: (u16, u16)) -> Self {
        Self { at, began: at }
    }

    /// Where the keyboard begins.
    fn first(chosen: Option<Rectangle>) -> Self {
        Self::on(chosen.map_or((0, 0), |chosen| (chosen.columns.0, chosen.rows.0)))
    }

    fn rectangle(self) -> Rectangle {
        let ((a, b), (c, d)) = (self.at, self.began);
        Rectangle {
            columns: (a.min(c), a.max(c)),
            rows: (b.min(d), b.max(d)),
        }
    }
}

/// `select` is called with what was selected by hand.
#[component]
pub(crate) fn HeatmapView(
    heatmap: Heatmap,
    selection: Option<Selection>,
    now_nanos: i64,
    select: Callback<Selection>,
) -> impl IntoView {
    let cursor = RwSignal::new(None::<Cursor>);
    let is_dragging = RwSignal::new(false);
    let plot = NodeRef::<html::Div>::new();
    let chosen = selection.and_then(|selection| heatmap.rectangle(&selection));
    let cells = cells(&heatmap);
    let durations = durations(&heatmap);
    let (columns, rows) = (heatmap.columns(), heatmap.row_count());
    let times = heatmap.times.clone();
    let map = StoredValue::new(heatmap);

    let finish = move || {
        let Some(cursor) = cursor.get_untracked() else {
            return;
        };
        if let Some(selection) = map.with_value(|map| map.selection(cursor.rectangle())) {
            select.run(selection);
        }
    };
    let cell_under = move |event: &ev::PointerEvent| cell_at(plot, event, columns, rows);
    let down = move |event: ev::PointerEvent| {
        if event.button() == 0 {
            cursor.set(cell_under(&event).map(Cursor::on));
            is_dragging.set(true);
            hold(plot, &event);
        }
    };
    let moved = move |event: ev::PointerEvent| {
        let Some(at) = cell_under(&event) else {
            return;
        };
        cursor.update(|cursor| {
            *cursor = match *cursor {
                Some(Cursor { began, .. }) if is_dragging.get_untracked() => {
                    Some(Cursor { at, began })
                }
                _ => Some(Cursor::on(at)),
            };
        });
    };
    let up = move |_| {
        if is_dragging.get_untracked() {
            is_dragging.set(false);
            finish();
        }
    };
    let left = move |_| {
        if !is_dragging.get_untracked() {
            cursor.set(None);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        match event.key().as_str() {
            "Enter" => finish(),
            "Escape" => return cursor.set(None),
            key => {
                let start = cursor
                    .get_untracked()
                    .unwrap_or_else(|| Cursor::first(chosen));
                let Some(at) = step(key, start.at, (last(columns), last(rows))) else {
                    return;
                };
                let began = if event.shift_key() { start.began } else { at };
                cursor.set(Some(Cursor { at, began }));
            }
        }
        event.prevent_default();
    };
    let marked = Signal::derive(move || cursor.get().map(Cursor::rectangle).or(chosen));
    view! {
        <div class="heatmap">
            <svg class="scale" width="64" height=HEIGHT aria-hidden="true">
                {durations}
            </svg>
            <div
                class="plot"
                node_ref=plot
                tabindex="0"
                role="application"
                aria-label="Requests by time and duration. Arrow keys move, with Shift they widen the selection, Enter selects."
                aria-describedby="heatmap-reading"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointerleave=left
                on:keydown=key
            >
                <svg
                    width="100%"
                    height=HEIGHT
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    aria-hidden="true"
                >
                    {cells}
                    <Marked marked columns rows />
                </svg>
            </div>
            <Times times />
            <Reading map cursor now_nanos />
        </div>
    }
}

/// The frame around the cells that are read.
#[component]
fn Marked(marked: Signal<Option<Rectangle>>, columns: usize, rows: usize) -> impl IntoView {
    move || {
        let rectangle = marked.get()?;
        let (x, width) = span(rectangle.columns, columns, WIDTH);
        let (below, height) = span(rectangle.rows, rows, HEIGHT);
        let y = HEIGHT - below - height;
        Some(view! {
            <rect
                class="frame"
                x=format!("{x:.2}")
                y=format!("{y:.2}")
                width=format!("{width:.2}")
                height=format!("{height:.2}")
                vector-effect="non-scaling-stroke"
            />
        })
    }
}

/// What the cells under the cursor have, in words.
#[component]
fn Reading(
    map: StoredValue<Heatmap>,
    cursor: RwSignal<Option<Cursor>>,
    now_nanos: i64,
) -> impl IntoView {
    let clock = use_clock(now_nanos);
    let reading = move || {
        let rectangle = cursor.get()?.rectangle();
        map.with_value(|map| {
            let selection = map.selection(rectangle)?;
            let count = usize::try_from(count(map, rectangle)).unwrap_or(0);
            let [from, to] = [selection.from_nanos, selection.to_nanos].map(&clock);
            let durations = duration_range(&selection);
            let requests = format::counted(count, "request");
            Some(format!("{from} to {to}, {durations}: {requests}"))
        })
    };
    view! {
        <p id="heatmap-reading" class="reading muted" aria-live="polite">
            {reading}
            <span class="scripted">"Drag a rectangle to see what sets it apart."</span>
        </p>
    }
}

/// Round times below the picture.
#[component]
fn Times(times: Vec<i64>) -> impl IntoView {
    let first = times.first().copied().unwrap_or(0);
    let last = times.last().copied().unwrap_or(first);
    let (step, named) = axis::times(first, last, MOST_TIMES);
    let labels = named.into_iter().map(move |nanos| {
        let place = share(nanos - first, last - first) * 100.0;
        view! { <text x=format!("{place:.2}%") y="12">{axis_time(nanos, step)}</text> }
    });
    view! {
        <svg class="times" width="100%" height="16" aria-hidden="true">
            {labels.collect_view()}
        </svg>
    }
}

/// All cells of one shade are one path: a few elements instead of thousands.
fn cells(heatmap: &Heatmap) -> impl IntoView + use<> {
    let mut paths = vec![String::new(); usize::from(LEVELS)];
    for (cell, level) in heatmap.levels() {
        let (x, width) = span((cell.column, cell.column), heatmap.columns(), WIDTH);
        let (below, height) = span((cell.row, cell.row), heatmap.row_count(), HEIGHT);
        let y = HEIGHT - below - height;
        let (width, height) = (width - GAP, height - GAP);
        let path = format!("M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z");
        paths[usize::from(level)].push_str(&path);
    }
    let paths = paths.into_iter().enumerate();
    paths
        .map(|(level, path)| view! { <path class=format!("heat-{level}") d=path /> })
        .collect_view()
}

fn durations(heatmap: &Heatmap) -> impl IntoView + use<> {
    let rows = heatmap.row_count().max(1);
    let labels = heatmap.durations().into_iter().map(move |(row, nanos)| {
        let y = HEIGHT - row / float(rows) * HEIGHT;
        view! { <text x="58" y=format!("{:.1}", y + 4.0)>{format::duration(nanos)}</text> }
    });
    labels.collect_view()
}

/// What a selection's durations are called.
pub(crate) fn duration_range(selection: &Selection) -> String {
    let least = format::duration(selection.least_nanos);
    match (selection.least_nanos, selection.below_nanos) {
        (0, None) => "of any duration".to_owned(),
        (0, Some(below)) => format!("shorter than {}", format::duration(below)),
        (_, None) => format!("{least} and longer"),
        (_, Some(below)) => format!("{least} to {}", format::duration(below)),
    }
}

fn count(heatmap: &Heatmap, rectangle: Rectangle) -> i64 {
    let (first, last) = rectangle.columns;
    let (shortest, longest) = rectangle.rows;
    let inside = heatmap.cells.iter().filter(|cell| {
        (first..=last).contains(&cell.column) && (shortest..=longest).contains(&cell.row)
    });
    inside.map(|cell| cell.count).sum()
}

/// Begin and length of some columns or rows, of so many, on a side of that length.
fn span((first, last): (u16, u16), of: usize, side: f64) -> (f64, f64) {
    let one = side / float(of.max(1));
    let start = f64::from(first) * one;
    (start, f64::from(last.saturating_sub(first) + 1) * one)
}

/// The cell that a key leads to.
fn step(key: &str, (column, row): (u16, u16), last: (u16, u16)) -> Option<(u16, u16)> {
    Some(match key {
        "ArrowLeft" => (column.saturating_sub(1), row),
        "ArrowRight" => ((column + 1).min(last.0), row),
        "ArrowUp" => (column, (row + 1).min(last.1)),
        "ArrowDown" => (column, row.saturating_sub(1)),
        "Home" => (0, row),
        "End" => (last.0, row),
        _ => return None,
    })
}

fn last(count: usize) -> u16 {
    u16::try_from(count.saturating_sub(1)).unwrap_or(u16::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "a picture needs four digits")]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "a picture needs four digits")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The cell under the pointer, or the nearest one.
#[cfg(feature = "hydrate")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and what is outside counts as the edge"
)]
fn cell_at(
    plot: NodeRef<html::Div>,
    event: &ev::PointerEvent,
    columns: usize,
    rows: usize,
) -> Option<(u16, u16)> {
    let area = plot.get_untracked()?.get_bounding_client_rect();
    if columns == 0 || rows == 0 || area.width() <= 0.0 || area.height() <= 0.0 {
        return None;
    }
    let right = (f64::from(event.client_x()) - area.left()) / area.width();
    let up = 1.0 - (f64::from(event.client_y()) - area.top()) / area.height();
    let place = |share: f64, of: usize| ((share * float(of)).floor() as u16).min(last(of));
    Some((place(right, columns), place(up, rows)))
}

#[cfg(not(feature = "hydrate"))]
fn cell_at(
    _plot: NodeRef<html::Div>,
    _event: &ev::PointerEvent,
    _columns: usize,
    _rows: usize,
) -> Option<(u16, u16)> {
    None
}

/// So that a drag goes on outside the picture.
fn hold(plot: NodeRef<html::Div>, event: &ev::PointerEvent) {
    #[cfg(feature = "hydrate")]
    if let Some(plot) = plot.get_untracked() {
        // It fails only when the pointer is gone.
        plot.set_pointer_capture(event.pointer_id()).ok();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (plot, event);
}
