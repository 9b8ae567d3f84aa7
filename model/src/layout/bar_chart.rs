//! How many there are in each column of time, and how many of them are bad, as bars.

use super::time_axis::{SIZE, TimeAxis, share};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// How far the bar reaches up from the bottom.
    pub height: f64,
    /// How far those do that are bad.
    pub bad_height: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    pub time: TimeAxis,
    /// One for each column of time.
    pub bars: Vec<Bar>,
}

impl BarChart {
    /// `bounds` are those of the columns of time, in nanoseconds; `counts` has all of a column, and
    /// the bad ones among them. The highest bar reaches to the top.
    #[must_use]
    pub fn of(bounds: &[i64], counts: &[(i64, i64)]) -> Self {
        let most = counts.iter().map(|(all, _)| *all).max().unwrap_or(0);
        let height = |count: i64| share(count, most) * SIZE;
        let bars = counts.iter().map(|&(all, bad)| Bar {
            height: height(all),
            bad_height: height(bad.min(all)),
        });
        Self {
            time: TimeAxis::of(bounds),
            bars: bars.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_reaches_to_the_top() {
        let chart = BarChart::of(&[0, 10, 20, 30], &[(4, 1), (8, 8), (0, 0)]);
        let heights: Vec<(f64, f64)> = (chart.bars.iter())
            .map(|bar| (bar.height, bar.bad_height))
            .collect();
        assert_eq!(heights, [(500.0, 125.0), (1_000.0, 1_000.0), (0.0, 0.0)]);
        assert_eq!(chart.time.columns.len(), 4);
        let empty = BarChart::of(&[0, 10], &[(0, 0)]);
        assert!(empty.bars.iter().all(|bar| bar.height == 0.0));
    }
}
