//! Writing messages to receivers about alerts that have fired or were resolved.

use model::notification::decide::{Decision, Open, Told, decide};
use model::notification::{Message, Notice};
use model::receiver::{Channel, Receiver};
use sqlx::PgConnection;

use super::severity;
use crate::Error;
use crate::objectives::definition;
use crate::outbox::{enqueue, enqueue_action};
use crate::receivers::ReceiverRow;
use crate::silences::silences;

/// Tells receivers what they do not know yet, in one message each. Whoever calls it has the lock of
/// a round: nobody else tells the same.
pub(super) async fn tell(connection: &mut PgConnection, now_nanos: i64) -> Result<(), Error> {
    let open = open(connection).await?;
    if open.is_empty() {
        return Ok(());
    }
    let silences = silences(&mut *connection).await?;
    let is_silenced = |notice: &Notice| {
        let (objective, severity) = (notice.objective, notice.severity);
        let mut definitions = silences.iter().map(|silence| &silence.definition);
        definitions.any(|definition| definition.silences(objective, severity, now_nanos))
    };
    let decision = decide(&open, is_silenced);
    if decision.told.is_empty() {
        return Ok(());
    }
    for receiver in receivers(connection).await? {
        if let Channel::Action(action) = &receiver.definition.channel {
            for notice in taken(&receiver, &decision.changes) {
                enqueue_action(connection, receiver.id, action, &notice, now_nanos).await?;
            }
            continue;
        }
        for message in messages(&receiver, &decision) {
            enqueue(connection, receiver.id, &message, now_nanos).await?;
        }
    }
    let (episodes, told): (Vec<i64>, Vec<i16>) = decision
        .told
        .iter()
        .map(|(episode, told)| (*episode, told_number(*told)))
        .unzip();
    sqlx::query!(
        "update alert_episode as episode
        set told = new.told
        from unnest($1::bigint[], $2::smallint[]) as new (id, told)
        where episode.id = new.id",
        &episodes,
        &told,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn messages(receiver: &Receiver, decision: &Decision) -> Vec<Message> {
    let [changes, still_firing] =
        [&decision.changes, &decision.still_firing].map(|notices| taken(receiver, notices));
    Message::of_changes(&changes, &still_firing)
}

/// What of it a receiver takes.
fn taken(receiver: &Receiver, notices: &[Notice]) -> Vec<Notice> {
    let takes = |notice: &&Notice| receiver.definition.takes(notice.severity, notice.status());
    notices.iter().filter(takes).cloned().collect()
}

fn told(number: i16) -> Told {
    match number {
        0 => Told::Nothing,
        1 => Told::Firing,
        _ => Told::Settled,
    }
}

fn told_number(told: Told) -> i16 {
    match told {
        Told::Nothing => 0,
        Told::Firing => 1,
        Told::Settled => 2,
    }
}

struct OpenRow {
    id: i64,
    objective: i64,
    severity: i16,
    fired_nanos: i64,
    resolved_nanos: Option<i64>,
    headline: String,
    told: i16,
    definition: String,
    is_there: bool,
}

impl TryFrom<OpenRow> for Open {
    type Error = Error;

    fn try_from(row: OpenRow) -> Result<Self, Error> {
        let definition = definition(row.objective, &row.definition)?;
        let notice = Notice::firing(
            row.id,
            row.objective,
            &definition,
            severity(row.severity),
            row.fired_nanos,
            row.headline,
        );
        Ok(Self {
            notice: match row.resolved_nanos {
                None => notice,
                Some(resolved_nanos) => notice.resolved(resolved_nanos, row.is_there),
            },
            told: told(row.told),
        })
    }
}

/// By the version of the objective that each fired by.
async fn open(connection: &mut PgConnection) -> Result<Vec<Open>, Error> {
    let rows = sqlx::query_as!(
        OpenRow,
        r#"select
            episode.id,
            episode.objective,
            episode.severity,
            episode.fired_nanos,
            episode.resolved_nanos,
            episode.headline,
            episode.told,
            version.definition::text as "definition!",
            exists (select from objective where id = episode.objective) as "is_there!"
        from alert_episode as episode
        join objective_version as version
            on version.objective = episode.objective and version.version = episode.version
        where episode.told < 2 and version.definition is not null
        order by episode.severity, episode.id"#,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Open::try_from).collect()
}

async fn receivers(connection: &mut PgConnection) -> Result<Vec<Receiver>, Error> {
    let rows = sqlx::query_as!(
        ReceiverRow,
        r#"select
            id,
            version,
            updated_nanos,
            definition::text as "definition!",
            secret is not null as "has_secret!"
        from receiver
        order by id"#,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Receiver::try_from).collect()
}
