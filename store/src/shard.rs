//! A shard of the ingest log and the right to turn it into traces.
//!
//! All reading and writing of an assembler goes through the one connection that holds the shard's
//! advisory lock. When that connection ends the lock is free for another assembler, and nothing
//! that this one still wants to write can reach the database any more.

use std::collections::HashMap;
use std::sync::Arc;

use model::id::TraceId;
use model::rollup::Delta;
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::dictionaries::Dictionaries;
use crate::document::Dictionary;
use crate::rollups::SeriesIds;
use crate::traces::TraceWrite;
use crate::{Error, Store, rollups, traces};

/// How many shards the log has.
pub const SHARDS: i16 = 4;

/// First key of the advisory locks of shards; the second is the shard. Any number will do that
/// nothing else in the database uses.
const LOCK_CLASS: i32 = 0x7468_726f;

/// How often the numbers of series are asked for when some were removed meanwhile, which is rare.
const ATTEMPTS: usize = 3;

/// The shard that has the spans of a trace.
#[must_use]
pub fn of(id: TraceId) -> i16 {
    let sum = id.as_bytes().iter().fold(0_u32, |sum, &byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    // Never more than SHARDS.
    i16::try_from(sum % u32::from(SHARDS.unsigned_abs())).unwrap_or(0)
}

/// An entry of the log that has been read.
#[derive(Debug)]
pub struct ReadEntry {
    pub seq: i64,
    pub received_nanos: i64,
    /// A document ([`crate::document`]) of `TracesData`.
    pub payload: Vec<u8>,
}

/// The exclusive right to a shard.
#[derive(Debug)]
pub struct Shard {
    number: i16,
    connection: PgConnection,
    series: SeriesIds,
    dictionaries: Arc<Dictionaries>,
    /// The latest day that there is room for.
    prepared_day: i32,
}

/// What is stored of a trace.
#[derive(Debug)]
pub struct Stored {
    /// The day on which it was first stored.
    pub day: i32,
    /// `TracesData` messages, in order.
    pub chunks: Vec<Vec<u8>>,
}

impl Store {
    /// Takes a shard; none when another assembler has it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_shard(&self, shard: i16) -> Result<Option<Shard>, Error> {
        let mut connection = self.options.connect().await?;
        let taken = sqlx::query_scalar!(
            r#"select pg_try_advisory_lock($1, $2) as "taken!""#,
            LOCK_CLASS,
            i32::from(shard)
        )
        .fetch_one(&mut connection)
        .await?;
        if taken {
            return Ok(Some(Shard {
                number: shard,
                connection,
                series: SeriesIds::default(),
                dictionaries: Arc::clone(&self.dictionaries),
                prepared_day: i32::MIN,
            }));
        }
        connection.close().await?;
        Ok(None)
    }
}

impl Shard {
    /// The next entries after that one: at most so many, and no more once their payloads have so
    /// many bytes.
    ///
    /// One that was appended earlier but committed later is not among them: see [`Self::seqs`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read_after(
        &mut self,
        seq: i64,
        limit: usize,
        bytes: i64,
    ) -> Result<Vec<ReadEntry>, Error> {
        let entries = sqlx::query_as!(
            ReadEntry,
            "select seq, received_nanos, payload
            from (
                select
                    seq,
                    received_nanos,
                    payload,
                    sum(octet_length(payload)) over (
                        order by seq
                        rows between unbounded preceding and 1 preceding
                    ) as bytes_before
                from (
                    select seq, received_nanos, payload
                    from ingest_log
                    where shard = $1 and seq > $2
                    order by seq
                    limit $3
                ) as next
            ) as next
            where coalesce(bytes_before, 0) < $4
            order by seq",
            self.number,
            seq,
            i64::from(traces::saturated(limit)),
            bytes,
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(entries)
    }

    /// Those entries, as far as they are there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&mut self, seqs: &[i64]) -> Result<Vec<ReadEntry>, Error> {
        let entries = sqlx::query_as!(
            ReadEntry,
            "select seq, received_nanos, payload
            from ingest_log
            where shard = $1 and seq = any ($2::bigint[])
            order by seq",
            self.number,
            seqs,
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(entries)
    }

    /// All entries that are there, up to one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seqs(&mut self, up_to: i64) -> Result<Vec<i64>, Error> {
        let seqs = sqlx::query_scalar!(
            "select seq from ingest_log where shard = $1 and seq <= $2 order by seq",
            self.number,
            up_to,
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(seqs)
    }

    /// How many bytes are stored of those traces already, compressed, where any are, since the day
    /// `since_day`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stored_bytes(
        &mut self,
        ids: &[TraceId],
        since_day: i32,
    ) -> Result<HashMap<TraceId, usize>, Error> {
        traces::chunk_bytes(&mut self.connection, ids, since_day).await
    }

    /// What is stored of those traces already, where that was on the day `since_day` or later.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn stored(
        &mut self,
        ids: &[TraceId],
        since_day: i32,
    ) -> Result<HashMap<TraceId, Stored>, Error> {
        let mut stored: HashMap<TraceId, Stored> = HashMap::new();
        for chunk in
            traces::chunks(&mut self.connection, &self.dictionaries, ids, since_day).await?
        {
            let first = || Stored {
                day: chunk.day,
                chunks: vec![],
            };
            let trace = stored.entry(chunk.trace_id).or_insert_with(first);
            trace.chunks.push(chunk.message);
        }
        Ok(stored)
    }

    /// What documents are to be written by now; none when there is no dictionary yet. To be asked
    /// before every [`Self::store`], so that none that is in use is ever old enough to be removed.
    ///
    /// # Errors
    /// When the database does not answer, or the dictionary is damaged.
    pub async fn dictionary(&mut self) -> Result<Option<Arc<Dictionary>>, Error> {
        self.dictionaries.newest(&mut self.connection).await
    }

    /// Stores traces with what they change in the rollups, and deletes the log entries that are
    /// now stored whole, in one transaction.
    ///
    /// # Errors
    /// When the database did not confirm the commit.
    pub async fn store(
        &mut self,
        writes: &[TraceWrite],
        deltas: &[Delta],
        finished: &[i64],
    ) -> Result<(), Error> {
        let last_day = writes.iter().map(|write| write.day).max();
        if let Some(day) = last_day.filter(|day| *day > self.prepared_day) {
            traces::prepare_day(&mut self.connection, day).await?;
            self.prepared_day = day;
        }
        let series = deltas.iter().map(|delta| &delta.series);
        for _ in 0..ATTEMPTS {
            let ids = self.series.resolve(&mut self.connection, series.clone());
            let ids = ids.await?;
            let mut transaction = self.connection.begin().await?;
            if !self.series.hold(&mut transaction).await? {
                transaction.rollback().await?;
                self.series = SeriesIds::default();
                continue;
            }
            traces::write(&mut transaction, writes).await?;
            traces::note(&mut transaction, writes).await?;
            rollups::write(&mut transaction, deltas, &ids).await?;
            sqlx::query!(
                "delete from ingest_log where shard = $1 and seq = any ($2::bigint[])",
                self.number,
                finished,
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            return Ok(());
        }
        Err(Error::SeriesRemoved)
    }
}
