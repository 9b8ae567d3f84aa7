//! What was just stored, for those who watch it arrive.
//!
//! No column tells in which order traces were stored: they have the time at which they began, and
//! an index on another would cost every trace something, watched or not. So as long as somebody
//! watches, the transaction that stores traces notes their ids, in one row for all of them.
//! Whether somebody does is told by a lease, which whoever watches renews; where nobody does, it
//! costs a transaction one look at a table of one row. `NOTIFY` would cost more: transactions that
//! notify commit one after another, and are told to nobody who listens a moment later.

use std::time::Duration;

use model::filter::Filter;
use model::id::TraceId;
use model::summary::Summary;
use sqlx::PgConnection;

use super::TraceWrite;
use super::summary_row::query_summaries;
use crate::{Error, Store};

/// How long stored traces are noted after somebody has asked for it.
pub const LEASE: Duration = Duration::from_secs(10);

/// How long after its transaction began a note is looked for: one that began earlier may be
/// committed later.
const LATE: Duration = Duration::from_secs(30);

/// Most notes that are read at once.
const MAX_NOTES: i64 = 64;

/// Traces that one transaction has stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Tells it from others.
    pub number: i64,
    /// None was first stored before this day ([`super::day_of`]).
    pub since_day: i32,
    pub ids: Vec<TraceId>,
}

/// Notes what a transaction stores, if somebody watches.
pub(crate) async fn note(
    connection: &mut PgConnection,
    writes: &[TraceWrite],
) -> Result<(), Error> {
    let Some(since_day) = writes.iter().map(|write| write.day).min() else {
        return Ok(());
    };
    let ids: Vec<u8> = writes
        .iter()
        .flat_map(|write| *write.summary.trace_id.as_bytes())
        .collect();
    sqlx::query!(
        "insert into stored_note (since_day, trace_ids)
        select $1, $2
        where exists (select from stored_lease where until > now())",
        since_day,
        ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}

struct NoteRow {
    number: i64,
    since_day: i32,
    trace_ids: Vec<u8>,
}

impl TryFrom<NoteRow> for Note {
    type Error = Error;

    fn try_from(row: NoteRow) -> Result<Self, Error> {
        let ids = row.trace_ids.chunks(16).map(TraceId::from_slice);
        let ids = ids.collect::<Result<_, _>>().map_err(|source| Error::Key {
            table: "stored_note",
            source,
        })?;
        Ok(Self {
            number: row.number,
            since_day: row.since_day,
            ids,
        })
    }
}

impl Store {
    /// Asks that what is stored be noted for [`LEASE`] from now on, and forgets what was
    /// noted long ago.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn watch_stored(&self) -> Result<(), Error> {
        sqlx::query!(
            "insert into stored_lease (until)
            values (now() + make_interval(secs => $1))
            on conflict (only_one) do update
            set until = greatest(stored_lease.until, excluded.until)",
            LEASE.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!(
            "delete from stored_note where noted_at < now() - make_interval(secs => $1)",
            2.0 * LATE.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What was noted a moment ago and has not been seen, by the numbers of notes; at most
    /// [`MAX_NOTES`] of them, the earliest.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn unseen_notes(&self, seen: &[i64]) -> Result<Vec<Note>, Error> {
        let rows = sqlx::query_as!(
            NoteRow,
            "select number, since_day, trace_ids
            from stored_note
            where noted_at > now() - make_interval(secs => $1)
                and number <> all ($2::bigint[])
            order by number
            limit $3",
            LATE.as_secs_f64(),
            seen,
            MAX_NOTES,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Note::try_from).collect()
    }

    /// What lists show of those of the traces that are stored, and were first stored on that day
    /// or later. In no order.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn summaries(&self, ids: &[TraceId], since_day: i32) -> Result<Vec<Summary>, Error> {
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
        let rows = query_summaries!(
            "from trace_summary
            where trace_id = any ($1::bytea[]) and day >= $2",
            &ids as &[&[u8]],
            since_day,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Summary::try_from).collect()
    }

    /// Those that meet the filter. What their summaries do not tell, their spans do, which are read
    /// for the last `most_documents` of those of which they must tell it. Returns also of how many
    /// it stays unknown.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn meeting(
        &self,
        filter: &Filter,
        summaries: &[Summary],
        most_documents: usize,
    ) -> Result<(Vec<Summary>, usize), Error> {
        let candidates: Vec<Summary> = summaries
            .iter()
            .filter(|summary| filter.accepts_summary(summary))
            .cloned()
            .collect();
        if !filter.needs_spans() || candidates.is_empty() {
            return Ok((candidates, 0));
        }
        let unknown = candidates.len().saturating_sub(most_documents);
        let meeting = self.matching(filter, &candidates[unknown..]).await?;
        Ok((meeting, unknown))
    }
}
