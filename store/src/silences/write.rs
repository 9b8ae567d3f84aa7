//! Writing silences.

use model::silence::{Definition, Silence};

use super::{KEPT_NANOS, MAX_SILENCES, SilenceRow};
use crate::written::Written;
use crate::{Error, Store};

impl Store {
    /// Those that have ended long ago make room.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_silence(
        &self,
        wanted: &Definition,
        now_nanos: i64,
    ) -> Result<Written<Silence>, Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query!(
            "delete from silence where ends_nanos < $1",
            now_nanos.saturating_sub(KEPT_NANOS),
        )
        .execute(&mut *transaction)
        .await?;
        let row = sqlx::query_as!(
            SilenceRow,
            r#"insert into silence (updated_nanos, definition, ends_nanos)
            select $1, $2::text::jsonb, $3
            where (select count(*) from silence) < $4
            returning id, version, updated_nanos, definition::text as "definition!""#,
            now_nanos,
            text(wanted)?,
            wanted.schedule.ends_nanos(),
            MAX_SILENCES,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(match row {
            Some(row) => Written::Done(row.try_into()?),
            None => Written::Full,
        })
    }

    /// Changes a silence, if it still is as the version that was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn update_silence(
        &self,
        id: i64,
        seen_version: i32,
        wanted: &Definition,
        now_nanos: i64,
    ) -> Result<Written<Silence>, Error> {
        let row = sqlx::query_as!(
            SilenceRow,
            r#"update silence
            set
                version = version + 1,
                updated_nanos = $3,
                definition = $4::text::jsonb,
                ends_nanos = $5
            where id = $1 and version = $2
            returning id, version, updated_nanos, definition::text as "definition!""#,
            id,
            seen_version,
            now_nanos,
            text(wanted)?,
            wanted.schedule.ends_nanos(),
        )
        .fetch_optional(&self.pool)
        .await?;
        match row {
            Some(row) => Ok(Written::Done(row.try_into()?)),
            None => self.overtaken_silence(id).await,
        }
    }

    /// Deletes a silence, if it still is as the version that was seen: what it held back is told
    /// then.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delete_silence(
        &self,
        id: i64,
        seen_version: i32,
    ) -> Result<Written<Silence>, Error> {
        let deleted = sqlx::query!(
            "delete from silence where id = $1 and version = $2",
            id,
            seen_version,
        )
        .execute(&self.pool)
        .await?;
        if deleted.rows_affected() > 0 {
            return Ok(Written::Gone);
        }
        self.overtaken_silence(id).await
    }

    /// What stands where another version was expected.
    async fn overtaken_silence(&self, id: i64) -> Result<Written<Silence>, Error> {
        let current = self.silence(id).await?;
        Ok(current.map_or(Written::Gone, Written::Outdated))
    }
}

fn text(definition: &Definition) -> Result<String, Error> {
    serde_json::to_string(definition).map_err(|error| Error::Silence {
        silence: 0,
        reason: error.to_string(),
    })
}
