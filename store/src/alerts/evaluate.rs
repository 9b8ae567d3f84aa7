//! A round over all objectives: which alerts begin, and which end.
//!
//! Several servers may share the database; one of them at a time does it. What changes is written
//! in one transaction, with the messages that tell it, so each change happens once and is told once.

use std::collections::BTreeMap;

use model::objective::alert::{Phase, Transition, Verdict};
use model::objective::burn::Severity;
use model::objective::event::Event;
use model::objective::{Objective, Status, headline, verdict_of};
use sqlx::PgConnection;

use super::tell::tell;
use super::{Alert, AlertRow, phase_number, severity_number};
use crate::objectives::{Standing, StoredValueOf};
use crate::{Error, Store, events};

/// The advisory lock of whoever does a round. Any number will do that nothing else in the database
/// uses.
const LOCK: i64 = 0x0061_6c65_7274;

/// What has happened to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertChange {
    pub objective: i64,
    pub severity: Severity,
    pub transition: Transition,
    /// The time for which it fires, or fired until now.
    pub episode: Option<i64>,
    /// What is wrong, in words.
    pub headline: String,
}

impl AlertChange {
    fn event(&self) -> Event {
        Event::Alert {
            slo: self.objective,
            severity: self.severity,
            transition: self.transition,
            alert: self.episode,
            headline: self.headline.clone(),
        }
    }
}

/// What came of a round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    pub objectives: usize,
    pub changes: Vec<AlertChange>,
}

/// Alerts by objective and severity.
type Known = BTreeMap<(i64, Severity), Alert>;

impl Store {
    /// Looks at all objectives. None when another server is at it.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged. Nothing was changed then.
    pub async fn evaluate_alerts(
        &self,
        stored_value: StoredValueOf<'_>,
        now_nanos: i64,
    ) -> Result<Option<Round>, Error> {
        let mut transaction = self.pool.begin().await?;
        let is_ours = sqlx::query_scalar!(
            r#"select pg_try_advisory_xact_lock($1) as "is_ours!""#,
            LOCK,
        )
        .fetch_one(&mut *transaction)
        .await?;
        if !is_ours {
            return Ok(None);
        }
        let objectives = self.objectives().await?;
        let standings = self.standings(objectives, stored_value, now_nanos).await?;
        let mut known = known(&mut transaction).await?;
        let mut round = Round {
            objectives: standings.len(),
            changes: vec![],
        };
        for standing in &standings {
            for severity in Severity::ALL {
                let key = (standing.objective.id, severity);
                let before = known.remove(&key);
                let change = step(&mut transaction, standing, severity, before, now_nanos).await?;
                round.changes.extend(change);
            }
        }
        tell(&mut transaction, now_nanos).await?;
        let events: Vec<Event> = round.changes.iter().map(AlertChange::event).collect();
        events::write(&mut transaction, &events, now_nanos).await?;
        transaction.commit().await?;
        Ok(Some(round))
    }
}

async fn known(connection: &mut PgConnection) -> Result<Known, Error> {
    let rows = sqlx::query_as!(
        AlertRow,
        "select objective, severity, phase, since_nanos, lacks_data, episode from alert",
    )
    .fetch_all(connection)
    .await?;
    let alerts = rows.into_iter().map(Alert::from);
    Ok(alerts
        .map(|alert| ((alert.objective, alert.severity), alert))
        .collect())
}

/// What the rules of a severity say. Without any, nothing is wrong; of what does not exist any more
/// nobody knows.
fn verdict(standing: &Standing, severity: Severity) -> Verdict {
    let alerting = &standing.objective.definition.alerting;
    if !alerting.severities().any(|own| own == severity) {
        return Verdict::Clear;
    }
    let status = standing.status.as_ref();
    status.map_or(Verdict::NoData, |status| {
        verdict_of(&status.rules, severity)
    })
}

async fn step(
    connection: &mut PgConnection,
    standing: &Standing,
    severity: Severity,
    before: Option<Alert>,
    now_nanos: i64,
) -> Result<Option<AlertChange>, Error> {
    let objective = &standing.objective;
    let verdict = verdict(standing, severity);
    let mut alert = before.clone().unwrap_or(Alert {
        objective: objective.id,
        severity,
        state: model::objective::alert::AlertState::default(),
        lacks_data: false,
        episode: None,
    });
    alert.lacks_data = verdict == Verdict::NoData;
    let pending_nanos = objective.definition.alerting.pending_nanos;
    let transition = alert.state.step(verdict, now_nanos, pending_nanos);
    let mut episode = alert.episode;
    let words = transition
        .map(|transition| words(transition, standing.status.as_ref(), objective, severity));
    match transition {
        Some(Transition::Fired) => {
            let headline = words.clone().unwrap_or_default();
            alert.episode = begin(connection, &alert, objective, &headline).await?;
            episode = alert.episode;
            if episode.is_none() {
                // Deleted meanwhile: it has no alerts.
                return Ok(None);
            }
        }
        Some(Transition::Resolved) => {
            if let Some(episode) = alert.episode.take() {
                end(connection, episode, now_nanos).await?;
            }
        }
        Some(Transition::Pending | Transition::Withdrawn) | None => {}
    }
    // What never was anything else needs no row.
    let is_new = before.is_none() && alert.state.phase == Phase::Inactive && !alert.lacks_data;
    if !is_new && before.as_ref() != Some(&alert) {
        write(connection, &alert).await?;
    }
    Ok(transition
        .zip(words)
        .map(|(transition, headline)| AlertChange {
            objective: objective.id,
            severity,
            transition,
            episode,
            headline,
        }))
}

fn words(
    transition: Transition,
    status: Option<&Status>,
    objective: &Objective,
    severity: Severity,
) -> String {
    let definition = &objective.definition;
    match (transition, status) {
        (Transition::Fired | Transition::Pending, Some(status)) => {
            headline(definition, status, severity)
        }
        _ => format!(
            "{}: the error budget burns no more too fast",
            definition.name
        ),
    }
}

/// None when the objective was deleted meanwhile; after this it cannot be until the round is
/// written, and whoever deletes it ends this episode.
async fn begin(
    connection: &mut PgConnection,
    alert: &Alert,
    objective: &Objective,
    headline: &str,
) -> Result<Option<i64>, Error> {
    Ok(sqlx::query_scalar!(
        "insert into alert_episode (objective, severity, version, fired_nanos, headline)
        select $1, $2, $3, $4, $5
        where exists (select from objective where id = $1 for key share)
        returning id",
        alert.objective,
        severity_number(alert.severity),
        objective.version,
        alert.state.since_nanos,
        headline,
    )
    .fetch_optional(connection)
    .await?)
}

async fn end(connection: &mut PgConnection, episode: i64, now_nanos: i64) -> Result<(), Error> {
    sqlx::query!(
        "update alert_episode set resolved_nanos = $2 where id = $1 and resolved_nanos is null",
        episode,
        now_nanos,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An objective that was deleted meanwhile has no alerts.
async fn write(connection: &mut PgConnection, alert: &Alert) -> Result<(), Error> {
    sqlx::query!(
        "insert into alert (objective, severity, phase, since_nanos, lacks_data, episode)
        select $1, $2, $3, $4, $5, $6
        where exists (select from objective where id = $1 for key share)
        on conflict (objective, severity) do update
        set
            phase = excluded.phase,
            since_nanos = excluded.since_nanos,
            lacks_data = excluded.lacks_data,
            episode = excluded.episode",
        alert.objective,
        severity_number(alert.severity),
        phase_number(alert.state.phase),
        alert.state.since_nanos,
        alert.lacks_data,
        alert.episode,
    )
    .execute(connection)
    .await?;
    Ok(())
}
