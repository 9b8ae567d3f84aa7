//! How users fare: the figures of journeys at a time and at the one before it, and what stands out
//! among them.

mod figures;
mod report;
mod standout;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use figures::{BudgetState, Figures, segment_words, share_of};
pub use report::{Column, JourneyReport};
pub use standout::{Evidence, SegmentShift, Standout, standouts};

use crate::journey::{Budget, Key, LABELS, Subject};
use crate::rollup::{OTHER, Rollup};
use crate::stats::{self, Change};

/// Places of the labels that an overview is asked by, in
/// [`Family::labels`](crate::rollup::Family::labels) of requests: those of journeys, then region,
/// then release.
pub const OVERVIEW_LABELS: [usize; 5] = [LABELS[0], LABELS[1], LABELS[2], 3, 4];
const REGION: usize = 3;
const RELEASE: usize = 4;

/// Most journeys on one page, the busiest first.
pub const MAX_JOURNEYS: usize = 24;

/// What was counted under the values of [`OVERVIEW_LABELS`].
pub type Counted = (Vec<String>, Rollup);

/// What was counted in columns of time, under the values of [`OVERVIEW_LABELS`] but the release.
pub type CountedOverTime = (Vec<String>, Vec<Rollup>);

/// What an overview is made from.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Where the columns of time begin, and where the last ends.
    pub bounds: Vec<i64>,
    pub over_time: Vec<CountedOverTime>,
    pub now: Vec<Counted>,
    /// None when nothing is compared.
    pub before: Option<Vec<Counted>>,
}

/// One journey at a glance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub subject: Subject,
    pub figures: Figures,
    /// Of the 95th percentile.
    pub change: Option<Change>,
    pub error_change: Option<Change>,
    /// The 95th percentile in columns of time.
    pub line: Vec<Option<i64>>,
}

/// What stands in a row of a table: a region or a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartRow {
    /// Empty where requests do not tell.
    pub name: String,
    pub figures: Figures,
    pub change: Option<Change>,
    pub error_change: Option<Change>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    pub bounds: Vec<i64>,
    /// The busiest first.
    pub cards: Vec<Card>,
    /// Journeys that there was no room for.
    pub left_out: usize,
    /// What costs users most first.
    pub standouts: Vec<Standout>,
    /// All requests, also of no journey.
    pub regions: Vec<PartRow>,
    /// Whether anything was counted in the time that is compared with; none when nothing is
    /// compared.
    pub has_before: Option<bool>,
}

impl Overview {
    /// Without any journey that is defined, those are shown that requests name themselves.
    #[must_use]
    pub fn of(defined: Vec<Subject>, observed: &Observed) -> Self {
        let subjects = subjects(defined, &observed.now);
        let mut scenes: Vec<Scene<'_>> = subjects
            .into_iter()
            .map(|subject| Scene::of(subject, observed))
            .collect();
        scenes.sort_by(|left, right| right.now.weight.total_cmp(&left.now.weight));
        let before = observed.before.as_deref().map(all);
        let left_out = scenes.split_off(scenes.len().min(MAX_JOURNEYS)).len();
        Self {
            bounds: observed.bounds.clone(),
            cards: scenes.iter().map(Scene::card).collect(),
            left_out,
            standouts: standouts(&scenes),
            regions: parts(&all(&observed.now), before.as_deref(), REGION),
            has_before: observed.before.as_ref().map(|before| !before.is_empty()),
        }
    }
}

fn all(counted: &[Counted]) -> Vec<&Counted> {
    counted.iter().collect()
}

/// The journeys to show.
#[must_use]
pub fn subjects(defined: Vec<Subject>, now: &[Counted]) -> Vec<Subject> {
    if !defined.is_empty() {
        return defined;
    }
    let labels = now.iter().filter_map(|(key, _)| key.get(LABELS[2]));
    let known = labels.filter(|label| !label.is_empty() && *label != OTHER);
    let known: std::collections::BTreeSet<&String> = known.collect();
    known
        .into_iter()
        .map(|label| Subject::of_label(label))
        .collect()
}

/// What was counted of one journey.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    pub subject: Subject,
    pub bounds: &'a [i64],
    /// In columns of time, by region.
    pub over_time: Vec<&'a CountedOverTime>,
    pub counted: Vec<&'a Counted>,
    pub counted_before: Option<Vec<&'a Counted>>,
    pub now: Rollup,
    pub before: Option<Rollup>,
}

impl<'a> Scene<'a> {
    #[must_use]
    pub fn of(subject: Subject, observed: &'a Observed) -> Self {
        let own = |counted: &'a [Counted]| -> Vec<&'a Counted> {
            let own = counted.iter().filter(|(key, _)| subject.accepts(key));
            own.collect()
        };
        let over_time = observed.over_time.iter();
        let over_time = over_time.filter(|(key, _)| subject.accepts(key));
        let counted = own(&observed.now);
        let counted_before = observed.before.as_deref().map(own);
        Self {
            bounds: &observed.bounds,
            over_time: over_time.collect(),
            now: sum(&counted),
            before: counted_before.as_deref().map(sum),
            counted,
            counted_before,
            subject,
        }
    }

    /// All regions together, in columns of time.
    #[must_use]
    pub fn slots(&self, region: Option<&str>) -> Vec<Rollup> {
        let of_region: Vec<&[Rollup]> = self
            .over_time
            .iter()
            .filter(|(key, _)| region.is_none() || key.get(REGION).map(String::as_str) == region)
            .map(|(_, rollups)| rollups.as_slice())
            .collect();
        let columns = 0..self.bounds.len().saturating_sub(1);
        columns
            .map(|column| Rollup::sum(of_region.iter().filter_map(|slots| slots.get(column))))
            .collect()
    }

    /// Itself at a glance.
    #[must_use]
    pub fn card(&self) -> Card {
        Card {
            figures: Figures::of(&self.now, self.budget()),
            change: p95_change(self.before.as_ref(), &self.now),
            error_change: error_change(self.before.as_ref(), &self.now),
            line: line(&self.slots(None), P95),
            subject: self.subject.clone(),
        }
    }

    fn budget(&self) -> Budget {
        self.subject.definition.budget
    }

    fn key(&self) -> &Key {
        &self.subject.key
    }
}

/// The quantile that changes and budgets are told by.
pub const P95: f64 = 0.95;

/// A quantile in columns of time.
#[must_use]
pub fn line(slots: &[Rollup], share: f64) -> Vec<Option<i64>> {
    let quantiles = slots.iter().map(|slot| slot.durations.quantile(share));
    quantiles.collect()
}

#[must_use]
pub fn p95_change(before: Option<&Rollup>, now: &Rollup) -> Option<Change> {
    stats::quantile_change(&before?.durations, &now.durations, P95)
}

#[must_use]
pub fn error_change(before: Option<&Rollup>, now: &Rollup) -> Option<Change> {
    stats::error_rate_change(before?, now)
}

/// The figures of what was counted under each value of a label, the busiest first.
#[must_use]
pub fn parts(now: &[&Counted], before: Option<&[&Counted]>, place: usize) -> Vec<PartRow> {
    let earlier = before.map(|before| grouped(before, place));
    let mut rows: Vec<(f64, PartRow)> = grouped(now, place)
        .into_iter()
        .map(|(name, rollup)| {
            let before = earlier.as_ref().and_then(|earlier| earlier.get(name));
            let row = PartRow {
                name: name.to_owned(),
                figures: Figures::of(&rollup, Budget::default()),
                change: p95_change(before, &rollup),
                error_change: error_change(before, &rollup),
            };
            (rollup.weight, row)
        })
        .collect();
    rows.sort_by(|left, right| right.0.total_cmp(&left.0));
    rows.into_iter().map(|(_, row)| row).collect()
}

impl Scene<'_> {
    /// The figures of its regions.
    #[must_use]
    pub fn regions(&self) -> Vec<PartRow> {
        parts(&self.counted, self.counted_before.as_deref(), REGION)
    }

    /// The figures of its releases.
    #[must_use]
    pub fn releases(&self) -> Vec<PartRow> {
        parts(&self.counted, self.counted_before.as_deref(), RELEASE)
    }
}

fn grouped<'a>(counted: &[&'a Counted], place: usize) -> BTreeMap<&'a str, Rollup> {
    let mut groups = BTreeMap::<&str, Vec<&Rollup>>::new();
    for (key, rollup) in counted {
        let name = key.get(place).map_or("", String::as_str);
        groups.entry(name).or_default().push(rollup);
    }
    let groups = groups.into_iter();
    groups
        .map(|(name, rollups)| (name, Rollup::sum(rollups.into_iter())))
        .collect()
}

fn sum(counted: &[&Counted]) -> Rollup {
    Rollup::sum(counted.iter().map(|(_, rollup)| rollup))
}
