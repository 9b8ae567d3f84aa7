//! The part of the time line that is looked at, and where bars stand on it.

use super::state::Window;
use crate::format;
use crate::layout::axis;

/// Shortest part of the time line that can be looked at.
const MIN_NANOS: i64 = 10;

/// Where something is drawn, in percent of the width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    pub left: f64,
    pub width: f64,
}

impl Stretch {
    /// What takes no time is still seen.
    pub const MIN_WIDTH: f64 = 0.2;
}

impl Window {
    /// All of a time line.
    #[must_use]
    pub fn whole(duration_nanos: i64) -> Self {
        Self {
            from_nanos: 0,
            to_nanos: duration_nanos.max(1),
        }
    }

    #[must_use]
    pub fn nanos(self) -> i64 {
        self.to_nanos.saturating_sub(self.from_nanos).max(1)
    }

    /// Where a moment stands, in percent; outside of 0 and 100 when it is not looked at.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a picture needs four digits, f64 has fifteen"
    )]
    pub fn percent(self, offset_nanos: i64) -> f64 {
        offset_nanos.saturating_sub(self.from_nanos) as f64 / self.nanos() as f64 * 100.0
    }

    /// The part of a bar that is looked at, if any.
    #[must_use]
    pub fn stretch(self, offset_nanos: i64, nanos: i64) -> Option<Stretch> {
        let end = self.percent(offset_nanos.saturating_add(nanos.max(0)));
        let begin = self.percent(offset_nanos);
        if end < 0.0 || begin > 100.0 {
            return None;
        }
        let left = begin.clamp(0.0, 100.0 - Stretch::MIN_WIDTH);
        let width = (end.min(100.0) - left).max(Stretch::MIN_WIDTH);
        Some(Stretch { left, width })
    }

    /// The moment at a share of the width, 0 to 1.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "it is where somebody points"
    )]
    pub fn at(self, share: f64) -> i64 {
        let nanos = self.nanos() as f64 * share.clamp(0.0, 1.0);
        self.from_nanos.saturating_add(nanos as i64)
    }

    /// So many times as long, with the same moment at a share of the width; within the time line.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "it is about what somebody looks at"
    )]
    pub fn zoomed(self, factor: f64, share: f64, duration_nanos: i64) -> Self {
        let fixed = self.at(share);
        let nanos = (self.nanos() as f64 * factor).max(MIN_NANOS as f64);
        let before = (nanos * share.clamp(0.0, 1.0)) as i64;
        let from_nanos = fixed.saturating_sub(before);
        let zoomed = Self {
            from_nanos,
            to_nanos: from_nanos.saturating_add(nanos as i64),
        };
        zoomed.within(duration_nanos)
    }

    /// Later by a share of its length, or earlier; within the time line.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "it is about what somebody looks at"
    )]
    pub fn moved(self, share: f64, duration_nanos: i64) -> Self {
        let by = (self.nanos() as f64 * share) as i64;
        let moved = Self {
            from_nanos: self.from_nanos.saturating_add(by),
            to_nanos: self.to_nanos.saturating_add(by),
        };
        moved.within(duration_nanos)
    }

    /// Around a span, with some of what is beside it.
    #[must_use]
    pub fn around(offset_nanos: i64, nanos: i64, duration_nanos: i64) -> Self {
        let beside = nanos.max(MIN_NANOS) / 10;
        let around = Self {
            from_nanos: offset_nanos.saturating_sub(beside),
            to_nanos: (offset_nanos.saturating_add(nanos.max(MIN_NANOS))).saturating_add(beside),
        };
        around.within(duration_nanos)
    }

    /// Moved so that it lies within the time line; all of it when it is longer.
    #[must_use]
    pub fn within(self, duration_nanos: i64) -> Self {
        let whole = Self::whole(duration_nanos);
        let nanos = self.nanos().max(MIN_NANOS);
        if nanos >= whole.to_nanos {
            return whole;
        }
        let from_nanos = self.from_nanos.clamp(0, whole.to_nanos - nanos);
        Self {
            from_nanos,
            to_nanos: from_nanos + nanos,
        }
    }

    /// Round times on the axis, at most `most` + 1 of them: where they stand in percent, and how they
    /// are named. Those that would read alike are named by their distance from the first.
    #[must_use]
    pub fn ticks(self, most: i64) -> Vec<(f64, String)> {
        let times = axis::ticks_within(self.from_nanos, self.to_nanos, most);
        let first = times.first().copied().unwrap_or(0);
        let mut labels: Vec<String> = times.iter().map(|time| format::duration(*time)).collect();
        if labels.windows(2).any(|pair| pair[0] == pair[1]) {
            for (label, time) in labels.iter_mut().zip(&times).skip(1) {
                *label = format!("+{}", format::duration(time.saturating_sub(first)));
            }
        }
        times
            .iter()
            .map(|time| self.percent(*time))
            .zip(labels)
            .collect()
    }

    /// None when it is the whole time line: then it need not be said.
    #[must_use]
    pub fn unless_whole(self, duration_nanos: i64) -> Option<Self> {
        (self != Self::whole(duration_nanos)).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(from_nanos: i64, to_nanos: i64) -> Window {
        Window {
            from_nanos,
            to_nanos,
        }
    }

    #[test]
    fn bars_are_cut_to_what_is_looked_at() {
        let looked_at = window(1_000, 2_000);
        let stretch = |offset, nanos| {
            let found: Option<Stretch> = looked_at.stretch(offset, nanos);
            found.map(|found| (found.left, found.width))
        };
        assert_eq!(stretch(1_100, 200), Some((10.0, 20.0)));
        assert_eq!(stretch(0, 5_000), Some((0.0, 100.0)));
        assert_eq!(stretch(1_900, 500), Some((90.0, 10.0)));
        assert_eq!(stretch(0, 900), None);
        assert_eq!(stretch(2_100, 1), None);
        assert_eq!(stretch(1_500, 0), Some((50.0, Stretch::MIN_WIDTH)));
        assert_eq!(stretch(1_500, -80), Some((50.0, Stretch::MIN_WIDTH)));
        assert_eq!(stretch(i64::MIN, i64::MAX), None);
        assert_eq!(stretch(i64::MAX, i64::MAX), None);
    }

    #[test]
    fn times_on_the_axis_are_told_apart() {
        let names = |window: Window| {
            let ticks = window.ticks(5).into_iter();
            ticks.map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert_eq!(
            names(window(0, 100)),
            ["0 ms", "20 ns", "40 ns", "60 ns", "80 ns", "100 ns"]
        );
        let near = names(window(5_000_000_000, 5_000_000_100));
        assert_eq!(near[..2], ["5 s", "+20 ns"]);
    }

    #[test]
    fn it_stays_within_the_time_line() {
        assert_eq!(window(0, 1_000).zoomed(0.5, 0.5, 1_000), window(250, 750));
        assert_eq!(window(250, 750).zoomed(2.0, 0.1, 1_000), window(0, 1_000));
        assert_eq!(window(250, 750).moved(1.0, 1_000), window(500, 1_000));
        assert_eq!(window(250, 750).moved(-0.1, 1_000), window(200, 700));
        assert_eq!(window(0, 5).within(3), window(0, 3));
        assert_eq!(Window::around(500, 100, 1_000), window(490, 610));
        assert_eq!(Window::whole(9).unless_whole(9), None);
        assert_eq!(window(5, 9_000).within(1_000), Window::whole(1_000));
    }

    proptest! {
        #[test]
        fn whatever_is_done(from: i64, nanos: i64, factor: f64, share: f64, duration: i64) {
            let window = window(from, from.saturating_add(nanos));
            let windows = [
                window.within(duration), window.zoomed(factor, share, duration),
                window.moved(share, duration), Window::around(from, nanos, duration),
            ];
            for window in windows {
                prop_assert!(0 <= window.from_nanos && window.from_nanos < window.to_nanos);
                prop_assert!(window.to_nanos <= duration.max(1));
            }
            if let Some(stretch) = window.stretch(duration, nanos) {
                prop_assert!(stretch.left >= 0.0 && stretch.left + stretch.width <= 100.001);
            }
        }
    }
}
