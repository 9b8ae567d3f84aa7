//! Stored traces: summaries and the documents that hold their spans.

mod arrivals;
mod attributes;
mod batches;
mod days;
mod explore;
mod kept;
mod list;
mod look;
mod needs;
mod one_by_one;
#[cfg(test)]
mod oracle;
mod over_time;
mod sample;
mod search;
mod summary_reader;
mod summary_row;
mod summary_statements;
mod write;

use std::collections::HashMap;

use model::id::TraceId;
use model::otlp::decode::Detail;
use model::otlp::{self, Batch};
use model::time::DAY_NANOS;
use model::trace::Trace;
use sqlx::PgConnection;

pub(crate) use arrivals::note;
pub use arrivals::{LEASE, Note};
pub use attributes::AttributeValues;
pub use batches::{batches, fitting};
pub use days::Day;
pub(crate) use days::prepare as prepare_day;
pub use explore::{Stratum, Way};
pub(crate) use kept::Kept;
pub use list::{ListRequest, MAX_CANDIDATES};
pub use look::Look;
pub use one_by_one::MAX_COUNTED;
pub(crate) use one_by_one::Request;
pub use over_time::{OverTime, TraceCount};
pub(crate) use sample::sample;
pub use search::{Progress, Search};
pub use write::TraceWrite;
pub(crate) use write::write;

use crate::dictionaries::Dictionaries;
use crate::{Error, Store};

impl Store {
    /// The spans of a trace as they were received, as a `TracesData` message; none when it is not
    /// stored.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn message(&self, id: TraceId) -> Result<Option<Vec<u8>>, Error> {
        let mut connection = self.pool.acquire().await?;
        let chunks = chunks_of(&mut connection, &self.dictionaries, id).await?;
        Ok(joined(chunks).pop().map(|(_, message)| message))
    }

    /// The same of those of the traces that are stored, by id.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn messages(&self, ids: &[TraceId]) -> Result<Vec<(TraceId, Vec<u8>)>, Error> {
        let mut connection = self.pool.acquire().await?;
        let chunks = chunks(&mut connection, &self.dictionaries, ids, 0).await?;
        Ok(joined(chunks))
    }

    /// A trace with its log records; none when it is not stored.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn trace(&self, id: TraceId) -> Result<Option<Trace>, Error> {
        let read = self.read_trace(id).await?;
        Ok(read.map(|(_, trace)| trace))
    }

    /// The same, with the length of the message that it was decoded from.
    async fn read_trace(&self, id: TraceId) -> Result<Option<(usize, Trace)>, Error> {
        let Some(message) = self.message(id).await? else {
            return Ok(None);
        };
        let trace = decode(id, &[message.as_slice()], Detail::Whole)?;
        let logs = self.logs_of_trace(id).await?;
        let events = otlp::logs::events(&logs).map_err(|error| Error::Inconsistent {
            table: "log_event",
            column: "body",
            trace_id: id,
            reason: error.to_string(),
        })?;
        let bytes = message.len() + logs.len();
        Ok(Some((bytes, trace.with_logs(events))))
    }
}

/// One message a trace: messages side by side decode as one.
fn joined(chunks: Vec<Chunk>) -> Vec<(TraceId, Vec<u8>)> {
    let mut messages: Vec<(TraceId, Vec<u8>)> = Vec::new();
    for Chunk {
        trace_id, message, ..
    } in chunks
    {
        match messages.last_mut() {
            Some((last, begun)) if *last == trace_id => begun.extend(message),
            _ => messages.push((trace_id, message)),
        }
    }
    messages.retain(|(_, message)| !message.is_empty());
    messages
}

/// Joins the chunks of a trace.
fn decode(id: TraceId, chunks: &[&[u8]], detail: Detail<'_>) -> Result<Trace, Error> {
    let mut batch = Batch::default();
    for chunk in chunks {
        batch.add(chunk).map_err(|error| damaged(id, &error))?;
    }
    Ok(otlp::decode::trace(id, &batch, detail))
}

/// The day of a moment, in days since 1970-01-01 UTC: traces are kept by the day on which they
/// were first stored.
#[must_use]
pub fn day_of(nanos: i64) -> i32 {
    // Never out of range: the years 1677 to 2262.
    i32::try_from(nanos.div_euclid(DAY_NANOS)).unwrap_or(i32::MAX)
}

/// A part of a stored trace.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) trace_id: TraceId,
    pub(crate) day: i32,
    /// `TracesData`.
    pub(crate) message: Vec<u8>,
}

struct ChunkRow {
    trace_id: Vec<u8>,
    day: i32,
    body: Vec<u8>,
}

/// The chunks of traces that were first stored on that day or later, by trace and in order.
pub(crate) async fn chunks(
    connection: &mut PgConnection,
    dictionaries: &Dictionaries,
    ids: &[TraceId],
    since_day: i32,
) -> Result<Vec<Chunk>, Error> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let rows = sqlx::query_as!(
        ChunkRow,
        "select trace_id, day, body
        from trace_chunk
        where trace_id = any ($1::bytea[]) and day >= $2
        order by trace_id, day, chunk",
        &ids as &[&[u8]],
        since_day,
    )
    .fetch_all(&mut *connection)
    .await?;
    read(connection, dictionaries, rows).await
}

/// The chunks of one trace, in order. Its plan is kept, as that for several is not, whose cost
/// depends on how many they are: planning for all days takes longer than looking.
async fn chunks_of(
    connection: &mut PgConnection,
    dictionaries: &Dictionaries,
    id: TraceId,
) -> Result<Vec<Chunk>, Error> {
    let rows = sqlx::query_as!(
        ChunkRow,
        "select trace_id, day, body
        from trace_chunk
        where trace_id = $1
        order by day, chunk",
        id.as_bytes().as_slice(),
    )
    .fetch_all(&mut *connection)
    .await?;
    read(connection, dictionaries, rows).await
}

async fn read(
    connection: &mut PgConnection,
    dictionaries: &Dictionaries,
    rows: Vec<ChunkRow>,
) -> Result<Vec<Chunk>, Error> {
    let documents = rows.iter().map(|row| row.body.as_slice());
    let mut reader = dictionaries.reader(connection, documents).await?;
    rows.into_iter()
        .map(|row| {
            let trace_id = TraceId::from_slice(&row.trace_id).map_err(|source| Error::Key {
                table: "trace_chunk",
                source,
            })?;
            let message = reader
                .read(&row.body)
                .map_err(|error| damaged(trace_id, &error))?;
            Ok(Chunk {
                trace_id,
                day: row.day,
                message,
            })
        })
        .collect()
}

/// How many bytes the chunks of traces have, compressed, where there are any.
pub(crate) async fn chunk_bytes(
    connection: &mut PgConnection,
    ids: &[TraceId],
    since_day: i32,
) -> Result<HashMap<TraceId, usize>, Error> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let rows = sqlx::query!(
        r#"select trace_id, sum(octet_length(body)) as "bytes!"
        from trace_chunk
        where trace_id = any ($1::bytea[]) and day >= $2
        group by trace_id"#,
        &ids as &[&[u8]],
        since_day,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let trace_id = TraceId::from_slice(&row.trace_id).map_err(|source| Error::Key {
                table: "trace_chunk",
                source,
            })?;
            Ok((trace_id, usize::try_from(row.bytes).unwrap_or(usize::MAX)))
        })
        .collect()
}

fn damaged(trace_id: TraceId, error: &impl ToString) -> Error {
    Error::Inconsistent {
        table: "trace_chunk",
        column: "body",
        trace_id,
        reason: error.to_string(),
    }
}

/// A count in a column of type `integer`.
pub(crate) fn saturated(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Text as Postgres can hold it: without the character U+0000.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
