//! Writing receivers. A secret goes in, and comes out only where something is signed with it.

use model::receiver::{Definition, Receiver, SecretChange};

use super::{MAX_RECEIVERS, ReceiverRow};
use crate::written::{self, Written};
use crate::{Error, Store};

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn create_receiver(
        &self,
        wanted: &Definition,
        secret: &SecretChange,
        now_nanos: i64,
    ) -> Result<Written<Receiver>, Error> {
        let row = sqlx::query_as!(
            ReceiverRow,
            r#"insert into receiver (updated_nanos, definition, secret)
            select $1, $2::text::jsonb, $3
            where (select count(*) from receiver) < $4
            on conflict (lower(definition ->> 'name')) do nothing
            returning
                id,
                version,
                updated_nanos,
                definition::text as "definition!",
                secret is not null as "has_secret!""#,
            now_nanos,
            text(wanted)?,
            secret.new_secret(),
            MAX_RECEIVERS,
        )
        .fetch_optional(&self.pool)
        .await?;
        if let Some(row) = row {
            return Ok(Written::Done(row.try_into()?));
        }
        let is_taken = sqlx::query_scalar!(
            r#"select exists (
                select from receiver where lower(definition ->> 'name') = lower($1)
            ) as "is_taken!""#,
            wanted.name,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(if is_taken {
            Written::NameTaken
        } else {
            Written::Full
        })
    }

    /// Changes a receiver, if it still is as the version that was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn update_receiver(
        &self,
        id: i64,
        seen_version: i32,
        wanted: &Definition,
        secret: &SecretChange,
        now_nanos: i64,
    ) -> Result<Written<Receiver>, Error> {
        let written = sqlx::query_as!(
            ReceiverRow,
            r#"update receiver
            set
                version = version + 1,
                updated_nanos = $3,
                definition = $4::text::jsonb,
                secret = case when $5 then secret else $6 end
            where id = $1 and version = $2
            returning
                id,
                version,
                updated_nanos,
                definition::text as "definition!",
                secret is not null as "has_secret!""#,
            id,
            seen_version,
            now_nanos,
            text(wanted)?,
            matches!(secret, SecretChange::Keep),
            secret.new_secret(),
        )
        .fetch_optional(&self.pool)
        .await;
        match written {
            Ok(Some(row)) => Ok(Written::Done(row.try_into()?)),
            Ok(None) => self.overtaken_receiver(id).await,
            Err(error) if written::is_taken(&error) => Ok(Written::NameTaken),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a receiver, if it still is as the version that was seen, with all that it was or is
    /// still to be sent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delete_receiver(
        &self,
        id: i64,
        seen_version: i32,
    ) -> Result<Written<Receiver>, Error> {
        let deleted = sqlx::query!(
            "delete from receiver where id = $1 and version = $2",
            id,
            seen_version,
        )
        .execute(&self.pool)
        .await?;
        if deleted.rows_affected() > 0 {
            return Ok(Written::Gone);
        }
        self.overtaken_receiver(id).await
    }

    /// What stands where another version was expected.
    async fn overtaken_receiver(&self, id: i64) -> Result<Written<Receiver>, Error> {
        let current = self.receiver(id).await?;
        Ok(current.map_or(Written::Gone, Written::Outdated))
    }
}

fn text(definition: &Definition) -> Result<String, Error> {
    serde_json::to_string(definition).map_err(|error| Error::Receiver {
        receiver: 0,
        reason: error.to_string(),
    })
}
