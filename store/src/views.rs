//! Views that people have saved.

use model::view::{Definition, View};

use crate::traces::storable;
use crate::written::{self, Written};
use crate::{Error, Store};

/// Most views that are kept.
pub const MAX_VIEWS: i64 = 500;

struct ViewRow {
    id: i64,
    version: i32,
    updated_nanos: i64,
    name: String,
    description: String,
    path: String,
}

impl From<ViewRow> for View {
    fn from(row: ViewRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            updated_nanos: row.updated_nanos,
            definition: Definition {
                name: row.name,
                description: row.description,
                path: row.path,
            },
        }
    }
}

impl Store {
    /// The first views by name, at most so many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn views(&self, limit: i64) -> Result<Vec<View>, Error> {
        let rows = sqlx::query_as!(
            ViewRow,
            "select
                id,
                version,
                updated_nanos,
                name,
                description,
                path
            from saved_view
            order by lower(name)
            limit $1",
            limit.min(MAX_VIEWS),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(View::from).collect())
    }

    /// One view; none when it does not exist any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn view(&self, id: i64) -> Result<Option<View>, Error> {
        let row = sqlx::query_as!(
            ViewRow,
            "select
                id,
                version,
                updated_nanos,
                name,
                description,
                path
            from saved_view
            where id = $1",
            id,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(View::from))
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn create_view(
        &self,
        definition: &Definition,
        now_nanos: i64,
    ) -> Result<Written<View>, Error> {
        let Definition {
            name,
            description,
            path,
        } = definition;
        let row = sqlx::query_as!(
            ViewRow,
            "insert into saved_view (updated_nanos, name, description, path)
            select $1, $2, $3, $4
            where (select count(*) from saved_view) < $5
            on conflict (lower(name)) do nothing
            returning id, version, updated_nanos, name, description, path",
            now_nanos,
            storable(name),
            storable(description),
            storable(path),
            MAX_VIEWS,
        )
        .fetch_optional(&self.pool)
        .await?;
        if let Some(row) = row {
            return Ok(Written::Done(row.into()));
        }
        let is_taken = sqlx::query_scalar!(
            r#"select exists (
                select from saved_view where lower(name) = lower($1)
            ) as "is_taken!""#,
            storable(name),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(if is_taken {
            Written::NameTaken
        } else {
            Written::Full
        })
    }

    /// Changes a view, if it still is as the version that was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn update_view(
        &self,
        id: i64,
        seen_version: i32,
        definition: &Definition,
        now_nanos: i64,
    ) -> Result<Written<View>, Error> {
        let written = sqlx::query_as!(
            ViewRow,
            "update saved_view
            set
                version = version + 1,
                updated_nanos = $3,
                name = $4,
                description = $5,
                path = $6
            where id = $1 and version = $2
            returning id, version, updated_nanos, name, description, path",
            id,
            seen_version,
            now_nanos,
            storable(&definition.name),
            storable(&definition.description),
            storable(&definition.path),
        )
        .fetch_optional(&self.pool)
        .await;
        match written {
            Ok(Some(row)) => Ok(Written::Done(row.into())),
            Ok(None) => self.view_overtaken(id).await,
            Err(error) if written::is_taken(&error) => Ok(Written::NameTaken),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a view, if it still is as the version that was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delete_view(&self, id: i64, seen_version: i32) -> Result<Written<View>, Error> {
        let deleted = sqlx::query!(
            "delete from saved_view where id = $1 and version = $2",
            id,
            seen_version,
        )
        .execute(&self.pool)
        .await?;
        if deleted.rows_affected() > 0 {
            return Ok(Written::Gone);
        }
        self.view_overtaken(id).await
    }

    /// What stands where another version was expected.
    async fn view_overtaken(&self, id: i64) -> Result<Written<View>, Error> {
        let current = self.view(id).await?;
        Ok(current.map_or(Written::Gone, Written::Outdated))
    }
}
