//! How an error budget goes over time, with the alerts that fired.
//!
//! Positions are as those of [`super::time_axis`].

use std::fmt::Write;

use super::line_chart::Points;
use super::time_axis::{SIZE, TimeAxis, position};
use crate::objective::Episode;
use crate::objective::burn::Severity;

/// The lowest share that the scale reaches: what is beyond is drawn at the bottom.
const LOWEST: f64 = -2.0;

/// The scale goes down in steps of this share.
const STEP: f64 = 0.5;

/// A share of the budget that is named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareTick {
    pub position: f64,
    pub share: f64,
}

/// An alert on the time axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlertMark {
    pub severity: Severity,
    /// Where it begins, and where it ends.
    pub from: f64,
    pub to: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BudgetChart {
    pub time: TimeAxis,
    /// Between gaps where nothing was counted.
    pub line: Vec<Points>,
    /// The last share that is known: it may be the only one.
    pub last: Option<(f64, f64)>,
    pub shares: Vec<ShareTick>,
    /// Where nothing of the budget is left.
    pub zero: f64,
    pub alerts: Vec<AlertMark>,
}

impl BudgetChart {
    /// `line` are the shares that were left at moments, in their order.
    #[must_use]
    pub fn of(from_nanos: i64, line: &[(i64, Option<f64>)], episodes: &[Episode]) -> Self {
        let to_nanos = line.last().map_or(from_nanos, |(at, _)| *at);
        let least = line.iter().filter_map(|(_, left)| *left);
        let least = least.fold(0.0, f64::min).max(LOWEST);
        let bottom = (least / STEP).floor() * STEP;
        let y = |share: f64| (1.0 - share.clamp(bottom, 1.0)) / (1.0 - bottom) * SIZE;
        let axis = TimeAxis::of(&[from_nanos, to_nanos]);
        let x = |nanos: i64| position(from_nanos, to_nanos, nanos);
        let mut ticks = Vec::new();
        let mut share = 1.0;
        while share >= bottom {
            let position = y(share);
            ticks.push(ShareTick { position, share });
            share -= STEP;
        }
        let mark = |episode: &Episode| AlertMark {
            severity: episode.severity,
            from: x(episode.from_nanos),
            to: x(episode.to_nanos.unwrap_or(to_nanos)),
        };
        let known = line.iter().rev();
        let mut known = known.filter_map(|(at, left)| Some((x(*at), y((*left)?))));
        Self {
            last: known.next(),
            line: strokes(line, x, y),
            shares: ticks,
            zero: y(0.0),
            alerts: episodes.iter().map(mark).collect(),
            time: axis,
        }
    }
}

fn strokes(
    line: &[(i64, Option<f64>)],
    x: impl Fn(i64) -> f64,
    y: impl Fn(f64) -> f64,
) -> Vec<Points> {
    let mut strokes = Vec::new();
    let mut points = String::new();
    for (at, left) in line {
        match left {
            Some(left) => {
                let separator = if points.is_empty() { "" } else { " " };
                // Writing to a string does not fail.
                write!(points, "{separator}{:.1},{:.1}", x(*at), y(*left)).ok();
            }
            None if points.is_empty() => {}
            None => strokes.push(Points(std::mem::take(&mut points))),
        }
    }
    if !points.is_empty() {
        strokes.push(Points(points));
    }
    strokes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_goes_down_to_what_is_left_of_it() {
        let line = [
            (10, Some(1.0)),
            (20, Some(0.5)),
            (30, None),
            (40, Some(0.0)),
        ];
        let episode = Episode {
            severity: Severity::Page,
            from_nanos: 20,
            to_nanos: None,
        };
        let chart = BudgetChart::of(0, &line, &[episode]);
        let strokes: Vec<&str> = chart.line.iter().map(|points| points.0.as_str()).collect();
        assert_eq!(strokes, ["250.0,0.0 500.0,500.0", "1000.0,1000.0"]);
        assert_eq!(chart.last, Some((1_000.0, 1_000.0)));
        let ticks: Vec<f64> = chart.shares.iter().map(|tick| tick.share).collect();
        assert_eq!(ticks, [1.0, 0.5, 0.0]);
        assert_eq!((chart.alerts[0].from, chart.alerts[0].to), (500.0, 1_000.0));
        let over = BudgetChart::of(0, &[(10, Some(-0.7)), (20, Some(-9.0))], &[]);
        let lowest = over.shares.last().expect("a tick");
        assert_eq!((lowest.share, lowest.position), (-2.0, 1_000.0));
        assert!((over.zero - 1_000.0 / 3.0).abs() < 0.1);
        assert!(BudgetChart::of(0, &[], &[]).line.is_empty());
    }
}
