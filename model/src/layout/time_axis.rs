//! Time from left to right, in columns.
//!
//! Positions are thousandths of the width and height of a plot, from its upper left corner: it is
//! drawn as wide as there is room.

use super::axis::times;

/// Width and height of a plot.
pub const SIZE: f64 = 1_000.0;

/// Most times that are named.
const MOST_TIMES: i64 = 8;

/// A named place on an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    pub position: f64,
    /// A duration or a moment, in nanoseconds.
    pub nanos: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TimeAxis {
    /// Where the columns of time begin, and where the last ends.
    pub columns: Vec<f64>,
    pub ticks: Vec<Tick>,
    /// From one time that is named to the next, in nanoseconds.
    pub step_nanos: i64,
}

impl TimeAxis {
    /// `bounds` are those of the columns of time, in nanoseconds: one more than there are columns.
    #[must_use]
    pub fn of(bounds: &[i64]) -> Self {
        let (first, last) = match (bounds.first(), bounds.last()) {
            (Some(first), Some(last)) if first < last => (*first, *last),
            (Some(first), _) => (*first, first.saturating_add(1)),
            _ => (0, 1),
        };
        let x = |nanos: i64| position(first, last, nanos);
        let (step_nanos, times) = times(first, last, MOST_TIMES);
        let ticks = times.into_iter().map(|nanos| Tick {
            position: x(nanos),
            nanos,
        });
        Self {
            columns: bounds.iter().map(|bound| x(*bound)).collect(),
            ticks: ticks.collect(),
            step_nanos,
        }
    }
}

/// Where a moment lies between two others.
pub(super) fn position(first_nanos: i64, last_nanos: i64, nanos: i64) -> f64 {
    let length = last_nanos.saturating_sub(first_nanos);
    share(nanos.saturating_sub(first_nanos), length) * SIZE
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a picture needs four digits, f64 has fifteen"
)]
pub(super) fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{HOUR_NANOS, MINUTE_NANOS};

    #[test]
    fn times_are_round() {
        let bounds: Vec<i64> = (0..=4).map(|hour| hour * HOUR_NANOS).collect();
        let axis = TimeAxis::of(&bounds);
        let times = axis.ticks.iter().map(|tick| tick.nanos / MINUTE_NANOS);
        assert_eq!(times.collect::<Vec<_>>(), [0, 60, 120, 180]);
        assert_eq!(axis.step_nanos, HOUR_NANOS);
        assert_eq!(axis.columns, [0.0, 250.0, 500.0, 750.0, 1_000.0]);
        assert!(TimeAxis::of(&[]).columns.is_empty());
    }
}
