//! Durations of groups side by side.

use plotters::prelude::*;

use model::layout::axis::ticks;

use super::axis::{Axis, Scale, frame};
use super::palette::{Palette, Theme};
use super::{
    ChartError, HEIGHT, Heading, MOST_DURATIONS, duration_label, float, is_at, nothing, picture,
    plain,
};

/// Most groups that have room.
pub(crate) const MAX_BARS: usize = 12;

/// Parts of the height that a group has: the long bar, and the short one within it.
type Kind = (fn(&Bar) -> i64, (f64, f64));
const KINDS: [Kind; 2] = [(|bar| bar.p95, (0.2, 0.8)), (|bar| bar.p50, (0.35, 0.65))];

pub(crate) struct Bar {
    pub(crate) name: String,
    /// Nanoseconds.
    pub(crate) p50: i64,
    /// Nanoseconds.
    pub(crate) p95: i64,
}

/// The first stands on top; those beyond [`MAX_BARS`] are left out.
pub(crate) fn bars(heading: &Heading, bars: &[Bar], theme: Theme) -> Result<String, ChartError> {
    let palette = Palette(theme);
    let bars = &bars[..bars.len().min(MAX_BARS)];
    let greatest = bars.iter().map(|bar| bar.p95).max();
    let keys = [("p95", "heat-2"), ("p50", "heat-4")];
    let keys = keys.map(|(name, color)| (name.to_owned(), palette.color(color)));
    picture(heading, &keys, palette, HEIGHT, |plot| {
        let Some(greatest) = greatest else {
            return nothing(plot, palette);
        };
        let across = Scale {
            axis: Axis {
                range: 0.0..float(greatest) * 1.05,
                named: (ticks(greatest, MOST_DURATIONS).into_iter())
                    .map(float)
                    .collect(),
            },
            name: &|nanos| duration_label(*nanos),
            room: 24,
            has_grid: true,
        };
        let count = u32::try_from(bars.len()).unwrap_or(0);
        let middles: Vec<f64> = (0..count).map(|number| f64::from(number) + 0.5).collect();
        // The scale grows upwards, and the first bar is on top.
        let from_below = |place: f64| f64::from(count) - place;
        let up = Scale {
            axis: Axis {
                range: 0.0..f64::from(count),
                named: middles.iter().copied().map(from_below).collect(),
            },
            name: &|at| {
                let mut places = middles.iter().map(|middle| from_below(*middle));
                let place = places.position(|place| is_at(place, *at));
                place.map_or_else(String::new, |place| plain(&bars[place].name))
            },
            room: 140,
            has_grid: false,
        };
        let mut chart = frame(plot, palette, across, up)?;
        for ((_, color), (value, (top, bottom))) in keys.iter().zip(KINDS) {
            chart.draw_series(middles.iter().zip(bars).map(|(middle, bar)| {
                let at = |share: f64| from_below(middle - 0.5 + share);
                let corners = [(0.0, at(top)), (float(value(bar)), at(bottom))];
                Rectangle::new(corners, color.filled())
            }))?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_bars_are_drawn_as_there_is_room_for() {
        let heading = Heading {
            title: "Regions".into(),
            subtitle: String::new(),
        };
        let bar = |number: usize| Bar {
            name: format!("region {number}."),
            p50: 100,
            p95: 200,
        };
        let all: Vec<Bar> = (0..=MAX_BARS).map(bar).collect();
        let svg = bars(&heading, &all, Theme::Dark).expect("a chart");
        let last = MAX_BARS - 1;
        assert!(svg.contains("region 0.") && svg.contains(&format!("region {last}.")));
        assert!(!svg.contains(&format!("region {MAX_BARS}.")));
    }
}
