//! What is known of two sets of requests, to compare them.

use std::collections::BTreeMap;

use model::comparison::{Counted, OPERATION_LABELS, Observed, Source};
use model::filter::{Filter, Test};
use model::histogram::{Bucket, Histogram};
use model::otlp::decode::Detail;
use model::rollup::{Coverage, Family, LabelFilter, Rollup, Slots};
use model::summary::Summary;
use model::trace::Trace;

use crate::requests::RequestQuestion;
use crate::rollups::{Group, RollupRequest};
use crate::traces::{MAX_CANDIDATES, Stratum};
use crate::{Error, Store};

/// About so many traces of a set are looked at for their operations where rollups cannot tell.
pub const SAMPLED_TRACES: usize = MAX_CANDIDATES;

/// How many of them are in memory at once, and how many spans they may have together; a trace that
/// is larger is alone.
const BATCH: usize = 300;
const BATCH_SPANS: usize = 50_000;

/// Most parts of the time that the sample is taken from.
const COLUMNS: usize = 98;

/// Which requests belong to a set.
#[derive(Debug, Clone)]
pub struct SetQuestion {
    pub filter: Filter,
    pub time: Coverage,
}

impl Store {
    /// Both sets, whose operations are counted in the same way.
    ///
    /// Rollups count operations by what the operation itself tells. Where either filter asks for
    /// more, such as a release of the app, operations are counted from a sample of the traces.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged.
    pub async fn compare(&self, a: &SetQuestion, b: &SetQuestion) -> Result<[Observed; 2], Error> {
        let labels = |set: &SetQuestion| LabelFilter::of(&set.filter, Family::Operations).ok();
        let labels = labels(a).zip(labels(b));
        let (of_a, of_b) = labels.unzip();
        let (a, b) = tokio::try_join!(self.observe_set(a, of_a), self.observe_set(b, of_b))?;
        Ok([a, b])
    }

    /// `operations` is the filter as rollups understand it, where they do.
    async fn observe_set(
        &self,
        set: &SetQuestion,
        operations: Option<LabelFilter>,
    ) -> Result<Observed, Error> {
        let question = RequestQuestion {
            filter: set.filter.clone(),
            group_by: vec![],
            slots: set.time.slots(COLUMNS),
        };
        let answer = self.requests(&question).await?;
        let columns = answer.groups.first().map(|group| group.slots.as_slice());
        let columns = columns.unwrap_or_default();
        let requests = answer.groups.first().map(Group::total).unwrap_or_default();
        let (operations, operations_from_traces) = if let Some(filter) = operations {
            (self.counted_operations(set.time, filter).await?, None)
        } else {
            let strata = strata(&question.slots, columns);
            let sample = self.sampled_operations(&set.filter, &strata).await?;
            let traces = sample.traces;
            (sample.standing_for(requests.weight), Some(traces))
        };
        Ok(Observed {
            requests,
            source: Source {
                is_by_rollups: answer.is_by_rollups,
                since_nanos: answer.since_nanos,
                operations_from_traces,
            },
            operations,
        })
    }

    async fn counted_operations(
        &self,
        time: Coverage,
        filter: LabelFilter,
    ) -> Result<Vec<Counted>, Error> {
        let request = RollupRequest {
            family: Family::Operations,
            filter,
            group_by: OPERATION_LABELS.into(),
            slots: time.whole(),
        };
        let groups = self.rollups(&request).await?.into_iter();
        let counted = groups.map(|group| {
            let total = group.total();
            (group.key, total)
        });
        Ok(counted.collect())
    }

    async fn sampled_operations(
        &self,
        filter: &Filter,
        strata: &[Stratum],
    ) -> Result<Sample, Error> {
        let filter = filter.with(Test::is_request());
        let mut summaries = self.sampled(&filter, strata).await?;
        let detail = if filter.needs_spans() {
            Detail::Whole
        } else {
            Detail::Outline { flag_names: &[] }
        };
        let mut sample = Sample::default();
        while !summaries.is_empty() {
            let rest = summaries.split_off(batch(&summaries));
            for (summary, trace) in self.accepted(&filter, summaries, detail).await? {
                sample.add(&summary, &trace);
            }
            summaries = rest;
        }
        Ok(sample)
    }
}

/// From each column as many traces as it has of all requests.
fn strata(slots: &Slots, columns: &[Rollup]) -> Vec<Stratum> {
    let total: i64 = columns.iter().map(|column| column.count).sum();
    let size = i64::try_from(SAMPLED_TRACES).unwrap_or(i64::MAX);
    // What is rounded off in one column is taken up by a later one.
    let share = |upto: i64| upto.saturating_mul(size) / total.max(1);
    let mut before = 0_i64;
    let bounds = slots.bounds().windows(2);
    let strata = bounds.zip(columns).filter_map(|(bounds, column)| {
        let limit = share(before + column.count) - share(before);
        before += column.count;
        let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0)?;
        Some(Stratum {
            from_nanos: bounds[0],
            to_nanos: bounds[1],
            limit,
            duration_nanos: (i64::MIN, i64::MAX),
            is_within: true,
        })
    });
    strata.collect()
}

/// What traces that were looked at have of operations.
#[derive(Debug, Default)]
struct Sample {
    traces: usize,
    /// How many requests they stand for, before the sampling of clients.
    weight: f64,
    /// By [`OPERATION_LABELS`].
    operations: BTreeMap<Vec<String>, Rollup>,
}

impl Sample {
    fn add(&mut self, summary: &Summary, trace: &Trace) {
        let weight = summary.weight;
        self.traces += 1;
        self.weight += weight;
        for span in &trace.spans {
            let key = vec![trace.service_of(span).to_owned(), span.name.clone()];
            let rollup = self.operations.entry(key).or_default();
            rollup.count += 1;
            rollup.weight += weight;
            if span.is_error() {
                rollup.errors += 1;
                rollup.weighted_errors += weight;
            }
            let nanos = span.duration_nanos().max(0);
            rollup.durations.record(nanos, 1, weight);
        }
    }

    /// Operations as a set of requests has them that weighs so much.
    fn standing_for(self, weight: f64) -> Vec<Counted> {
        let factor = weight / self.weight;
        let scaled = |rollup: Rollup| {
            let buckets = rollup.durations.buckets().iter();
            let durations = buckets.map(|bucket| Bucket {
                weight: bucket.weight * factor,
                ..*bucket
            });
            Rollup {
                weight: rollup.weight * factor,
                weighted_errors: rollup.weighted_errors * factor,
                durations: Histogram::from_buckets(durations),
                ..rollup
            }
        };
        let operations = self.operations.into_iter();
        operations
            .map(|(key, rollup)| (key, scaled(rollup)))
            .collect()
    }
}

/// How many of the summaries, from the first on, are looked at together.
fn batch(summaries: &[Summary]) -> usize {
    let mut spans = 0_usize;
    let fits = summaries.iter().take(BATCH).take_while(|summary| {
        spans = spans.saturating_add(summary.span_count);
        spans <= BATCH_SPANS
    });
    fits.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::{HOUR_NANOS, MINUTE_NANOS};

    fn columns(counts: &[i64]) -> Vec<Rollup> {
        let column = |count: &i64| Rollup {
            count: *count,
            ..Rollup::default()
        };
        counts.iter().map(column).collect()
    }

    #[test]
    fn busy_times_have_more_of_the_sample() {
        let slots = Coverage::of(0, 4 * MINUTE_NANOS, HOUR_NANOS).slots(COLUMNS);
        let limits = |counts: &[i64]| -> Vec<(i64, usize)> {
            let strata = strata(&slots, &columns(counts));
            let limit = |stratum: &Stratum| (stratum.from_nanos / MINUTE_NANOS, stratum.limit);
            strata.iter().map(limit).collect()
        };
        assert_eq!(limits(&[30_000, 0, 10_000, 0]), [(0, 3_750), (2, 1_250)]);
        let uneven = limits(&[1_000_000, 1, 1, 333_333]);
        assert_eq!(
            uneven.iter().map(|(_, limit)| limit).sum::<usize>(),
            SAMPLED_TRACES
        );
        assert_eq!(limits(&[]), []);
    }

    #[test]
    fn a_sample_stands_for_the_whole() {
        let mut charge = Rollup {
            count: 4,
            errors: 1,
            weight: 8.0,
            weighted_errors: 2.0,
            ..Rollup::default()
        };
        charge.durations.record(1_000, 4, 8.0);
        let key = vec!["pay".to_owned(), "charge".to_owned()];
        let sample = Sample {
            traces: 5,
            weight: 10.0,
            operations: [(key.clone(), charge)].into(),
        };
        let found = sample.standing_for(1_000.0);
        assert_eq!(found[0].0, key);
        let charge = &found[0].1;
        assert_eq!((charge.count, charge.errors), (4, 1));
        let weights = [
            charge.weight,
            charge.weighted_errors,
            charge.durations.weight(),
        ];
        for (weight, expected) in weights.into_iter().zip([800.0, 200.0, 800.0]) {
            assert!((weight - expected).abs() < 1e-9, "{weight}");
        }
        assert!(Sample::default().standing_for(7.0).is_empty());
    }
}
