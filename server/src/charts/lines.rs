//! Durations over time.

use model::layout::axis::ticks;
use plotters::prelude::*;

use super::axis::{Axis, Scale, frame, time_axis};
use super::palette::{Palette, Theme};
use super::{
    ChartError, HEIGHT, Heading, MOST_DURATIONS, duration_label, float, nothing, picture,
    time_label,
};

pub(crate) struct Line {
    pub(crate) name: String,
    /// A duration for each column of time, in nanoseconds; none where nothing was counted.
    pub(crate) values: Vec<Option<i64>>,
}

/// `bounds` are where the columns of time begin, and where the last ends. Each value stands in the
/// middle of its column, with a gap where there is none.
pub(crate) fn lines(
    heading: &Heading,
    bounds: &[i64],
    lines: &[Line],
    theme: Theme,
) -> Result<String, ChartError> {
    let palette = Palette(theme);
    let values = lines.iter().flat_map(|line| line.values.iter().flatten());
    let greatest = values.copied().max();
    let color = |number: usize| palette.color(&format!("service-{number}"));
    let keys = lines.iter().enumerate();
    let keys: Vec<_> = keys
        .map(|(number, line)| (line.name.clone(), color(number)))
        .collect();
    picture(heading, &keys, palette, HEIGHT, |plot| {
        let (Some(greatest), Some(first), Some(last)) = (greatest, bounds.first(), bounds.last())
        else {
            return nothing(plot, palette);
        };
        let (time, step) = time_axis(*first, *last);
        let durations = ticks(greatest, MOST_DURATIONS);
        let across = Scale {
            axis: time,
            name: &|nanos| time_label(*nanos, step),
            room: 24,
            has_grid: false,
        };
        let up = Scale {
            axis: Axis {
                range: 0.0..float(greatest) * 1.08,
                named: durations.into_iter().map(float).collect(),
            },
            name: &|nanos| duration_label(*nanos),
            room: 64,
            has_grid: true,
        };
        let mut chart = frame(plot, palette, across, up)?;
        for (number, line) in lines.iter().enumerate() {
            for stroke in strokes(bounds, &line.values) {
                chart.draw_series(LineSeries::new(stroke, color(number).stroke_width(2)))?;
            }
        }
        Ok(())
    })
}

/// The parts of a line between its gaps. One value alone is as wide as its column.
fn strokes(bounds: &[i64], values: &[Option<i64>]) -> Vec<Vec<(f64, f64)>> {
    let columns: Vec<_> = bounds.windows(2).zip(values).collect();
    let parts = columns.split(|(_, value)| value.is_none());
    let strokes = parts.filter(|part| !part.is_empty()).map(|part| {
        let point = |column: &(&[i64], &Option<i64>), at: f64| {
            let (from, to) = (float(column.0[0]), float(column.0[1]));
            let value = column.1.map(float).unwrap_or_default();
            (from + (to - from) * at, value)
        };
        match part {
            [only] => vec![point(only, 0.0), point(only, 1.0)],
            _ => part.iter().map(|column| point(column, 0.5)).collect(),
        }
    });
    strokes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_gaps_where_nothing_was_counted() {
        let bounds = [0, 10, 20, 30, 40];
        let values = [Some(1), Some(2), None, Some(3)];
        assert_eq!(
            strokes(&bounds, &values),
            [
                vec![(5.0, 1.0), (15.0, 2.0)],
                vec![(30.0, 3.0), (40.0, 3.0)]
            ]
        );
    }

    #[test]
    fn text_is_no_markup() {
        let heading = Heading {
            title: "<script>\u{0}&".into(),
            subtitle: "a".repeat(500),
        };
        let line = Line {
            name: "\"<b>".into(),
            values: vec![Some(5)],
        };
        let svg = lines(&heading, &[0, 10], &[line], Theme::Light).expect("a chart");
        assert!(svg.contains("&lt;script&gt;&amp;") && svg.contains("&quot;&lt;b&gt;"));
        assert!(!svg.contains("<script>") && !svg.contains('\u{0}') && svg.contains("aaa…"));
    }

    #[test]
    fn nothing_is_said_in_words() {
        let heading = Heading {
            title: "Latency".into(),
            subtitle: String::new(),
        };
        let svg = lines(&heading, &[], &[], Theme::Dark).expect("a chart");
        assert!(svg.contains("No request was counted"));
    }
}
