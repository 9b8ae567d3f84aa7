//! Alerts of objectives: which are due, and when they fired.

mod evaluate;
mod tell;

pub use evaluate::{AlertChange, Round};

use model::objective::alert::{AlertState, Phase};
use model::objective::burn::Severity;

use crate::traces::storable;
use crate::{Error, Store};

/// Most alerts that have fired which are read at once, the latest first.
pub const MAX_EPISODES: i64 = 200;

/// The alert of one severity of an objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub objective: i64,
    pub severity: Severity,
    pub state: AlertState,
    /// Nothing was counted when it was looked at last, so it stays as it was.
    pub lacks_data: bool,
    /// The episode that goes on.
    pub episode: Option<i64>,
}

/// A time for which an alert fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertEpisode {
    pub id: i64,
    pub objective: i64,
    pub severity: Severity,
    /// The version of the objective that it fired by.
    pub version: i32,
    pub fired_nanos: i64,
    /// None while it goes on.
    pub resolved_nanos: Option<i64>,
    pub acknowledged_nanos: Option<i64>,
    /// Who has, as they say.
    pub acknowledged_by: Option<String>,
    /// What was wrong, in words.
    pub headline: String,
}

fn severity_number(severity: Severity) -> i16 {
    match severity {
        Severity::Page => 0,
        Severity::Ticket => 1,
    }
}

pub(crate) fn severity(number: i16) -> Severity {
    match number {
        0 => Severity::Page,
        _ => Severity::Ticket,
    }
}

fn phase_number(phase: Phase) -> i16 {
    match phase {
        Phase::Inactive => 0,
        Phase::Pending => 1,
        Phase::Firing => 2,
    }
}

fn phase(number: i16) -> Phase {
    match number {
        0 => Phase::Inactive,
        1 => Phase::Pending,
        _ => Phase::Firing,
    }
}

struct AlertRow {
    objective: i64,
    severity: i16,
    phase: i16,
    since_nanos: i64,
    lacks_data: bool,
    episode: Option<i64>,
}

impl From<AlertRow> for Alert {
    fn from(row: AlertRow) -> Self {
        Self {
            objective: row.objective,
            severity: severity(row.severity),
            state: AlertState {
                phase: phase(row.phase),
                since_nanos: row.since_nanos,
            },
            lacks_data: row.lacks_data,
            episode: row.episode,
        }
    }
}

struct EpisodeRow {
    id: i64,
    objective: i64,
    severity: i16,
    version: i32,
    fired_nanos: i64,
    resolved_nanos: Option<i64>,
    acknowledged_nanos: Option<i64>,
    acknowledged_by: Option<String>,
    headline: String,
}

impl From<EpisodeRow> for AlertEpisode {
    fn from(row: EpisodeRow) -> Self {
        Self {
            id: row.id,
            objective: row.objective,
            severity: severity(row.severity),
            version: row.version,
            fired_nanos: row.fired_nanos,
            resolved_nanos: row.resolved_nanos,
            acknowledged_nanos: row.acknowledged_nanos,
            acknowledged_by: row.acknowledged_by,
            headline: row.headline,
        }
    }
}

impl Store {
    /// All alerts that were ever anything but inactive, or lack data.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alerts(&self) -> Result<Vec<Alert>, Error> {
        let rows = sqlx::query_as!(
            AlertRow,
            "select objective, severity, phase, since_nanos, lacks_data, episode
            from alert
            order by phase desc, severity, since_nanos desc",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Alert::from).collect())
    }

    /// The times for which alerts fired, of one objective or of all, those that go on first and
    /// then the latest.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fired_alerts(&self, objective: Option<i64>) -> Result<Vec<AlertEpisode>, Error> {
        let rows = sqlx::query_as!(
            EpisodeRow,
            "select
                id,
                objective,
                severity,
                version,
                fired_nanos,
                resolved_nanos,
                acknowledged_nanos,
                acknowledged_by,
                headline
            from alert_episode
            where $1::bigint is null or objective = $1
            order by (resolved_nanos is null) desc, fired_nanos desc, severity, id desc
            limit $2",
            objective,
            MAX_EPISODES,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(AlertEpisode::from).collect())
    }

    /// Notes that somebody looks after an alert that fired; tells whether there is one that nobody
    /// has looked after yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn acknowledge_alert(
        &self,
        episode: i64,
        by: &str,
        now_nanos: i64,
    ) -> Result<bool, Error> {
        let noted = sqlx::query!(
            "update alert_episode
            set acknowledged_nanos = $2, acknowledged_by = $3
            where id = $1 and acknowledged_nanos is null",
            episode,
            now_nanos,
            storable(by),
        )
        .execute(&self.pool)
        .await?;
        Ok(noted.rows_affected() > 0)
    }
}
