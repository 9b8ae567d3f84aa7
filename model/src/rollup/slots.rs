//! The time that a question covers, and how it is divided into the columns of a chart.

use super::{Part, Resolution, parts};
use crate::time::{DAY_NANOS, HOUR_NANOS, MINUTE_NANOS};

/// How long a column may be, in nanoseconds: what people call by a round number, and each a
/// multiple or a part of the resolutions.
const WIDTHS: [i64; 12] = [
    MINUTE_NANOS,
    2 * MINUTE_NANOS,
    5 * MINUTE_NANOS,
    10 * MINUTE_NANOS,
    15 * MINUTE_NANOS,
    30 * MINUTE_NANOS,
    HOUR_NANOS,
    2 * HOUR_NANOS,
    3 * HOUR_NANOS,
    6 * HOUR_NANOS,
    12 * HOUR_NANOS,
    DAY_NANOS,
];

/// From this length on columns are whole days: finer ones would be read hour by hour, which is
/// twenty-four times as much.
const DAYS_FROM_NANOS: i64 = 14 * DAY_NANOS;

/// A span of time, widened to the whole pieces that rollups still have of it. Lists of traces
/// cover the same, so that they have what was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    pub from_nanos: i64,
    /// The nanosecond after the last.
    pub to_nanos: i64,
    /// The finest pieces that there are throughout.
    pub finest: Resolution,
}

impl Coverage {
    #[must_use]
    pub fn of(from_nanos: i64, to_nanos: i64, now_nanos: i64) -> Self {
        let mut covered = Self {
            from_nanos: Resolution::Minute.floor(from_nanos),
            to_nanos: Resolution::Minute.ceil(to_nanos),
            finest: Resolution::Minute,
        };
        for (gone, kept) in [
            (Resolution::Minute, Resolution::Hour),
            (Resolution::Hour, Resolution::Day),
        ] {
            let oldest = kept.ceil(now_nanos.saturating_sub(gone.kept_days() * DAY_NANOS));
            if covered.from_nanos < oldest {
                covered.from_nanos = kept.floor(covered.from_nanos);
                covered.finest = kept;
            }
            if covered.to_nanos < oldest {
                covered.to_nanos = kept.ceil(covered.to_nanos);
            }
        }
        // What is asked for is never nothing.
        let least = covered.from_nanos.saturating_add(covered.finest.nanos());
        covered.to_nanos = covered.to_nanos.max(least);
        covered
    }

    /// What came right before, as long as it is.
    #[must_use]
    pub fn before(self, now_nanos: i64) -> Self {
        self.earlier(self.to_nanos.saturating_sub(self.from_nanos), now_nanos)
    }

    /// The same time a week earlier.
    #[must_use]
    pub fn a_week_earlier(self, now_nanos: i64) -> Self {
        self.earlier(7 * DAY_NANOS, now_nanos)
    }

    fn earlier(self, nanos: i64, now_nanos: i64) -> Self {
        Self::of(
            self.from_nanos.saturating_sub(nanos),
            self.to_nanos.saturating_sub(nanos),
            now_nanos,
        )
    }

    /// All of it in one column.
    #[must_use]
    pub fn whole(self) -> Slots {
        Slots {
            bounds: vec![self.from_nanos, self.to_nanos],
        }
    }

    /// Columns that begin at round times, about so many and never more; the first and the last may
    /// be shorter than the others.
    #[must_use]
    pub fn slots(self, most: usize) -> Slots {
        let length = self.to_nanos.saturating_sub(self.from_nanos);
        let most = i64::try_from(most).unwrap_or(i64::MAX).max(2);
        // Two columns may be partly outside.
        let fits = |width: i64| length / width + 2 <= most;
        let finest = if length >= DAYS_FROM_NANOS {
            DAY_NANOS
        } else {
            self.finest.nanos()
        };
        let fine = WIDTHS.into_iter().filter(|width| *width >= finest);
        let width = fine.into_iter().find(|width| fits(*width));
        let days = || {
            let days = length / DAY_NANOS / (most - 2).max(1) + 1;
            days.saturating_mul(DAY_NANOS)
        };
        let width = width.unwrap_or_else(days);
        let first = self
            .from_nanos
            .saturating_sub(self.from_nanos.rem_euclid(width));
        let inner = (1..=most)
            .map(|number| first.saturating_add(number.saturating_mul(width)))
            .take_while(|bound| *bound < self.to_nanos);
        let bounds = std::iter::once(self.from_nanos)
            .chain(inner)
            .chain([self.to_nanos])
            .collect();
        Slots { bounds }
    }
}

/// Columns of time, one after the other without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    /// Where each begins, and where the last ends: always one more than there are columns.
    bounds: Vec<i64>,
}

impl Slots {
    /// Columns between moments, in any order, which are those of whole pieces that rollups still
    /// have; without two different ones, a column of the minute at the only one.
    #[must_use]
    pub fn between(mut moments: Vec<i64>) -> Self {
        moments.sort_unstable();
        moments.dedup();
        if moments.len() < 2 {
            let only = moments.first().copied().unwrap_or_default();
            moments = vec![only, only.saturating_add(MINUTE_NANOS)];
        }
        Self { bounds: moments }
    }

    /// Where each begins, and where the last ends, in nanoseconds.
    #[must_use]
    pub fn bounds(&self) -> &[i64] {
        &self.bounds
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// With columns cut in two where such a moment lies within.
    #[must_use]
    pub fn cut(mut self, moments: [i64; 2]) -> Self {
        let ends = self.bounds[0]..self.bounds[self.count()];
        self.bounds
            .extend(moments.into_iter().filter(|moment| ends.contains(moment)));
        self.bounds.sort_unstable();
        self.bounds.dedup();
        self
    }

    /// The number of the column that has that moment.
    #[must_use]
    pub fn at(&self, nanos: i64) -> Option<usize> {
        let after = self.bounds.partition_point(|bound| *bound <= nanos);
        (1..self.bounds.len()).contains(&after).then(|| after - 1)
    }

    /// The pieces of rollups that make up the columns; each piece lies within one.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let slots = self.bounds.windows(2);
        slots
            .flat_map(|bounds| parts(bounds[0], bounds[1]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 20_000 * DAY_NANOS + 5 * HOUR_NANOS + 5 * MINUTE_NANOS;

    #[test]
    fn no_piece_is_finer_than_what_is_kept() {
        let resolutions = |from: i64, to: i64| -> Vec<Resolution> {
            let parts = Coverage::of(from, to, NOW).whole().parts();
            parts.iter().map(|part| part.resolution).collect()
        };
        let [minute, hour, day] = Resolution::ALL;
        let back = |days: i64| NOW - days * DAY_NANOS - 3 * HOUR_NANOS;
        assert_eq!(resolutions(back(0), NOW), [minute, hour, minute]);
        assert_eq!(resolutions(back(8), back(7)), [hour, minute]);
        assert_eq!(resolutions(back(20), back(10)), [hour, day, hour]);
        assert_eq!(resolutions(back(200), back(150)), [day]);
        assert_eq!(resolutions(NOW, NOW), [minute]);
    }

    #[test]
    fn columns_begin_at_round_times() {
        let widths = |nanos: i64| {
            let slots = Coverage::of(NOW - nanos, NOW, NOW).slots(100);
            let bounds = slots.bounds();
            (slots.count(), (bounds[2] - bounds[1]) / MINUTE_NANOS)
        };
        assert_eq!(widths(HOUR_NANOS), (60, 1));
        assert_eq!(widths(DAY_NANOS), (97, 15));
        assert_eq!(widths(7 * DAY_NANOS), (85, 120));
        assert_eq!(widths(13 * DAY_NANOS), (53, 360));
        assert_eq!(widths(30 * DAY_NANOS), (31, 1_440));
        assert_eq!(widths(400 * DAY_NANOS), (81, 5 * 1_440));
    }

    proptest! {
        #[test]
        fn columns_cover_the_time_in_pieces_that_are_kept(
            ago in 0..500 * DAY_NANOS,
            length in 0..500 * DAY_NANOS,
            most in 0_usize..200,
        ) {
            let from = NOW - ago;
            let covered = Coverage::of(from, from + length, NOW);
            let slots = covered.slots(most);
            prop_assert!(slots.count() <= most.max(2));
            prop_assert!(covered.from_nanos <= from && covered.to_nanos >= from + length);
            prop_assert_eq!(slots.bounds()[0], covered.from_nanos);
            prop_assert_eq!(slots.bounds()[slots.count()], covered.to_nanos);
            prop_assert!(slots.bounds().is_sorted_by(|left, right| left < right));
            for part in slots.parts() {
                prop_assert!(part.start_nanos < part.end_nanos);
                let first = slots.at(part.start_nanos);
                prop_assert_eq!(first, slots.at(part.end_nanos - 1));
                prop_assert!(first.is_some());
                let is_kept = part.start_nanos >= NOW - part.resolution.kept_days() * DAY_NANOS;
                prop_assert!(is_kept || part.resolution == Resolution::Day);
            }
            let middle = slots.bounds()[0] + covered.finest.nanos();
            let cut = slots.clone().cut([middle, covered.to_nanos + 1]);
            prop_assert!(cut.bounds().contains(&middle) && cut.count() <= slots.count() + 1);
            prop_assert_eq!(slots.at(covered.to_nanos), None);
            prop_assert_eq!(slots.at(covered.from_nanos - 1), None);
        }
    }
}
