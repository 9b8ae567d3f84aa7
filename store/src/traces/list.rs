//! The list of traces: filtered, in an order, in pages.

use std::collections::{HashMap, HashSet};

use model::filter::Filter;
use model::id::TraceId;
use model::list_order::{Cursor, ListOrder};
use model::otlp::decode::Detail;
use model::summary::{Page, Summary};

use super::needs::Needs;
use super::summary_row::SummaryRow;
use super::{chunks, decode, saturated};
use crate::{Error, Store};

/// How many traces one search looks at, at most, before it answers with what it has found.
pub const MAX_CANDIDATES: usize = 5_000;

/// How many summaries are read at once.
const BATCH: usize = 200;

#[derive(Debug, Clone)]
pub struct ListRequest {
    pub filter: Filter,
    /// First nanosecond.
    pub from_nanos: i64,
    /// The nanosecond after the last.
    pub to_nanos: i64,
    pub order: ListOrder,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Most traces to return.
    pub limit: usize,
}

impl Store {
    /// One page of the traces that began within the range and meet the filter.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn list(&self, request: &ListRequest) -> Result<Page, Error> {
        let mut traces = Vec::new();
        let mut after = request.after;
        let mut looked_at = 0;
        loop {
            let candidates = self.candidates(request, after).await?;
            let is_last = candidates.len() < request.batch();
            looked_at += candidates.len();
            let end = candidates.last().map(|last| request.order.cursor(last));
            for candidates in candidates.chunks(BATCH) {
                for found in self.matching(&request.filter, candidates).await? {
                    if traces.len() == request.limit {
                        let next = traces.last().map(|last| request.order.cursor(last));
                        return Ok(Page {
                            traces,
                            next,
                            stopped_after: None,
                        });
                    }
                    traces.push(found);
                }
            }
            if is_last {
                return Ok(Page {
                    traces,
                    next: None,
                    stopped_after: None,
                });
            }
            if looked_at >= MAX_CANDIDATES {
                return Ok(Page {
                    traces,
                    next: end,
                    stopped_after: Some(looked_at),
                });
            }
            after = end;
        }
    }

    /// What lists show of one trace; none when it is not stored.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn summary(&self, id: TraceId) -> Result<Option<Summary>, Error> {
        let row = sqlx::query_as!(
            SummaryRow,
            "select
                trace_id,
                start_nanos,
                duration_nanos,
                span_count,
                error_count,
                defect_count,
                weight,
                root_service,
                root_operation,
                services,
                app_type,
                app_id,
                region,
                release,
                app_version,
                os,
                device,
                device_class,
                network,
                environment,
                tier,
                journey,
                session_id,
                user_id,
                failed,
                flags
            from trace_summary
            where trace_id = $1
            order by day desc
            limit 1",
            id.as_bytes().as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Summary::try_from).transpose()
    }

    /// Whether any trace is stored.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_empty(&self) -> Result<bool, Error> {
        let any = sqlx::query_scalar!(r#"select exists (select from trace_summary) as "any!""#)
            .fetch_one(&self.pool)
            .await?;
        Ok(!any)
    }

    /// The candidates that meet the filter; what their summaries do not tell, their spans do.
    pub(super) async fn matching(
        &self,
        filter: &Filter,
        candidates: &[Summary],
    ) -> Result<Vec<Summary>, Error> {
        let mut matching: Vec<Summary> = candidates
            .iter()
            .filter(|summary| filter.accepts_summary(summary))
            .cloned()
            .collect();
        if !filter.needs_spans() {
            return Ok(matching);
        }
        let ids: Vec<TraceId> = matching.iter().map(|summary| summary.trace_id).collect();
        let mut connection = self.pool.acquire().await?;
        let chunks = chunks(&mut connection, &self.dictionaries, &ids, 0).await?;
        drop(connection);
        let summaries = matching.iter().map(|summary| (summary.trace_id, summary));
        let summaries: HashMap<TraceId, &Summary> = summaries.collect();
        let mut accepted = HashSet::new();
        for chunks in chunks.chunk_by(|left, right| left.trace_id == right.trace_id) {
            let id = chunks[0].trace_id;
            let messages: Vec<&[u8]> = chunks.iter().map(|chunk| &chunk.message[..]).collect();
            let trace = decode(id, &messages, Detail::Whole)?;
            let summary = summaries.get(&id);
            if summary.is_some_and(|summary| filter.accepts(summary, &trace)) {
                accepted.insert(id);
            }
        }
        matching.retain(|summary| accepted.contains(&summary.trace_id));
        Ok(matching)
    }

    /// The next summaries that may meet the filter. What of the filter a column can tell narrows
    /// them here; all are looked at again by [`Self::matching`].
    pub(super) async fn candidates(
        &self,
        request: &ListRequest,
        after: Option<Cursor>,
    ) -> Result<Vec<Summary>, Error> {
        let needs = Needs::of(&request.filter);
        let rows = match request.order {
            ListOrder::Newest => self.newest(request, needs, after).await?,
            _ => self.ranked(request, needs, after).await?,
        };
        rows.into_iter().map(Summary::try_from).collect()
    }

    async fn newest(
        &self,
        request: &ListRequest,
        needs: Needs,
        after: Option<Cursor>,
    ) -> Result<Vec<SummaryRow>, Error> {
        let (start_nanos, trace_id) = match after {
            Some(cursor) if cursor.start_nanos < request.to_nanos => {
                (cursor.start_nanos, cursor.trace_id.as_bytes().to_vec())
            }
            // Less than any id.
            _ => (request.to_nanos, vec![]),
        };
        // Always a bound of the index: one that may be missing would be looked at row by row by a
        // plan that is kept, and each batch would begin at the newest again.
        let rows = sqlx::query_as!(
            SummaryRow,
            "select
                trace_id,
                start_nanos,
                duration_nanos,
                span_count,
                error_count,
                defect_count,
                weight,
                root_service,
                root_operation,
                services,
                app_type,
                app_id,
                region,
                release,
                app_version,
                os,
                device,
                device_class,
                network,
                environment,
                tier,
                journey,
                session_id,
                user_id,
                failed,
                flags
            from trace_summary
            where start_nanos >= $1
                and (start_nanos, trace_id) < ($2, $3::bytea)
                and may_meet(
                    trace_summary, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
                )
            order by start_nanos desc, trace_id desc
            limit $14",
            request.from_nanos,
            start_nanos,
            trace_id,
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
            i64::from(saturated(request.batch())),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    /// In any other order: by a rank that is the smallest for what comes first. An index tells
    /// that of the slowest; for the others all that lies within the range is read.
    async fn ranked(
        &self,
        request: &ListRequest,
        needs: Needs,
        after: Option<Cursor>,
    ) -> Result<Vec<SummaryRow>, Error> {
        let ranks = request.ranks(&needs, after);
        let rows = sqlx::query_as!(
            SummaryRow,
            "select
                trace_id,
                start_nanos,
                duration_nanos,
                span_count,
                error_count,
                defect_count,
                weight,
                root_service,
                root_operation,
                services,
                app_type,
                app_id,
                region,
                release,
                app_version,
                os,
                device,
                device_class,
                network,
                environment,
                tier,
                journey,
                session_id,
                user_id,
                failed,
                flags
            from trace_summary
            cross join lateral (
                select case $16::int
                    when 1 then -duration_nanos
                    when 2 then -error_count::bigint
                    else -span_count::bigint
                end as rank
            ) as ranked
            where start_nanos >= $1
                and start_nanos < $2
                and rank between $17 and $18
                and (
                    $3::bigint is null
                    or (-rank, start_nanos, trace_id) < (-$17::bigint, $3, $4::bytea)
                )
                and may_meet(
                    trace_summary, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
                )
            order by rank, start_nanos desc, trace_id desc
            limit $15",
            request.from_nanos,
            request.to_nanos,
            after.map(|cursor| cursor.start_nanos),
            after.map(|cursor| cursor.trace_id.as_bytes().to_vec()),
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
            i64::from(saturated(request.batch())),
            request.rank_number(),
            ranks.0,
            ranks.1,
        )
        .fetch_all(&mut *self.planning().await?)
        .await?;
        Ok(rows)
    }
}

impl ListRequest {
    /// How many summaries are read at once. Where they cannot be read on from where the last ones
    /// ended, all that may be looked at are.
    pub(super) fn batch(&self) -> usize {
        if self.order != ListOrder::Newest && self.filter.needs_spans() {
            MAX_CANDIDATES
        } else {
            BATCH
        }
    }

    /// What the order is called in statements.
    fn rank_number(&self) -> i32 {
        match self.order {
            ListOrder::Newest => 0,
            ListOrder::Slowest => 1,
            ListOrder::MostErrors => 2,
            ListOrder::MostSpans => 3,
        }
    }

    /// The least and the greatest rank that the rest of the list can have; those of statements,
    /// where what comes first is the smallest.
    fn ranks(&self, needs: &Needs, after: Option<Cursor>) -> (i64, i64) {
        let (least, greatest) = match self.order {
            ListOrder::Slowest => needs.duration_nanos,
            _ => (i64::MIN, i64::MAX),
        };
        let greatest = after.map_or(greatest, |cursor| cursor.rank.min(greatest));
        // Never the least number that there is, which has no opposite.
        (
            greatest.max(-i64::MAX).saturating_neg(),
            least.saturating_neg(),
        )
    }
}
