//! What is to be sent to receivers, and what was.
//!
//! A message is written in the transaction of the change that it tells, so there is one for each
//! change, whatever ends the server afterwards. Whoever sends it takes it for a while ([`Lease`]);
//! when they do not say in time what came of it, another tries.

mod actions;
mod send;
mod write;

pub(crate) use actions::enqueue_action;
pub use send::{Attempt, Lease, Outcome};
pub(crate) use write::enqueue;

use model::notification::{Delivery, DeliveryState, Message};

use crate::{Error, Store};

/// Most deliveries to one receiver that are read at once, the latest first.
pub const MAX_DELIVERIES: i64 = 50;

/// Most that may wait for one receiver before nobody can send another test.
pub const MAX_WAITING: i64 = 100;

struct DeliveryRow {
    key: String,
    receiver: i64,
    message: String,
    created_nanos: i64,
    state: i16,
    attempts: i32,
    at_nanos: i64,
    last_error: Option<String>,
    body: Option<String>,
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = Error;

    fn try_from(row: DeliveryRow) -> Result<Self, Error> {
        Ok(Self {
            message: message(row.receiver, &row.message)?,
            key: row.key,
            receiver: row.receiver,
            created_nanos: row.created_nanos,
            state: state(row.state),
            attempts: u32::try_from(row.attempts).unwrap_or_default(),
            at_nanos: row.at_nanos,
            last_error: row.last_error,
            body: row.body,
        })
    }
}

fn message(receiver: i64, text: &str) -> Result<Message, Error> {
    serde_json::from_str(text).map_err(|error| Error::Receiver {
        receiver,
        reason: error.to_string(),
    })
}

fn state(number: i16) -> DeliveryState {
    match number {
        0 => DeliveryState::Waiting,
        1 => DeliveryState::Delivered,
        2 => DeliveryState::GivenUp,
        3 => DeliveryState::DryRun,
        _ => DeliveryState::Skipped,
    }
}

fn state_number(state: DeliveryState) -> i16 {
    match state {
        DeliveryState::Waiting => 0,
        DeliveryState::Delivered => 1,
        DeliveryState::GivenUp => 2,
        DeliveryState::DryRun => 3,
        DeliveryState::Skipped => 4,
    }
}

impl Store {
    /// What a receiver was sent and is to be sent, the latest first.
    ///
    /// # Errors
    /// When the database does not answer, or one cannot be read.
    pub async fn deliveries(&self, receiver: i64) -> Result<Vec<Delivery>, Error> {
        let rows = sqlx::query_as!(
            DeliveryRow,
            r#"select
                key,
                receiver,
                message::text as "message!",
                created_nanos,
                state,
                attempts,
                at_nanos,
                last_error,
                body
            from outbox_message
            where receiver = $1
            order by id desc
            limit $2"#,
            receiver,
            MAX_DELIVERIES,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Delivery::try_from).collect()
    }
}
