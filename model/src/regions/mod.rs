//! How users fare by region: figures of each, at a time and at the one before it, and what of that
//! has to be said first.

mod headline;
mod order;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use headline::Headline;
pub use order::Column;

use crate::decomposition::Decomposition;
use crate::geo::{places, project};
use crate::layout::world_map::{Circle, Spot, circles};
use crate::rollup::{OTHER, Rollup};
use crate::stats::{self, Change, Verdict};

/// The labels of requests that all of this is asked by, by their place in
/// [`Family::labels`](crate::rollup::Family::labels): region and journey.
pub const LABELS: [usize; 2] = [3, 2];

/// Most rows of a table, the busiest first.
pub const MAX_ROWS: usize = 500;

/// Figures of fewer requests are thin: so many are between the 99th percentile and the slowest.
pub const THIN: i64 = 100;

/// A region is slow when its 95th percentile is so many times that of all together.
const SLOW: f64 = 1.5;

/// The percentiles of a row, as shares.
pub const PERCENTILES: [f64; 5] = [0.50, 0.75, 0.90, P95, 0.99];
const P95: f64 = 0.95;
const P95_PLACE: usize = 3;

/// What was counted under the values of [`LABELS`].
pub type Counted = (Vec<String>, Rollup);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Requests that were counted.
    pub count: i64,
    /// How many those stand for, before sampling.
    pub weight: f64,
    /// In nanoseconds, one for each of [`PERCENTILES`].
    pub percentiles: [i64; PERCENTILES.len()],
    /// From 0 to 1.
    pub error_rate: f64,
    /// Of the 95th percentile; none where nothing was counted before, or nothing is compared.
    pub change: Option<Change>,
    /// Mean for each request.
    pub means: Decomposition,
}

/// How a region fares, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// Its 95th percentile is longer than before by more than chance.
    Worse,
    /// It is no slower than before, but much slower than all together.
    Slow,
    Usual,
    /// There are too few requests to tell.
    Thin,
}

impl Standing {
    pub const ALL: [Self; 4] = [Self::Worse, Self::Slow, Self::Usual, Self::Thin];

    /// What it means, after the number of regions.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Worse => "slower than before",
            Self::Slow => "far slower than most",
            Self::Usual => "as usual",
            Self::Thin => "with too few requests to tell",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// As requests name it; empty where they name none.
    pub region: String,
    /// Where it is; none where that is not known.
    pub place: Option<String>,
    /// None where all journeys are counted together.
    pub journey: Option<String>,
    pub figures: Figures,
    pub standing: Standing,
}

impl Row {
    /// Whether the region has a name that requests can be found by.
    #[must_use]
    pub fn is_named(&self) -> bool {
        !self.region.is_empty() && self.region != OTHER
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regions {
    /// The busiest first.
    pub rows: Vec<Row>,
    /// The same by journey, the busiest first; empty when that is not asked for.
    pub by_journey: Vec<Row>,
    /// Rows that there was no room for, of either.
    pub left_out: usize,
    /// On the map, one for each of `rows` whose place is known.
    pub circles: Vec<Circle>,
    /// All regions together; none when nothing was counted.
    pub all: Option<Figures>,
    pub headline: Option<Headline>,
}

/// What regions are made from.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    pub now: &'a [Counted],
    /// None when nothing is compared.
    pub before: Option<&'a [Counted]>,
}

impl Regions {
    #[must_use]
    pub fn of(observed: Observed<'_>, by_journey: bool) -> Self {
        let all = total(observed.now).map(|now| {
            let before = observed.before.and_then(total);
            Figures::of(&now, before.as_ref())
        });
        let all_p95 = all.as_ref().map_or(0, Figures::p95_nanos);
        let grouped = grouped(observed, 1);
        let headline = headline::headline(&grouped, all_p95, observed.before.is_some());
        let (rows, rows_left_out) = rows(&grouped, all_p95);
        let (by_journey, split_left_out) = if by_journey {
            self::rows(&self::grouped(observed, LABELS.len()), all_p95)
        } else {
            (vec![], 0)
        };
        Self {
            circles: circles(&spots(&rows)),
            rows,
            by_journey,
            left_out: rows_left_out + split_left_out,
            all,
            headline,
        }
    }
}

impl Figures {
    /// Of what was counted; something must have been.
    fn of(now: &Rollup, before: Option<&Rollup>) -> Self {
        Self {
            count: now.count,
            weight: now.weight,
            percentiles: PERCENTILES.map(|share| now.durations.quantile(share).unwrap_or(0)),
            error_rate: stats::error_rate(now).unwrap_or(0.0),
            change: before
                .and_then(|before| stats::quantile_change(&before.durations, &now.durations, P95)),
            means: Decomposition::mean(now),
        }
    }

    #[must_use]
    pub fn p95_nanos(&self) -> i64 {
        self.percentiles[P95_PLACE]
    }

    /// Whether percentiles rest on too few requests.
    #[must_use]
    pub fn is_thin(&self) -> bool {
        self.count < THIN
    }

    /// Whether requests were left out by sampling.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.weight > float(self.count) * 1.001
    }

    fn standing(&self, all_p95_nanos: i64) -> Standing {
        let is_worse = self
            .change
            .is_some_and(|change| change.verdict == Verdict::Worse);
        if is_worse {
            Standing::Worse
        } else if self.is_thin() {
            Standing::Thin
        } else if float(self.p95_nanos()) >= float(all_p95_nanos) * SLOW {
            Standing::Slow
        } else {
            Standing::Usual
        }
    }
}

/// What was counted under one name, now and before.
struct Compared {
    /// The first labels of [`LABELS`].
    key: Vec<String>,
    now: Rollup,
    before: Option<Rollup>,
}

impl Compared {
    fn figures(&self) -> Figures {
        Figures::of(&self.now, self.before.as_ref())
    }
}

/// By so many of the labels, the busiest first.
fn grouped(observed: Observed<'_>, labels: usize) -> Vec<Compared> {
    let add = |counted: &[Counted]| {
        let mut groups: BTreeMap<Vec<String>, Rollup> = BTreeMap::new();
        for (key, rollup) in counted {
            let key = key.iter().take(labels).cloned().collect();
            groups.entry(key).or_default().add(rollup);
        }
        groups
    };
    let mut before = observed.before.map(add).unwrap_or_default();
    let groups = add(observed.now).into_iter();
    let mut groups: Vec<Compared> = groups
        .filter(|(_, now)| now.count > 0)
        .map(|(key, now)| Compared {
            before: before.remove(&key),
            key,
            now,
        })
        .collect();
    groups.sort_by(|left, right| right.now.weight.total_cmp(&left.now.weight));
    groups
}

/// Rows, and how many there was no room for.
fn rows(groups: &[Compared], all_p95_nanos: i64) -> (Vec<Row>, usize) {
    let rows = groups.iter().take(MAX_ROWS).map(|group| {
        let figures = group.figures();
        let region = group.key.first().cloned().unwrap_or_default();
        Row {
            place: places::find(&region).map(|place| place.name),
            region,
            journey: group.key.get(1).cloned(),
            standing: figures.standing(all_p95_nanos),
            figures,
        }
    });
    (rows.collect(), groups.len().saturating_sub(MAX_ROWS))
}

fn spots(rows: &[Row]) -> Vec<Spot> {
    let spot = |(row, found): (usize, &Row)| {
        let place = places::find(&found.region)?;
        Some(Spot {
            row,
            point: project(place.longitude, place.latitude),
            weight: found.figures.weight,
        })
    };
    rows.iter().enumerate().filter_map(spot).collect()
}

/// None when nothing was counted.
fn total(counted: &[Counted]) -> Option<Rollup> {
    let mut total = Rollup::default();
    for (_, rollup) in counted {
        total.add(rollup);
    }
    (total.count > 0).then_some(total)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sums of durations need far fewer digits than f64 has"
)]
fn float(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::rollup::{Direction, Observation};
    use crate::trace::tests::trace_id;

    /// So many requests from a region, all as long, of which a tenth took twice as long.
    pub(crate) fn counted(region: &str, journey: &str, count: i64, millis: i64) -> Counted {
        let mut rollup = Rollup::default();
        for number in 0..count {
            let millis = if number % 10 == 0 { millis * 2 } else { millis };
            let nanos = millis * 1_000_000;
            let seen = Observation {
                trace_id: trace_id(),
                duration_nanos: nanos,
                is_error: number % 50 == 0,
                weight: 1.0,
                sums: &[0, nanos / 4, 0, nanos - nanos / 4, 0, 0],
            };
            rollup.record(Direction::Add, &seen);
        }
        (vec![region.into(), journey.into()], rollup)
    }

    fn of(now: &[Counted], before: Option<&[Counted]>) -> Regions {
        Regions::of(Observed { now, before }, true)
    }

    #[test]
    fn journeys_of_a_region_add_up() {
        let now = [
            counted("eu-west-1", "login", 100, 100),
            counted("eu-west-1", "pay", 300, 200),
            counted("moon-1", "pay", 50, 100),
        ];
        let found = of(&now, None);
        let rows: Vec<_> = found
            .rows
            .iter()
            .map(|row| (row.region.as_str(), row.place.as_deref(), row.figures.count))
            .collect();
        assert_eq!(
            rows,
            [("eu-west-1", Some("Dublin"), 400), ("moon-1", None, 50)]
        );
        let dublin = &found.rows[0].figures;
        assert_eq!(dublin.error_rate.to_string(), "0.02");
        let total = dublin.means.total_nanos();
        assert_eq!(total, 175 * 1_100_000, "the mean, a tenth of it doubled");
        let split: Vec<_> = found
            .by_journey
            .iter()
            .map(|row| {
                (
                    row.region.as_str(),
                    row.journey.as_deref(),
                    row.figures.count,
                )
            })
            .collect();
        assert_eq!(
            split,
            [
                ("eu-west-1", Some("pay"), 300),
                ("eu-west-1", Some("login"), 100),
                ("moon-1", Some("pay"), 50)
            ]
        );
        assert_eq!(found.circles.len(), 1, "nobody knows where moon-1 is");
        assert_eq!(found.all.expect("requests").count, 450);
    }

    #[test]
    fn a_region_stands_by_its_change_its_level_and_its_requests() {
        let before = [
            counted("sa-east-1", "", 1_000, 200),
            counted("eu-west-1", "", 5_000, 100),
            counted("ap-south-1", "", 1_000, 300),
        ];
        let now = [
            counted("sa-east-1", "", 1_000, 320),
            counted("eu-west-1", "", 5_000, 100),
            counted("ap-south-1", "", 1_000, 300),
            counted("af-south-1", "", 99, 100),
        ];
        let found = of(&now, Some(&before));
        let standing: BTreeMap<&str, Standing> = found
            .rows
            .iter()
            .map(|row| (row.region.as_str(), row.standing))
            .collect();
        let expected = [
            ("af-south-1", Standing::Thin),
            ("ap-south-1", Standing::Slow),
            ("eu-west-1", Standing::Usual),
            ("sa-east-1", Standing::Worse),
        ];
        assert_eq!(standing, BTreeMap::from(expected));
    }

    #[test]
    fn nothing_counted_is_nothing_to_say() {
        let found = of(&[], Some(&[counted("eu-west-1", "", 10, 10)]));
        assert_eq!((found.all, found.headline), (None, None));
        assert!(found.rows.is_empty() && found.circles.is_empty());
        let taken_back = of(
            &[(vec!["eu".into(), String::new()], Rollup::default())],
            None,
        );
        assert_eq!(taken_back.all, None);
    }

    #[test]
    fn the_labels_are_those_that_are_meant() {
        let labels = crate::rollup::Family::Requests.labels();
        assert_eq!(LABELS.map(|place| labels[place]), ["region", "journey"]);
    }
}
