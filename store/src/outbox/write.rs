//! Putting messages into the outbox, and taking old ones out.

use model::notification::Message;
use model::receiver::Receiver;
use sqlx::PgConnection;

use super::MAX_WAITING;
use crate::{Error, Store};

/// Most old messages that are removed at once.
const MAX_REMOVED: i64 = 10_000;

/// Puts a message for a receiver into the outbox. One that was deleted meanwhile gets none.
pub(crate) async fn enqueue(
    connection: &mut PgConnection,
    receiver: i64,
    message: &Message,
    now_nanos: i64,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into outbox_message (receiver, created_nanos, message, episodes, at_nanos)
        select $1, $2, $3::text::jsonb, $4, $2
        where exists (select from receiver where id = $1 for key share)",
        receiver,
        now_nanos,
        text(receiver, message)?,
        &message.episodes(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) fn text(receiver: i64, message: &Message) -> Result<String, Error> {
    serde_json::to_string(message).map_err(|error| Error::Receiver {
        receiver,
        reason: error.to_string(),
    })
}

impl Store {
    /// Sends a message to a receiver that says nothing but that it arrives. Gives the key of the
    /// delivery; none when too many wait already, or when the receiver is gone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn send_test(
        &self,
        receiver: &Receiver,
        now_nanos: i64,
    ) -> Result<Option<String>, Error> {
        let severities = &receiver.definition.severities;
        let Some(severity) = severities.first() else {
            return Ok(None);
        };
        let message = Message::test(&receiver.definition.name, *severity, now_nanos);
        Ok(sqlx::query_scalar!(
            "insert into outbox_message (receiver, created_nanos, message, episodes, at_nanos)
            select $1, $2, $3::text::jsonb, '{}', $2
            where
                exists (select from receiver where id = $1 for key share)
                and $4 > (select count(*) from outbox_message where receiver = $1 and state = 0)
            returning key",
            receiver.id,
            now_nanos,
            text(receiver.id, &message)?,
            MAX_WAITING,
        )
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Forgets what was brought to its end before a moment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_deliveries(&self, before_nanos: i64) -> Result<u64, Error> {
        let removed = sqlx::query!(
            "delete from outbox_message
            where id in (
                select id from outbox_message where state <> 0 and at_nanos < $1 limit $2
            )",
            before_nanos,
            MAX_REMOVED,
        )
        .execute(&self.pool)
        .await?;
        Ok(removed.rows_affected())
    }
}
