//! Times in which alerts notify nobody.

mod write;

use model::silence::{Definition, Silence};
use sqlx::PgExecutor;

use crate::{Error, Store};

/// Most silences that are kept, with those that have ended.
pub const MAX_SILENCES: i64 = 200;

/// How long those that have ended are kept, in nanoseconds, unless room is needed.
const KEPT_NANOS: i64 = 30 * 86_400 * 1_000_000_000;

pub(crate) struct SilenceRow {
    id: i64,
    version: i32,
    updated_nanos: i64,
    definition: String,
}

impl TryFrom<SilenceRow> for Silence {
    type Error = Error;

    fn try_from(row: SilenceRow) -> Result<Self, Error> {
        let definition: Result<Definition, _> = serde_json::from_str(&row.definition);
        Ok(Self {
            id: row.id,
            version: row.version,
            updated_nanos: row.updated_nanos,
            definition: definition.map_err(|error| Error::Silence {
                silence: row.id,
                reason: error.to_string(),
            })?,
        })
    }
}

/// All silences, the latest first.
pub(crate) async fn silences(executor: impl PgExecutor<'_>) -> Result<Vec<Silence>, Error> {
    let rows = sqlx::query_as!(
        SilenceRow,
        r#"select id, version, updated_nanos, definition::text as "definition!"
        from silence
        order by id desc
        limit $1"#,
        MAX_SILENCES,
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Silence::try_from).collect()
}

impl Store {
    /// All silences, the latest first, with those that have ended not long ago.
    ///
    /// # Errors
    /// When the database does not answer, or one cannot be read.
    pub async fn silences(&self) -> Result<Vec<Silence>, Error> {
        silences(&self.pool).await
    }

    /// One silence; none when it does not exist any more.
    ///
    /// # Errors
    /// When the database does not answer, or it cannot be read.
    pub async fn silence(&self, id: i64) -> Result<Option<Silence>, Error> {
        let row = sqlx::query_as!(
            SilenceRow,
            r#"select id, version, updated_nanos, definition::text as "definition!"
            from silence
            where id = $1"#,
            id,
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Silence::try_from).transpose()
    }
}
