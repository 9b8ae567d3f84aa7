//! The order of the rows of a table.

use std::cmp::Ordering;

use super::Row;

/// What rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Region,
    Requests,
    /// By its place in [`PERCENTILES`](super::PERCENTILES).
    Percentile(usize),
    Errors,
    Change,
}

impl Column {
    pub const ALL: [Self; 9] = [
        Self::Region,
        Self::Requests,
        Self::Percentile(0),
        Self::Percentile(1),
        Self::Percentile(2),
        Self::Percentile(3),
        Self::Percentile(4),
        Self::Errors,
        Self::Change,
    ];

    /// As it stands in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Requests => "requests",
            Self::Percentile(place) => ["p50", "p75", "p90", "p95", "p99"]
                .get(place)
                .copied()
                .unwrap_or_default(),
            Self::Errors => "errors",
            Self::Change => "change",
        }
    }

    /// Names from the first letter on, all else from the largest on; `is_reversed` turns that
    /// round. Figures that rest on too few requests come last either way, so that they do not stand
    /// above those that mean something.
    pub fn sort(self, rows: &mut [Row], is_reversed: bool) {
        rows.sort_by(|left, right| {
            let order = self.compare(left, right);
            let order = if is_reversed { order.reverse() } else { order };
            self.thin_last(left, right)
                .then(order)
                .then_with(|| (&left.region, &left.journey).cmp(&(&right.region, &right.journey)))
        });
    }

    fn thin_last(self, left: &Row, right: &Row) -> Ordering {
        match self {
            Self::Region | Self::Requests => Ordering::Equal,
            Self::Percentile(_) | Self::Errors | Self::Change => {
                left.figures.is_thin().cmp(&right.figures.is_thin())
            }
        }
    }

    fn compare(self, left: &Row, right: &Row) -> Ordering {
        let (l, r) = (&left.figures, &right.figures);
        match self {
            Self::Region => left.region.cmp(&right.region),
            Self::Requests => r.weight.total_cmp(&l.weight),
            Self::Percentile(place) => r.percentiles.get(place).cmp(&l.percentiles.get(place)),
            Self::Errors => r.error_rate.total_cmp(&l.error_rate),
            Self::Change => ratio(right).total_cmp(&ratio(left)),
        }
    }
}

/// What has not changed, for nothing is known of before, stands with what has not changed.
fn ratio(row: &Row) -> f64 {
    let change = row.figures.change;
    change.and_then(|change| change.ratio).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::counted;
    use super::super::{Observed, Regions};
    use super::*;

    #[test]
    fn rows_stand_in_any_order() {
        let before = [counted("b", "", 200, 100), counted("c", "", 300, 300)];
        let now = [
            counted("a", "", 99, 500),
            counted("b", "", 200, 300),
            counted("c", "", 300, 200),
        ];
        let observed = Observed {
            now: &now,
            before: Some(&before),
        };
        let mut rows = Regions::of(observed, false).rows;
        let mut sorted = |column: Column, is_reversed| -> String {
            column.sort(&mut rows, is_reversed);
            rows.iter().map(|row| row.region.as_str()).collect()
        };
        assert_eq!(sorted(Column::Region, false), "abc");
        assert_eq!(sorted(Column::Region, true), "cba");
        assert_eq!(sorted(Column::Requests, false), "cba");
        assert_eq!(sorted(Column::Percentile(3), false), "bca");
        assert_eq!(sorted(Column::Percentile(3), true), "cba", "thin is last");
        assert_eq!(sorted(Column::Change, false), "bca");
        assert_eq!(sorted(Column::Change, true), "cba");
    }

    #[test]
    fn columns_have_names_of_their_own() {
        let keys: std::collections::BTreeSet<_> = Column::ALL.map(Column::key).into();
        assert_eq!(keys.len(), Column::ALL.len());
    }
}
