//! Rollups: what is counted of all requests, operations and calls, minute by minute, so that a
//! question about a month costs the same whatever the traffic was.

mod contributions;
mod question;
mod resolution;
mod slots;
mod summing;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub(crate) use contributions::REGION;
pub use contributions::{Contributions, Delta, deployment_region, request_labels};
pub use question::LabelFilter;
pub use resolution::{Part, Resolution, parts};
pub use slots::{Coverage, Slots};
pub use summing::Summing;

use crate::histogram::{Histogram, bucket_of};
use crate::id::TraceId;

/// Longest label of a series, in bytes; what is longer is cut.
pub const MAX_LABEL_BYTES: usize = 256;

/// The end of a text in C, and what stands between labels on their way to the database.
const UNUSUAL: [char; 2] = ['\0', '\u{1f}'];

/// A name as it stands in a label. Signs that a database keeps for itself are replaced before the
/// name is cut, so that no label is longer than it may be.
fn label_text(name: &str) -> Cow<'_, str> {
    if !name.contains(UNUSUAL) {
        return Cow::Borrowed(&name[..name.floor_char_boundary(MAX_LABEL_BYTES)]);
    }
    let mut usual = name.replace(UNUSUAL, "\u{fffd}");
    usual.truncate(usual.floor_char_boundary(MAX_LABEL_BYTES));
    Cow::Owned(usual)
}

/// What is counted, and by which labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Family {
    /// Requests of users: one for each trace whose root is known.
    Requests,
    /// Spans, by the operation of the service that made them.
    Operations,
    /// Calls from one service to another ([`crate::calls`]).
    Calls,
}

impl Family {
    pub const ALL: [Self; 3] = [Self::Requests, Self::Operations, Self::Calls];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Operations => "operations",
            Self::Calls => "calls",
        }
    }

    /// The labels of its series, in their order. A label that does not apply is empty.
    #[must_use]
    pub fn labels(self) -> &'static [&'static str] {
        match self {
            Self::Requests => &[
                "service",
                "operation",
                "journey",
                "region",
                "release",
                "os",
                "device_class",
                "network",
            ],
            Self::Operations => &["service", "operation", "kind", "region"],
            Self::Calls => &["caller", "callee", "callee_kind"],
        }
    }

    /// What is added up beside counts and durations, each value times the weight of its trace.
    #[must_use]
    pub fn sums(self) -> &'static [&'static str] {
        match self {
            // The segments of `crate::decomposition`.
            Self::Requests => &[
                "device_nanos",
                "network_nanos",
                "gateway_nanos",
                "services_nanos",
                "database_nanos",
                "third_party_nanos",
            ],
            Self::Operations => &[],
            // Of the calls that both sides timed: their network time, how many they are, and how
            // many of them took longer for the callee than for the caller.
            Self::Calls => &["network_nanos", "timed_calls", "contradictory_calls"],
        }
    }
}

/// A set of labels that is counted for itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Series {
    pub family: Family,
    /// One for each of [`Family::labels`].
    pub labels: Vec<String>,
}

impl Series {
    /// What is counted for all series together that were more than there is room for.
    #[must_use]
    pub fn other(family: Family) -> Self {
        let labels = family.labels().iter();
        Self {
            family,
            labels: labels.map(|_label| OTHER.to_owned()).collect(),
        }
    }
}

/// Each label of the series that stands for those without room.
pub const OTHER: &str = "other";

/// What was counted. In a difference any number may be negative.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Rollup {
    pub count: i64,
    pub errors: i64,
    /// How many those stand for, before sampling.
    pub weight: f64,
    pub weighted_errors: f64,
    /// One for each of [`Family::sums`].
    pub sums: Vec<i64>,
    pub durations: Histogram,
    pub exemplars: Exemplars,
}

/// One thing to count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation<'a> {
    pub trace_id: TraceId,
    pub duration_nanos: i64,
    pub is_error: bool,
    pub weight: f64,
    pub sums: &'a [i64],
}

/// Whether something is counted, or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Add,
    /// Of a trace that is not kept: no exemplar may lead to it.
    AddUnkept,
    Subtract,
}

impl Rollup {
    pub fn record(&mut self, direction: Direction, seen: &Observation<'_>) {
        let (count, weight) = match direction {
            Direction::Add | Direction::AddUnkept => (1, seen.weight),
            Direction::Subtract => (-1, -seen.weight),
        };
        self.count += count;
        self.weight += weight;
        if seen.is_error {
            self.errors += count;
            self.weighted_errors += weight;
        }
        self.sums.resize(seen.sums.len(), 0);
        for (sum, value) in self.sums.iter_mut().zip(seen.sums) {
            *sum = sum.saturating_add(weighted(*value, weight));
        }
        self.durations.record(seen.duration_nanos, count, weight);
        if direction == Direction::Add {
            self.exemplars
                .offer(bucket_of(seen.duration_nanos), seen.trace_id);
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.add_figures(other);
        self.durations.add(&other.durations);
    }

    /// All together: quicker than adding one after the other.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let mut sum = Self::default();
        parts.clone().for_each(|part| sum.add_figures(part));
        sum.durations = Histogram::sum(parts.map(|part| &part.durations));
        sum
    }

    /// All but the durations.
    fn add_figures(&mut self, other: &Self) {
        self.count += other.count;
        self.errors += other.errors;
        self.weight += other.weight;
        self.weighted_errors += other.weighted_errors;
        self.sums.resize(self.sums.len().max(other.sums.len()), 0);
        for (sum, value) in self.sums.iter_mut().zip(&other.sums) {
            *sum = sum.saturating_add(*value);
        }
        for (bucket, trace_id) in &other.exemplars.0 {
            self.exemplars.offer(*bucket, *trace_id);
        }
    }

    /// Whether adding it would change nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.count == 0
            && self.errors == 0
            && self.sums.iter().all(|sum| *sum == 0)
            && self.durations.is_empty()
    }
}

/// Fractions of a nanosecond do not matter.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "sums of nanoseconds are far below 2^53 for as long as a rollup lasts, and the cast saturates"
)]
fn weighted(value: i64, weight: f64) -> i64 {
    (value as f64 * weight).round() as i64
}

/// Traces that show what a bucket of a histogram stands for: at most one for each power of two.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exemplars(Vec<(u16, TraceId)>);

/// Buckets that share an exemplar: those of a power of two.
const EXEMPLAR_BUCKETS: u16 = 64;

impl Exemplars {
    /// By bucket.
    #[must_use]
    pub fn all(&self) -> &[(u16, TraceId)] {
        &self.0
    }

    /// The latest offer stays: its trace is kept longest.
    pub fn offer(&mut self, bucket: u16, trace_id: TraceId) {
        let power = bucket / EXEMPLAR_BUCKETS;
        let found = self
            .0
            .binary_search_by_key(&power, |(bucket, _)| bucket / EXEMPLAR_BUCKETS);
        match found {
            Ok(place) => self.0[place] = (bucket, trace_id),
            Err(place) => self.0.insert(place, (bucket, trace_id)),
        }
    }
}

impl FromIterator<(u16, TraceId)> for Exemplars {
    fn from_iter<I: IntoIterator<Item = (u16, TraceId)>>(offers: I) -> Self {
        let mut exemplars = Self::default();
        for (bucket, trace_id) in offers {
            exemplars.offer(bucket, trace_id);
        }
        exemplars
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::trace_id;

    fn seen(duration_nanos: i64, weight: f64) -> Observation<'static> {
        Observation {
            trace_id: trace_id(),
            duration_nanos,
            is_error: duration_nanos > 100,
            weight,
            sums: &[3, 4],
        }
    }

    #[test]
    fn what_is_taken_back_leaves_nothing() {
        let mut rollup = Rollup::default();
        rollup.record(Direction::Add, &seen(50, 2.0));
        rollup.record(Direction::Add, &seen(500, 4.0));
        assert_eq!((rollup.count, rollup.errors), (2, 1));
        assert!((rollup.weight - 6.0).abs() < 1e-9);
        assert_eq!(rollup.sums, [18, 24]);
        rollup.record(Direction::Subtract, &seen(500, 4.0));
        rollup.record(Direction::Subtract, &seen(50, 2.0));
        assert!(rollup.is_nothing());
    }

    #[test]
    fn no_exemplar_leads_to_a_trace_that_is_not_kept() {
        let mut rollup = Rollup::default();
        rollup.record(Direction::AddUnkept, &seen(50, 2.0));
        assert_eq!((rollup.count, rollup.exemplars.all()), (1, &[][..]));
    }

    #[test]
    fn an_exemplar_for_each_power_of_two() {
        let mut rollup = Rollup::default();
        for nanos in [1_000, 1_001, 5_000, 1_000_000] {
            rollup.record(Direction::Add, &seen(nanos, 1.0));
        }
        let mut total = Rollup::default();
        total.add(&rollup);
        assert_eq!(total, rollup);
        let buckets: Vec<u16> = total
            .exemplars
            .all()
            .iter()
            .map(|(bucket, _)| *bucket)
            .collect();
        assert_eq!(buckets, [1_001, 5_000, 1_000_000].map(bucket_of));
    }
}
