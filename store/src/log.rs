//! The ingest log: spans that are acknowledged and on disk, but not yet part of a stored trace.

use crate::{Error, Store};

/// Encoded spans to append, as one row.
#[derive(Debug)]
pub struct Entry {
    /// By trace id; see [`crate::shard`].
    pub shard: i16,
    pub span_count: usize,
    /// A document ([`crate::document`]).
    pub payload: Vec<u8>,
}

impl Store {
    /// Appends entries in one transaction; when this returns they are on disk.
    ///
    /// # Errors
    /// When the database did not confirm the commit. It may have happened all the same: sending
    /// the spans again is harmless, since they merge by id.
    pub async fn append(&self, entries: &[Entry], received_nanos: i64) -> Result<(), Error> {
        let shards: Vec<i16> = entries.iter().map(|entry| entry.shard).collect();
        let counts: Vec<i32> = entries
            .iter()
            .map(|entry| crate::traces::saturated(entry.span_count))
            .collect();
        let payloads: Vec<&[u8]> = entries
            .iter()
            .map(|entry| entry.payload.as_slice())
            .collect();
        sqlx::query!(
            "insert into ingest_log (shard, received_nanos, span_count, payload)
            select shard, $4, span_count, payload
            from unnest($1::smallint[], $2::int[], $3::bytea[]) as entry (shard, span_count, payload)",
            &shards,
            &counts,
            &payloads as &[&[u8]],
            received_nanos,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
