//! Telling a change from noise: how sure a quantile or an error rate is, whether two differ by
//! more than chance would have it, and Apdex.
//!
//! Requests are taken as independent of each other. They are not quite: a slow minute slows many.
//! The strict level leaves room for that, and for the many figures of one page.

use serde::{Deserialize, Serialize};

mod discoveries;

pub use discoveries::{FALSE_DISCOVERIES, Tested, discoveries};

use crate::histogram::{Bucket, Histogram};
use crate::rollup::Rollup;

/// How sure to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// 95 %: what an interval that is shown usually means.
    Usual,
    /// 99.9 %: of a thousand figures that did not change, about one is called changed.
    Strict,
}

impl Level {
    /// The standard normal deviate that is exceeded, to both sides, by the rest.
    fn deviate(self) -> f64 {
        match self {
            Self::Usual => 1.959_964,
            Self::Strict => 3.290_527,
        }
    }
}

/// Durations that a quantile lies between, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub low_nanos: i64,
    pub high_nanos: i64,
}

/// Shares that a share lies between, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShareInterval {
    pub low: f64,
    pub high: f64,
}

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Better,
    Worse,
    /// Chance alone, or the rounding of histograms, would make such a difference.
    Noise,
    /// Nothing can be told from so few requests.
    TooFew,
}

impl Verdict {
    #[must_use]
    pub fn is_significant(self) -> bool {
        matches!(self, Self::Better | Self::Worse)
    }
}

/// A figure that is better when it is less, at two times: nanoseconds, or a share from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub before: f64,
    pub now: f64,
    /// `now / before`; none where there was nothing before.
    pub ratio: Option<f64>,
    pub verdict: Verdict,
}

/// The confidence interval of a quantile: no parametric distribution is assumed. None when there
/// are too few values for one of its ends.
///
/// Its ends are order statistics, whose ranks follow from the normal approximation of the binomial
/// distribution (Conover, *Practical Nonparametric Statistics*, 3rd edition, section 3.2). Under
/// sampling the variance of the share below the quantile is that of the weighted values
/// (Woodruff, "Confidence intervals for medians and other position measures", *Journal of the
/// American Statistical Association* 47, 1952); with equal weights that is the same, for the
/// number of values that were counted, not for those that they stand for.
#[must_use]
pub fn confidence(histogram: &Histogram, share: f64, level: Level) -> Option<Interval> {
    let bounds = Bounds::of(histogram, share, level.deviate())?;
    Some(Interval {
        low_nanos: bounds.low?,
        high_nanos: bounds.high?,
    })
}

/// How a quantile of durations has changed, at [`Level::Strict`]. None when either is empty.
#[must_use]
pub fn quantile_change(before: &Histogram, now: &Histogram, share: f64) -> Option<Change> {
    quantile_change_at(before, now, share, Level::Strict.deviate())
}

/// The interval of the ratio follows from those of both quantiles, on the logarithmic scale (Zou
/// and Donner, "Construction of confidence limits about effect measures: a general approach",
/// *Statistics in Medicine* 27, 2008: the method of variance estimates recovery).
fn quantile_change_at(
    before: &Histogram,
    now: &Histogram,
    share: f64,
    deviate: f64,
) -> Option<Change> {
    let before = Bounds::of(before, share, deviate)?;
    let now = Bounds::of(now, share, deviate)?;
    let difference = Difference::of(&before.logarithmic(), &now.logarithmic());
    let is_bounded = before.is_bounded() && now.is_bounded();
    let verdict = match difference {
        Difference { low, .. } if low > rounding() => Verdict::Worse,
        Difference { high, .. } if high < -rounding() => Verdict::Better,
        _ if !is_bounded => Verdict::TooFew,
        _ => Verdict::Noise,
    };
    Some(Change::of(
        float(before.estimate),
        float(now.estimate),
        verdict,
    ))
}

/// What two equal quantiles may differ by for the width of the buckets: a sixty-fourth, as a
/// logarithm.
fn rounding() -> f64 {
    (1.0_f64 / 64.0).ln_1p()
}

/// How the share of failed requests has changed, at [`Level::Strict`]. None when either has none.
///
/// The interval of the difference is Newcombe's from two of Wilson's ("Interval estimation for the
/// difference between independent proportions", *Statistics in Medicine* 17, 1998, method 10),
/// which is right for few requests and for rates of nothing, too.
#[must_use]
pub fn error_rate_change(before: &Rollup, now: &Rollup) -> Option<Change> {
    error_rate_change_at(before, now, Level::Strict.deviate())
}

fn error_rate_change_at(before: &Rollup, now: &Rollup, deviate: f64) -> Option<Change> {
    let is_few = before.count.min(now.count) < FEW_REQUESTS;
    let before = Estimate::of_error_rate(before, deviate)?;
    let now = Estimate::of_error_rate(now, deviate)?;
    let verdict = match Difference::of(&before, &now) {
        Difference { low, .. } if low > 0.0 => Verdict::Worse,
        Difference { high, .. } if high < 0.0 => Verdict::Better,
        _ if is_few => Verdict::TooFew,
        _ => Verdict::Noise,
    };
    Some(Change::of(before.value, now.value, verdict))
}

/// Fewer than these tell nothing of an error rate, unless it is plain all the same.
const FEW_REQUESTS: i64 = 30;

/// The share of requests that failed, before sampling. None when there are no requests.
#[must_use]
pub fn error_rate(rollup: &Rollup) -> Option<f64> {
    let is_something = rollup.count > 0 && rollup.weight > 0.0;
    is_something.then(|| (rollup.weighted_errors / rollup.weight).clamp(0.0, 1.0))
}

/// The confidence interval of the share of requests that failed: Wilson's score interval. None when
/// there are no requests.
#[must_use]
pub fn error_rate_interval(rollup: &Rollup, level: Level) -> Option<ShareInterval> {
    let Estimate { low, high, .. } = Estimate::of_error_rate(rollup, level.deviate())?;
    Some(ShareInterval {
        low: low.max(0.0),
        high: high.min(1.0),
    })
}

/// Apdex for a target: satisfied up to the target, tolerating up to four times that, which counts
/// half (*Application Performance Index, Technical Specification*, version 1.1, sections 3 and 4).
/// None when there are no requests.
///
/// Failed requests are frustrated, however fast they were. How long they took is not kept apart,
/// so they are taken to have been as fast as all others.
#[must_use]
pub fn apdex(rollup: &Rollup, target_nanos: i64) -> Option<f64> {
    let weight = rollup.durations.weight();
    let errors = error_rate(rollup)?;
    if weight <= 0.0 {
        return None;
    }
    let satisfied = rollup.durations.weight_up_to(target_nanos);
    let tolerating = rollup
        .durations
        .weight_up_to(target_nanos.saturating_mul(4))
        - satisfied;
    let score = (satisfied + tolerating / 2.0) / weight;
    Some((score * (1.0 - errors)).clamp(0.0, 1.0))
}

impl Change {
    /// Before and now, of durations in nanoseconds.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "they were made of whole nanoseconds"
    )]
    pub fn nanos(&self) -> (i64, i64) {
        (self.before.round() as i64, self.now.round() as i64)
    }

    fn of(before: f64, now: f64, verdict: Verdict) -> Self {
        Self {
            before,
            now,
            ratio: (before > 0.0).then(|| now / before),
            verdict,
        }
    }
}

/// A quantile and the ends of its interval, in nanoseconds; an end is missing where there are too
/// few values for it.
struct Bounds {
    estimate: i64,
    low: Option<i64>,
    high: Option<i64>,
}

impl Bounds {
    fn of(histogram: &Histogram, share: f64, deviate: f64) -> Option<Self> {
        let estimate = histogram.quantile(share)?;
        let values: i64 = histogram.buckets().iter().map(|bucket| bucket.count).sum();
        // One value's part of all.
        let one = 1.0 / float(values.max(1));
        let off = deviate * share_variance(histogram, share, estimate).sqrt();
        let low_share = ((share - off) / one).floor() * one;
        let high_share = (((share + off) / one).ceil() + 1.0) * one;
        // Sums of fractions are not exact.
        let least = one * (1.0 - 1e-6);
        let most = 1.0 + one * 1e-6;
        Some(Self {
            estimate,
            low: (low_share >= least)
                .then(|| histogram.quantile(low_share))
                .flatten(),
            high: (high_share <= most)
                .then(|| histogram.quantile(high_share))
                .flatten(),
        })
    }

    fn is_bounded(&self) -> bool {
        self.low.is_some() && self.high.is_some()
    }

    /// Of the logarithm of the quantile.
    fn logarithmic(&self) -> Estimate {
        let logarithm = |nanos: i64| float(nanos.max(1)).ln();
        Estimate {
            value: logarithm(self.estimate),
            low: self.low.map_or(f64::NEG_INFINITY, logarithm),
            high: self.high.map_or(f64::INFINITY, logarithm),
        }
    }
}

/// The variance of the share of values up to the quantile. Values of one bucket are taken to have
/// the same weight; what lies in the quantile's own bucket counts for both sides of it.
fn share_variance(histogram: &Histogram, share: f64, quantile_nanos: i64) -> f64 {
    let weight = histogram.weight();
    let own = crate::histogram::bucket_of(quantile_nanos);
    let squares: (f64, f64, f64) =
        histogram
            .buckets()
            .iter()
            .fold((0.0, 0.0, 0.0), |(below, within, above), bucket| {
                let square = squared_weights(bucket);
                match bucket.index.cmp(&own) {
                    std::cmp::Ordering::Less => (below + square, within, above),
                    std::cmp::Ordering::Equal => (below, within + square, above),
                    std::cmp::Ordering::Greater => (below, within, above + square),
                }
            });
    let (below, within, above) = squares;
    let rest = 1.0 - share;
    let sides = below * rest * rest + above * share * share + within * rest * share;
    sides / (weight * weight)
}

/// The sum of the squares of the weights of a bucket's values.
fn squared_weights(bucket: &Bucket) -> f64 {
    bucket.weight * bucket.weight / float(bucket.count.max(1))
}

/// A figure and its interval.
struct Estimate {
    value: f64,
    low: f64,
    high: f64,
}

impl Estimate {
    /// Wilson's score interval ("Probable inference, the law of succession, and statistical
    /// inference", *Journal of the American Statistical Association* 22, 1927).
    fn of_error_rate(rollup: &Rollup, deviate: f64) -> Option<Self> {
        let rate = error_rate(rollup)?;
        let square = deviate * deviate;
        let requests = effective_requests(rollup, rate);
        let scale = 1.0 + square / requests;
        let centre = (rate + square / (2.0 * requests)) / scale;
        let spread = rate * (1.0 - rate) / requests + square / (4.0 * requests * requests);
        let half = deviate * spread.sqrt() / scale;
        Some(Self {
            value: rate,
            low: (centre - half).min(rate),
            high: (centre + half).max(rate),
        })
    }
}

/// How many requests without sampling would tell as much: failed ones are often all kept while of
/// others only a share is, and then a request of the sample stands for many.
fn effective_requests(rollup: &Rollup, rate: f64) -> f64 {
    let requests = float(rollup.count);
    let failed = float(rollup.errors);
    let passed = requests - failed;
    if failed < 1.0 || passed < 1.0 {
        return requests;
    }
    let passed_weight = rollup.weight - rollup.weighted_errors;
    let squares = rollup.weighted_errors * rollup.weighted_errors / failed * (1.0 - rate).powi(2)
        + passed_weight * passed_weight / passed * rate.powi(2);
    let variance = squares / (rollup.weight * rollup.weight);
    if variance > 0.0 {
        (rate * (1.0 - rate) / variance).min(requests)
    } else {
        requests
    }
}

/// Where the difference of two figures lies.
struct Difference {
    low: f64,
    high: f64,
}

impl Difference {
    fn of(before: &Estimate, now: &Estimate) -> Self {
        let difference = now.value - before.value;
        Self {
            low: difference - (now.value - now.low).hypot(before.high - before.value),
            high: difference + (now.high - now.value).hypot(before.value - before.low),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "statistics of requests need far fewer digits than f64 has"
)]
fn float(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A linear congruential generator (Knuth's MMIX), for samples that are the same every time.
    pub(crate) struct Samples(pub(crate) u64);

    impl Samples {
        /// Evenly between 0 and 1.
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        pub(crate) fn share(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        }

        /// Exponentially distributed around a mean, in nanoseconds.
        #[expect(clippy::cast_possible_truncation, reason = "a duration")]
        pub(crate) fn duration(&mut self, mean_nanos: f64) -> i64 {
            (-self.share().ln() * mean_nanos) as i64
        }

        pub(crate) fn histogram(&mut self, count: usize, mean_nanos: f64) -> Histogram {
            let mut histogram = Histogram::default();
            for _ in 0..count {
                histogram.record(self.duration(mean_nanos), 1, 1.0);
            }
            histogram
        }

        fn requests(&mut self, count: i64, rate: f64) -> Rollup {
            let errors = (0..count).filter(|_| self.share() < rate).count();
            let errors = i64::try_from(errors).expect("few");
            rollup(count, errors)
        }
    }

    pub(crate) const MEAN: f64 = 200e6;

    pub(crate) fn rollup(count: i64, errors: i64) -> Rollup {
        Rollup {
            count,
            errors,
            weight: float(count),
            weighted_errors: float(errors),
            ..Rollup::default()
        }
    }

    /// How often something holds in so many simulations.
    fn share_of(rounds: i64, mut holds: impl FnMut() -> bool) -> f64 {
        let mut found = 0;
        for _ in 0..rounds {
            found += i64::from(holds());
        }
        float(found) / float(rounds)
    }

    #[test]
    fn the_interval_covers_the_true_quantile_as_often_as_it_says() {
        let mut samples = Samples(1);
        for (share, count) in [(0.5, 40), (0.5, 600), (0.95, 300), (0.99, 2_000)] {
            let truth = -(1.0_f64 - share).ln() * MEAN;
            let covered = share_of(800, || {
                let histogram = samples.histogram(count, MEAN);
                let found = confidence(&histogram, share, Level::Usual).expect("enough");
                float(found.low_nanos) <= truth * 1.01 && truth * 0.99 <= float(found.high_nanos)
            });
            assert!(
                (0.93..=0.995).contains(&covered),
                "{share} of {count}: {covered}"
            );
        }
    }

    #[test]
    fn the_interval_is_as_wide_under_sampling_as_the_sample_makes_it() {
        // Slow requests are all kept, of others one in ten.
        let mut samples = Samples(2);
        let truth = -(0.05_f64).ln() * MEAN;
        let covered = share_of(800, || {
            let mut histogram = Histogram::default();
            for _ in 0..3_000 {
                let nanos = samples.duration(MEAN);
                if float(nanos) > 2.0 * MEAN {
                    histogram.record(nanos, 1, 1.0);
                } else if samples.share() < 0.1 {
                    histogram.record(nanos, 1, 10.0);
                }
            }
            let found = confidence(&histogram, 0.95, Level::Usual).expect("enough");
            float(found.low_nanos) <= truth * 1.01 && truth * 0.99 <= float(found.high_nanos)
        });
        assert!((0.92..=0.995).contains(&covered), "{covered}");
    }

    #[test]
    fn too_few_values_have_no_interval() {
        let few = Samples(3).histogram(50, MEAN);
        assert_eq!(confidence(&few, 0.95, Level::Usual), None);
        assert!(confidence(&few, 0.5, Level::Usual).is_some());
        assert_eq!(confidence(&Histogram::default(), 0.5, Level::Usual), None);
        let change = quantile_change(&few, &few, 0.95).expect("both have some");
        assert_eq!((change.verdict, change.ratio), (Verdict::TooFew, Some(1.0)));
        assert_eq!(quantile_change(&few, &Histogram::default(), 0.95), None);
    }

    #[test]
    fn what_did_not_change_is_rarely_called_changed() {
        let mut samples = Samples(4);
        let mut called = |level, count, rounds| {
            share_of(rounds, || {
                let (before, now) = (
                    samples.histogram(count, MEAN),
                    samples.histogram(count, MEAN),
                );
                let change =
                    quantile_change_at(&before, &now, 0.95, Level::deviate(level)).expect("values");
                change.verdict.is_significant()
            })
        };
        let usual = called(Level::Usual, 400, 1_000);
        assert!((0.005..=0.06).contains(&usual), "{usual}");
        let strict = called(Level::Strict, 400, 2_000);
        assert!(strict <= 0.003, "{strict}");
        let few = called(Level::Strict, 40, 2_000);
        assert!(few <= 0.003, "{few}");
    }

    #[test]
    fn what_did_change_is_called_so() {
        let mut samples = Samples(5);
        let (fast, slow) = (
            samples.histogram(2_000, MEAN),
            samples.histogram(2_000, 1.3 * MEAN),
        );
        let verdict = |before, now| quantile_change(before, now, 0.95).expect("values").verdict;
        assert_eq!(verdict(&fast, &slow), Verdict::Worse);
        assert_eq!(verdict(&slow, &fast), Verdict::Better);
        // Few that are all far slower say enough.
        let few = Samples(6).histogram(20, 20.0 * MEAN);
        assert_eq!(verdict(&fast, &few), Verdict::Worse);
    }

    #[test]
    fn the_rounding_of_histograms_is_no_change() {
        // On both sides of a bound between two buckets: 1 part in 10^9 apart, shown 1.5 % apart.
        let start = crate::histogram::bucket_start(1_025);
        let of = |nanos| {
            let mut histogram = Histogram::default();
            histogram.record(nanos, 1_000_000, 1e6);
            histogram
        };
        let change = quantile_change(&of(start - 1), &of(start), 0.5).expect("values");
        assert!(change.ratio.expect("more than nothing") > 1.01);
        assert_eq!(change.verdict, Verdict::Noise);
    }

    #[test]
    fn error_rates_are_rarely_called_changed_by_chance() {
        let mut samples = Samples(7);
        for (rate, count) in [(0.01, 200), (0.2, 50), (0.03, 2_000)] {
            let mut called = |level| {
                share_of(3_000, || {
                    let (before, now) =
                        (samples.requests(count, rate), samples.requests(count, rate));
                    let change = error_rate_change_at(&before, &now, Level::deviate(level))
                        .expect("requests");
                    change.verdict.is_significant()
                })
            };
            let (usual, strict) = (called(Level::Usual), called(Level::Strict));
            assert!(usual <= 0.07, "{rate} of {count}: {usual}");
            assert!(strict <= 0.004, "{rate} of {count}: {strict}");
        }
    }

    #[test]
    fn error_rates_of_few_and_of_many_are_judged_alike() {
        let verdict = |before: (i64, i64), now: (i64, i64)| {
            let change = error_rate_change(&rollup(before.0, before.1), &rollup(now.0, now.1));
            change.map(|change| change.verdict)
        };
        assert_eq!(verdict((0, 0), (10, 1)), None);
        assert_eq!(verdict((10, 0), (10, 1)), Some(Verdict::TooFew));
        assert_eq!(verdict((5_000, 0), (5_000, 3)), Some(Verdict::Noise));
        assert_eq!(verdict((5_000, 5), (5_000, 100)), Some(Verdict::Worse));
        assert_eq!(verdict((5_000, 100), (5_000, 5)), Some(Verdict::Better));
        assert_eq!(verdict((5_000, 0), (20, 20)), Some(Verdict::Worse));
        let all_failed = rollup(40, 40);
        let change = error_rate_change(&all_failed, &all_failed).expect("requests");
        assert_eq!(
            (change.now.to_bits(), change.verdict),
            (1.0_f64.to_bits(), Verdict::Noise)
        );
    }

    #[test]
    fn the_interval_of_an_error_rate_is_wilsons() {
        let of = |count, errors| error_rate_interval(&rollup(count, errors), Level::Usual);
        // Newcombe's table I of 1998 ("Two-sided confidence intervals for the single proportion",
        // Statistics in Medicine 17), method 3.
        for (count, errors, low, high) in [
            (263, 81, 0.2553, 0.3662),
            (148, 15, 0.0624, 0.1605),
            (20, 0, 0.0, 0.1611),
            (29, 1, 0.0061, 0.1718),
        ] {
            let found = of(count, errors).expect("requests");
            assert!((found.low - low).abs() < 5e-5, "{found:?}");
            assert!((found.high - high).abs() < 5e-5, "{found:?}");
        }
        assert_eq!(of(0, 0), None);
    }

    #[test]
    fn apdex_counts_the_tolerating_half_and_failures_not_at_all() {
        let of = |errors: i64| {
            let mut requests = rollup(10, errors);
            for (millis, count) in [(100_i64, 6_i32), (500, 2), (5_000, 2)] {
                requests
                    .durations
                    .record(millis * 1_000_000, count.into(), count.into());
            }
            apdex(&requests, 200_000_000).expect("requests")
        };
        assert!((of(0) - 0.7).abs() < 1e-9);
        assert!((of(5) - 0.35).abs() < 1e-9);
        assert_eq!(apdex(&Rollup::default(), 1), None);
    }
}
