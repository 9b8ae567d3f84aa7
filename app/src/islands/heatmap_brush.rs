//! Moving over the heatmap to read a cell, and dragging a rectangle to select it; or both by
//! keyboard.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use model::format;
use model::layout::heatmap::{Heatmap, Rectangle};

use super::{times, with_field};

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

/// `children` are the picture. What is selected by hand is added to `base`, an address.
#[island]
pub(crate) fn HeatmapBrush(
    heatmap: Heatmap,
    chosen: Option<Rectangle>,
    base: String,
    now_nanos: i64,
    children: Children,
) -> impl IntoView {
    let cursor = RwSignal::new(None::<Cursor>);
    let is_dragging = RwSignal::new(false);
    let plot = NodeRef::<html::Div>::new();
    let (columns, rows) = (heatmap.columns(), heatmap.row_count());
    let map = StoredValue::new(heatmap);

    let finish = move || {
        let Some(cursor) = cursor.get_untracked() else {
            return;
        };
        let selection = map.with_value(|map| map.selection(cursor.rectangle()));
        if let Some(selection) = selection {
            let href = with_field(&base, "sel", &selection.to_string());
            // The selection stands below the picture.
            leave_for(&format!("{href}#selection"));
        }
    };
    let finish = StoredValue::new(finish);
    let finish = move || finish.with_value(|finish| finish());
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
    let cancelled = move |_| {
        is_dragging.set(false);
        cursor.set(None);
    };
    let left = move |_| {
        if !is_dragging.get_untracked() {
            cursor.set(None);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        // Those are the browser's.
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        match event.key().as_str() {
            "Enter" => finish(),
            "Escape" => {
                is_dragging.set(false);
                return cursor.set(None);
            }
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
            on:pointercancel=cancelled
            on:pointerleave=left
            on:keydown=key
        >
            {children()}
            <Frame marked columns rows />
        </div>
        <Reading map cursor now_nanos />
    }
}

/// Around the cells that are read or chosen.
#[component]
fn Frame(marked: Signal<Option<Rectangle>>, columns: usize, rows: usize) -> impl IntoView {
    let visibility = move || match marked.get() {
        Some(_) => "visible",
        None => "hidden",
    };
    let side = move |side: fn(Rectangle) -> (u16, u16), of: usize| {
        let rectangle = marked.get()?;
        let (start, length) = span(side(rectangle), of);
        Some((start, length))
    };
    let columns = move || side(|rectangle| rectangle.columns, columns).unwrap_or_default();
    let rows = move || side(|rectangle| rectangle.rows, rows).unwrap_or_default();
    view! {
        <svg class="frame" width="100%" height="100%" aria-hidden="true">
            <rect
                visibility=visibility
                x=move || percent(columns().0)
                width=move || percent(columns().1)
                y=move || percent(1.0 - rows().0 - rows().1)
                height=move || percent(rows().1)
            />
        </svg>
    }
}

/// What the cells under the cursor have, in words.
#[component]
fn Reading(
    map: StoredValue<Heatmap>,
    cursor: RwSignal<Option<Cursor>>,
    now_nanos: i64,
) -> impl IntoView {
    let reading = move || {
        let rectangle = cursor.get()?.rectangle();
        map.with_value(|map| {
            let selection = map.selection(rectangle)?;
            let count = usize::try_from(map.count_in(rectangle)).unwrap_or(0);
            let [from, to] = [selection.from_nanos, selection.to_nanos]
                .map(|nanos| times::minute(nanos, now_nanos));
            let durations = selection.durations();
            let requests = format::counted(count, "request");
            Some(format!("{from} to {to}, {durations}: {requests}"))
        })
    };
    let hint = "Drag a rectangle to see what sets it apart.";
    view! {
        <p id="heatmap-reading" class="reading muted scripted" aria-live="polite">
            {move || reading().unwrap_or_else(|| hint.to_owned())}
        </p>
    }
}

/// Begin and length of some columns or rows, of so many, as shares of the whole.
fn span((first, last): (u16, u16), of: usize) -> (f64, f64) {
    let one = 1.0 / float(of.max(1));
    let length = f64::from(last.saturating_sub(first) + 1) * one;
    (f64::from(first) * one, length)
}

fn percent(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
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

fn leave_for(href: &str) {
    #[cfg(feature = "hydrate")]
    // It fails only for an address that is none.
    window().location().set_href(href).ok();
    #[cfg(not(feature = "hydrate"))]
    let _: &str = href;
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
