//! The chart in two: the selection, and the rest.

use model::layout::heatmap::Selection;
use model::rollup::{Rollup, Slots};
use store::traces::{Stratum, Way};

/// How many times as long it takes to read a trace by its duration as one after the other.
const SCATTERED: i64 = 4;

/// How many requests each column has within a selection, and without.
pub(super) struct Split {
    columns: Vec<Column>,
    duration_nanos: (i64, i64),
}

struct Column {
    from_nanos: i64,
    to_nanos: i64,
    is_in_time: bool,
    within: i64,
    without: i64,
}

impl Split {
    /// The selection begins and ends where columns do.
    pub(super) fn of(slots: &Slots, rollups: &[Rollup], selection: &Selection) -> Self {
        let (least, past) = selection.buckets();
        let bounds = slots.bounds().windows(2);
        let columns = bounds.zip(rollups).map(|(bounds, rollup)| {
            let is_in_time = bounds[0] >= selection.from_nanos && bounds[1] <= selection.to_nanos;
            let buckets = rollup.durations.buckets().iter();
            let is_within = |bucket: u16| is_in_time && (least..past).contains(&bucket);
            let (mut within, mut without) = (0, 0);
            for bucket in buckets {
                if is_within(bucket.index) {
                    within += bucket.count;
                } else {
                    without += bucket.count;
                }
            }
            Column {
                from_nanos: bounds[0],
                to_nanos: bounds[1],
                is_in_time,
                within,
                without,
            }
        });
        Self {
            columns: columns.collect(),
            duration_nanos: (
                selection.least_nanos,
                selection.below_nanos.unwrap_or(i64::MAX),
            ),
        }
    }

    pub(super) fn selected_count(&self) -> i64 {
        self.columns.iter().map(|column| column.within).sum()
    }

    pub(super) fn rest_count(&self) -> i64 {
        self.columns.iter().map(|column| column.without).sum()
    }

    /// Parts to sample so that each request of the selection has about the same chance.
    pub(super) fn selected(&self, size: usize) -> Vec<Stratum> {
        self.strata(size, true, |column| column.within)
    }

    /// How to look for them. By time, about as many are looked at for each that is wanted as there
    /// are for each of the selection; by duration, all of the selection, each of which takes longer
    /// since they are all over the table.
    pub(super) fn way(&self, size: usize) -> Way {
        let (selected, all) = (
            self.selected_count(),
            self.selected_count() + self.rest_count(),
        );
        let size = i64::try_from(size).unwrap_or(i64::MAX).min(selected);
        let by_time = size.saturating_mul(all / selected.max(1));
        if selected.saturating_mul(SCATTERED) < by_time {
            Way::ByDuration
        } else {
            Way::ByTime
        }
    }

    pub(super) fn rest(&self, size: usize) -> Vec<Stratum> {
        self.strata(size, false, |column| column.without)
    }

    fn strata(&self, size: usize, is_selected: bool, count: fn(&Column) -> i64) -> Vec<Stratum> {
        let total: i64 = self.columns.iter().map(count).sum();
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let mut before = 0_i64;
        let columns = self.columns.iter().filter_map(|column| {
            // What is rounded off here is taken up by a later column.
            let share = |upto: i64| upto.saturating_mul(size) / total.max(1);
            let limit = share(before + count(column)) - share(before);
            before += count(column);
            // No duration lies within nothing.
            let duration_nanos = if column.is_in_time {
                self.duration_nanos
            } else {
                (0, 0)
            };
            (limit > 0).then(|| Stratum {
                from_nanos: column.from_nanos,
                to_nanos: column.to_nanos,
                limit: usize::try_from(limit).unwrap_or(0),
                duration_nanos,
                is_within: is_selected,
            })
        });
        columns.collect()
    }
}
