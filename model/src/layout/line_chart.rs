//! Lines over time: several series of durations, with gaps where nothing was counted.
//!
//! Positions are as those of [`super::time_axis`].

use std::fmt::Write;

use super::time_axis::{SIZE, Tick, TimeAxis, share};
use crate::stats::Interval;
use crate::time::{DAY_NANOS, HOUR_NANOS, MINUTE_NANOS};

/// Most lines across the plot that carry a duration.
const MOST_DURATIONS: i64 = 5;

const SECOND: i64 = 1_000_000_000;

/// Between two durations that are named, beyond ten seconds; shorter ones are 1, 2 or 5 times a
/// power of ten.
const LONG_STEPS: [i64; 13] = [
    20 * SECOND,
    30 * SECOND,
    MINUTE_NANOS,
    2 * MINUTE_NANOS,
    5 * MINUTE_NANOS,
    10 * MINUTE_NANOS,
    20 * MINUTE_NANOS,
    30 * MINUTE_NANOS,
    HOUR_NANOS,
    2 * HOUR_NANOS,
    6 * HOUR_NANOS,
    12 * HOUR_NANOS,
    DAY_NANOS,
];

/// One series: a duration for each column of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// In nanoseconds; none where nothing was counted.
    pub values: Vec<Option<i64>>,
    /// How sure each value is, where that is to be shown.
    pub band: Vec<Option<Interval>>,
}

/// Corners of a line or of an area, as the attribute `points` of SVG has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Points(pub String);

#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// For each series its parts; each stands between two gaps.
    pub lines: Vec<Vec<Points>>,
    /// For each series the areas of its band.
    pub bands: Vec<Vec<Points>>,
    /// Where the budget is; none when it lies beyond the plot.
    pub budget: Option<f64>,
    pub durations: Vec<Tick>,
    pub time: TimeAxis,
}

impl LineChart {
    /// `bounds` are those of the columns of time, in nanoseconds: one more than there are columns.
    ///
    /// The scale begins at zero. It reaches the budget, unless that would press the lines into the
    /// lower half.
    #[must_use]
    pub fn of(bounds: &[i64], lines: &[Line], budget_nanos: Option<i64>) -> Self {
        let greatest = greatest(lines);
        let reach = match budget_nanos {
            Some(budget) if budget <= greatest.saturating_mul(2) => greatest.max(budget),
            _ => greatest,
        };
        let step = duration_step(reach);
        let steps = reach.saturating_add(step - 1) / step;
        let top = step.saturating_mul(steps.max(1));
        let y = |nanos: i64| (1.0 - share(nanos.clamp(0, top), top)) * SIZE;
        let time = TimeAxis::of(bounds);
        let columns = time.columns.as_slice();
        Self {
            lines: lines.iter().map(|line| strokes(line, columns, y)).collect(),
            bands: lines.iter().map(|line| areas(line, columns, y)).collect(),
            budget: budget_nanos.filter(|budget| *budget <= top).map(y),
            durations: (0..=steps.max(1))
                .map(|number| Tick {
                    position: y(step.saturating_mul(number)),
                    nanos: step.saturating_mul(number),
                })
                .collect(),
            time,
        }
    }
}

fn greatest(lines: &[Line]) -> i64 {
    let values = lines.iter().flat_map(|line| line.values.iter().flatten());
    let bands = lines.iter().flat_map(|line| line.band.iter().flatten());
    let ends = bands.map(|interval| interval.high_nanos);
    values.copied().chain(ends).max().unwrap_or(0).max(1)
}

/// The least round duration of which so few reach so far.
fn duration_step(reach_nanos: i64) -> i64 {
    let fits = |step: &i64| reach_nanos / step < MOST_DURATIONS;
    let decades = (0..=10_u32).map(|power| 10_i64.pow(power));
    let short = decades
        .flat_map(|decade| [decade, 2 * decade, 5 * decade])
        .filter(|step| *step <= 10 * SECOND);
    let days = (1..).map(|number: i64| number.saturating_mul(DAY_NANOS));
    let mut all = short.chain(LONG_STEPS).chain(days);
    all.find(fits).unwrap_or(DAY_NANOS)
}

/// What stands between two gaps is one part. A value alone is drawn over its whole column, or it
/// could not be seen.
fn strokes(line: &Line, columns: &[f64], y: impl Fn(i64) -> f64) -> Vec<Points> {
    let columns: Vec<&[f64]> = columns.windows(2).collect();
    let values: Vec<Option<i64>> = line.values.iter().copied().take(columns.len()).collect();
    runs(&values)
        .map(|(first, run)| {
            let mut points = String::new();
            if let [Some(alone)] = run {
                let bounds = columns[first];
                push(&mut points, bounds[0], y(*alone));
                push(&mut points, bounds[1], y(*alone));
            } else {
                for (place, value) in run.iter().enumerate() {
                    let value = y(value.unwrap_or(0));
                    push(&mut points, middle(columns[first + place]), value);
                }
            }
            Points(points)
        })
        .collect()
}

fn areas(line: &Line, columns: &[f64], y: impl Fn(i64) -> f64) -> Vec<Points> {
    let columns: Vec<&[f64]> = columns.windows(2).collect();
    let band: Vec<Option<Interval>> = line.band.iter().copied().take(columns.len()).collect();
    runs(&band)
        .map(|(first, run)| {
            let mut points = String::new();
            let xs = columns[first..].iter().map(|column| middle(column));
            let ends: Vec<(f64, &Interval)> = xs.zip(run.iter().flatten()).collect();
            for (x, interval) in &ends {
                push(&mut points, *x, y(interval.high_nanos));
            }
            for (x, interval) in ends.iter().rev() {
                push(&mut points, *x, y(interval.low_nanos));
            }
            Points(points)
        })
        .collect()
}

/// What stands between two gaps, each with the place of its first.
fn runs<T>(values: &[Option<T>]) -> impl Iterator<Item = (usize, &[Option<T>])> {
    let mut first = 0;
    let parts = values.chunk_by(|left, right| left.is_some() == right.is_some());
    let placed = parts.map(move |run| {
        let place = first;
        first += run.len();
        (place, run)
    });
    placed.filter(|(_, run)| run[0].is_some())
}

fn middle(column: &[f64]) -> f64 {
    f64::midpoint(column[0], column[1])
}

fn push(points: &mut String, x: f64, y: f64) {
    let separator = if points.is_empty() { "" } else { " " };
    // Writing to a string does not fail.
    write!(points, "{separator}{x:.1},{y:.1}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MILLI: i64 = 1_000_000;

    fn line(millis: &[i64]) -> Line {
        let value = |millis: &i64| (*millis >= 0).then_some(millis * MILLI);
        Line {
            values: millis.iter().map(value).collect(),
            band: vec![],
        }
    }

    fn chart(millis: &[i64], budget_millis: Option<i64>) -> LineChart {
        let bounds: Vec<i64> = (0..=4).map(|hour| hour * HOUR_NANOS).collect();
        let budget = budget_millis.map(|millis| millis * MILLI);
        LineChart::of(&bounds, &[line(millis)], budget)
    }

    #[test]
    fn lines_have_gaps_where_nothing_was_counted() {
        let found = chart(&[100, 50, -1, 25], None);
        assert_eq!(
            found.lines,
            [[
                Points("125.0,0.0 375.0,500.0".into()),
                Points("750.0,750.0 1000.0,750.0".into())
            ]]
        );
        assert_eq!(chart(&[-1, -1, -1, -1], None).lines, [[]]);
    }

    #[test]
    fn durations_are_round() {
        let found = chart(&[1_840, 900, -1, 2], None);
        let durations: Vec<i64> = found
            .durations
            .iter()
            .map(|tick| tick.nanos / MILLI)
            .collect();
        assert_eq!(durations, [0, 500, 1_000, 1_500, 2_000]);
        let long = LineChart::of(&[0, HOUR_NANOS], &[line(&[200_000])], None);
        let last = long.durations.last().map(|tick| tick.nanos / SECOND);
        assert_eq!(last, Some(240));
    }

    #[test]
    fn the_budget_is_shown_unless_it_presses_the_lines_down() {
        assert_eq!(chart(&[100, 100, 100, 100], Some(200)).budget, Some(0.0));
        assert_eq!(chart(&[100, 100, 100, 100], Some(50)).budget, Some(500.0));
        assert_eq!(chart(&[100, 100, 100, 100], Some(500)).budget, None);
    }

    #[test]
    fn a_band_goes_there_and_back() {
        let interval = |low: i64, high: i64| {
            Some(Interval {
                low_nanos: low * MILLI,
                high_nanos: high * MILLI,
            })
        };
        let mut banded = line(&[50, 50]);
        banded.band = vec![interval(25, 75), interval(40, 100)];
        let found = LineChart::of(&[0, HOUR_NANOS, 2 * HOUR_NANOS], &[banded], None);
        let area = "250.0,250.0 750.0,0.0 750.0,600.0 250.0,750.0";
        assert_eq!(found.bands, [[Points(area.into())]]);
    }

    proptest! {
        #[test]
        fn everything_is_within_the_plot(
            first in -DAY_NANOS * 20_000..DAY_NANOS * 20_000,
            widths in prop::collection::vec(1..DAY_NANOS * 30, 1..40),
            values in prop::collection::vec(prop::option::of(0..DAY_NANOS * 1_000), 0..50),
            budget in prop::option::of(0..DAY_NANOS * 1_000),
        ) {
            let mut bounds = vec![first];
            for width in widths {
                bounds.push(bounds[bounds.len() - 1] + width);
            }
            let lines = [Line { values, band: vec![] }];
            let found = LineChart::of(&bounds, &lines, budget);
            let within = |position: f64| (-0.001..=SIZE + 0.001).contains(&position);
            prop_assert!(found.durations.len() <= 7);
            prop_assert!(found.durations.iter().all(|tick| within(tick.position)));
            prop_assert!(found.budget.is_none_or(within));
            for points in found.lines.iter().flatten() {
                for number in points.0.split([' ', ',']) {
                    prop_assert!(within(number.parse().expect("a number")));
                }
            }
        }
    }
}
