//! A shard of the ingest log and the right to turn it into traces.
//!
//! All reading and writing of an assembler goes through the one connection that holds the shard's
//! advisory lock. When that connection ends the lock is free for another assembler, and nothing
//! that this one still wants to write can reach the database any more.

use std::collections::HashMap;

use model::id::TraceId;
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::traces::TraceWrite;
use crate::{Error, Store, traces};

/// How many shards the log has.
pub const SHARDS: i16 = 4;

/// First key of the advisory locks of shards; the second is the shard. Any number will do that
/// nothing else in the database uses.
const LOCK_CLASS: i32 = 0x7468_726f;

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
    shard: i16,
    connection: PgConnection,
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
            return Ok(Some(Shard { shard, connection }));
        }
        connection.close().await?;
        Ok(None)
    }
}

impl Shard {
    /// The next entries after that one.
    ///
    /// One that was appended earlier but committed later is not among them: see [`Self::seqs`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read_after(&mut self, seq: i64, limit: i64) -> Result<Vec<ReadEntry>, Error> {
        let entries = sqlx::query_as!(
            ReadEntry,
            "select seq, received_nanos, payload
            from ingest_log
            where shard = $1 and seq > $2
            order by seq
            limit $3",
            self.shard,
            seq,
            limit,
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
            self.shard,
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
            self.shard,
            up_to,
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(seqs)
    }

    /// The chunks, in order, of those of the traces that are stored already.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn stored(
        &mut self,
        ids: &[TraceId],
    ) -> Result<HashMap<TraceId, Vec<Vec<u8>>>, Error> {
        let mut stored: HashMap<TraceId, Vec<Vec<u8>>> = HashMap::new();
        for (id, message) in traces::chunks(&mut self.connection, ids).await? {
            stored.entry(id).or_default().push(message);
        }
        Ok(stored)
    }

    /// Stores traces and deletes the log entries that are now stored whole, in one transaction.
    ///
    /// # Errors
    /// When the database did not confirm the commit.
    pub async fn store(&mut self, writes: &[TraceWrite], finished: &[i64]) -> Result<(), Error> {
        let mut transaction = self.connection.begin().await?;
        traces::write(&mut transaction, writes).await?;
        sqlx::query!(
            "delete from ingest_log where shard = $1 and seq = any ($2::bigint[])",
            self.shard,
            finished,
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
