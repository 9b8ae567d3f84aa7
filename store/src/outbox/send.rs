//! Taking messages out of the outbox to send them, and noting what came of it.

use std::fmt;

use model::notification::{DeliveryState, Message};
use model::receiver::Definition;

use super::{message, state_number};
use crate::receivers::definition;
use crate::traces::storable;
use crate::{Error, Store};

/// Who may send what is due, until when.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    pub now_nanos: i64,
    /// When others may try, unless it was said before what came of it.
    pub until_nanos: i64,
    /// Most messages that are taken.
    pub limit: i64,
}

/// A message that is to be sent now, by whoever has taken it.
pub struct Attempt {
    pub id: i64,
    /// The same at every attempt.
    pub key: String,
    pub receiver: i64,
    pub definition: Definition,
    /// What it is signed with.
    pub secret: Option<String>,
    pub message: Message,
    pub created_nanos: i64,
    /// With this one.
    pub attempts: i32,
    /// Nobody knows what came of the attempt before this one.
    pub was_interrupted: bool,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attempt {} to deliver {}", self.attempts, self.key)
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub state: DeliveryState,
    /// When it is tried again, or now.
    pub at_nanos: i64,
    /// Why it failed, in words.
    pub error: Option<String>,
    /// What was sent, or would have been, where that is kept.
    pub body: Option<String>,
}

struct AttemptRow {
    id: i64,
    key: String,
    receiver: i64,
    definition: String,
    secret: Option<String>,
    message: String,
    created_nanos: i64,
    attempts: i32,
    was_interrupted: bool,
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = Error;

    fn try_from(row: AttemptRow) -> Result<Self, Error> {
        Ok(Self {
            definition: definition(row.receiver, &row.definition)?,
            message: message(row.receiver, &row.message)?,
            id: row.id,
            key: row.key,
            receiver: row.receiver,
            secret: row.secret,
            created_nanos: row.created_nanos,
            attempts: row.attempts,
            was_interrupted: row.was_interrupted,
        })
    }
}

impl Store {
    /// Takes messages that are due. Nobody else gets them before the lease ends. A message waits
    /// for earlier ones to the same receiver that speak of the same episode.
    ///
    /// # Errors
    /// When the database does not answer, or one cannot be read.
    pub async fn take_deliveries(&self, lease: Lease) -> Result<Vec<Attempt>, Error> {
        let rows = sqlx::query_as!(
            AttemptRow,
            r#"update outbox_message as taken
            set attempts = attempts + 1, at_nanos = $2, is_open = true
            from
                receiver,
                (
                    select due.id, due.is_open
                    from outbox_message as due
                    where
                        due.state = 0
                        and due.at_nanos <= $1
                        and not exists (
                            select
                            from outbox_message as earlier
                            where
                                earlier.receiver = due.receiver
                                and earlier.state = 0
                                and earlier.id < due.id
                                and earlier.episodes && due.episodes
                        )
                    order by due.at_nanos
                    limit $3
                    for update skip locked
                ) as due
            where receiver.id = taken.receiver and taken.id = due.id
            returning
                taken.id,
                taken.key,
                taken.receiver,
                receiver.definition::text as "definition!",
                receiver.secret,
                taken.message::text as "message!",
                taken.created_nanos,
                taken.attempts,
                due.is_open as "was_interrupted!""#,
            lease.now_nanos,
            lease.until_nanos,
            lease.limit,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Attempt::try_from).collect()
    }

    /// Notes what came of an attempt, unless another was begun meanwhile; tells whether it was
    /// noted.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn finish_delivery(
        &self,
        attempt: &Attempt,
        outcome: &Outcome,
    ) -> Result<bool, Error> {
        let noted = sqlx::query!(
            "update outbox_message
            set
                state = $3,
                at_nanos = $4,
                last_error = $5,
                body = coalesce($6, body),
                is_open = false
            where id = $1 and attempts = $2 and state = 0",
            attempt.id,
            attempt.attempts,
            state_number(outcome.state),
            outcome.at_nanos,
            outcome.error.as_deref().map(storable),
            outcome.body,
        )
        .execute(&self.pool)
        .await?;
        Ok(noted.rows_affected() > 0)
    }
}
