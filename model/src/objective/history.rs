//! What was counted for an objective, in columns of time.

use super::Tally;

/// Columns follow each other without a gap.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// Where each column begins, and where the last ends, in nanoseconds: one more than there are
    /// columns, or none.
    bounds: Vec<i64>,
    tallies: Vec<Tally>,
}

impl History {
    /// Bounds or columns that have no partner are left out.
    #[must_use]
    pub fn new(mut bounds: Vec<i64>, mut tallies: Vec<Tally>) -> Self {
        tallies.truncate(bounds.len().saturating_sub(1));
        bounds.truncate(tallies.len() + 1);
        Self { bounds, tallies }
    }

    /// Where columns end, in nanoseconds.
    pub fn ends(&self) -> impl Iterator<Item = i64> + '_ {
        self.bounds.iter().skip(1).copied()
    }

    /// Each column with where it begins.
    pub fn columns(&self) -> impl Iterator<Item = (i64, Tally)> + '_ {
        self.bounds
            .iter()
            .copied()
            .zip(self.tallies.iter().copied())
    }

    /// What was counted in the columns that lie within the time.
    #[must_use]
    pub fn between(&self, from_nanos: i64, to_nanos: i64) -> Tally {
        let first = self.bounds.partition_point(|bound| *bound < from_nanos);
        let past = self.bounds.partition_point(|bound| *bound <= to_nanos);
        let within = self.tallies.get(first..past.saturating_sub(1));
        Tally::sum(within.unwrap_or_default().iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_columns_that_lie_within_it() {
        let one = |good| Tally { good, total: 10.0 };
        let history = History::new(vec![0, 10, 20, 40], vec![one(1.0), one(2.0), one(4.0)]);
        let good = |from, to| history.between(from, to).good;
        let found = [
            good(0, 40),
            good(0, 20),
            good(10, 40),
            good(1, 39),
            good(50, 60),
            good(20, 10),
        ];
        for (found, expected) in found.into_iter().zip([7.0, 3.0, 6.0, 2.0, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
        assert_eq!(History::new(vec![], vec![one(1.0)]), History::default());
    }
}
