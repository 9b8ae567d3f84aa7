//! What has happened to objectives and alerts, in order, for those who follow it.
//!
//! Whoever follows asks for what comes after the last number they know, so numbers must become
//! visible in their order: whoever writes holds a lock until their transaction ends. It is the last
//! lock that a transaction takes, so nobody waits for each other.

use model::objective::event::Event;
use sqlx::PgConnection;

use crate::{Error, Store};

/// Most events that are read at once.
pub const MAX_EVENTS: i64 = 100;

/// The advisory lock of whoever writes. Any number will do that nothing else in the database uses.
const LOCK: i64 = 0x6576_656e_7473;

/// An event with its number and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    pub id: i64,
    pub at_nanos: i64,
    pub event: Event,
}

/// Which events there are; both 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub first: i64,
    pub last: i64,
}

/// Writes events at the end of a transaction, after everything else that waits for others.
pub(crate) async fn write(
    connection: &mut PgConnection,
    events: &[Event],
    at_nanos: i64,
) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK)
        .execute(&mut *connection)
        .await?;
    let texts: Result<Vec<String>, _> = events.iter().map(serde_json::to_string).collect();
    let texts = texts.map_err(|error| Error::Event(error.to_string()))?;
    sqlx::query!(
        "insert into state_change (at_nanos, event)
        select $1, text::jsonb
        from unnest($2::text[]) with ordinality as new (text, place)
        order by place",
        at_nanos,
        &texts,
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// Which events are kept.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn events_kept(&self) -> Result<Kept, Error> {
        let row = sqlx::query!(
            r#"select
                coalesce(min(id), 0) as "first!",
                coalesce(max(id), 0) as "last!"
            from state_change"#,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Kept {
            first: row.first,
            last: row.last,
        })
    }

    /// The first events after the one with that number, at most [`MAX_EVENTS`].
    ///
    /// # Errors
    /// When the database does not answer, or one cannot be read.
    pub async fn events_after(&self, id: i64) -> Result<Vec<Numbered>, Error> {
        let rows = sqlx::query!(
            r#"select id, at_nanos, event::text as "event!"
            from state_change
            where id > $1
            order by id
            limit $2"#,
            id,
            MAX_EVENTS,
        )
        .fetch_all(&self.pool)
        .await?;
        let numbered = rows.into_iter().map(|row| {
            let event = serde_json::from_str(&row.event);
            Ok(Numbered {
                id: row.id,
                at_nanos: row.at_nanos,
                event: event.map_err(|error| Error::Event(error.to_string()))?,
            })
        });
        numbered.collect()
    }

    /// Forgets what happened before a moment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_events(&self, before_nanos: i64) -> Result<u64, Error> {
        let removed = sqlx::query!("delete from state_change where at_nanos < $1", before_nanos)
            .execute(&self.pool)
            .await?;
        Ok(removed.rows_affected())
    }
}
