//! Objectives that people have set, with every version that there was.

mod report;
mod status;
mod tallies;
mod trends;
mod versions;

pub use report::Spending;
pub use status::{Standing, StoredValueOf};
pub use tallies::TallyQuestion;
pub use versions::{Change, MAX_VERSIONS};

use model::objective::{Definition, Objective};

use crate::{Error, Store};

/// Most objectives that are kept.
pub const MAX_OBJECTIVES: i64 = 1_000;

struct ObjectiveRow {
    id: i64,
    version: i32,
    updated_nanos: i64,
    definition: String,
}

impl TryFrom<ObjectiveRow> for Objective {
    type Error = Error;

    fn try_from(row: ObjectiveRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            version: row.version,
            updated_nanos: row.updated_nanos,
            definition: definition(row.id, &row.definition)?,
        })
    }
}

pub(crate) fn definition(objective: i64, text: &str) -> Result<Definition, Error> {
    serde_json::from_str(text).map_err(|error| Error::Objective {
        objective,
        reason: error.to_string(),
    })
}

impl Store {
    /// All objectives, by name.
    ///
    /// # Errors
    /// When the database does not answer, or one cannot be read.
    pub async fn objectives(&self) -> Result<Vec<Objective>, Error> {
        let rows = sqlx::query_as!(
            ObjectiveRow,
            r#"select id, version, updated_nanos, definition::text as "definition!"
            from objective
            order by lower(definition ->> 'name')
            limit $1"#,
            MAX_OBJECTIVES,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Objective::try_from).collect()
    }

    /// One objective; none when it does not exist any more.
    ///
    /// # Errors
    /// When the database does not answer, or it cannot be read.
    pub async fn objective(&self, id: i64) -> Result<Option<Objective>, Error> {
        let row = sqlx::query_as!(
            ObjectiveRow,
            r#"select id, version, updated_nanos, definition::text as "definition!"
            from objective
            where id = $1"#,
            id,
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Objective::try_from).transpose()
    }
}
