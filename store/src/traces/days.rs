//! Room for the traces of a day, and forgetting them.

use sqlx::PgConnection;

use crate::{Error, Store};

/// A day that traces are kept of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970-01-01 UTC ([`super::day_of`]).
    pub day: i32,
    /// What its traces take in the database, with indexes.
    pub bytes: i64,
}

/// Makes room for the traces of a day, if there is none.
pub(crate) async fn prepare(connection: &mut PgConnection, day: i32) -> Result<(), Error> {
    sqlx::query!("select prepare_day($1)", day)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// The days that traces are kept of, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn days(&self) -> Result<Vec<Day>, Error> {
        let days = sqlx::query_as!(
            Day,
            r#"select day as "day!", bytes as "bytes!" from days()"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(days)
    }

    /// Forgets the traces of a day. Rollups stay.
    ///
    /// # Errors
    /// When the database does not answer, or those who read do not end in time.
    pub async fn drop_day(&self, day: i32) -> Result<(), Error> {
        sqlx::query!("select drop_day($1)", day)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Makes room for the traces of a day ahead of time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prepare_day(&self, day: i32) -> Result<(), Error> {
        let mut connection = self.pool.acquire().await?;
        prepare(&mut connection, day).await
    }
}
