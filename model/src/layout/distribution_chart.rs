//! Two distributions over the same durations, as steps.
//!
//! Positions are thousandths of the width and height of the plot, as in [`line_chart`].
//!
//! [`line_chart`]: super::line_chart

use std::fmt::Write;

use super::line_chart::Points;
use super::time_axis::{SIZE, Tick};
use crate::comparison::Distribution;

/// Durations that are named are these times a power of ten.
const NAMED: [i64; 3] = [1, 2, 5];

/// Least room between two names, in the positions of the plot.
const LEAST_ROOM: f64 = 70.0;

#[derive(Debug, Clone, PartialEq)]
pub struct DistributionChart {
    /// The upper edge of each set; without a corner where the set has nothing.
    pub edges: [Points; 2],
    /// What is below, as closed areas.
    pub areas: [Points; 2],
    pub durations: Vec<Tick>,
}

impl DistributionChart {
    #[must_use]
    pub fn of(distribution: &Distribution) -> Self {
        let sets = [&distribution.a, &distribution.b];
        let shares = sets.iter().flat_map(|set| set.iter().copied());
        let greatest = shares.fold(0.0, f64::max);
        Self {
            edges: sets.map(|set| edge(set, greatest)),
            areas: sets.map(|set| area(set, greatest)),
            durations: durations(&distribution.bounds_nanos),
        }
    }
}

fn edge(shares: &[f64], greatest: f64) -> Points {
    let mut points = String::new();
    if shares.iter().any(|share| *share > 0.0) {
        let width = SIZE / float(shares.len());
        for (place, share) in shares.iter().enumerate() {
            let (from, to) = (float(place) * width, float(place + 1) * width);
            let y = (1.0 - share / greatest) * SIZE;
            // Writing to a text does not fail.
            write!(points, "{from:.1},{y:.1} {to:.1},{y:.1} ").ok();
        }
    }
    Points(points.trim_end().to_owned())
}

fn area(shares: &[f64], greatest: f64) -> Points {
    let Points(edge) = edge(shares, greatest);
    if edge.is_empty() {
        return Points(edge);
    }
    Points(format!("0,{SIZE} {edge} {SIZE},{SIZE}"))
}

/// Round durations, as many as there is room for; powers of ten before others.
fn durations(bounds: &[i64]) -> Vec<Tick> {
    let position = |nanos: i64| {
        let band = bounds
            .partition_point(|bound| *bound <= nanos)
            .checked_sub(1)?;
        let (start, end) = (*bounds.get(band)?, *bounds.get(band + 1)?);
        let within = ratio(nanos - start, end - start);
        Some((float(band) + within) / float(bounds.len() - 1) * SIZE)
    };
    let tick = |nanos: i64| {
        let position = position(nanos)?;
        Some(Tick { position, nanos })
    };
    let mut ticks: Vec<Tick> = Vec::new();
    for factor in NAMED {
        for power in 0..18 {
            let Some(tick) = tick(factor * 10_i64.pow(power)) else {
                continue;
            };
            let has_room = |other: &Tick| (other.position - tick.position).abs() >= LEAST_ROOM;
            if ticks.iter().all(has_room) {
                ticks.push(tick);
            }
        }
    }
    ticks.sort_by_key(|tick| tick.nanos);
    ticks
}

#[expect(clippy::cast_precision_loss, reason = "a picture needs four digits")]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "a picture needs four digits")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_share_reaches_the_top() {
        let distribution = Distribution {
            bounds_nanos: vec![100, 1_000, 10_000],
            a: vec![1.0, 0.0],
            b: vec![0.5, 0.5],
        };
        let chart = DistributionChart::of(&distribution);
        assert_eq!(
            chart.edges[0].0,
            "0.0,0.0 500.0,0.0 500.0,1000.0 1000.0,1000.0"
        );
        assert_eq!(
            chart.areas[1].0,
            "0,1000 0.0,500.0 500.0,500.0 500.0,500.0 1000.0,500.0 1000,1000"
        );
        let named: Vec<i64> = chart.durations.iter().map(|tick| tick.nanos).collect();
        assert_eq!(named, [100, 500, 1_000, 5_000]);
    }

    #[test]
    fn nothing_is_no_line() {
        let chart = DistributionChart::of(&Distribution::default());
        assert_eq!(chart.edges[0].0, "");
        assert!(chart.areas[1].0.is_empty() && chart.durations.is_empty());
    }
}
