//! The summaries of traces that may meet the filter of a list, in its order: from their columns
//! alone, or from what the index of terms finds.

use std::cmp::Reverse;

use model::id::TraceId;
use model::index::Demand;
use model::list_order::{Cursor, ListOrder};
use model::summary::Summary;
use sqlx::PgConnection;

use super::list::{BATCH, ListRequest, MAX_CANDIDATES};
use super::needs::Needs;
use super::saturated;
use super::summary_row::SummaryRow;
use crate::term_index::{self, Bound, Candidate, Candidates, Rest};
use crate::{Error, Store};

/// Most candidates of the index of which the columns are looked at in one search.
const MAX_FOUND: usize = 50_000;

/// Some summaries that may meet the filter.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) summaries: Vec<Summary>,
    /// Where the next one begins; none when there is no other.
    pub(super) end: Option<Cursor>,
    /// Whether a search must not go on.
    pub(super) is_limit: bool,
}

/// Reads summaries that may meet the filter. What of the filter a column can tell narrows them. Each
/// batch is read by itself: nothing is held while its spans are looked at.
pub(super) struct Reader<'a> {
    store: &'a Store,
    request: &'a ListRequest,
    needs: Needs,
    source: Source,
}

/// Where the next ones come from.
enum Source {
    Columns {
        after: Option<Cursor>,
    },
    Index(Search),
    /// All that the index has found, in order.
    Ranked(Vec<Summary>),
}

/// How far a search of the index has come.
struct Search {
    demand: Demand,
    bound: Bound,
    /// Candidates so far.
    found: usize,
}

impl<'a> Reader<'a> {
    pub(super) async fn new(
        store: &'a Store,
        request: &'a ListRequest,
        demand: &Demand,
    ) -> Result<Self, Error> {
        let needs = Needs::of(&request.filter);
        let demand = Demand::all([Demand::of(&request.filter), demand.clone()]);
        let source = Source::of(store, request, &needs, demand).await?;
        Ok(Self {
            store,
            request,
            needs,
            source,
        })
    }

    /// The next ones; of those that the index finds, at most so many.
    pub(super) async fn next(&mut self, count: usize) -> Result<Batch, Error> {
        match &mut self.source {
            Source::Columns { after } => {
                let batch = by_columns(self.store, self.request, &self.needs, *after).await?;
                *after = batch.end;
                Ok(batch)
            }
            Source::Index(search) => {
                let begin = search.bound.before;
                let batch = by_index(self.store, &self.needs, search, count).await?;
                if batch.is_limit && search.bound.before >= begin {
                    // Clocks that are far off have put all segments beside each other.
                    self.source = Source::Columns {
                        after: self.request.after,
                    };
                    return Ok(Batch {
                        is_limit: false,
                        ..batch
                    });
                }
                Ok(batch)
            }
            Source::Ranked(summaries) => Ok(Batch {
                summaries: std::mem::take(summaries),
                ..Batch::default()
            }),
        }
    }
}

impl Source {
    async fn of(
        store: &Store,
        request: &ListRequest,
        needs: &Needs,
        demand: Demand,
    ) -> Result<Self, Error> {
        let columns = Self::Columns {
            after: request.after,
        };
        if demand == Demand::Nothing {
            return Ok(columns);
        }
        let mut transaction = store.searching().await?;
        if !term_index::has_all(&mut transaction, request.from_nanos, request.to_nanos).await? {
            return Ok(columns);
        }
        let bound = request.bound();
        if request.order == ListOrder::Newest {
            return Ok(Self::Index(Search {
                demand,
                bound,
                found: 0,
            }));
        }
        let mut candidates = Candidates::new(&demand, bound);
        let found = candidates.next(&mut transaction, MAX_CANDIDATES).await?;
        if found.rest != Rest::None {
            return Ok(columns);
        }
        let rows = by_id(&mut transaction, needs, &found.candidates).await?;
        Ok(Self::Ranked(request.in_order(summaries(rows)?)))
    }
}

async fn by_columns(
    store: &Store,
    request: &ListRequest,
    needs: &Needs,
    after: Option<Cursor>,
) -> Result<Batch, Error> {
    let rows = match request.order {
        ListOrder::Newest => newest(store, request, needs, after).await?,
        _ => ranked(store, request, needs, after).await?,
    };
    let is_last = rows.len() < request.batch();
    let summaries = summaries(rows)?;
    let end = summaries.last().map(|last| request.order.cursor(last));
    Ok(Batch {
        summaries,
        end: end.filter(|_| !is_last),
        is_limit: false,
    })
}

async fn by_index(
    store: &Store,
    needs: &Needs,
    search: &mut Search,
    count: usize,
) -> Result<Batch, Error> {
    let mut transaction = store.searching().await?;
    let mut candidates = Candidates::new(&search.demand, search.bound);
    let found = candidates.next(&mut transaction, count).await?;
    let rows = by_id(&mut transaction, needs, &found.candidates).await?;
    search.found += found.candidates.len();
    let end = match found.rest {
        Rest::None => None,
        Rest::Some => found.candidates.last().map(cursor),
        Rest::NotLookedAt { newest_nanos } => Some(up_to(newest_nanos)),
    };
    if let Some(end) = end {
        search.bound.before = (end.start_nanos, *end.trace_id.as_bytes());
    }
    Ok(Batch {
        summaries: summaries(rows)?,
        end,
        is_limit: found.rest != Rest::Some || search.found >= MAX_FOUND,
    })
}

fn summaries(rows: Vec<SummaryRow>) -> Result<Vec<Summary>, Error> {
    rows.into_iter().map(Summary::try_from).collect()
}

/// What comes first is the greatest.
fn place(cursor: Cursor) -> (i64, i64, TraceId) {
    (cursor.rank, cursor.start_nanos, cursor.trace_id)
}

/// The place of a candidate in a list by begin.
fn cursor(candidate: &Candidate) -> Cursor {
    Cursor {
        rank: candidate.start_nanos,
        start_nanos: candidate.start_nanos,
        trace_id: candidate.id,
    }
}

async fn newest(
    store: &Store,
    request: &ListRequest,
    needs: &Needs,
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
    .fetch_all(&store.pool)
    .await?;
    Ok(rows)
}

/// In any other order: by a rank that is the smallest for what comes first. An index tells
/// that of the slowest; for the others all that lies within the range is read.
async fn ranked(
    store: &Store,
    request: &ListRequest,
    needs: &Needs,
    after: Option<Cursor>,
) -> Result<Vec<SummaryRow>, Error> {
    let ranks = request.ranks(needs, after);
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
    .fetch_all(&mut *store.planning().await?)
    .await?;
    Ok(rows)
}

/// Before all that began no later than that.
fn up_to(nanos: i64) -> Cursor {
    let nanos = nanos.saturating_add(1);
    Cursor {
        rank: nanos,
        start_nanos: nanos,
        trace_id: TraceId::LEAST,
    }
}

/// The summaries of candidates, where they are what the index says, the newest first.
async fn by_id(
    connection: &mut PgConnection,
    needs: &Needs,
    candidates: &[Candidate],
) -> Result<Vec<SummaryRow>, Error> {
    let ids = candidates
        .iter()
        .map(|candidate| candidate.id.as_bytes().as_slice());
    let ids: Vec<&[u8]> = ids.collect();
    let days: Vec<i32> = candidates.iter().map(|candidate| candidate.day).collect();
    let starts: Vec<i64> = candidates
        .iter()
        .map(|candidate| candidate.start_nanos)
        .collect();
    let rows = sqlx::query_as!(
        SummaryRow,
        "select
            trace_summary.trace_id,
            trace_summary.start_nanos,
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
        from unnest($1::bytea[], $2::int[], $3::bigint[]) as found (trace_id, day, start_nanos)
        join trace_summary
            on trace_summary.trace_id = found.trace_id
            and trace_summary.day = found.day
            and trace_summary.start_nanos = found.start_nanos
        where may_meet(
            trace_summary, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
        )
        order by trace_summary.start_nanos desc, trace_summary.trace_id desc",
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
    Ok(rows)
}

impl ListRequest {
    /// Those that come after the page before, in the order that is asked for.
    fn in_order(&self, mut summaries: Vec<Summary>) -> Vec<Summary> {
        let rank = |summary: &Summary| place(self.order.cursor(summary));
        if let Some(after) = self.after {
            summaries.retain(|summary| rank(summary) < place(after));
        }
        summaries.sort_by_key(|summary| Reverse(rank(summary)));
        summaries
    }

    /// What the index is asked for. In any other order than that of the index all of it is.
    fn bound(&self) -> Bound {
        let before = match self.after {
            Some(after) if self.order == ListOrder::Newest && after.start_nanos < self.to_nanos => {
                (after.start_nanos, *after.trace_id.as_bytes())
            }
            // Less than any id.
            _ => (self.to_nanos, [0; 16]),
        };
        Bound {
            from_nanos: self.from_nanos,
            before,
        }
    }

    /// How many summaries are read at once. Where they cannot be read on from where the last ones
    /// ended, all that may be looked at are.
    fn batch(&self) -> usize {
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
