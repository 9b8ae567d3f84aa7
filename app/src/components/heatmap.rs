//! The heatmap as a picture.

use leptos::prelude::*;
use model::format;
use model::layout::axis;
use model::layout::heatmap::{Heatmap, LEVELS, Selection};

use crate::islands::heatmap_brush::HeatmapBrush;
use crate::islands::times::{Mark, Style};

/// The picture is so many units wide and high; the browser stretches it.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 300.0;

/// Times that are named below.
const MOST_TIMES: i64 = 8;

/// Between cells, in the picture's units.
const GAP: f64 = 0.8;

/// `base` is the address that a selection by hand is added to.
#[component]
pub(crate) fn HeatmapView(
    heatmap: Heatmap,
    selection: Option<Selection>,
    now_nanos: i64,
    base: String,
) -> impl IntoView {
    let chosen = selection.and_then(|selection| heatmap.rectangle(&selection));
    let cells = cells(&heatmap);
    let durations = durations(&heatmap);
    let times = heatmap.times.clone();
    view! {
        <div class="heatmap">
            <svg class="scale" width="64" height=HEIGHT aria-hidden="true">
                {durations}
            </svg>
            <HeatmapBrush heatmap chosen base now_nanos>
                <svg
                    class="cells"
                    width="100%"
                    height=HEIGHT
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    aria-hidden="true"
                >
                    {cells}
                </svg>
            </HeatmapBrush>
            <Times times />
        </div>
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
        let mark = Mark {
            nanos,
            style: Style::Axis { step_nanos: step },
        };
        view! {
            <text x=format!("{place:.2}%") y="12" data-time=mark.attribute()>
                {mark.utc()}
            </text>
        }
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

/// Begin and length of some columns or rows, of so many, on a side of that length.
fn span((first, last): (u16, u16), of: usize, side: f64) -> (f64, f64) {
    let one = side / float(of.max(1));
    let start = f64::from(first) * one;
    (start, f64::from(last.saturating_sub(first) + 1) * one)
}

#[expect(clippy::cast_precision_loss, reason = "a picture needs four digits")]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "a picture needs four digits")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}
