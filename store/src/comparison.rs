//! What is known of two sets of requests, to compare them.

use std::collections::BTreeMap;

use model::comparison::{Counted, OPERATION_LABELS, Observed, Source};
use model::filter::Filter;
use model::rollup::{Coverage, Family, LabelFilter, Rollup};
use model::summary::Summary;
use model::trace::Trace;

use crate::requests::RequestQuestion;
use crate::rollups::{Group, RollupRequest};
use crate::sampled::{COLUMNS, scaled, strata};
use crate::traces::Stratum;
use crate::{Error, Store};

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
        let mut sample = Sample::default();
        self.each_sampled(filter, strata, |summary, trace| sample.add(summary, trace))
            .await?;
        Ok(sample)
    }
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
        let operations = self.operations.into_iter();
        operations
            .map(|(key, rollup)| (key, scaled(rollup, factor)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
