//! Forgetting rollups that are finer than anyone asks for so long afterwards.

use model::rollup::Resolution;
use model::time::DAY_NANOS;

use super::read::resolution_number;
use crate::{Error, Store};

/// Days that rollups of a resolution are kept.
#[must_use]
pub fn kept_days(resolution: Resolution) -> i64 {
    match resolution {
        Resolution::Minute => 8,
        Resolution::Hour => 95,
        Resolution::Day => 400,
    }
}

impl Store {
    /// Deletes the rollups that are older than they are kept.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn expire_rollups(&self, now_nanos: i64) -> Result<(), Error> {
        for resolution in Resolution::ALL {
            let oldest = now_nanos.saturating_sub(kept_days(resolution) * DAY_NANOS);
            sqlx::query!(
                "delete from rollup where resolution = $1 and start_nanos < $2",
                resolution_number(resolution),
                resolution.floor(oldest),
            )
            .execute(&self.pool)
            .await?;
        }
        Ok(())
    }
}
