//! Calls of actions: one for each change of an alert, or a note of why there is none.

use model::format;
use model::notification::{DeliveryState, Message, Notice, Status};
use model::receiver::Action;
use sqlx::PgConnection;

use super::state_number;
use super::write::text;
use crate::Error;

/// Puts the call for a change into the outbox, or that and why it is left out.
pub(crate) async fn enqueue_action(
    connection: &mut PgConnection,
    receiver: i64,
    action: &Action,
    notice: &Notice,
    now_nanos: i64,
) -> Result<(), Error> {
    let reason = match notice.status() {
        Status::Firing => cooldown(connection, receiver, action, notice, now_nanos).await?,
        Status::Resolved => not_called(connection, receiver, notice).await?,
    };
    let state = match reason {
        Some(_) => DeliveryState::Skipped,
        None => DeliveryState::Waiting,
    };
    let message = Message {
        alerts: vec![notice.clone()],
        ..Message::default()
    };
    sqlx::query!(
        "insert into outbox_message
            (receiver, created_nanos, message, episodes, at_nanos, state, last_error)
        select $1, $2, $3::text::jsonb, $4, $2, $5, $6
        where exists (select from receiver where id = $1 for key share)",
        receiver,
        now_nanos,
        text(receiver, &message)?,
        &message.episodes(),
        state_number(state),
        reason,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Why it is not called again yet, where it was called for another alert of the objective.
async fn cooldown(
    connection: &mut PgConnection,
    receiver: i64,
    action: &Action,
    notice: &Notice,
    now_nanos: i64,
) -> Result<Option<String>, Error> {
    let called_nanos = sqlx::query_scalar!(
        "select max(created_nanos)
        from outbox_message
        where
            receiver = $1
            and state <> $2
            and created_nanos > $3
            and (message -> 'alerts' -> 0 ->> 'objective')::bigint = $4
            and message -> 'alerts' -> 0 ->> 'resolved_nanos' is null",
        receiver,
        state_number(DeliveryState::Skipped),
        now_nanos.saturating_sub(action.cooldown_nanos),
        notice.objective,
    )
    .fetch_one(connection)
    .await?;
    Ok(called_nanos.map(|called_nanos| {
        format!(
            "it was called at {}, and not again for {}",
            format::rfc3339(called_nanos),
            format::duration(action.cooldown_nanos)
        )
    }))
}

/// Why it is not called for a recovery: nothing was done that could be taken back.
async fn not_called(
    connection: &mut PgConnection,
    receiver: i64,
    notice: &Notice,
) -> Result<Option<String>, Error> {
    let was_left_out = sqlx::query_scalar!(
        r#"select exists (
            select
            from outbox_message
            where receiver = $1 and state = $2 and episodes @> array[$3::bigint]
        ) as "was_left_out!""#,
        receiver,
        state_number(DeliveryState::Skipped),
        notice.episode,
    )
    .fetch_one(connection)
    .await?;
    let reason = "it was not called when the alert fired".to_owned();
    Ok(was_left_out.then_some(reason))
}
