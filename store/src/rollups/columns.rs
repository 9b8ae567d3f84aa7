//! Rollups as columns: a statement writes many rows at once, each with lists of its own length,
//! by sending the lists one after the other and cutting them there.

use model::histogram::{Bucket, Histogram};
use model::id::TraceId;
use model::rollup::{Exemplars, Rollup};

use crate::Error;

/// Bytes of a trace id.
const ID_BYTES: usize = 16;

/// Lists of several rows, one after the other.
#[derive(Debug)]
pub(super) struct Lists<T> {
    pub(super) values: Vec<T>,
    /// How many values each row has.
    pub(super) lengths: Vec<i32>,
    /// How many values there are up to the end of each row.
    pub(super) ends: Vec<i32>,
}

impl<T> Lists<T> {
    fn new() -> Self {
        Self {
            values: vec![],
            lengths: vec![],
            ends: vec![],
        }
    }

    fn push(&mut self, row: impl Iterator<Item = T>) {
        let before = self.values.len();
        self.values.extend(row);
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        self.lengths.push(number(self.values.len() - before));
        self.ends.push(number(self.values.len()));
    }
}

#[derive(Debug)]
pub(super) struct Columns {
    pub(super) counts: Vec<i64>,
    pub(super) errors: Vec<i64>,
    pub(super) weights: Vec<f64>,
    pub(super) weighted_errors: Vec<f64>,
    pub(super) sums: Lists<i64>,
    pub(super) buckets: Lists<i16>,
    /// Beside `buckets`.
    pub(super) bucket_counts: Vec<i64>,
    /// Beside `buckets`.
    pub(super) bucket_weights: Vec<f64>,
    /// Whether a row's weights are not simply its counts.
    pub(super) is_weighted: Vec<bool>,
    pub(super) exemplar_buckets: Lists<i16>,
    /// The ids that belong to `exemplar_buckets`.
    pub(super) exemplars: Vec<u8>,
}

impl Columns {
    pub(super) fn of<'a>(rollups: impl Iterator<Item = &'a Rollup>) -> Self {
        let mut columns = Self {
            counts: vec![],
            errors: vec![],
            weights: vec![],
            weighted_errors: vec![],
            sums: Lists::new(),
            buckets: Lists::new(),
            bucket_counts: vec![],
            bucket_weights: vec![],
            is_weighted: vec![],
            exemplar_buckets: Lists::new(),
            exemplars: vec![],
        };
        rollups.for_each(|rollup| columns.push(rollup));
        columns
    }

    fn push(&mut self, rollup: &Rollup) {
        self.counts.push(rollup.count);
        self.errors.push(rollup.errors);
        self.weights.push(rollup.weight);
        self.weighted_errors.push(rollup.weighted_errors);
        self.sums.push(rollup.sums.iter().copied());
        let buckets = rollup.durations.buckets();
        self.buckets
            .push(buckets.iter().map(|bucket| bucket.index.cast_signed()));
        self.bucket_counts
            .extend(buckets.iter().map(|bucket| bucket.count));
        self.bucket_weights
            .extend(buckets.iter().map(|bucket| bucket.weight));
        self.is_weighted.push(!buckets.iter().all(weighs_its_count));
        let exemplars = rollup.exemplars.all();
        self.exemplar_buckets
            .push(exemplars.iter().map(|(bucket, _)| bucket.cast_signed()));
        for (_, trace_id) in exemplars {
            self.exemplars.extend_from_slice(trace_id.as_bytes());
        }
    }
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
pub(super) struct RollupRow {
    pub(super) series: i32,
    pub(super) start_nanos: i64,
    pub(super) count: i64,
    pub(super) errors: i64,
    pub(super) weight: f64,
    pub(super) weighted_errors: f64,
    pub(super) sums: Vec<i64>,
    pub(super) buckets: Vec<i16>,
    pub(super) counts: Vec<i64>,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) exemplar_buckets: Vec<i16>,
    pub(super) exemplars: Vec<u8>,
}

impl TryFrom<RollupRow> for Rollup {
    type Error = Error;

    fn try_from(row: RollupRow) -> Result<Self, Error> {
        let damaged = |reason: &str| Error::Rollup {
            series: row.series,
            start_nanos: row.start_nanos,
            reason: reason.to_owned(),
        };
        let is_even = row.counts.len() == row.buckets.len()
            && row.exemplars.len() == ID_BYTES * row.exemplar_buckets.len()
            && row
                .weights
                .as_ref()
                .is_none_or(|weights| weights.len() == row.buckets.len());
        if !is_even {
            return Err(damaged("lists that belong together differ in length"));
        }
        let weights = row
            .weights
            .unwrap_or_else(|| row.counts.iter().copied().map(of_count).collect());
        let buckets = row.buckets.iter().zip(&row.counts).zip(weights);
        let buckets = buckets.map(|((index, count), weight)| Bucket {
            index: index.cast_unsigned(),
            count: *count,
            weight,
        });
        let ids = row
            .exemplars
            .chunks_exact(ID_BYTES)
            .map(TraceId::from_slice);
        let exemplars = row.exemplar_buckets.iter().zip(ids);
        let exemplars = exemplars
            .map(|(bucket, id)| Ok((bucket.cast_unsigned(), id?)))
            .collect::<Result<Exemplars, model::id::IdError>>()
            .map_err(|error| damaged(&error.to_string()))?;
        Ok(Self {
            count: row.count,
            errors: row.errors,
            weight: row.weight,
            weighted_errors: row.weighted_errors,
            sums: row.sums,
            durations: Histogram::from_buckets(buckets),
            exemplars,
        })
    }
}
