//! Forgetting rollups that are finer than anyone asks for so long afterwards, and those of times
//! that only a broken clock can have told.

use model::rollup::Resolution;
use model::time::DAY_NANOS;
use sqlx::{Postgres, Transaction};

use super::CHANGE_LOCK;
use super::read::resolution_number;
use crate::{Error, Store};

/// Days that a clock may be ahead. What was counted later than that is forgotten, or a client could
/// fill the disk with minutes of years to come.
const AHEAD_DAYS: i64 = 2;

impl Store {
    /// Deletes the rollups that are older than they are kept, or implausibly far ahead.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn expire_rollups(&self, now_nanos: i64) -> Result<(), Error> {
        let latest = now_nanos.saturating_add(AHEAD_DAYS * DAY_NANOS);
        // First what is on its way to the rollups, so that nothing comes behind.
        let mut transaction = self.begin_change().await?;
        sqlx::query!("delete from rollup_delta where start_nanos > $1", latest)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        for resolution in Resolution::ALL {
            let oldest = now_nanos.saturating_sub(resolution.kept_days() * DAY_NANOS);
            let mut transaction = self.begin_change().await?;
            sqlx::query!(
                "delete from rollup
                where resolution = $1 and (start_nanos < $2 or start_nanos > $3)",
                resolution_number(resolution),
                resolution.floor(oldest),
                latest,
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Waits until nobody else changes rollups.
    async fn begin_change(&self) -> Result<Transaction<'static, Postgres>, Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query!("select pg_advisory_xact_lock($1)", CHANGE_LOCK)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }
}
