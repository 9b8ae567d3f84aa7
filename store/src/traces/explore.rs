//! Looking at a sample of the requests behind a chart.

use futures::try_join;
use model::filter::Filter;
use model::id::TraceId;
use model::otlp::decode::Detail;
use model::summary::Summary;
use model::trace::Trace;

use super::needs::Needs;
use super::summary_row::{SummaryRow, query_summaries};
use super::{chunks, decode, saturated};
use crate::aside::aside;
use crate::{Error, Store};

/// A part of the time, and how many traces to take from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stratum {
    pub from_nanos: i64,
    /// The nanosecond after the last.
    pub to_nanos: i64,
    pub limit: usize,
    /// Least duration, and the one that is too long; only what lies within, or only what lies
    /// without.
    pub duration_nanos: (i64, i64),
    pub is_within: bool,
}

/// How the traces of strata are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Each part of the time from its end on, until there are enough.
    ByTime,
    /// All that have such a duration, of which the newest of each part are taken: quicker where
    /// those are few. All strata must have the same durations and lie within them, the earliest
    /// first.
    ByDuration,
}

impl Store {
    /// Traces from each part of the time that meet the filter, whole: at most as many as are asked
    /// for.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn sample(
        &self,
        filter: &Filter,
        strata: &[Stratum],
        way: Way,
    ) -> Result<Vec<(Summary, Trace)>, Error> {
        let summaries = match way {
            Way::ByTime => self.sampled(filter, strata).await?,
            Way::ByDuration => self.sampled_by_duration(filter, strata).await?,
        };
        // Reading documents is most of the work: half of them each for two threads.
        let mut first = summaries;
        let second = first.split_off(first.len() / 2);
        let accepted = |summaries: Vec<Summary>| {
            let (store, filter) = (self.clone(), filter.clone());
            aside(async move { store.accepted(&filter, summaries, Detail::Whole).await })
        };
        let (mut found, others) = try_join!(accepted(first), accepted(second))?;
        found.extend(others);
        Ok(found)
    }

    /// Summaries of traces from each part of the time, at most as many as are asked for. What
    /// summaries do not tell may still fail the filter.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub(crate) async fn sampled(
        &self,
        filter: &Filter,
        strata: &[Stratum],
    ) -> Result<Vec<Summary>, Error> {
        let needs = Needs::of(filter);
        let column = |value: fn(&Stratum) -> i64| strata.iter().map(value).collect::<Vec<i64>>();
        let within: Vec<bool> = strata.iter().map(|stratum| stratum.is_within).collect();
        // Planned for what is asked: then nothing else is tested of each trace.
        let mut connection = self.planning().await?;
        let rows = query_summaries!(
            r#"from unnest(
                $11::bigint[],
                $12::bigint[],
                $13::bigint[],
                $14::bigint[],
                $15::bigint[],
                $16::boolean[]
            ) as stratum (first, past, most, least_nanos, below_nanos, is_within)
            cross join lateral (
                select *
                from trace_summary
                where start_nanos >= stratum.first
                    and start_nanos < stratum.past
                    and is_within = (
                        duration_nanos >= stratum.least_nanos
                        and duration_nanos < stratum.below_nanos
                    )
                    and may_meet(
                        trace_summary, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
                    )
                order by start_nanos desc
                limit stratum.most
            ) as found"#,
            needs.duration_nanos.0,
            needs.duration_nanos.1,
            &needs.services,
            needs.error,
            needs.trace_id(),
            needs.root,
            needs.is_request,
            needs.failed,
            &needs.dimensions as &[Option<String>],
            &needs.flags,
            &column(|stratum| stratum.from_nanos),
            &column(|stratum| stratum.to_nanos),
            &column(|stratum| saturated(stratum.limit).into()),
            &column(|stratum| stratum.duration_nanos.0),
            &column(|stratum| stratum.duration_nanos.1),
            &within,
        )
        .fetch_all(&mut *connection)
        .await?;
        accepted_rows(filter, rows)
    }

    /// The same by [`Way::ByDuration`].
    async fn sampled_by_duration(
        &self,
        filter: &Filter,
        strata: &[Stratum],
    ) -> Result<Vec<Summary>, Error> {
        let Some((first, last)) = strata.first().zip(strata.last()) else {
            return Ok(vec![]);
        };
        let needs = Needs::of(filter);
        let (least_nanos, below_nanos) = first.duration_nanos;
        let column = |value: fn(&Stratum) -> i64| strata.iter().map(value).collect::<Vec<i64>>();
        // Planned for these durations: whether the index is worth it depends on them.
        let mut connection = self.planning().await?;
        let rows = query_summaries!(
            r#"from (
                select
                    trace_summary.*,
                    stratum.past,
                    stratum.most,
                    row_number() over (
                        partition by stratum.number order by start_nanos desc
                    ) as place
                from trace_summary
                join unnest($11::bigint[], $12::bigint[], $13::bigint[]) with ordinality
                    as stratum (first, past, most, number)
                    on stratum.number = width_bucket(start_nanos, $11)
                where -duration_nanos <= -$14::bigint
                    and -duration_nanos > -$15::bigint
                    and start_nanos >= $16
                    and start_nanos < $17
                    and start_nanos < stratum.past
                    and may_meet(
                        trace_summary, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
                    )
            ) as found
            where place <= most"#,
            needs.duration_nanos.0,
            needs.duration_nanos.1,
            &needs.services,
            needs.error,
            needs.trace_id(),
            needs.root,
            needs.is_request,
            needs.failed,
            &needs.dimensions as &[Option<String>],
            &needs.flags,
            &column(|stratum| stratum.from_nanos),
            &column(|stratum| stratum.to_nanos),
            &column(|stratum| saturated(stratum.limit).into()),
            least_nanos.max(-i64::MAX),
            below_nanos,
            first.from_nanos,
            last.to_nanos,
        )
        .fetch_all(&mut *connection)
        .await?;
        accepted_rows(filter, rows)
    }

    /// The traces of summaries that meet the filter. Conditions on spans need them whole.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub(crate) async fn accepted(
        &self,
        filter: &Filter,
        mut summaries: Vec<Summary>,
        detail: Detail<'_>,
    ) -> Result<Vec<(Summary, Trace)>, Error> {
        summaries.sort_by_key(|summary| summary.trace_id);
        let ids: Vec<TraceId> = summaries.iter().map(|summary| summary.trace_id).collect();
        let traces = self.decoded(&ids, detail).await?;
        let of = |trace: Trace| {
            let place = summaries.binary_search_by_key(&trace.id, |summary| summary.trace_id);
            Some((summaries[place.ok()?].clone(), trace))
        };
        let accepted = traces.into_iter().filter_map(of);
        let accepted = accepted.filter(|(summary, trace)| filter.accepts(summary, trace));
        Ok(accepted.collect())
    }

    /// Those of the traces that are stored, without their log records.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn traces(&self, ids: &[TraceId]) -> Result<Vec<Trace>, Error> {
        self.decoded(ids, Detail::Whole).await
    }

    async fn decoded(&self, ids: &[TraceId], detail: Detail<'_>) -> Result<Vec<Trace>, Error> {
        let mut connection = self.pool.acquire().await?;
        let chunks = chunks(&mut connection, &self.dictionaries, ids, 0).await?;
        drop(connection);
        chunks
            .chunk_by(|left, right| left.trace_id == right.trace_id)
            .map(|chunks| {
                let messages: Vec<&[u8]> = chunks.iter().map(|chunk| &chunk.message[..]).collect();
                decode(chunks[0].trace_id, &messages, detail)
            })
            .collect()
    }
}

fn accepted_rows(filter: &Filter, rows: Vec<SummaryRow>) -> Result<Vec<Summary>, Error> {
    let summaries = rows.into_iter().map(Summary::try_from);
    let mut summaries = summaries.collect::<Result<Vec<_>, _>>()?;
    summaries.retain(|summary| filter.accepts_summary(summary));
    Ok(summaries)
}
