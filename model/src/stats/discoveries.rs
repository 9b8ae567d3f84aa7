//! Telling changes from noise among many: of a thousand figures that did not change, ten differ at
//! 99 %.

use super::{Change, Verdict, error_rate_change_at, quantile_change_at};
use crate::histogram::Histogram;
use crate::rollup::Rollup;

/// Of the changes that are told, the share that may be chance. Requests are not quite independent
/// of each other, which this leaves room for.
pub const FALSE_DISCOVERIES: f64 = 0.01;

/// Deviates between which the one that a change is told at is looked for: that of
/// [`FALSE_DISCOVERIES`], for what is not even told at that is no discovery among many, and one
/// beyond which nothing becomes plainer.
const DEVIATES: (f64, f64) = (2.575_829, 8.0);

/// How often the deviates between are halved: to a thousandth of one.
const HALVINGS: u32 = 13;

/// A change, and how likely one as plain is where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    change: Change,
    /// 1 where it is more than [`FALSE_DISCOVERIES`].
    p_value: f64,
}

impl Tested {
    /// How a quantile of durations has changed. None when either is empty.
    #[must_use]
    pub fn quantile(before: &Histogram, now: &Histogram, share: f64) -> Option<Self> {
        Self::of(|deviate| quantile_change_at(before, now, share, deviate))
    }

    /// How the share of failed requests has changed. None when either has none.
    #[must_use]
    pub fn error_rate(before: &Rollup, now: &Rollup) -> Option<Self> {
        Self::of(|deviate| error_rate_change_at(before, now, deviate))
    }

    /// The change of figures that rest on too few to be judged among others.
    #[must_use]
    pub fn unjudged(self) -> Change {
        Change {
            verdict: Verdict::TooFew,
            ..self.change
        }
    }

    /// The level at which an interval just excludes that there is no change is the p-value of the
    /// test that belongs to the interval (Lehmann and Romano, *Testing Statistical Hypotheses*,
    /// 3rd edition, section 3.5); so this means the same as the verdicts of single figures do.
    fn of(at: impl Fn(f64) -> Option<Change>) -> Option<Self> {
        let (mut told, mut untold) = DEVIATES;
        let change = at(told)?;
        let is_told =
            |deviate: f64| at(deviate).is_some_and(|found| found.verdict.is_significant());
        if !change.verdict.is_significant() {
            return Some(Self {
                change,
                p_value: 1.0,
            });
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(told, untold);
            if is_told(middle) {
                told = middle;
            } else {
                untold = middle;
            }
        }
        Some(Self {
            change,
            p_value: both_tails(told),
        })
    }
}

/// The changes, of which only those keep a verdict of better or worse that are told among all of
/// them; the others are noise. At most [`FALSE_DISCOVERIES`] of what is told is chance, on average
/// (Benjamini and Hochberg, "Controlling the false discovery rate", *Journal of the Royal
/// Statistical Society B* 57, 1995; for figures that go together, as those of one operation do:
/// Benjamini and Yekutieli, *The Annals of Statistics* 29, 2001).
#[must_use]
pub fn discoveries(tested: &[Tested]) -> Vec<Change> {
    let mut p_values: Vec<f64> = tested.iter().map(|one| one.p_value).collect();
    p_values.sort_by(f64::total_cmp);
    let all = float(p_values.len());
    let is_within =
        |(place, p_value): &(usize, &f64)| **p_value <= float(place + 1) / all * FALSE_DISCOVERIES;
    let last = p_values.iter().enumerate().rfind(is_within);
    let most = last.map_or(0.0, |(_, p_value)| *p_value);
    let judged = tested.iter().map(|one| {
        let is_chance = one.change.verdict.is_significant() && one.p_value > most;
        let verdict = if is_chance {
            Verdict::Noise
        } else {
            one.change.verdict
        };
        Change {
            verdict,
            ..one.change
        }
    });
    judged.collect()
}

/// How likely a standard normal deviate is so far from 0, to either side; for deviates of 1 or
/// more. The continued fraction of Laplace (Abramowitz and Stegun, *Handbook of Mathematical
/// Functions*, 26.2.14).
fn both_tails(deviate: f64) -> f64 {
    /// Enough for ten digits from 2 on.
    const TERMS: u32 = 60;
    let fraction = (1..=TERMS)
        .rev()
        .fold(deviate, |rest, term| deviate + f64::from(term) / rest);
    let density = (-deviate * deviate / 2.0).exp() / std::f64::consts::TAU.sqrt();
    2.0 * density / fraction
}

#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::tests::{MEAN, Samples, rollup};
    use proptest::prelude::*;

    fn tested(p_value: f64) -> Tested {
        Tested {
            change: Change::of(1.0, 2.0, Verdict::Worse),
            p_value,
        }
    }

    fn told(p_values: &[f64]) -> Vec<bool> {
        let tested: Vec<Tested> = p_values.iter().copied().map(tested).collect();
        let judged = discoveries(&tested);
        let told = judged.iter().map(|change| change.verdict.is_significant());
        told.collect()
    }

    #[test]
    fn tails_are_those_of_the_tables() {
        for (deviate, expected) in [
            (1.959_964, 0.05),
            (2.575_829, 0.01),
            (3.290_527, 0.001),
            (6.0, 1.973_175_290e-9),
        ] {
            let found = both_tails(deviate);
            assert!((found / expected - 1.0).abs() < 1e-5, "{deviate}: {found}");
        }
    }

    #[test]
    fn a_step_up_takes_along_what_is_before_it() {
        assert_eq!(told(&[]), Vec::<bool>::new());
        // Four tests at 1 %: the bounds are 0.0025, 0.005, 0.0075 and 0.01.
        assert_eq!(
            told(&[0.009, 1.0, 0.001, 0.0049]),
            [false, false, true, true]
        );
        // The first alone is beyond its bound, the second within its own.
        assert_eq!(told(&[0.0049, 0.003, 1.0, 1.0]), [true, true, false, false]);
        assert_eq!(told(&[0.003, 1.0, 1.0, 1.0]), [false; 4]);
        assert_eq!(told(&[0.0099]), [true]);
    }

    #[test]
    fn the_p_value_is_the_level_at_which_the_interval_just_tells() {
        // The test of two proportions with a common variance has 0.0065 here.
        let found = Tested::error_rate(&rollup(1_000, 50), &rollup(1_000, 80)).expect("requests");
        assert_eq!(found.change.verdict, Verdict::Worse);
        assert!((0.005..0.009).contains(&found.p_value), "{found:?}");
        let same = Tested::error_rate(&rollup(1_000, 50), &rollup(1_000, 51)).expect("requests");
        assert_eq!((same.change.verdict, same.p_value), (Verdict::Noise, 1.0));
        assert_eq!(Tested::error_rate(&rollup(0, 0), &rollup(9, 1)), None);
    }

    #[test]
    fn among_many_that_did_not_change_hardly_any_is_told() {
        let mut samples = Samples(11);
        let rounds = 40;
        let mut rounds_with_any = 0;
        for _ in 0..rounds {
            let tested: Vec<Tested> = (0..60)
                .flat_map(|_| {
                    let (before, now) =
                        (samples.histogram(150, MEAN), samples.histogram(150, MEAN));
                    [0.5, 0.95].map(|share| Tested::quantile(&before, &now, share))
                })
                .flatten()
                .collect();
            assert_eq!(tested.len(), 120);
            let judged = discoveries(&tested);
            let is_any = judged.iter().any(|change| change.verdict.is_significant());
            rounds_with_any += u32::from(is_any);
        }
        assert!(rounds_with_any <= 2, "{rounds_with_any} of {rounds}");
    }

    #[test]
    fn what_did_change_is_told_among_many_that_did_not() {
        let mut samples = Samples(12);
        let mut tested: Vec<Tested> = (0..200)
            .filter_map(|_| {
                let (before, now) = (samples.histogram(300, MEAN), samples.histogram(300, MEAN));
                Tested::quantile(&before, &now, 0.5)
            })
            .collect();
        let (before, now) = (
            samples.histogram(300, MEAN),
            samples.histogram(300, 2.0 * MEAN),
        );
        tested.extend(Tested::quantile(&before, &now, 0.5));
        let judged = discoveries(&tested);
        assert_eq!(judged[200].verdict, Verdict::Worse);
        let others = judged[..200].iter();
        assert!(others.filter(|one| one.verdict.is_significant()).count() <= 1);
    }

    proptest! {
        #[test]
        fn a_smaller_p_value_is_told_when_a_greater_is(
            p_values in prop::collection::vec(0.0_f64..0.02, 1..40),
        ) {
            let told = told(&p_values);
            for (one, is_told) in p_values.iter().zip(&told) {
                for (other, is_other_told) in p_values.iter().zip(&told) {
                    prop_assert!(!(other <= one && *is_told && !is_other_told));
                }
                // No correction tells more than none, nor less than Bonferroni's.
                prop_assert!(!is_told || *one <= FALSE_DISCOVERIES);
                prop_assert!(*is_told || *one > FALSE_DISCOVERIES / float(p_values.len()));
            }
        }
    }
}
