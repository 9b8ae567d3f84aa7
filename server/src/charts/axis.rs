//! Axes whose named places are chosen beforehand, round times and durations, and the frame that
//! every chart has of them.

use std::ops::Range;

use model::layout::axis::times;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;

use super::palette::Palette;
use super::{Area, ChartError, float};

pub(super) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

/// Times that an axis names at most.
const MOST_TIMES: i64 = 8;

/// An axis as it is drawn.
pub(super) struct Scale<'a> {
    pub(super) axis: Axis,
    pub(super) name: &'a dyn Fn(&f64) -> String,
    /// Pixels that the names have beside the plot.
    pub(super) room: u32,
    /// Whether a line crosses the plot at each name.
    pub(super) has_grid: bool,
}

/// The plot with its axes.
pub(super) fn frame<'a, 'b>(
    plot: &'a Area<'b>,
    palette: Palette,
    across: Scale<'_>,
    up: Scale<'_>,
) -> Result<Chart<'a, 'b>, ChartError> {
    let mut chart = ChartBuilder::on(plot)
        .margin(16)
        .x_label_area_size(across.room)
        .y_label_area_size(up.room)
        .build_cartesian_2d(across.axis, up.axis)?;
    let labels = ("sans-serif", 12)
        .into_font()
        .color(&palette.color("muted"));
    let mut mesh = chart.configure_mesh();
    if !across.has_grid {
        mesh.disable_x_mesh();
    }
    if !up.has_grid {
        mesh.disable_y_mesh();
    }
    mesh.bold_line_style(palette.color("line"))
        .axis_style(palette.color("line-strong"))
        .label_style(labels)
        .x_label_formatter(across.name)
        .y_label_formatter(up.name)
        .draw()?;
    Ok(chart)
}

/// An axis of time, and from one time that it names to the next, in nanoseconds.
pub(super) fn time_axis(from_nanos: i64, to_nanos: i64) -> (Axis, i64) {
    let (step, named) = times(from_nanos, to_nanos, MOST_TIMES);
    let axis = Axis {
        range: float(from_nanos)..float(to_nanos),
        named: named.into_iter().map(float).collect(),
    };
    (axis, step)
}

#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) range: Range<f64>,
    pub(super) named: Vec<f64>,
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    #[expect(clippy::cast_possible_truncation, reason = "pixels of a picture")]
    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let length = self.range.end - self.range.start;
        let share = if length > 0.0 {
            (value - self.range.start) / length
        } else {
            0.0
        };
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.named.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// The charts give their own words.
impl ValueFormatter<f64> for Axis {}
