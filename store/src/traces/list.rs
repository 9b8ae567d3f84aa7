//! The list of traces: filtered, in an order, in pages.

use std::collections::{HashMap, HashSet};

use futures::try_join;
use model::filter::Filter;
use model::id::TraceId;
use model::index::Demand;
use model::list_order::{Cursor, ListOrder};
use model::otlp::decode::Detail;
use model::summary::{Page, Summary};

use super::summary_reader::Reader;
use super::summary_row::query_summaries;
use super::{chunks, decode};
use crate::aside::aside;
use crate::{Error, Store};

/// How many traces one search looks at, at most, before it answers with what it has found.
pub const MAX_CANDIDATES: usize = 5_000;

/// How many summaries are read at once, at most, and traces of which the spans are.
pub(super) const BATCH: usize = 200;

/// Of how many traces the spans are read at once, at least.
const LEAST: usize = 16;

/// From so many traces on, their spans are read by two threads.
const MANY: usize = 32;

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

/// How a page of a list ends, as [`Page`] says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ending {
    pub(super) next: Option<Cursor>,
    pub(super) stopped_after: Option<usize>,
}

impl Store {
    /// One page of the traces that began within the range and meet the filter.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn list(&self, request: &ListRequest) -> Result<Page, Error> {
        self.list_of(request, &Demand::Nothing).await
    }

    /// The same of those that have what is demanded, so far as the index of terms can tell: there
    /// may be others among them, and all traces of a time before there was an index.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn list_of(&self, request: &ListRequest, demand: &Demand) -> Result<Page, Error> {
        let mut traces = Vec::new();
        let Ending {
            next,
            stopped_after,
        } = self
            .each_listed(request, demand, |found| traces.push(found))
            .await?;
        Ok(Page {
            traces,
            next,
            stopped_after,
        })
    }

    /// The same, one after the other as they are found.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub(super) async fn each_listed(
        &self,
        request: &ListRequest,
        demand: &Demand,
        mut take: impl FnMut(Summary),
    ) -> Result<Ending, Error> {
        let mut reader = Reader::new(self, request, demand).await?;
        let mut taken = 0;
        let mut last = None;
        let mut looked_at = 0;
        loop {
            let batch = reader.next(wanted(request, taken)).await?;
            looked_at += batch.summaries.len();
            let mut rest = batch.summaries.as_slice();
            while !rest.is_empty() {
                let count = wanted(request, taken).min(rest.len());
                let (candidates, later) = rest.split_at(count);
                rest = later;
                let found = self.matching(&request.filter, candidates);
                for found in found.await? {
                    if taken == request.limit {
                        return Ok(Ending {
                            next: last,
                            stopped_after: None,
                        });
                    }
                    last = Some(request.order.cursor(&found));
                    taken += 1;
                    take(found);
                }
            }
            let Some(end) = batch.end else {
                return Ok(Ending::default());
            };
            if looked_at >= MAX_CANDIDATES || batch.is_limit {
                return Ok(Ending {
                    next: Some(end),
                    stopped_after: Some(looked_at),
                });
            }
        }
    }

    /// What lists show of one trace; none when it is not stored.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn summary(&self, id: TraceId) -> Result<Option<Summary>, Error> {
        let row = query_summaries!(
            "from trace_summary
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
        if matching.len() < MANY {
            return self.matching_by_spans(filter, matching).await;
        }
        // Reading documents is most of the work: half of them each for two threads.
        let second = matching.split_off(matching.len() / 2);
        let by_spans = |summaries: Vec<Summary>| {
            let (store, filter) = (self.clone(), filter.clone());
            aside(async move { store.matching_by_spans(&filter, summaries).await })
        };
        let (mut found, others) = try_join!(by_spans(matching), by_spans(second))?;
        found.extend(others);
        Ok(found)
    }

    async fn matching_by_spans(
        &self,
        filter: &Filter,
        mut matching: Vec<Summary>,
    ) -> Result<Vec<Summary>, Error> {
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
}

/// How many candidates to look at next: more than are missing, since some will not match.
fn wanted(request: &ListRequest, found: usize) -> usize {
    let missing = request.limit.saturating_sub(found) + 1;
    missing.saturating_mul(2).clamp(LEAST, BATCH)
}
