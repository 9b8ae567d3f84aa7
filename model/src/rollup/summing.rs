//! Adding up many rollups.

use super::Rollup;
use crate::histogram::Histogram;

/// So many histograms are kept before they become one: adding them up together costs about as much
/// as one that has as many buckets as all of them.
const MAX_PARTS: usize = 64;

/// A sum that rollups are added to, quicker than [`Rollup::add`] one after the other.
#[derive(Debug, Clone, Default)]
pub struct Summing {
    /// Without durations.
    figures: Rollup,
    durations: Vec<Histogram>,
}

impl Summing {
    pub fn add(&mut self, mut part: Rollup) {
        let durations = std::mem::take(&mut part.durations);
        if self.durations.is_empty() {
            self.figures = part;
        } else {
            self.figures.add_figures(&part);
        }
        if self.durations.len() == MAX_PARTS {
            self.durations = vec![Histogram::sum(self.durations.iter())];
        }
        self.durations.push(durations);
    }

    #[must_use]
    pub fn sum(mut self) -> Rollup {
        let durations = match self.durations.as_slice() {
            [] | [_] => self.durations.pop().unwrap_or_default(),
            several => Histogram::sum(several.iter()),
        };
        Rollup {
            durations,
            ..self.figures
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: i64) -> Rollup {
        let mut rollup = Rollup {
            count: 1,
            weight: 2.0,
            sums: vec![number],
            ..Rollup::default()
        };
        rollup.durations.record(number * 1_000, 1, 2.0);
        rollup
    }

    #[test]
    fn all_together_are_what_they_are_one_by_one() {
        for count in [0, 1, 2, 63, 64, 65, 66, 200] {
            let parts = (0..count).map(|number| part(number % 90));
            let mut one_by_one = Rollup::default();
            let mut summing = Summing::default();
            for part in parts {
                one_by_one.add(&part);
                summing.add(part);
            }
            assert_eq!(summing.sum(), one_by_one, "{count}");
        }
    }
}
