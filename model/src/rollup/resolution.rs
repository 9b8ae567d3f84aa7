//! How finely rollups divide time, and how a span of time is made of their pieces.

use serde::{Deserialize, Serialize};

use crate::time::{DAY_NANOS, HOUR_NANOS, MINUTE_NANOS};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Resolution {
    Minute,
    Hour,
    Day,
}

impl Resolution {
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// How long one piece is.
    #[must_use]
    pub fn nanos(self) -> i64 {
        match self {
            Self::Minute => MINUTE_NANOS,
            Self::Hour => HOUR_NANOS,
            Self::Day => DAY_NANOS,
        }
    }

    /// Days that rollups of it are kept.
    #[must_use]
    pub fn kept_days(self) -> i64 {
        match self {
            Self::Minute => 8,
            Self::Hour => 95,
            Self::Day => 400,
        }
    }

    /// Begin of the piece that a moment lies in.
    #[must_use]
    pub fn floor(self, nanos: i64) -> i64 {
        nanos.saturating_sub(nanos.rem_euclid(self.nanos()))
    }

    /// Begin of the first piece that does not begin before a moment.
    #[must_use]
    pub fn ceil(self, nanos: i64) -> i64 {
        let floor = self.floor(nanos);
        if floor == nanos {
            nanos
        } else {
            floor.saturating_add(self.nanos())
        }
    }
}

/// A span of time that is made of whole pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub resolution: Resolution,
    pub start_nanos: i64,
    /// The nanosecond after the last.
    pub end_nanos: i64,
}

/// The parts that make up a span of time, which is widened to whole minutes: days in the middle,
/// hours and minutes around them. None is empty, and they follow each other without a gap.
#[must_use]
pub fn parts(from_nanos: i64, to_nanos: i64) -> Vec<Part> {
    let start = Resolution::Minute.floor(from_nanos);
    let end = Resolution::Minute.ceil(to_nanos).max(start);
    let part = |resolution, start_nanos, end_nanos| Part {
        resolution,
        start_nanos,
        end_nanos,
    };
    let (first_hour, last_hour) = inner(Resolution::Hour, start, end);
    let (first_day, last_day) = inner(Resolution::Day, first_hour, last_hour);
    let mut parts = vec![
        part(Resolution::Minute, start, first_hour),
        part(Resolution::Hour, first_hour, first_day),
        part(Resolution::Day, first_day, last_day),
        part(Resolution::Hour, last_day, last_hour),
        part(Resolution::Minute, last_hour, end),
    ];
    parts.retain(|part| part.start_nanos < part.end_nanos);
    parts
}

/// The whole pieces within a span of time; where there is none, its end twice.
fn inner(resolution: Resolution, start_nanos: i64, end_nanos: i64) -> (i64, i64) {
    let first = resolution.ceil(start_nanos);
    let last = resolution.floor(end_nanos);
    if first < last {
        (first, last)
    } else {
        (end_nanos, end_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_in_the_middle_minutes_at_the_ends() {
        let from = DAY_NANOS - HOUR_NANOS - 1;
        let to = 3 * DAY_NANOS + HOUR_NANOS + MINUTE_NANOS;
        let resolutions: Vec<Resolution> =
            parts(from, to).iter().map(|part| part.resolution).collect();
        let [minute, hour, day] = Resolution::ALL;
        assert_eq!(resolutions, [minute, hour, day, hour, minute]);
        assert_eq!(parts(5, 5).len(), 1, "what is asked for is never nothing");
    }

    proptest! {
        #[test]
        fn parts_cover_the_time_without_a_gap(
            from in 0..5 * DAY_NANOS,
            length in 1..5 * DAY_NANOS,
        ) {
            let parts = parts(from, from + length);
            prop_assert_eq!(parts[0].start_nanos, Resolution::Minute.floor(from));
            prop_assert_eq!(parts[parts.len() - 1].end_nanos, Resolution::Minute.ceil(from + length));
            for pair in parts.windows(2) {
                prop_assert_eq!(pair[0].end_nanos, pair[1].start_nanos);
            }
            for part in &parts {
                prop_assert_eq!(part.start_nanos, part.resolution.floor(part.start_nanos));
                prop_assert_eq!(part.end_nanos, part.resolution.floor(part.end_nanos));
            }
        }
    }
}
