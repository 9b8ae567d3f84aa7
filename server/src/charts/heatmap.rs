//! Requests by time and duration.

use model::layout::heatmap::Heatmap;
use plotters::prelude::*;

use super::axis::{Axis, Scale, frame, time_axis};
use super::palette::{Palette, Theme};
use super::{
    ChartError, HEIGHT, Heading, duration_label, float, is_at, nothing, picture, time_label,
};

/// Durations stand on the scale of the heatmap's rows, which is that of logarithms.
pub(crate) fn heatmap(
    heading: &Heading,
    map: &Heatmap,
    theme: Theme,
) -> Result<String, ChartError> {
    let palette = Palette(theme);
    picture(heading, &[], palette, HEIGHT, |plot| {
        let (Some(first), Some(last)) = (map.times.first(), map.times.last()) else {
            return nothing(plot, palette);
        };
        if map.cells.is_empty() {
            return nothing(plot, palette);
        }
        let (time, step) = time_axis(*first, *last);
        let across = Scale {
            axis: time,
            name: &|nanos| time_label(*nanos, step),
            room: 24,
            has_grid: false,
        };
        let durations = map.durations();
        let rows = u16::try_from(map.row_count()).unwrap_or(u16::MAX);
        let up = Scale {
            axis: Axis {
                range: 0.0..f64::from(rows),
                named: durations.iter().map(|(row, _)| *row).collect(),
            },
            name: &|row| {
                let named = durations.iter().find(|(at, _)| is_at(*at, *row));
                named.map_or_else(String::new, |(_, nanos)| duration_label(float(*nanos)))
            },
            room: 64,
            has_grid: false,
        };
        let mut chart = frame(plot, palette, across, up)?;
        chart.draw_series(map.levels().into_iter().map(|(cell, level)| {
            let column = usize::from(cell.column);
            let (from, to) = (float(map.times[column]), float(map.times[column + 1]));
            let row = f64::from(cell.row);
            let color = palette.color(&format!("heat-{level}"));
            Rectangle::new([(from, row), (to, row + 1.0)], color.filled())
        }))?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::layout::heatmap::Cell;

    #[test]
    fn every_cell_is_drawn() {
        let cell = |column, row| Cell {
            column,
            row,
            count: 1,
        };
        let map = Heatmap {
            times: vec![0, 60, 120],
            rows: vec![100, 108, 116],
            cells: vec![cell(0, 1), cell(1, 0)],
        };
        let heading = Heading {
            title: "Requests".into(),
            subtitle: String::new(),
        };
        let drawn = |map: &Heatmap| {
            let svg = heatmap(&heading, map, Theme::Light).expect("a chart");
            svg.matches("<rect").count()
        };
        // One is the background.
        assert_eq!(drawn(&map), 3);
        assert_eq!(drawn(&Heatmap::default()), 1);
    }
}
