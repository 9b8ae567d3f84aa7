//! Secrets that all servers of one database share.

use crate::{Error, Store};

/// The key of pseudonyms.
const PSEUDONYM_KEY: &str = "pseudonym_key";

impl Store {
    /// The key that pseudonyms are made with. It is made when it is first asked for, and stays
    /// the same from then on, for all servers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pseudonym_key(&self) -> Result<Vec<u8>, Error> {
        // Two random UUIDs have 244 bits from Postgres' cryptographic source of randomness.
        sqlx::query!(
            "insert into server_secret (name, value)
            values ($1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
            on conflict do nothing",
            PSEUDONYM_KEY,
        )
        .execute(&self.pool)
        .await?;
        let row = sqlx::query!(
            "select value from server_secret where name = $1",
            PSEUDONYM_KEY,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(row.value)
    }
}
