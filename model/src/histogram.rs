//! A histogram of durations: log-linear buckets, mergeable by addition.
//!
//! Each power of two is divided into 64 buckets of equal width, as in `HdrHistogram`; what is
//! shorter than 64 ns has a bucket of its own. A bucket stands for its middle, so no value is off
//! by more than 1/128, which is less than 1 %.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// Buckets for each power of two, as an exponent of two.
const PRECISION_BITS: u32 = 6;

pub(crate) const BUCKETS_PER_POWER: u16 = 1 << PRECISION_BITS;

/// How many times as many buckets a histogram has to which another is added bucket by bucket.
const MUCH_LARGER: usize = 4;

/// Counts for one bucket. Negative in a difference between two histograms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    pub index: u16,
    /// How many values were recorded.
    pub count: i64,
    /// How many values those stand for, before sampling.
    pub weight: f64,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// By index, each once; none is empty.
    buckets: Vec<Bucket>,
}

/// The bucket of a duration. A negative one, which only a clock that was set back can make, counts
/// as zero.
#[must_use]
pub fn bucket_of(nanos: i64) -> u16 {
    let nanos = u64::try_from(nanos).unwrap_or(0);
    let power = (u64::BITS - nanos.leading_zeros()).saturating_sub(PRECISION_BITS + 1);
    // From 64 to 127 within its power of two, but for the shortest durations.
    let place = nanos >> power;
    let index = u64::from(power) * u64::from(BUCKETS_PER_POWER) + place;
    // At most 57 * 64 + 127.
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// The shortest duration of a bucket, in nanoseconds.
#[must_use]
pub fn bucket_start(index: u16) -> i64 {
    let index = u64::from(index);
    let power = (index / u64::from(BUCKETS_PER_POWER)).saturating_sub(1);
    let place = index - power * u64::from(BUCKETS_PER_POWER);
    let nanos = u32::try_from(power).ok().and_then(|power| {
        let shifted = u128::from(place) << power.min(64);
        i64::try_from(shifted).ok()
    });
    nanos.unwrap_or(i64::MAX)
}

/// The start of a bucket that is nearest to a duration, in nanoseconds: off by less than 1 %.
#[must_use]
pub fn nearest_bound(nanos: i64) -> i64 {
    let index = bucket_of(nanos);
    let (below, above) = (bucket_start(index), bucket_start(index.saturating_add(1)));
    if nanos.saturating_sub(below) <= above.saturating_sub(nanos) {
        below
    } else {
        above
    }
}

/// The duration that a bucket stands for, in nanoseconds.
#[must_use]
pub fn bucket_middle(index: u16) -> i64 {
    let start = bucket_start(index);
    let width = bucket_start(index.saturating_add(1)).saturating_sub(start);
    start.saturating_add((width - 1).max(0) / 2)
}

impl Histogram {
    /// From buckets in any order; those of one index are added.
    #[must_use]
    pub fn from_buckets(buckets: impl IntoIterator<Item = Bucket>) -> Self {
        let mut histogram = Self::default();
        histogram.buckets.extend(buckets);
        histogram.normalize();
        histogram
    }

    /// By index, each once.
    #[must_use]
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Counts a duration so many times, which may be negative, and for so many before sampling.
    pub fn record(&mut self, nanos: i64, count: i64, weight: f64) {
        self.add_bucket(Bucket {
            index: bucket_of(nanos),
            count,
            weight,
        });
    }

    fn add_bucket(&mut self, added: Bucket) {
        let found = self
            .buckets
            .binary_search_by_key(&added.index, |bucket| bucket.index);
        match found {
            Ok(place) if self.buckets[place].count + added.count == 0 => {
                self.buckets.remove(place);
            }
            Ok(place) => {
                self.buckets[place].count += added.count;
                self.buckets[place].weight += added.weight;
            }
            Err(place) => self.buckets.insert(place, added),
        }
    }

    pub fn add(&mut self, other: &Self) {
        if self.buckets.is_empty() {
            self.buckets.clone_from(&other.buckets);
        } else if other.buckets.len() * MUCH_LARGER < self.buckets.len() {
            // Most of what is added up has few buckets beside the sum: for those, looking for each
            // is quicker than going through all.
            for bucket in &other.buckets {
                self.add_bucket(*bucket);
            }
        } else {
            self.buckets = merged(&self.buckets, &other.buckets);
        }
    }

    /// All together: quicker than adding one after the other.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let ends = parts
            .clone()
            .filter_map(|part| Some((part.buckets.first()?.index, part.buckets.last()?.index)))
            .reduce(|(first, last), (low, high)| (first.min(low), last.max(high)));
        let Some((first, last)) = ends else {
            return Self::default();
        };
        // At most as many as there are buckets, 3 776.
        let empty = |index| Bucket {
            index,
            count: 0,
            weight: 0.0,
        };
        let mut buckets: Vec<Bucket> = (first..=last).map(empty).collect();
        for bucket in parts.flat_map(|part| &part.buckets) {
            let sum = &mut buckets[usize::from(bucket.index - first)];
            sum.count += bucket.count;
            sum.weight += bucket.weight;
        }
        buckets.retain(|bucket| bucket.count != 0);
        Self { buckets }
    }

    fn normalize(&mut self) {
        let is_sorted = (self.buckets).is_sorted_by(|left, right| left.index < right.index);
        if is_sorted && self.buckets.iter().all(|bucket| bucket.count != 0) {
            return;
        }
        self.buckets.sort_by_key(|bucket| bucket.index);
        self.buckets.dedup_by(|next, kept| {
            let is_same = next.index == kept.index;
            if is_same {
                kept.count += next.count;
                kept.weight += next.weight;
            }
            is_same
        });
        self.buckets.retain(|bucket| bucket.count != 0);
    }

    #[must_use]
    pub fn weight(&self) -> f64 {
        self.buckets.iter().map(|bucket| bucket.weight).sum()
    }

    /// The duration that a share of all, by weight, does not exceed (nearest rank), in
    /// nanoseconds, off by less than 1 %. None when nothing was recorded.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<i64> {
        let wanted = self.weight() * share;
        let mut seen = 0.0;
        let found = self.buckets.iter().find(|bucket| {
            seen += bucket.weight;
            // Sums of fractions are not exact.
            seen >= wanted * (1.0 - 1e-9)
        });
        let bucket = found.or(self.buckets.last())?;
        Some(bucket_middle(bucket.index))
    }

    /// How many, by weight, took less than that: exactly where a bucket starts there, and
    /// otherwise without what lies in one bucket with it.
    #[must_use]
    pub fn weight_below(&self, nanos: i64) -> f64 {
        let first = bucket_of(nanos);
        let below = self.buckets.iter().take_while(|found| found.index < first);
        below.map(|bucket| bucket.weight).sum()
    }

    /// How many, by weight, took no longer than that; what lies in one bucket with it counts whole.
    #[must_use]
    pub fn weight_up_to(&self, nanos: i64) -> f64 {
        let last = bucket_of(nanos);
        let within = self.buckets.iter().take_while(|found| found.index <= last);
        within.map(|bucket| bucket.weight).sum()
    }
}

/// Both by index, each index once, none empty; so is what they become.
fn merged(mut left: &[Bucket], mut right: &[Bucket]) -> Vec<Bucket> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let ([first, others @ ..], [second, more @ ..]) = (left, right) {
        match first.index.cmp(&second.index) {
            Ordering::Less => {
                merged.push(*first);
                left = others;
            }
            Ordering::Greater => {
                merged.push(*second);
                right = more;
            }
            Ordering::Equal => {
                let count = first.count + second.count;
                if count != 0 {
                    merged.push(Bucket {
                        count,
                        weight: first.weight + second.weight,
                        ..*first
                    });
                }
                (left, right) = (others, more);
            }
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[i64]) -> Histogram {
        let mut histogram = Histogram::default();
        for &value in values {
            histogram.record(value, 1, 1.0);
        }
        histogram
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        for index in 0..3_700 {
            let start = bucket_start(index);
            assert_eq!(bucket_of(start), index, "{start}");
            assert_eq!(bucket_of(bucket_start(index + 1) - 1), index);
        }
        assert_eq!(bucket_of(-5), 0);
        assert!(bucket_start(bucket_of(i64::MAX)) > i64::MAX / 2);
        assert_eq!(bucket_start(u16::MAX), i64::MAX);
    }

    #[test]
    fn quantiles_are_the_nearest_rank() {
        assert_eq!(of(&[]).quantile(0.5), None);
        let histogram = of(&[10, 20, 30, 40]);
        let found = [0.0, 0.25, 0.5, 0.75, 0.99, 1.0].map(|share| histogram.quantile(share));
        assert_eq!(found, [10, 10, 20, 30, 40, 40].map(Some));
    }

    #[test]
    fn a_value_that_stands_for_many_weighs_as_many() {
        let mut histogram = of(&[10, 20]);
        histogram.record(40, 1, 8.0);
        assert_eq!(histogram.quantile(0.5), Some(40));
        assert!((histogram.weight() - 10.0).abs() < 1e-9);
        assert!((histogram.weight_up_to(20) - 2.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn no_value_is_off_by_more_than_one_percent(nanos in 1_i64..i64::MAX / 2) {
            let off = (bucket_middle(bucket_of(nanos)) - nanos).unsigned_abs();
            prop_assert!(u128::from(off) * 100 <= u128::from(nanos.unsigned_abs()));
        }

        #[test]
        fn however_few_are_added_to_many_none_is_lost(
            many in prop::collection::vec(0_i64..1_000_000, 0..200),
            few in prop::collection::vec(0_i64..1_000_000, 0..12),
        ) {
            let mut histogram = of(&many);
            let parts = [of(&few), of(&[]), of(&many)];
            histogram.add(&parts[0]);
            prop_assert_eq!(&Histogram::sum(parts.iter()), &histogram);
            prop_assert_eq!(&histogram, &of(&[many.as_slice(), &few].concat()));
            let taken = few.iter().map(|value| Bucket {
                index: bucket_of(*value),
                count: -1,
                weight: -1.0,
            });
            histogram.add(&Histogram::from_buckets(taken));
            prop_assert_eq!(histogram, of(&many));
        }

        #[test]
        fn what_is_added_and_taken_away_leaves_no_trace(
            kept in prop::collection::vec(0_i64..10_000, 0..30),
            passing in prop::collection::vec(0_i64..10_000, 0..30),
        ) {
            let mut histogram = of(&kept);
            histogram.add(&of(&passing));
            for value in passing {
                histogram.record(value, -1, -1.0);
            }
            prop_assert_eq!(histogram, of(&kept));
        }
    }
}
