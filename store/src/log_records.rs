//! Log records that belong to a trace or a session.

use model::id::TraceId;

use crate::traces::storable;
use crate::{Error, Store};

/// Most records that are read of one trace or session: the earliest.
pub const MAX_RECORDS: i64 = 10_000;

/// Most bytes of them.
const MAX_BYTES: i64 = 64 << 20;

/// A record to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecordWrite {
    /// The same for the same record only ([`model::otlp::logs::event_id`]).
    pub event_id: [u8; 16],
    pub trace_id: Option<TraceId>,
    pub session_id: Option<String>,
    pub time_nanos: i64,
    /// `LogsData` with this one record.
    pub body: Vec<u8>,
}

impl Store {
    /// Stores records, each once, under a day for which there is room
    /// ([`Self::prepare_day`]); when this returns they are on disk.
    ///
    /// # Errors
    /// When the database did not confirm the commit. It may have happened all the same: storing
    /// them again is harmless.
    pub async fn add_log_records(&self, records: &[LogRecordWrite], day: i32) -> Result<(), Error> {
        let column = records.iter();
        let ids: Vec<&[u8]> = column.clone().map(|record| &record.event_id[..]).collect();
        let trace_ids: Vec<Option<&[u8]>> = column
            .clone()
            .map(|record| record.trace_id.as_ref().map(|id| &id.as_bytes()[..]))
            .collect();
        let session_ids: Vec<Option<String>> = column
            .clone()
            .map(|record| record.session_id.as_deref().map(storable))
            .collect();
        let times: Vec<i64> = column.clone().map(|record| record.time_nanos).collect();
        let bodies: Vec<&[u8]> = column.map(|record| record.body.as_slice()).collect();
        // In one order, so that those who send the same at once do not wait for each other in a
        // circle.
        sqlx::query!(
            "insert into log_event (event_id, day, trace_id, session_id, time_nanos, body)
            select event_id, $6, trace_id, session_id, time_nanos, body
            from unnest($1::bytea[], $2::bytea[], $3::text[], $4::bigint[], $5::bytea[])
                as event (event_id, trace_id, session_id, time_nanos, body)
            order by event_id
            on conflict do nothing",
            &ids as &[&[u8]],
            &trace_ids as &[Option<&[u8]>],
            &session_ids as &[Option<String>],
            &times,
            &bodies as &[&[u8]],
            day,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The records of a trace by time, up to [`MAX_RECORDS`], as a `LogsData` message; empty when
    /// there are none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn logs_of_trace(&self, id: TraceId) -> Result<Vec<u8>, Error> {
        let bodies = sqlx::query_scalar!(
            r#"select body as "body!"
            from (
                select time_nanos, event_id, body, sum(octet_length(body)) over (
                    order by time_nanos, event_id rows unbounded preceding
                ) as bytes
                from log_event
                where trace_id = $1
                order by time_nanos, event_id
                limit $2
            ) as earliest
            where bytes <= $3
            order by time_nanos, event_id"#,
            id.as_bytes(),
            MAX_RECORDS,
            MAX_BYTES,
        )
        .fetch_all(&self.pool)
        .await?;
        // Messages side by side decode as one.
        Ok(bodies.concat())
    }

    /// The records of a session, as those of a trace.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn logs_of_session(&self, id: &str) -> Result<Vec<u8>, Error> {
        let bodies = sqlx::query_scalar!(
            r#"select body as "body!"
            from (
                select time_nanos, event_id, body, sum(octet_length(body)) over (
                    order by time_nanos, event_id rows unbounded preceding
                ) as bytes
                from log_event
                where session_id = $1
                order by time_nanos, event_id
                limit $2
            ) as earliest
            where bytes <= $3
            order by time_nanos, event_id"#,
            storable(id),
            MAX_RECORDS,
            MAX_BYTES,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(bodies.concat())
    }
}
