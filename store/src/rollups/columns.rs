//! Rollups as columns, for statements that read or write many at once.
//!
//! The lists of a rollup stand in the database as bytes: one number after the other, the most
//! significant byte first. As arrays they would be sent value by value
//! (docs/adr/0009-lists-as-bytes.md).

use model::histogram::{Bucket, Histogram};
use model::id::TraceId;
use model::rollup::{Exemplars, Rollup};

use crate::Error;

/// Bytes of a trace id.
const ID_BYTES: usize = 16;

/// One for each row; the lists are bytes.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) counts: Vec<i64>,
    pub(super) errors: Vec<i64>,
    pub(super) weights: Vec<f64>,
    pub(super) weighted_errors: Vec<f64>,
    pub(super) sums: Vec<Vec<u8>>,
    pub(super) buckets: Vec<Vec<u8>>,
    pub(super) bucket_counts: Vec<Vec<u8>>,
    /// None where each is its count.
    pub(super) bucket_weights: Vec<Option<Vec<u8>>>,
    pub(super) exemplar_buckets: Vec<Vec<u8>>,
    pub(super) exemplars: Vec<Vec<u8>>,
}

impl Columns {
    pub(super) fn of<'a>(rollups: impl Iterator<Item = &'a Rollup>) -> Self {
        let mut columns = Self::default();
        rollups.for_each(|rollup| columns.push(rollup));
        columns
    }

    fn push(&mut self, rollup: &Rollup) {
        self.counts.push(rollup.count);
        self.errors.push(rollup.errors);
        self.weights.push(rollup.weight);
        self.weighted_errors.push(rollup.weighted_errors);
        self.sums
            .push(list(&rollup.sums, |value| value.to_be_bytes()));
        let buckets = rollup.durations.buckets();
        self.buckets
            .push(list(buckets, |bucket| bucket.index.to_be_bytes()));
        self.bucket_counts
            .push(list(buckets, |bucket| bucket.count.to_be_bytes()));
        let is_weighted = !buckets.iter().all(weighs_its_count);
        self.bucket_weights
            .push(is_weighted.then(|| list(buckets, |bucket| bucket.weight.to_be_bytes())));
        let exemplars = rollup.exemplars.all();
        self.exemplar_buckets
            .push(list(exemplars, |(bucket, _)| bucket.to_be_bytes()));
        self.exemplars
            .push(list(exemplars, |(_, trace_id)| *trace_id.as_bytes()));
    }
}

fn list<T, const N: usize>(values: &[T], bytes: impl Fn(&T) -> [u8; N]) -> Vec<u8> {
    let mut list = Vec::with_capacity(N * values.len());
    for value in values {
        list.extend_from_slice(&bytes(value));
    }
    list
}

fn weighs_its_count(bucket: &Bucket) -> bool {
    bucket.weight.to_bits() == of_count(bucket.count).to_bits()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to 2^53, and nothing is counted so often"
)]
fn of_count(count: i64) -> f64 {
    count as f64
}

/// A row of `rollup` or `rollup_delta`.
#[derive(Debug)]
pub(crate) struct RollupRow {
    pub(crate) series: i32,
    pub(crate) start_nanos: i64,
    pub(crate) count: i64,
    pub(crate) errors: i64,
    pub(crate) weight: f64,
    pub(crate) weighted_errors: f64,
    pub(crate) sums: Vec<u8>,
    pub(crate) buckets: Vec<u8>,
    pub(crate) counts: Vec<u8>,
    pub(crate) weights: Option<Vec<u8>>,
    pub(crate) exemplar_buckets: Vec<u8>,
    pub(crate) exemplars: Vec<u8>,
}

impl RollupRow {
    /// The histogram alone.
    pub(crate) fn durations(&self) -> Result<Histogram, Error> {
        let read = || {
            let buckets = numbers(&self.buckets)?;
            let counts = numbers(&self.counts)?;
            let weights = match &self.weights {
                Some(weights) => Some(numbers(weights)?),
                None => None,
            };
            let is_even = counts.len() == buckets.len()
                && weights.is_none_or(|weights| weights.len() == buckets.len());
            is_even.then_some((buckets, counts, weights))
        };
        let (buckets, counts, weights) = read().ok_or_else(|| self.uneven())?;
        let buckets = buckets.iter().zip(counts).enumerate();
        let buckets = buckets.map(|(place, (index, count))| {
            let count = i64::from_be_bytes(*count);
            let weight = weights.map_or(of_count(count), |own| f64::from_be_bytes(own[place]));
            Bucket {
                index: u16::from_be_bytes(*index),
                count,
                weight,
            }
        });
        Ok(Histogram::from_buckets(buckets))
    }

    fn exemplars(&self) -> Result<Exemplars, Error> {
        let buckets = numbers(&self.exemplar_buckets).ok_or_else(|| self.uneven())?;
        let ids = numbers::<ID_BYTES>(&self.exemplars).ok_or_else(|| self.uneven())?;
        if ids.len() != buckets.len() {
            return Err(self.uneven());
        }
        let exemplars = buckets.iter().zip(ids);
        exemplars
            .map(|(bucket, id)| Ok((u16::from_be_bytes(*bucket), TraceId::from_slice(id)?)))
            .collect::<Result<Exemplars, model::id::IdError>>()
            .map_err(|error| self.damaged(&error.to_string()))
    }

    fn uneven(&self) -> Error {
        self.damaged("lists that belong together differ in length")
    }

    fn damaged(&self, reason: &str) -> Error {
        Error::Rollup {
            series: self.series,
            start_nanos: self.start_nanos,
            reason: reason.to_owned(),
        }
    }
}

impl TryFrom<RollupRow> for Rollup {
    type Error = Error;

    fn try_from(row: RollupRow) -> Result<Self, Error> {
        let sums = numbers(&row.sums).ok_or_else(|| row.uneven())?;
        Ok(Self {
            count: row.count,
            errors: row.errors,
            weight: row.weight,
            weighted_errors: row.weighted_errors,
            sums: sums
                .iter()
                .map(|value| i64::from_be_bytes(*value))
                .collect(),
            durations: row.durations()?,
            exemplars: row.exemplars()?,
        })
    }
}

/// The bytes of each number; none when there are some too many.
fn numbers<const N: usize>(list: &[u8]) -> Option<&[[u8; N]]> {
    let (numbers, rest) = list.as_chunks();
    rest.is_empty().then_some(numbers)
}
