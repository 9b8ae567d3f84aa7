//! What stands out: which journey changed, where most of that is, since when, and in which
//! segment.

use serde::{Deserialize, Serialize};

use super::{BudgetState, Counted, Figures, P95, REGION, RELEASE, Scene, grouped, sum};
use crate::decomposition::{Decomposition, Segment};
use crate::histogram::bucket_of;
use crate::journey::Key;
use crate::rollup::Rollup;
use crate::stats::{Change, Verdict};

/// Most sentences about what stands out.
const MAX_STANDOUTS: usize = 6;

/// What has less than this share of a change is not where it is.
const MOST: f64 = 0.5;

/// And what has no more of it than it had of the traffic before, times this, is not special either.
const BEYOND_TRAFFIC: f64 = 1.25;

/// What a division of time into two has to gain over none, as twice the logarithm of the ratio of
/// likelihoods: what 99.9 % of a chi-squared distribution with one degree of freedom do not exceed
/// (10.8), and more, as the best of many divisions is taken.
const LEAST_GAIN: f64 = 17.0;

/// One thing that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standout {
    pub key: Key,
    pub name: String,
    pub p95_nanos: i64,
    pub budget_nanos: Option<i64>,
    pub budget: BudgetState,
    /// Of the 95th percentile, when it is significant.
    pub latency: Option<Change>,
    /// Of the error rate, when it is significant.
    pub errors: Option<Change>,
    /// Of the latency, where it is worse.
    pub evidence: Evidence,
}

/// Where most of a change is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    pub region: Option<String>,
    /// Within that region, where one is named.
    pub release: Option<String>,
    /// Begin of the column of time from which on it is slower than before.
    pub since_nanos: Option<i64>,
    pub segment: Option<SegmentShift>,
}

/// The segment that most of the additional time is spent in, on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentShift {
    pub segment: Segment,
    pub before_nanos: i64,
    pub now_nanos: i64,
}

/// What stands out among journeys, what costs users most first.
#[must_use]
pub fn standouts(scenes: &[Scene<'_>]) -> Vec<Standout> {
    let mut found: Vec<(f64, Standout)> = scenes.iter().filter_map(standout).collect();
    found.sort_by(|left, right| right.0.total_cmp(&left.0));
    found.truncate(MAX_STANDOUTS);
    found.into_iter().map(|(_, standout)| standout).collect()
}

/// With what it costs users: the additional nanoseconds of all requests, and of each that fails
/// more, what a slow one takes. What has become better costs less than nothing.
fn standout(scene: &Scene<'_>) -> Option<(f64, Standout)> {
    let figures = Figures::of(&scene.now, scene.budget());
    let p95_nanos = figures.p95_nanos?;
    let significant = |change: &Change| change.verdict.is_significant();
    let before = scene.before.as_ref();
    let latency = super::p95_change(before, &scene.now).filter(significant);
    let errors = super::error_change(before, &scene.now).filter(significant);
    let is_over = figures.budget == BudgetState::Over;
    if latency.is_none() && errors.is_none() && !is_over {
        return None;
    }
    let slower = latency.map_or(0.0, |change| change.now - change.before);
    let failing = errors.map_or(0.0, |change| {
        (change.now - change.before) * float(p95_nanos)
    });
    let is_worse = latency.is_some_and(|change| change.verdict == Verdict::Worse);
    let standout = Standout {
        key: scene.key().clone(),
        name: scene.subject.definition.name.clone(),
        p95_nanos,
        budget_nanos: scene.budget().total_nanos,
        budget: figures.budget,
        latency,
        errors,
        evidence: is_worse
            .then(|| evidence(scene))
            .flatten()
            .unwrap_or_default(),
    };
    Some(((slower + failing) * scene.now.weight, standout))
}

fn evidence(scene: &Scene<'_>) -> Option<Evidence> {
    let before = scene.counted_before.as_deref()?;
    let threshold = scene.before.as_ref()?.durations.quantile(P95)?;
    let region = culprit(&scene.counted, before, REGION, threshold);
    let is_there = |(key, _): &&&Counted| {
        region.is_none() || key.get(REGION).map(String::as_str) == region.as_deref()
    };
    let now: Vec<&Counted> = scene.counted.iter().filter(is_there).copied().collect();
    let before: Vec<&Counted> = before.iter().filter(is_there).copied().collect();
    let release = culprit(&now, &before, RELEASE, threshold);
    Some(Evidence {
        since_nanos: since(&scene.slots(region.as_deref()), scene.bounds, threshold),
        segment: segment(&sum(&before), &sum(&now)),
        region,
        release,
    })
}

/// The value of a label that most of the additional slow requests have: those beyond what was the
/// 95th percentile before, less as many as there would be had nothing changed. None when they are
/// spread as the traffic was.
fn culprit(
    now: &[&Counted],
    before: &[&Counted],
    place: usize,
    threshold_nanos: i64,
) -> Option<String> {
    let slow = |rollup: &Rollup| {
        let durations = &rollup.durations;
        (durations.weight() - durations.weight_up_to(threshold_nanos)).max(0.0)
    };
    let usual = |rollup: &Rollup| (rollup.weight > 0.0).then(|| slow(rollup) / rollup.weight);
    let everywhere = usual(&sum(before))?;
    let earlier = grouped(before, place);
    let groups = grouped(now, place);
    let traffic: f64 = earlier.values().map(|rollup| rollup.weight).sum();
    let additional: Vec<(&str, f64, f64)> = groups
        .iter()
        .map(|(name, rollup)| {
            // What was not there before is measured by all that was.
            let own = earlier.get(name);
            let expected = own.and_then(usual).unwrap_or(everywhere) * rollup.weight;
            let share = own.map_or(0.0, |own| own.weight / traffic);
            (*name, slow(rollup) - expected, share)
        })
        .collect();
    let all: f64 = additional.iter().map(|(_, slow, _)| slow.max(0.0)).sum();
    let (name, slow, share) = additional
        .into_iter()
        .max_by(|left, right| left.1.total_cmp(&right.1))?;
    let part = slow / all;
    let is_most = all > 0.0 && part >= MOST && part >= share * BEYOND_TRAFFIC;
    (is_most && !name.is_empty()).then(|| name.to_owned())
}

/// Begin of the column from which on more requests are slower than the threshold, of all that time
/// can be divided at the one that explains the most (Hinkley and Hinkley, "Inference about the
/// change-point in a sequence of binomial variables", *Biometrika* 57, 1970). None when no division
/// explains enough: then it was so all along.
fn since(slots: &[Rollup], bounds: &[i64], threshold_nanos: i64) -> Option<i64> {
    let columns: Vec<Slow> = slots
        .iter()
        .map(|slot| Slow::of(slot, threshold_nanos))
        .collect();
    let all = Slow::sum(&columns);
    let gain = |place: usize| {
        let (left, right) = columns.split_at(place);
        let (left, right) = (Slow::sum(left), Slow::sum(right));
        let is_slower = right.rate() > left.rate();
        let gain = 2.0 * (left.likelihood() + right.likelihood() - all.likelihood());
        is_slower.then_some((gain, place))
    };
    let (gain, place) = (1..columns.len())
        .filter_map(gain)
        .max_by(|left, right| left.0.total_cmp(&right.0))?;
    (gain >= LEAST_GAIN)
        .then(|| bounds.get(place).copied())
        .flatten()
}

/// How many requests were counted, and how many of them were slow.
#[derive(Debug, Clone, Copy)]
struct Slow {
    requests: f64,
    slow: f64,
}

impl Slow {
    fn of(rollup: &Rollup, threshold_nanos: i64) -> Self {
        let last = bucket_of(threshold_nanos);
        let buckets = rollup.durations.buckets().iter();
        let slow = buckets.filter(|bucket| bucket.index > last);
        Self {
            requests: float(rollup.count),
            slow: slow.map(|bucket| float(bucket.count)).sum(),
        }
    }

    fn sum(columns: &[Self]) -> Self {
        Self {
            requests: columns.iter().map(|column| column.requests).sum(),
            slow: columns.iter().map(|column| column.slow).sum(),
        }
    }

    fn rate(self) -> f64 {
        self.slow / self.requests.max(1.0)
    }

    /// The logarithm of the likelihood of just so many, at the rate that makes it greatest.
    fn likelihood(self) -> f64 {
        let part = |count: f64| {
            if count > 0.0 {
                count * (count / self.requests).ln()
            } else {
                0.0
            }
        };
        part(self.slow) + part(self.requests - self.slow)
    }
}

fn segment(before: &Rollup, now: &Rollup) -> Option<SegmentShift> {
    let (before, now) = (Decomposition::mean(before), Decomposition::mean(now));
    let shift = |segment: Segment| SegmentShift {
        segment,
        before_nanos: before[segment],
        now_nanos: now[segment],
    };
    let shifts = Segment::ALL.map(shift);
    let more = |shift: &SegmentShift| (shift.now_nanos - shift.before_nanos).max(0);
    let all: i64 = shifts.iter().map(more).sum();
    let most = shifts.into_iter().max_by_key(more)?;
    (all > 0 && float(more(&most)) >= MOST * float(all)).then_some(most)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "durations need far fewer digits than f64 has"
)]
fn float(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::super::{Observed, Overview};
    use super::*;
    use crate::journey::Subject;
    use crate::time::HOUR_NANOS;

    const MILLI: i64 = 1_000_000;

    /// Requests that take from 100 ms to 200 ms, and a share of them, in percent, a second more in
    /// the database.
    fn requests(count: i64, slow_percent: i64) -> Rollup {
        let mut rollup = Rollup {
            count,
            weight: float(count),
            sums: vec![0; 6],
            ..Rollup::default()
        };
        for number in 0..count {
            let is_slow = number % 100 < slow_percent;
            let nanos = (100 + number % 101) * MILLI;
            let database = if is_slow { 1_000 * MILLI } else { 0 };
            rollup.durations.record(nanos + database, 1, 1.0);
            rollup.sums[0] += nanos;
            rollup.sums[4] += database;
        }
        rollup
    }

    fn counted(journey: &str, region: &str, release: &str, rollup: Rollup) -> Counted {
        let key = ["shop", "POST /pay", journey, region, release];
        (key.map(str::to_owned).to_vec(), rollup)
    }

    /// In the last two of four hours a new release is slow in one region.
    fn observed() -> Observed {
        let over_time = [("eu", 0), ("sa", 30)].map(|(region, slow)| {
            let (key, _) = counted("checkout", region, "", Rollup::default());
            let slots = [0, 0, slow, slow].map(|slow| requests(500, slow)).to_vec();
            (key[..4].to_vec(), slots)
        });
        Observed {
            bounds: (0..=4).map(|hour| hour * HOUR_NANOS).collect(),
            over_time: over_time.to_vec(),
            now: vec![
                counted("checkout", "eu", "1", requests(1_000, 0)),
                counted("checkout", "eu", "2", requests(1_000, 0)),
                counted("checkout", "sa", "1", requests(1_000, 0)),
                counted("checkout", "sa", "2", requests(1_000, 30)),
                counted("login", "eu", "1", requests(500, 0)),
            ],
            before: Some(vec![
                counted("checkout", "eu", "1", requests(2_000, 0)),
                counted("checkout", "sa", "1", requests(2_000, 0)),
                counted("login", "eu", "1", requests(500, 0)),
            ]),
        }
    }

    #[test]
    fn what_changed_is_told_with_where_and_since_when() {
        let overview = Overview::of(vec![], &observed());
        assert_eq!(overview.cards.len(), 2);
        assert_eq!(overview.has_before, Some(true));
        let [standout] = overview.standouts.as_slice() else {
            panic!("only checkout changed: {:?}", overview.standouts);
        };
        assert_eq!(standout.key, Key::Label("checkout".into()));
        let latency = standout.latency.expect("it is slower");
        assert_eq!(latency.verdict, Verdict::Worse);
        let evidence = &standout.evidence;
        assert_eq!(evidence.region.as_deref(), Some("sa"));
        assert_eq!(evidence.release.as_deref(), Some("2"));
        assert_eq!(evidence.since_nanos, Some(2 * HOUR_NANOS));
        let shift = evidence.segment.expect("in the database");
        assert_eq!((shift.segment, shift.before_nanos), (Segment::Database, 0));
        assert_eq!(shift.now_nanos, 150 * MILLI);
    }

    #[test]
    fn what_is_spread_as_the_traffic_is_has_no_place() {
        let mut all = observed();
        let of_release_1 = |slow: i64| {
            ["eu", "sa"]
                .map(|region| counted("checkout", region, "1", requests(2_000, slow)))
                .to_vec()
        };
        (all.now, all.before) = (of_release_1(30), Some(of_release_1(0)));
        for (_, slots) in &mut all.over_time {
            *slots = vec![requests(500, 30); 4];
        }
        let overview = Overview::of(vec![], &all);
        let evidence = &overview.standouts[0].evidence;
        assert_eq!(evidence.region, None);
        assert_eq!(evidence.release, None, "there is no other");
        assert_eq!(evidence.since_nanos, None, "as long as one can see");
        for (key, _) in &mut all.now {
            key[RELEASE] = "2".into();
        }
        let overview = Overview::of(vec![], &all);
        let release = overview.standouts[0].evidence.release.as_deref();
        assert_eq!(release, Some("2"), "it came with the change");
    }

    #[test]
    fn nothing_stands_out_where_nothing_changed() {
        let mut same = observed();
        same.now = same.before.clone().expect("a time before");
        assert_eq!(Overview::of(vec![], &same).standouts, []);
        same.before = None;
        let overview = Overview::of(vec![], &same);
        assert_eq!((overview.standouts.len(), overview.has_before), (0, None));
        assert!(overview.cards.iter().all(|card| card.change.is_none()));
    }

    #[test]
    fn a_budget_that_is_not_kept_stands_out() {
        let mut subject = Subject::of_label("login");
        subject.definition.budget.total_nanos = Some(150 * MILLI);
        let overview = Overview::of(vec![subject], &observed());
        let [standout] = overview.standouts.as_slice() else {
            panic!("only login is defined");
        };
        assert_eq!(standout.budget, BudgetState::Over);
        assert_eq!(
            (standout.latency, &standout.evidence),
            (None, &Evidence::default())
        );
        assert_eq!(overview.regions.len(), 2, "of all requests");
    }
}
