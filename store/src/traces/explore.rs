//! Looking at a sample of the requests behind a chart.

use model::filter::Filter;
use model::id::TraceId;
use model::otlp::decode::Detail;
use model::summary::Summary;
use model::trace::Trace;

use super::needs::Needs;
use super::summary_row::query_summaries;
use super::{chunks, decode, saturated};
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
    ) -> Result<Vec<(Summary, Trace)>, Error> {
        let summaries = self.sampled(filter, strata).await?;
        self.accepted(filter, summaries, Detail::Whole).await
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
        .fetch_all(&self.pool)
        .await?;
        let summaries = rows.into_iter().map(Summary::try_from);
        let mut summaries = summaries.collect::<Result<Vec<_>, _>>()?;
        summaries.retain(|summary| filter.accepts_summary(summary));
        Ok(summaries)
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
