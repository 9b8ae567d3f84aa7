//! Learning a dictionary from documents that were stored lately.

use std::io;

use model::time::DAY_NANOS;
use sqlx::PgConnection;
use tokio::task::spawn_blocking;

use super::train::{Trained, train};
use crate::traces::{day_of, sample};
use crate::{Error, Store};

/// Fewest bytes of messages that a dictionary is trained on. With more than a few times this, it
/// becomes no better.
const MIN_SAMPLE_BYTES: usize = 2 << 20;

/// The advisory lock of the one that learns. Any number will do that nothing else in the database
/// uses.
const LOCK: i64 = 0x6469_6374;

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learned {
    /// There are too few documents yet.
    TooFew,
    /// Another server is at it.
    Busy,
    /// The newest is less than a day old.
    NotDue,
    /// What there is serves as well.
    NoBetter,
    /// Documents are written by it from now on.
    New {
        id: u32,
        /// How many bytes of every hundred it saves.
        saved_percent: usize,
    },
}

impl Store {
    /// Trains a dictionary on documents of today and yesterday, and keeps it if it is better than
    /// the newest and that one is at least a day old. Takes about half a second of a core.
    ///
    /// # Errors
    /// When the database does not answer, the newest is damaged, or zstd cannot train.
    pub async fn learn_dictionary(&self, now_nanos: i64) -> Result<Learned, Error> {
        let mut transaction = self.pool.begin().await?;
        let taken =
            sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "taken!""#, LOCK)
                .fetch_one(&mut *transaction)
                .await?;
        if !taken {
            return Ok(Learned::Busy);
        }
        let due_since = now_nanos.saturating_sub(DAY_NANOS);
        if newest_nanos(&mut transaction).await? > Some(due_since) {
            return Ok(Learned::NotDue);
        }
        let sample = sample(&mut transaction, &self.dictionaries, day_of(due_since)).await?;
        if sample.iter().map(Vec::len).sum::<usize>() < MIN_SAMPLE_BYTES {
            return Ok(Learned::TooFew);
        }
        let present = self.dictionaries.newest(&mut transaction).await?;
        let trained = spawn_blocking(move || train(&sample, present.as_deref())).await;
        let trained = trained.map_err(io::Error::from).flatten();
        let Some(trained) = trained.map_err(Error::Train)? else {
            return Ok(Learned::NoBetter);
        };
        let Trained {
            dictionary,
            saved_percent,
        } = trained;
        sqlx::query!(
            "insert into dictionary (id, created_nanos, body) values ($1, $2, $3)",
            i64::from(dictionary.id()),
            now_nanos,
            dictionary.bytes(),
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Learned::New {
            id: dictionary.id(),
            saved_percent,
        })
    }
}

async fn newest_nanos(connection: &mut PgConnection) -> Result<Option<i64>, Error> {
    let newest = sqlx::query_scalar!("select max(created_nanos) from dictionary")
        .fetch_one(connection)
        .await?;
    Ok(newest)
}
