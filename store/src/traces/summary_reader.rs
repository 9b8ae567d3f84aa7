//! The summaries of traces that may meet the filter of a list, in its order: from their columns
//! alone, or from what the index of terms finds.

use std::cmp::Reverse;

use model::id::TraceId;
use model::index::Demand;
use model::list_order::{Cursor, ListOrder};
use model::summary::Summary;

use super::list::{ListRequest, MAX_CANDIDATES};
use super::needs::Needs;
use super::summary_statements::{by_id, newest, ranked};
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
        let summaries = by_id(&mut transaction, needs, &found.candidates).await?;
        Ok(Self::Ranked(request.in_order(summaries)))
    }
}

async fn by_columns(
    store: &Store,
    request: &ListRequest,
    needs: &Needs,
    after: Option<Cursor>,
) -> Result<Batch, Error> {
    let summaries = match request.order {
        ListOrder::Newest => newest(store, request, needs, after).await?,
        _ => ranked(store, request, needs, after).await?,
    };
    let is_last = summaries.len() < request.batch();
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
    let summaries = by_id(&mut transaction, needs, &found.candidates).await?;
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
        summaries,
        end,
        is_limit: found.rest != Rest::Some || search.found >= MAX_FOUND,
    })
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

/// Before all that began no later than that.
fn up_to(nanos: i64) -> Cursor {
    let nanos = nanos.saturating_add(1);
    Cursor {
        rank: nanos,
        start_nanos: nanos,
        trace_id: TraceId::LEAST,
    }
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
}
