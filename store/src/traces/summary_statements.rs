//! The statements that read the summaries of a list: by their begin, by another rank, by what the
//! index has found.

use model::list_order::{Cursor, ListOrder};
use model::summary::Summary;
use sqlx::PgConnection;

use super::list::{BATCH, ListRequest, MAX_CANDIDATES};
use super::needs::Needs;
use super::saturated;
use super::summary_row::{SummaryRow, query_summaries};
use crate::term_index::Candidate;
use crate::{Error, Store};

/// The next ones by when they began, the newest first.
pub(super) async fn newest(
    store: &Store,
    request: &ListRequest,
    needs: &Needs,
    after: Option<Cursor>,
) -> Result<Vec<Summary>, Error> {
    let (start_nanos, trace_id) = match after {
        Some(cursor) if cursor.start_nanos < request.to_nanos => {
            (cursor.start_nanos, cursor.trace_id.as_bytes().to_vec())
        }
        // Less than any id.
        _ => (request.to_nanos, vec![]),
    };
    // Always a bound of the index: one that may be missing would be looked at row by row by a
    // plan that is kept, and each batch would begin at the newest again.
    let rows = query_summaries!(
        "from trace_summary
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
    .fetch_all(&store.pool)
    .await?;
    summaries(rows)
}

/// In any other order: by a rank that is the smallest for what comes first. An index tells
/// that of the slowest; for the others all that lies within the range is read.
pub(super) async fn ranked(
    store: &Store,
    request: &ListRequest,
    needs: &Needs,
    after: Option<Cursor>,
) -> Result<Vec<Summary>, Error> {
    let ranks = request.ranks(needs, after);
    let rows = query_summaries!(
        "from trace_summary
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
    .fetch_all(&mut *store.planning().await?)
    .await?;
    summaries(rows)
}

/// The summaries of candidates, where they are what the index says, the newest first.
pub(super) async fn by_id(
    connection: &mut PgConnection,
    needs: &Needs,
    candidates: &[Candidate],
) -> Result<Vec<Summary>, Error> {
    let ids = candidates
        .iter()
        .map(|candidate| candidate.id.as_bytes().as_slice());
    let ids: Vec<&[u8]> = ids.collect();
    let days: Vec<i32> = candidates.iter().map(|candidate| candidate.day).collect();
    let starts: Vec<i64> = candidates
        .iter()
        .map(|candidate| candidate.start_nanos)
        .collect();
    let rows = query_summaries!(
        "from unnest($1::bytea[], $2::int[], $3::bigint[]) as found (id, on_day, start)
        join trace_summary
            on trace_id = found.id
            and day = found.on_day
            and start_nanos = found.start
        where may_meet(
            trace_summary, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
        )
        order by start_nanos desc, trace_id desc",
        &ids as &[&[u8]],
        &days,
        &starts,
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
    )
    .fetch_all(connection)
    .await?;
    summaries(rows)
}

fn summaries(rows: Vec<SummaryRow>) -> Result<Vec<Summary>, Error> {
    rows.into_iter().map(Summary::try_from).collect()
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
