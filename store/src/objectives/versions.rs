//! Writing objectives: each change is a version that stays.

use model::objective::alert::Transition;
use model::objective::event::{Edit, Event};
use model::objective::{Definition, Objective, Version};
use sqlx::PgConnection;

use super::{MAX_OBJECTIVES, definition};
use crate::alerts::severity;
use crate::traces::storable;
use crate::written::{self, Written};
use crate::{Error, Store, events};

/// Most versions of one objective that are read, the latest first.
pub const MAX_VERSIONS: i64 = 200;

/// Who changes something, when and why.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub at_nanos: i64,
    /// As they say; may be empty.
    pub author: String,
    /// May be empty.
    pub reason: String,
}

struct VersionRow {
    version: i32,
    at_nanos: i64,
    author: String,
    reason: String,
    definition: Option<String>,
}

impl Store {
    /// The versions of an objective, the latest first; also of one that was deleted.
    ///
    /// # Errors
    /// When the database does not answer, or one cannot be read.
    pub async fn versions_of_objective(&self, id: i64) -> Result<Vec<Version>, Error> {
        let rows = sqlx::query_as!(
            VersionRow,
            "select version, at_nanos, author, reason, definition::text as definition
            from objective_version
            where objective = $1
            order by version desc
            limit $2",
            id,
            MAX_VERSIONS,
        )
        .fetch_all(&self.pool)
        .await?;
        let version = |row: VersionRow| {
            let text = row.definition.as_deref();
            Ok(Version {
                version: row.version,
                at_nanos: row.at_nanos,
                author: row.author,
                reason: row.reason,
                definition: text.map(|text| definition(id, text)).transpose()?,
            })
        };
        rows.into_iter().map(version).collect()
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn create_objective(
        &self,
        wanted: &Definition,
        change: &Change,
    ) -> Result<Written<Objective>, Error> {
        let mut transaction = self.pool.begin().await?;
        let text = text(wanted)?;
        let id = sqlx::query_scalar!(
            "insert into objective (updated_nanos, definition)
            select $1, $2::text::jsonb
            where (select count(*) from objective) < $3
            on conflict (lower(definition ->> 'name')) do nothing
            returning id",
            change.at_nanos,
            text,
            MAX_OBJECTIVES,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(id) = id else {
            transaction.rollback().await?;
            return self.refused(&wanted.name).await;
        };
        let first = 1;
        keep(&mut transaction, id, first, Some(&text), change).await?;
        let event = event(id, Edit::Created, first, &wanted.name, change);
        events::write(&mut transaction, &[event], change.at_nanos).await?;
        transaction.commit().await?;
        Ok(Written::Done(Objective {
            id,
            version: first,
            updated_nanos: change.at_nanos,
            definition: wanted.clone(),
        }))
    }

    /// Why a new one was not written.
    async fn refused(&self, name: &str) -> Result<Written<Objective>, Error> {
        let is_taken = sqlx::query_scalar!(
            r#"select exists (
                select from objective where lower(definition ->> 'name') = lower($1)
            ) as "is_taken!""#,
            name,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(if is_taken {
            Written::NameTaken
        } else {
            Written::Full
        })
    }

    /// Changes an objective, if it still is as the version that was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn update_objective(
        &self,
        id: i64,
        seen_version: i32,
        wanted: &Definition,
        change: &Change,
    ) -> Result<Written<Objective>, Error> {
        let mut transaction = self.pool.begin().await?;
        let text = text(wanted)?;
        let written = sqlx::query_scalar!(
            "update objective
            set version = version + 1, updated_nanos = $3, definition = $4::text::jsonb
            where id = $1 and version = $2
            returning version",
            id,
            seen_version,
            change.at_nanos,
            text,
        )
        .fetch_optional(&mut *transaction)
        .await;
        match written {
            Ok(Some(version)) => {
                keep(&mut transaction, id, version, Some(&text), change).await?;
                let event = event(id, Edit::Changed, version, &wanted.name, change);
                events::write(&mut transaction, &[event], change.at_nanos).await?;
                transaction.commit().await?;
                Ok(Written::Done(Objective {
                    id,
                    version,
                    updated_nanos: change.at_nanos,
                    definition: wanted.clone(),
                }))
            }
            Ok(None) => self.overtaken_objective(id).await,
            Err(error) if written::is_taken(&error) => Ok(Written::NameTaken),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an objective, if it still is as the version that was seen. Its versions stay, and
    /// its alerts end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delete_objective(
        &self,
        id: i64,
        seen_version: i32,
        change: &Change,
    ) -> Result<Written<Objective>, Error> {
        let mut transaction = self.pool.begin().await?;
        let name = sqlx::query_scalar!(
            r#"delete from objective
            where id = $1 and version = $2
            returning definition ->> 'name' as "name!""#,
            id,
            seen_version,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(name) = name else {
            transaction.rollback().await?;
            return self.overtaken_objective(id).await;
        };
        let ended = sqlx::query!(
            "update alert_episode
            set resolved_nanos = $2
            where objective = $1 and resolved_nanos is null
            returning id, severity",
            id,
            change.at_nanos,
        )
        .fetch_all(&mut *transaction)
        .await?;
        let version = seen_version + 1;
        keep(&mut transaction, id, version, None, change).await?;
        let mut events = vec![event(id, Edit::Deleted, version, &name, change)];
        events.extend(ended.into_iter().map(|alert| Event::Alert {
            slo: id,
            severity: severity(alert.severity),
            transition: Transition::Resolved,
            alert: Some(alert.id),
            headline: format!("{name}: the objective was deleted"),
        }));
        events::write(&mut transaction, &events, change.at_nanos).await?;
        transaction.commit().await?;
        Ok(Written::Gone)
    }

    /// What stands where another version was expected.
    async fn overtaken_objective(&self, id: i64) -> Result<Written<Objective>, Error> {
        let current = self.objective(id).await?;
        Ok(current.map_or(Written::Gone, Written::Outdated))
    }
}

fn event(objective: i64, edit: Edit, version: i32, name: &str, change: &Change) -> Event {
    Event::Slo {
        slo: objective,
        change: edit,
        version,
        name: name.to_owned(),
        author: storable(&change.author),
        reason: storable(&change.reason),
    }
}

fn text(definition: &Definition) -> Result<String, Error> {
    serde_json::to_string(definition).map_err(|error| Error::Objective {
        objective: 0,
        reason: error.to_string(),
    })
}

async fn keep(
    connection: &mut PgConnection,
    objective: i64,
    version: i32,
    definition: Option<&str>,
    change: &Change,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into objective_version (objective, version, at_nanos, author, reason, definition)
        values ($1, $2, $3, $4, $5, $6::text::jsonb)",
        objective,
        version,
        change.at_nanos,
        storable(&change.author),
        storable(&change.reason),
        definition,
    )
    .execute(connection)
    .await?;
    Ok(())
}
