//! What the index finds, the newest first.

use std::collections::VecDeque;

use model::id::TraceId;
use model::index::{Demand, IndexTerm};
use sqlx::PgConnection;

use super::bucket::Bucket;
use super::damaged;
use super::entry_set::EntrySet;
use super::meeting::{find, meeting};
use super::segment::{Damaged, ENTRY_BYTES, Entry, read_entries, read_entry};
use crate::{Error, Store};

/// Most segments that one search looks into. Full ones have half a billion spans of 12 a trace.
const MAX_SEGMENTS: usize = 4_096;

/// Segments that are opened at first, and at most, at once.
const FIRST_OPENED: usize = 4;
const MOST_OPENED: usize = 128;

/// Entries that are read at once of a segment.
const PAGE: usize = 256;

/// Segments with so few are read at once with others.
const FEW: usize = 16;

/// A trace that may meet the filter. One may come several times, and with a begin that it had when
/// less of it was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    pub(crate) start_nanos: i64,
    pub(crate) id: TraceId,
    pub(crate) day: i32,
}

/// Where to begin and to end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    /// The first nanosecond that a trace may begin in.
    pub(crate) from_nanos: i64,
    /// Begin and id, as bytes, that a trace must be less than.
    pub(crate) before: (i64, [u8; 16]),
}

/// A search of the index. All of it must see the same segments: it has to be given the connection
/// of one transaction that is repeatable.
#[derive(Debug)]
pub(crate) struct Candidates<'a> {
    demand: &'a Demand,
    terms: Vec<IndexTerm>,
    bound: Bound,
    sources: Vec<Source>,
    /// Newest begin and number of the segment that was opened last.
    last_opened: Option<(i64, i64)>,
    opened: usize,
    are_all_open: bool,
}

/// What is left of a segment.
#[derive(Debug)]
struct Source {
    day: i32,
    segment: i64,
    /// No place that is not read yet has a later begin.
    newest_nanos: i64,
    /// The newest last.
    places: Vec<usize>,
    /// Read already, the newest first.
    page: VecDeque<Candidate>,
}

/// A segment with those of its buckets that the terms are in.
struct SegmentRow {
    day: i32,
    segment: i64,
    newest_nanos: i64,
    trace_count: i32,
    bucket_bits: i16,
    open_places: Vec<i32>,
    /// None where all of them lie before the bound.
    entries: Option<Vec<u8>>,
    buckets: Vec<i32>,
    bodies: Vec<Vec<u8>>,
}

/// Some of what was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The newest first, each once.
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) rest: Rest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Rest {
    #[default]
    None,
    Some,
    /// There are more segments than one search looks into; those that are left have nothing that
    /// began later.
    NotLookedAt {
        newest_nanos: i64,
    },
}

impl<'a> Candidates<'a> {
    pub(crate) fn new(demand: &'a Demand, bound: Bound) -> Self {
        Self {
            terms: demand.terms(),
            demand,
            bound,
            sources: Vec::new(),
            last_opened: None,
            opened: 0,
            are_all_open: false,
        }
    }

    /// The next ones, at most so many.
    pub(crate) async fn next(
        &mut self,
        connection: &mut PgConnection,
        limit: usize,
    ) -> Result<Found, Error> {
        let mut found = Found::default();
        loop {
            self.fill_pages(connection).await?;
            let newest = self
                .sources
                .iter_mut()
                .max_by_key(|source| source.page.front().copied());
            let newest = newest.filter(|source| !source.page.is_empty());
            let is_next = |candidate: &Candidate| {
                // What is not open yet begins no later than this.
                let unopened = self.last_opened.filter(|_| !self.are_all_open);
                unopened.is_none_or(|(nanos, _)| candidate.start_nanos > nanos)
            };
            let has_opened = self.last_opened.is_some();
            let next =
                newest.filter(|source| has_opened && source.page.front().is_some_and(is_next));
            let Some(source) = next else {
                if self.are_all_open {
                    return Ok(found);
                }
                if let (Some((newest_nanos, _)), true) =
                    (self.last_opened, self.opened >= MAX_SEGMENTS)
                {
                    found.rest = Rest::NotLookedAt { newest_nanos };
                    return Ok(found);
                }
                self.open(connection).await?;
                continue;
            };
            if found.candidates.len() == limit {
                found.rest = Rest::Some;
                return Ok(found);
            }
            if let Some(candidate) = source.page.pop_front()
                // Of a trace that was stored in parts there may be several entries.
                && found.candidates.last() != Some(&candidate)
            {
                found.candidates.push(candidate);
            }
        }
    }

    /// Evaluates the demand on the next segments.
    async fn open(&mut self, connection: &mut PgConnection) -> Result<(), Error> {
        let count = self.opened.clamp(FIRST_OPENED, MOST_OPENED);
        let rows = self.next_segments(connection, count).await?;
        self.opened += rows.len();
        self.are_all_open = rows.len() < count;
        if let Some(row) = rows.last() {
            self.last_opened = Some((row.newest_nanos, row.segment));
        }
        for row in rows {
            let (day, segment) = (row.day, row.segment);
            let newest_nanos = row.newest_nanos;
            let places = self.places(row).map_err(|_damaged| damaged(day, segment))?;
            self.sources.push(Source {
                day,
                segment,
                newest_nanos,
                places,
                page: VecDeque::new(),
            });
        }
        Ok(())
    }

    /// At most so many of those that were not opened yet, the newest first.
    async fn next_segments(
        &self,
        connection: &mut PgConnection,
        count: usize,
    ) -> Result<Vec<SegmentRow>, Error> {
        let terms: Vec<i32> = self
            .terms
            .iter()
            .map(|term| term.number().cast_signed())
            .collect();
        let last = self.last_opened.unwrap_or((i64::MAX, i64::MAX));
        let before_nanos = self.bound.before.0;
        let rows = sqlx::query_as!(
            SegmentRow,
            r#"with opened as materialized (
                select
                    day,
                    segment,
                    newest_nanos,
                    trace_count,
                    bucket_bits,
                    open_places,
                    -- For what does not lie before the bound as a whole.
                    case when newest_nanos >= $2 then entries end as entries
                from term_segment
                where newest_nanos >= $1
                    and oldest_nanos <= $2
                    and (newest_nanos, segment) < ($3, $4)
                order by newest_nanos desc, segment desc
                limit $5
            )
            select
                opened.day as "day!",
                opened.segment as "segment!",
                newest_nanos as "newest_nanos!",
                trace_count as "trace_count!",
                bucket_bits as "bucket_bits!",
                open_places as "open_places!",
                entries,
                bucket.buckets as "buckets!",
                bucket.bodies as "bodies!"
            from opened
            cross join lateral (
                select
                    coalesce(array_agg(bucket order by bucket), '{}') as buckets,
                    coalesce(array_agg(body order by bucket), '{}') as bodies
                from term_bucket
                where term_bucket.day = opened.day
                    and term_bucket.segment = opened.segment
                    and bucket = any (array(
                        select distinct term >> (24 - bucket_bits::int)
                        from unnest($6::int[]) as wanted (term)
                    ))
            ) as bucket
            order by newest_nanos desc, opened.segment desc"#,
            self.bound.from_nanos,
            before_nanos,
            last.0,
            last.1,
            i64::try_from(count).unwrap_or(i64::MAX),
            &terms,
        )
        .fetch_all(connection)
        .await?;
        Ok(rows)
    }

    /// Where in a segment traces may meet the demand and the bound.
    fn places(&self, row: SegmentRow) -> Result<Vec<usize>, Damaged> {
        let numbers = row.buckets.iter().map(|number| number.cast_unsigned());
        let buckets: Vec<Bucket> = numbers
            .zip(row.bodies)
            .map(|(number, body)| Bucket { number, body })
            .collect();
        let bits = row.bucket_bits.unsigned_abs().into();
        let count = usize::try_from(row.trace_count).unwrap_or(0);
        let mut set = match find(&self.terms, &buckets, bits, count) {
            Ok(found) => meeting(self.demand, &found, count),
            // Then any may have them.
            Err(Damaged) => EntrySet::all(count),
        };
        for &place in &row.open_places {
            set.insert(usize::try_from(place).map_err(|_negative| Damaged)?);
        }
        let end = match row.entries.as_deref() {
            Some(entries) => {
                let is_before =
                    |entry: &Entry| (entry.start_nanos, *entry.id.as_bytes()) < self.bound.before;
                read_entries(entries)?.partition_point(is_before)
            }
            None => count,
        };
        Ok(set.places().take_while(|place| *place < end).collect())
    }

    /// Reads on until it is known which one is the newest, and forgets segments of which nothing
    /// is left.
    async fn fill_pages(&mut self, connection: &mut PgConnection) -> Result<(), Error> {
        loop {
            let heads = self.sources.iter().filter_map(|source| source.page.front());
            let newest_nanos = heads.map(|head| head.start_nanos).max().unwrap_or(i64::MIN);
            let is_due = |source: &Source| {
                source.page.is_empty()
                    && !source.places.is_empty()
                    && source.newest_nanos >= newest_nanos
            };
            if !self.sources.iter().any(is_due) {
                let is_left =
                    |source: &Source| !(source.page.is_empty() && source.places.is_empty());
                self.sources.retain(is_left);
                return Ok(());
            }
            // The latest that may come first, and those that are read along with it.
            let due = self.sources.iter().filter(|source| is_due(source));
            let latest = due.map(|source| source.newest_nanos).max();
            let wanted = |source: &&mut Source| {
                source.page.is_empty()
                    && (Some(source.newest_nanos) == latest || source.places.len() <= FEW)
            };
            let wanted = self.sources.iter_mut().filter(wanted);
            read_pages(connection, wanted.collect(), self.bound.from_nanos).await?;
        }
    }
}

/// Reads the next page of each.
async fn read_pages(
    connection: &mut PgConnection,
    mut sources: Vec<&mut Source>,
    from_nanos: i64,
) -> Result<(), Error> {
    let (mut numbers, mut days, mut segments, mut places) = (vec![], vec![], vec![], vec![]);
    for (number, source) in (0_i32..).zip(&mut sources) {
        let rest = source.places.len().saturating_sub(PAGE);
        for place in source.places.drain(rest..).rev() {
            numbers.push(number);
            days.push(source.day);
            segments.push(source.segment);
            places.push(i32::try_from(place).unwrap_or(i32::MAX));
        }
    }
    let rows = sqlx::query!(
        r#"select
            number as "number!",
            substring(entries from place * $5 + 1 for $5) as "entry!"
        from unnest($1::int[], $2::int[], $3::bigint[], $4::int[])
            as wanted (number, day, segment, place)
        join term_segment using (day, segment)
        order by number, place desc"#,
        &numbers,
        &days,
        &segments,
        &places,
        i32::try_from(ENTRY_BYTES).unwrap_or_default(),
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let number = usize::try_from(row.number).ok();
        let Some(source) = number.and_then(|number| sources.get_mut(number)) else {
            continue;
        };
        let entry =
            read_entry(&row.entry).map_err(|_damaged| damaged(source.day, source.segment))?;
        source.newest_nanos = entry.start_nanos;
        if entry.start_nanos < from_nanos {
            // All that is left is older.
            source.places.clear();
            continue;
        }
        source.page.push_back(Candidate {
            start_nanos: entry.start_nanos,
            id: entry.id,
            day: source.day,
        });
    }
    Ok(())
}

impl Store {
    /// A transaction for a search of the index.
    pub(crate) async fn searching(
        &self,
    ) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query!("set transaction isolation level repeatable read, read only")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }
}
