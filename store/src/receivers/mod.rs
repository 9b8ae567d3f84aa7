//! Receivers that people have set up.

mod write;

use model::receiver::{Definition, Receiver};

use crate::{Error, Store};

/// Most receivers that are kept.
pub const MAX_RECEIVERS: i64 = 100;

pub(crate) struct ReceiverRow {
    pub(crate) id: i64,
    pub(crate) version: i32,
    pub(crate) updated_nanos: i64,
    pub(crate) definition: String,
    pub(crate) has_secret: bool,
}

impl TryFrom<ReceiverRow> for Receiver {
    type Error = Error;

    fn try_from(row: ReceiverRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            version: row.version,
            updated_nanos: row.updated_nanos,
            definition: definition(row.id, &row.definition)?,
            has_secret: row.has_secret,
        })
    }
}

pub(crate) fn definition(receiver: i64, text: &str) -> Result<Definition, Error> {
    serde_json::from_str(text).map_err(|error| Error::Receiver {
        receiver,
        reason: error.to_string(),
    })
}

impl Store {
    /// All receivers, by name.
    ///
    /// # Errors
    /// When the database does not answer, or one cannot be read.
    pub async fn receivers(&self) -> Result<Vec<Receiver>, Error> {
        let rows = sqlx::query_as!(
            ReceiverRow,
            r#"select
                id,
                version,
                updated_nanos,
                definition::text as "definition!",
                secret is not null as "has_secret!"
            from receiver
            order by lower(definition ->> 'name')
            limit $1"#,
            MAX_RECEIVERS,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Receiver::try_from).collect()
    }

    /// One receiver; none when it does not exist any more.
    ///
    /// # Errors
    /// When the database does not answer, or it cannot be read.
    pub async fn receiver(&self, id: i64) -> Result<Option<Receiver>, Error> {
        let row = sqlx::query_as!(
            ReceiverRow,
            r#"select
                id,
                version,
                updated_nanos,
                definition::text as "definition!",
                secret is not null as "has_secret!"
            from receiver
            where id = $1"#,
            id,
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Receiver::try_from).transpose()
    }
}
