//! The heatmap: requests by time and duration.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::format;
use crate::histogram::{BUCKETS_PER_POWER, Histogram, bucket_of, bucket_start};
use crate::id::TraceId;
use crate::rollup::{Resolution, Rollup, Slots};
use crate::time::HOUR_NANOS;

/// Most rows. Where durations are spread further, the outer ones have what is beyond.
const MAX_ROWS: u16 = 36;

/// Rows for each power of two: the most that fit.
const ROWS_PER_POWER: [u16; 4] = [8, 4, 2, 1];

/// The share of requests at either end that lies in the outer rows with whatever is beyond, so
/// that a few stray ones leave room for the rest.
const STRAY: f64 = 0.0005;

/// Durations beyond these lie in the outer rows, or a broken clock would leave no room for the
/// rest: from a microsecond to an hour.
const PLAUSIBLE_NANOS: (i64, i64) = (1_000, HOUR_NANOS);

/// Shades of a cell.
pub const LEVELS: u8 = 6;

/// Durations that a scale names, as multiples of powers of ten.
const NAMED: [i64; 3] = [1, 2, 5];

/// Requests by time and duration; cells that have none are left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Heatmap {
    /// Where each column begins, and where the last ends, in nanoseconds.
    pub times: Vec<i64>,
    /// The bucket of the histogram that each row begins with, and the one after the last; the
    /// shortest durations first.
    pub rows: Vec<u16>,
    /// By column and row.
    pub cells: Vec<Cell>,
}

/// Written as column, row and count alone: a page has thousands of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "(u16, u16, i64)", into = "(u16, u16, i64)")]
pub struct Cell {
    pub column: u16,
    pub row: u16,
    pub count: i64,
}

impl From<(u16, u16, i64)> for Cell {
    fn from((column, row, count): (u16, u16, i64)) -> Self {
        Self { column, row, count }
    }
}

impl From<Cell> for (u16, u16, i64) {
    fn from(cell: Cell) -> Self {
        (cell.column, cell.row, cell.count)
    }
}

/// A part of the time and of the durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    pub from_nanos: i64,
    /// The nanosecond after the last.
    pub to_nanos: i64,
    /// The shortest duration.
    pub least_nanos: i64,
    /// The duration that is too long; none where no duration is.
    pub below_nanos: Option<i64>,
}

/// As it stands in addresses: `FROM/TO/LEAST/BELOW`, in characters that need no escape there.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [from, to] = [self.from_nanos, self.to_nanos].map(format::rfc3339);
        let least = format::typed_duration(self.least_nanos);
        let below = self.below_nanos.map(format::typed_duration);
        write!(f, "{from}/{to}/{least}/{}", below.unwrap_or_default())
    }
}

/// Columns and rows, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectangle {
    pub columns: (u16, u16),
    pub rows: (u16, u16),
}

impl Selection {
    /// Widened to what rollups can tell: whole pieces of time and whole buckets.
    #[must_use]
    pub fn snapped(self, finest: Resolution) -> Self {
        let from_nanos = finest.floor(self.from_nanos);
        let after = |nanos: i64| bucket_start(bucket_of(nanos.saturating_sub(1)) + 1);
        Self {
            from_nanos,
            to_nanos: finest
                .ceil(self.to_nanos)
                .max(from_nanos.saturating_add(finest.nanos())),
            least_nanos: bucket_start(bucket_of(self.least_nanos)),
            below_nanos: self.below_nanos.map(after),
        }
    }

    /// What its durations are called: `500 ms to 2 s`.
    #[must_use]
    pub fn durations(&self) -> String {
        let least = format::duration(self.least_nanos);
        match (self.least_nanos, self.below_nanos.map(format::duration)) {
            (0, None) => "of any duration".to_owned(),
            (0, Some(below)) => format!("shorter than {below}"),
            (_, None) => format!("{least} and longer"),
            (_, Some(below)) => format!("{least} to {below}"),
        }
    }

    /// The buckets of its durations: the first, and the one after the last.
    #[must_use]
    pub fn buckets(&self) -> (u16, u16) {
        let past = self.below_nanos.map_or(u16::MAX, bucket_of);
        (bucket_of(self.least_nanos), past)
    }
}

impl Heatmap {
    /// From what was counted in each column.
    #[must_use]
    pub fn of(slots: &Slots, rollups: &[Rollup]) -> Self {
        let mut all = Histogram::default();
        for rollup in rollups {
            all.add(&rollup.durations);
        }
        let rows = bands(&all, &ROWS_PER_POWER, MAX_ROWS);
        let mut cells: Vec<Cell> = Vec::new();
        for (column, rollup) in (0_u16..).zip(rollups) {
            for bucket in rollup.durations.buckets() {
                let row = band_of(&rows, bucket.index);
                match cells.last_mut() {
                    Some(cell) if (cell.column, cell.row) == (column, row) => {
                        cell.count += bucket.count;
                    }
                    _ => cells.push(Cell {
                        column,
                        row,
                        count: bucket.count,
                    }),
                }
            }
        }
        Self {
            times: slots.bounds().to_vec(),
            rows,
            cells,
        }
    }

    #[must_use]
    pub fn columns(&self) -> usize {
        self.times.len().saturating_sub(1)
    }

    #[must_use]
    pub fn row_count(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    /// How dark each cell is, from 0 to one less than [`LEVELS`], on the scale of logarithms, for
    /// a few slow requests are to be seen beside thousands of others.
    #[must_use]
    pub fn levels(&self) -> Vec<(Cell, u8)> {
        let most = self.cells.iter().map(|cell| cell.count).max();
        let most = log(most.unwrap_or(1).max(2));
        let level = |cell: &Cell| {
            let share = log(cell.count.max(1)) / most;
            let levels = f64::from(LEVELS);
            (1..LEVELS)
                .take_while(|level| share * levels >= f64::from(*level))
                .count()
        };
        let levels = self.cells.iter().map(|cell| {
            let level = u8::try_from(level(cell)).unwrap_or(LEVELS - 1);
            (*cell, level)
        });
        levels.collect()
    }

    /// Traces that show what cells stand for, by column and row, where what was counted in the
    /// columns has any: no more than one for each power of two of each column, so most cells have
    /// none. Of an outer row, which may have several, it is the longest.
    #[must_use]
    pub fn exemplars(&self, rollups: &[Rollup]) -> BTreeMap<(u16, u16), TraceId> {
        let columns = (0_u16..).zip(rollups);
        let exemplars = columns.flat_map(|(column, rollup)| {
            let all = rollup.exemplars.all().iter();
            all.map(move |(bucket, id)| ((column, band_of(&self.rows, *bucket)), *id))
        });
        exemplars.collect()
    }

    /// How many requests the cells of a rectangle have.
    #[must_use]
    pub fn count_in(&self, rectangle: Rectangle) -> i64 {
        let (first, last) = rectangle.columns;
        let (shortest, longest) = rectangle.rows;
        let inside = self.cells.iter().filter(|cell| {
            (first..=last).contains(&cell.column) && (shortest..=longest).contains(&cell.row)
        });
        inside.map(|cell| cell.count).sum()
    }

    /// What a rectangle of cells stands for. The outer rows have whatever is beyond them.
    #[must_use]
    pub fn selection(&self, rectangle: Rectangle) -> Option<Selection> {
        let (first, last) = rectangle.columns;
        let (shortest, longest) = rectangle.rows;
        let time = |column: u16| self.times.get(usize::from(column)).copied();
        let row = |row: u16| self.rows.get(usize::from(row)).copied();
        let is_last = usize::from(longest) + 1 == self.row_count();
        Some(Selection {
            from_nanos: time(first)?,
            to_nanos: time(last.checked_add(1)?)?,
            least_nanos: if shortest == 0 {
                0
            } else {
                bucket_start(row(shortest)?)
            },
            below_nanos: if is_last {
                None
            } else {
                Some(bucket_start(row(longest.checked_add(1)?)?))
            },
        })
    }

    /// The cells that a selection touches; none when it lies outside.
    #[must_use]
    pub fn rectangle(&self, selection: &Selection) -> Option<Rectangle> {
        let column = |nanos: i64| {
            let after = self.times.partition_point(|time| *time <= nanos);
            u16::try_from(after.checked_sub(1)?.min(self.columns().checked_sub(1)?)).ok()
        };
        let (first, last) = (*self.times.first()?, *self.times.last()?);
        if self.rows.is_empty() || selection.to_nanos <= first || selection.from_nanos >= last {
            return None;
        }
        let (shortest, past) = selection.buckets();
        Some(Rectangle {
            columns: (
                column(selection.from_nanos.max(first))?,
                column(selection.to_nanos.saturating_sub(1))?,
            ),
            rows: (
                band_of(&self.rows, shortest),
                band_of(&self.rows, past.saturating_sub(1).max(shortest)),
            ),
        })
    }

    /// Round durations and where they stand, in rows from the shortest.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a picture needs four digits")]
    pub fn durations(&self) -> Vec<(f64, i64)> {
        let starts: Vec<i64> = self.rows.iter().map(|row| bucket_start(*row)).collect();
        let powers = (0..18).map(|power| 10_i64.pow(power));
        let named = powers.flat_map(|power| NAMED.map(|factor| factor * power));
        let place = |nanos: i64| {
            let row = starts
                .partition_point(|start| *start <= nanos)
                .checked_sub(1)?;
            let (start, end) = (*starts.get(row)?, *starts.get(row + 1)?);
            Some(row as f64 + (nanos - start) as f64 / (end - start) as f64)
        };
        let all: Vec<(f64, i64)> = named
            .filter_map(|nanos| Some((place(nanos)?, nanos)))
            .collect();
        // At most one for every two rows; powers of ten stay longest.
        for keep in [&NAMED[..], &[1, 5], &[1]] {
            let is_kept = |nanos: i64| keep.contains(&(nanos / 10_i64.pow(nanos.ilog10())));
            let kept: Vec<_> = all
                .iter()
                .copied()
                .filter(|(_, nanos)| is_kept(*nanos))
                .collect();
            let is_roomy = kept.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 2.0);
            if is_roomy || keep.len() == 1 {
                return kept;
            }
        }
        all
    }
}

/// Durations in bands of equal width on the scale of logarithms: the buckets that they begin with,
/// and the one after the last; none when nothing was counted. There are as many for each power of
/// two as the first of `per_power` says with which all lie in no more than `most`.
pub(crate) fn bands(all: &Histogram, per_power: &[u16], most: u16) -> Vec<u16> {
    let end = |share: f64| all.quantile(share).map(bucket_of);
    let Some((shortest, longest)) = end(STRAY).zip(end(1.0 - STRAY)) else {
        return vec![];
    };
    let plausible = PLAUSIBLE_NANOS.0..=PLAUSIBLE_NANOS.1;
    let shortest = shortest.clamp(bucket_of(*plausible.start()), bucket_of(*plausible.end()));
    let longest = longest.clamp(shortest, bucket_of(*plausible.end()));
    let ends = |width: u16| (shortest / width, longest / width);
    let width = per_power
        .iter()
        .map(|per_power| BUCKETS_PER_POWER / per_power)
        .find(|width| {
            let (first, last) = ends(*width);
            last - first < most
        })
        .unwrap_or(BUCKETS_PER_POWER);
    let (first, last) = ends(width);
    (first..=last + 1).map(|band| band * width).collect()
}

/// The place of the band that a bucket lies in; the outer ones have whatever is beyond them.
pub(crate) fn band_of(bands: &[u16], bucket: u16) -> u16 {
    let after = bands.partition_point(|band| *band <= bucket);
    let band = after.saturating_sub(1).min(bands.len().saturating_sub(2));
    u16::try_from(band).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "a shade needs one digit")]
fn log(count: i64) -> f64 {
    (count as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::{Coverage, Direction, Observation};
    use crate::time::MINUTE_NANOS;
    use proptest::prelude::*;

    const MILLI: i64 = 1_000_000;

    fn heatmap(columns: &[&[i64]]) -> Heatmap {
        let to = i64::try_from(columns.len()).expect("few") * MINUTE_NANOS;
        let slots = Coverage::of(0, to, to).slots(columns.len() + 2);
        let rollups: Vec<Rollup> = columns
            .iter()
            .map(|durations| {
                let mut rollup = Rollup::default();
                for nanos in *durations {
                    let seen = Observation {
                        trace_id: TraceId::from_slice(&[1; 16]).expect("an id"),
                        duration_nanos: *nanos,
                        is_error: false,
                        weight: 1.0,
                        sums: &[],
                    };
                    rollup.record(Direction::Add, &seen);
                }
                rollup
            })
            .collect();
        Heatmap::of(&slots, &rollups)
    }

    #[test]
    fn cells_count_what_lies_in_them() {
        let heatmap = heatmap(&[&[100 * MILLI, 100 * MILLI], &[], &[1_000 * MILLI]]);
        assert_eq!(heatmap.columns(), 3);
        let counts: Vec<_> = heatmap
            .cells
            .iter()
            .map(|cell| (cell.column, cell.count))
            .collect();
        assert_eq!(counts, [(0, 2), (2, 1)]);
        let first = heatmap.cells[0];
        assert_eq!((first.row, first.count), (0, 2));
        let levels: Vec<u8> = heatmap.levels().iter().map(|(_, level)| *level).collect();
        assert_eq!(levels, [5, 0]);
        let named: Vec<i64> = heatmap
            .durations()
            .iter()
            .map(|(_, nanos)| nanos / MILLI)
            .collect();
        assert_eq!(named, [100, 200, 500, 1_000]);
    }

    #[test]
    fn nothing_counted_is_an_empty_picture() {
        let heatmap = heatmap(&[&[], &[]]);
        assert_eq!((heatmap.row_count(), heatmap.cells.len()), (0, 0));
        assert!(heatmap.durations().is_empty());
        let all = Selection {
            from_nanos: 0,
            to_nanos: MINUTE_NANOS,
            least_nanos: 0,
            below_nanos: None,
        };
        assert_eq!(heatmap.rectangle(&all), None);
    }

    #[test]
    fn a_broken_clock_does_not_crowd_out_the_rest() {
        let heatmap = heatmap(&[&[0, 20 * MILLI, 80 * MILLI, i64::MAX]]);
        assert!(heatmap.row_count() <= usize::from(MAX_ROWS));
        let total: i64 = heatmap.cells.iter().map(|cell| cell.count).sum();
        assert_eq!(total, 4);
        let last = u16::try_from(heatmap.row_count() - 1).expect("few");
        let selection = heatmap.selection(Rectangle {
            columns: (0, 0),
            rows: (0, last),
        });
        let selection = selection.expect("inside");
        assert_eq!((selection.least_nanos, selection.below_nanos), (0, None));
    }

    proptest! {
        #[test]
        fn a_rectangle_is_a_selection_and_back(
            durations in prop::collection::vec(prop::collection::vec(0..i64::MAX, 0..5), 1..6),
            corners in [0_u16..6, 0..6, 0..40, 0..40],
        ) {
            let columns: Vec<&[i64]> = durations.iter().map(Vec::as_slice).collect();
            let heatmap = heatmap(&columns);
            let [a, b, c, d] = corners;
            let rectangle = Rectangle {
                columns: (a.min(b), a.max(b)),
                rows: (c.min(d), c.max(d)),
            };
            let is_inside = usize::from(rectangle.columns.1) < heatmap.columns()
                && usize::from(rectangle.rows.1) < heatmap.row_count();
            if is_inside {
                let selection = heatmap.selection(rectangle).expect("inside");
                prop_assert_eq!(selection.snapped(Resolution::Minute), selection);
                prop_assert_eq!(heatmap.rectangle(&selection), Some(rectangle));
                let (least, past) = selection.buckets();
                let counted: usize = durations[usize::from(rectangle.columns.0)..=usize::from(rectangle.columns.1)]
                    .iter()
                    .flatten()
                    .filter(|nanos| {
                        let bucket = bucket_of(**nanos);
                        let below = selection.below_nanos.is_none_or(|below| **nanos < below);
                        assert_eq!(below && **nanos >= selection.least_nanos, bucket >= least && bucket < past);
                        bucket >= least && bucket < past
                    })
                    .count();
                let cells = heatmap.count_in(rectangle);
                prop_assert_eq!(i64::try_from(counted).expect("few"), cells);
            } else {
                prop_assert_eq!(heatmap.selection(rectangle), None);
            }
        }
    }
}
