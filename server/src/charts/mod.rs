//! Charts as SVG, for reports: the pictures of the pages, with their colours and their axes.

mod axis;
mod bars;
mod heatmap;
mod lines;
mod map;
mod palette;

use model::format;
use plotters::coord::Shift;
use plotters::prelude::*;

pub(crate) use bars::{Bar, bars};
pub(crate) use heatmap::heatmap;
pub(crate) use lines::{Line, lines};
pub(crate) use map::map;
pub(crate) use palette::Theme;

use palette::Palette;

/// Pixels.
const WIDTH: u32 = 960;
const HEIGHT: u32 = 400;
const HEAD_HEIGHT: u32 = 60;
const LEGEND_HEIGHT: u32 = 22;

/// About how wide a letter of the legend is.
const LETTER_WIDTH: usize = 7;

/// Most lines of one chart; the colours are told apart up to there.
pub(crate) const LINES: usize = 8;

/// Longest text in a chart, in characters.
const MAX_TEXT: usize = 96;

/// Durations that an axis names at most.
const MOST_DURATIONS: i64 = 5;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Why a chart could not be drawn. Texts have no other failures.
pub(crate) type ChartError = DrawingAreaErrorKind<std::io::Error>;

/// What a chart says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Heading {
    pub(crate) title: String,
    /// The filter, the time and the like.
    pub(crate) subtitle: String,
}

/// What a colour stands for.
type Key = (String, RGBColor);

/// An SVG so many pixels high, with the heading, the legend, and below them what `draw` draws.
fn picture(
    heading: &Heading,
    legend: &[Key],
    palette: Palette,
    height: u32,
    draw: impl FnOnce(&Area) -> Result<(), ChartError>,
) -> Result<String, ChartError> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        root.fill(&palette.color("surface"))?;
        let (head, plot) = root.split_vertically(HEAD_HEIGHT);
        let title = ("sans-serif", 18).into_font().style(FontStyle::Bold);
        head.draw_text(
            &plain(&heading.title),
            &title.color(&palette.color("text")),
            (20, 14),
        )?;
        let subtitle = ("sans-serif", 12).into_font();
        head.draw_text(
            &plain(&heading.subtitle),
            &subtitle.color(&palette.color("muted")),
            (20, 40),
        )?;
        if legend.is_empty() {
            draw(&plot)?;
        } else {
            let (keys, plot) = plot.split_vertically(LEGEND_HEIGHT);
            draw_legend(&keys, legend, palette)?;
            draw(&plot)?;
        }
        root.present()?;
    }
    Ok(svg)
}

/// In one row; what has no room is left out.
fn draw_legend(area: &Area, legend: &[Key], palette: Palette) -> Result<(), ChartError> {
    let style = ("sans-serif", 12).into_font().color(&palette.color("text"));
    let mut left = 20;
    for (name, color) in legend {
        let name = plain(name);
        let width = i32::try_from(30 + name.chars().count() * LETTER_WIDTH).unwrap_or(i32::MAX);
        if left + width > i32::try_from(WIDTH).unwrap_or(i32::MAX) {
            break;
        }
        let swatch = [(left, 4), (left + 14, 12)];
        area.draw(&Rectangle::new(swatch, color.filled()))?;
        area.draw_text(&name, &style, (left + 20, 3))?;
        left += width;
    }
    Ok(())
}

/// Says in the middle that there is nothing to draw.
fn nothing(plot: &Area, palette: Palette) -> Result<(), ChartError> {
    let text = ("sans-serif", 14)
        .into_font()
        .color(&palette.color("muted"));
    plot.draw_text("No request was counted in this time.", &text, (20, 20))
}

/// What an XML document may have of a text, and not too much of it.
fn plain(text: &str) -> String {
    let is_allowed = |char: &char| !char.is_control() && !('\u{fffe}'..='\u{ffff}').contains(char);
    let allowed = text.chars().filter(is_allowed);
    let mut short: String = allowed.take(MAX_TEXT + 1).collect();
    if short.chars().count() > MAX_TEXT {
        short.pop();
        short.push('…');
    }
    short
}

/// A time below a chart, in UTC.
fn time_label(nanos: f64, step_nanos: i64) -> String {
    format::axis_time(whole(nanos), step_nanos, 0)
}

/// Whether an axis asks for the name of a place that it was given.
fn is_at(place: f64, asked: f64) -> bool {
    (place - asked).abs() < 1e-9
}

fn duration_label(nanos: f64) -> String {
    format::duration(whole(nanos))
}

#[expect(clippy::cast_possible_truncation, reason = "what was a whole number")]
fn whole(value: f64) -> i64 {
    value as i64
}

#[expect(clippy::cast_precision_loss, reason = "a picture needs four digits")]
fn float(value: i64) -> f64 {
    value as f64
}
