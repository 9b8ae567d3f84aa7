//! Two distributions over the same durations.

use serde::{Deserialize, Serialize};

use crate::histogram::{Histogram, bucket_of, bucket_start};
use crate::layout::heatmap::{band_of, bands};

/// Most bands.
const MAX_BANDS: u16 = 72;

/// Bands for each power of two: the most that fit.
const BANDS_PER_POWER: [u16; 5] = [16, 8, 4, 2, 1];

/// Which share of each set took how long, in bands that are equally wide on the scale of
/// logarithms. The outer bands have whatever is beyond them, too.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Distribution {
    /// Where each band begins, and where the last ends, in nanoseconds; empty when neither set has
    /// anything.
    pub bounds_nanos: Vec<i64>,
    /// By band, by weight: 1 together, or 0 where the set has nothing.
    pub a: Vec<f64>,
    pub b: Vec<f64>,
}

impl Distribution {
    #[must_use]
    pub fn of(a: &Histogram, b: &Histogram) -> Self {
        let bands = bands(&evenly(a, b), &BANDS_PER_POWER, MAX_BANDS);
        Self {
            a: shares(a, &bands),
            b: shares(b, &bands),
            bounds_nanos: bands.into_iter().map(bucket_start).collect(),
        }
    }

    /// One set, divided into what took less than that and the rest; both together are 1.
    #[must_use]
    pub fn divided(all: &Histogram, at_nanos: i64) -> Self {
        let bands = bands(all, &BANDS_PER_POWER, MAX_BANDS);
        let first_above = bucket_of(at_nanos);
        let weight = all.weight();
        let side = |is_below: bool| -> Vec<f64> {
            let own = all.buckets().iter().copied();
            let own = own.filter(|bucket| (bucket.index < first_above) == is_below);
            let own = Histogram::from_buckets(own);
            let share = own.weight() / weight;
            // Of nothing there is no share.
            let of_all = |own: f64| if own.is_nan() { 0.0 } else { own * share };
            shares(&own, &bands).into_iter().map(of_all).collect()
        };
        Self {
            a: side(true),
            b: side(false),
            bounds_nanos: bands.into_iter().map(bucket_start).collect(),
        }
    }
}

/// Both together, each with the same weight, so that a small set is not stray beside a large one.
fn evenly(a: &Histogram, b: &Histogram) -> Histogram {
    let [a, b] = [a, b].map(|histogram| {
        let weight = histogram.weight();
        let buckets = histogram.buckets().iter();
        buckets.map(move |bucket| crate::histogram::Bucket {
            weight: bucket.weight / weight,
            ..*bucket
        })
    });
    Histogram::from_buckets(a.chain(b))
}

fn shares(histogram: &Histogram, bands: &[u16]) -> Vec<f64> {
    let weight = histogram.weight();
    let mut shares = vec![0.0; bands.len().saturating_sub(1)];
    for bucket in histogram.buckets() {
        if let Some(share) = shares.get_mut(usize::from(band_of(bands, bucket.index))) {
            *share += bucket.weight / weight;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::tests::{MILLI, requests};
    use crate::histogram::nearest_bound;
    use proptest::prelude::*;

    #[test]
    fn both_lie_over_the_same_durations() {
        let a = requests(1_000, (100, 100), 0).durations;
        let b = requests(10, (100, 1_000), 0).durations;
        let found = Distribution::of(&a, &b);
        assert_eq!(found.bounds_nanos.len(), found.a.len() + 1);
        assert!(found.bounds_nanos[0] <= 100 * MILLI);
        let end = found.bounds_nanos[found.a.len()];
        assert!((900 * MILLI..1_100 * MILLI).contains(&end), "{end}");
        // All of a is in one band, with one of the ten of b.
        assert!((found.a[0] - 1.0).abs() < 1e-9 && (found.b[0] - 0.1).abs() < 1e-9);
    }

    #[test]
    fn one_set_is_divided_at_a_bound() {
        let all = requests(100, (100, 1_000), 0).durations;
        let bound = nearest_bound(500 * MILLI);
        let found = Distribution::divided(&all, bound);
        let sums = [&found.a, &found.b].map(|side| side.iter().sum::<f64>());
        assert!((sums[0] - all.weight_below(bound) / all.weight()).abs() < 1e-9);
        assert!((sums[0] + sums[1] - 1.0).abs() < 1e-9);
        let beyond = Distribution::divided(&all, i64::MAX);
        assert!(beyond.b.iter().all(|share| *share == 0.0));
        let nothing = Distribution::divided(&Histogram::default(), bound);
        assert_eq!(nothing, Distribution::default());
    }

    #[test]
    fn nothing_has_no_bands() {
        let nothing = Histogram::default();
        assert_eq!(
            Distribution::of(&nothing, &nothing),
            Distribution::default()
        );
        let some = requests(10, (5, 9), 0).durations;
        let found = Distribution::of(&nothing, &some);
        assert!(found.a.iter().all(|share| *share == 0.0) && !found.b.is_empty());
    }

    proptest! {
        #[test]
        fn shares_make_one(
            a in prop::collection::vec(0..i64::MAX, 1..30),
            b in prop::collection::vec(0..100 * MILLI, 1..30),
        ) {
            let of = |values: &[i64]| {
                let mut histogram = Histogram::default();
                for value in values {
                    histogram.record(*value, 1, 2.5);
                }
                histogram
            };
            let found = Distribution::of(&of(&a), &of(&b));
            for shares in [&found.a, &found.b] {
                prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                prop_assert!(shares.len() <= usize::from(MAX_BANDS));
            }
            prop_assert!(found.bounds_nanos.is_sorted_by(|left, right| left < right));
        }
    }
}
