//! Looking at a sample of the traces that meet a filter, for what rollups cannot tell.

use model::filter::{Filter, Test};
use model::histogram::{Bucket, Histogram};
use model::otlp::decode::Detail;
use model::rollup::{Rollup, Slots};
use model::summary::Summary;
use model::trace::Trace;

use crate::traces::{MAX_CANDIDATES, Stratum};
use crate::{Error, Store};

/// About so many traces are looked at where rollups cannot tell.
const SAMPLED_TRACES: usize = MAX_CANDIDATES;

/// How many of them are in memory at once, and how many spans they may have together; a trace that
/// is larger is alone.
const BATCH: usize = 300;
const BATCH_SPANS: usize = 50_000;

/// Most parts of the time that the sample is taken from.
pub(crate) const COLUMNS: usize = 98;

impl Store {
    /// Requests from each part of the time that meet the filter, one after the other. Of spans there
    /// is what tells calls, unless the filter needs more.
    pub(crate) async fn each_sampled(
        &self,
        filter: &Filter,
        strata: &[Stratum],
        mut take: impl FnMut(&Summary, &Trace),
    ) -> Result<(), Error> {
        let filter = filter.with(Test::is_request());
        let mut summaries = self.sampled(&filter, strata).await?;
        let detail = if filter.needs_spans() {
            Detail::Whole
        } else {
            Detail::Outline { flag_names: &[] }
        };
        while !summaries.is_empty() {
            let rest = summaries.split_off(batch(&summaries));
            for (summary, trace) in self.accepted(&filter, summaries, detail).await? {
                take(&summary, &trace);
            }
            summaries = rest;
        }
        Ok(())
    }
}

/// From each column as many traces as it has of all requests.
pub(crate) fn strata(slots: &Slots, columns: &[Rollup]) -> Vec<Stratum> {
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

/// What stands for more than was counted, by a factor.
pub(crate) fn scaled(rollup: Rollup, factor: f64) -> Rollup {
    let buckets = rollup.durations.buckets().iter();
    let durations = buckets.map(|bucket| Bucket {
        weight: bucket.weight * factor,
        ..*bucket
    });
    Rollup {
        weight: rollup.weight * factor,
        weighted_errors: rollup.weighted_errors * factor,
        durations: Histogram::from_buckets(durations),
        sums: rollup.sums.iter().map(|sum| times(*sum, factor)).collect(),
        ..rollup
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "sums of nanoseconds are far below 2^53, and the cast saturates"
)]
fn times(sum: i64, factor: f64) -> i64 {
    (sum as f64 * factor).round() as i64
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
    use model::rollup::Coverage;
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
}
