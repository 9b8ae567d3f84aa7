//! What stands out: which journey changed, where most of that is, since when, and in which
//! segment.

use serde::{Deserialize, Serialize};

use super::{BudgetState, Counted, Figures, P95, REGION, RELEASE, Scene, grouped, sum};
use crate::decomposition::Segment;
use crate::histogram::Histogram;
use crate::journey::Key;
use crate::rollup::Rollup;
use crate::stats::{self, Change, Level, Verdict};

/// Most sentences about what stands out.
const MAX_STANDOUTS: usize = 6;

/// What has less than this share of a change is not where it is.
const MOST: f64 = 0.5;

/// And what has no more of it than of the traffic, times this, is not special either.
const BEYOND_TRAFFIC: f64 = 1.25;

/// Columns with fewer requests tell nothing of when a change began.
const MIN_COLUMN_REQUESTS: i64 = 20;

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
pub fn standouts(scenes: &[Scene]) -> Vec<Standout> {
    let mut found: Vec<(f64, Standout)> = scenes.iter().filter_map(standout).collect();
    found.sort_by(|left, right| right.0.total_cmp(&left.0));
    found.truncate(MAX_STANDOUTS);
    found.into_iter().map(|(_, standout)| standout).collect()
}

/// With what it costs users: the additional nanoseconds of all requests, and of each that fails
/// more, what a slow one takes. What has become better costs less than nothing.
fn standout(scene: &Scene) -> Option<(f64, Standout)> {
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

fn evidence(scene: &Scene) -> Option<Evidence> {
    let before = scene.counted_before.as_deref()?;
    let threshold = scene.before.as_ref()?.durations.quantile(P95)?;
    let region = culprit(&scene.counted, before, REGION, threshold);
    let of_region = |counted: &[Counted]| -> Vec<Counted> {
        let is_there = |key: &[String]| {
            region.is_none() || key.get(REGION).map(String::as_str) == region.as_deref()
        };
        let own = counted.iter().filter(|(key, _)| is_there(key));
        own.cloned().collect()
    };
    let (now, before) = (of_region(&scene.counted), of_region(before));
    let release = culprit(&now, &before, RELEASE, threshold);
    let all_before = sum(before.iter());
    Some(Evidence {
        since_nanos: since(
            &scene.slots(region.as_deref()),
            &scene.bounds,
            &all_before.durations,
        ),
        segment: segment(&all_before, &sum(now.iter())),
        region,
        release,
    })
}

/// The value of a label that most of the additional slow requests have: those beyond what was the
/// 95th percentile before, less as many as there would be had nothing changed. None when they are
/// spread as the traffic is.
fn culprit(
    now: &[Counted],
    before: &[Counted],
    place: usize,
    threshold_nanos: i64,
) -> Option<String> {
    let slow = |rollup: &Rollup| {
        let durations = &rollup.durations;
        (durations.weight() - durations.weight_up_to(threshold_nanos)).max(0.0)
    };
    let usual = |rollup: &Rollup| (rollup.weight > 0.0).then(|| slow(rollup) / rollup.weight);
    let everywhere = usual(&sum(before.iter()))?;
    let earlier = grouped(before, place);
    let groups = grouped(now, place);
    let traffic: f64 = groups.values().map(|rollup| rollup.weight).sum();
    let additional: Vec<(&str, f64, f64)> = groups
        .iter()
        .map(|(name, rollup)| {
            // What was not there before is measured by all that was.
            let own = earlier.get(name).and_then(usual);
            let expected = own.unwrap_or(everywhere) * rollup.weight;
            (*name, slow(rollup) - expected, rollup.weight / traffic)
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

/// Begin of the column from which on the 95th percentile lies above where it was before. None when
/// the last column does not, or when all do.
fn since(slots: &[Rollup], bounds: &[i64], before: &Histogram) -> Option<i64> {
    let usual = stats::confidence(before, P95, Level::Usual)?;
    let telling = slots.iter().zip(bounds);
    let telling: Vec<(&Rollup, &i64)> = telling
        .filter(|(slot, _)| slot.count >= MIN_COLUMN_REQUESTS)
        .collect();
    let slower = telling.iter().rev().take_while(|(slot, _)| {
        let p95 = slot.durations.quantile(P95);
        p95.is_some_and(|p95| p95 > usual.high_nanos)
    });
    let length = slower.count();
    let is_part = 0 < length && length < telling.len();
    is_part.then(|| *telling[telling.len() - length].1)
}

fn segment(before: &Rollup, now: &Rollup) -> Option<SegmentShift> {
    let (before, now) = (super::Means::of(before), super::Means::of(now));
    let shift = |segment: Segment| SegmentShift {
        segment,
        before_nanos: before.of_segment(segment),
        now_nanos: now.of_segment(segment),
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
        all.now = ["eu", "sa"]
            .map(|region| counted("checkout", region, "2", requests(2_000, 30)))
            .to_vec();
        for (_, slots) in &mut all.over_time {
            *slots = vec![requests(500, 30); 4];
        }
        let overview = Overview::of(vec![], &all);
        let evidence = &overview.standouts[0].evidence;
        assert_eq!(evidence.region, None);
        assert_eq!(evidence.release, None, "all of the traffic is of it");
        assert_eq!(evidence.since_nanos, None, "as long as one can see");
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
