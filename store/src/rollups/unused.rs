//! Removing series of which nothing is counted any more, so that there is room for new ones.
//!
//! Assemblers remember the numbers of series ([`super::SeriesIds`]) and write by them; a number that
//! was removed must never be written again, for what is counted by it would have no labels. Hence:
//!
//! - A *writer* holds the lock [`LOCK`] together with other writers, from the begin of its
//!   transaction to its end; then it reads the generation, and writes only when that is the one in
//!   which it began to remember.
//! - A *remover* holds the lock alone, from before it looks until its transaction has ended; in it,
//!   it deletes series and adds one to the generation.
//!
//! So of a writer and a remover, one comes first:
//!
//! - The writer: its transaction is committed, and visible, before the lock is free. The remover's
//!   statements begin after that, see what was written, and leave those series.
//! - The remover: the writer's statement that reads the generation begins after the commit, and so
//!   finds another one than it remembers. It forgets all numbers, also that there was no room, and
//!   asks again.
//!
//! The generation that a writer remembers was read before any of its numbers was looked up, and not
//! under the lock. It is a row of a table, and no sequence, so that it becomes visible together with
//! the removal: who reads the new one does not find the removed series any more, and who found them
//! still has the old one. A number that is looked up later than the generation was read is no older
//! than that.
//!
//! Compaction turns deltas into rollups in one transaction, and a remover looks at deltas before it
//! looks at rollups: of what it has not seen waiting any more, it sees the rollup. A broad series is
//! in use as long as a series of requests names it; so that none begins to meanwhile, a remover then
//! also keeps others from adding series.
//!
//! Nobody waits in a circle: a writer waits for the lock when it holds nothing else, a remover has no
//! other lock when it waits for this one, and whoever adds series holds the lock of those who add,
//! and waits for none after it. If what was found there is removed later, the generation tells.

use std::collections::HashSet;

use sqlx::{Connection, PgConnection};

use super::series;
use crate::{Error, Store};

/// The advisory lock of writers together, and of a remover alone. Any number will do that nothing
/// else in the database uses.
const LOCK: i64 = 0x756e_7573_6564;

/// Series removed at once, at most: writers wait meanwhile.
const BATCH: i64 = 10_000;

/// The generation as it is now.
pub(super) async fn generation(connection: &mut PgConnection) -> Result<i64, Error> {
    let generation = sqlx::query_scalar!("select generation from series_generation")
        .fetch_one(connection)
        .await?;
    Ok(generation)
}

/// Keeps all series until the transaction ends; returns the generation, which stays as long.
pub(super) async fn hold(transaction: &mut PgConnection) -> Result<i64, Error> {
    // A statement of its own: the next one sees what was done before the lock was free.
    sqlx::query!("select pg_advisory_xact_lock_shared($1)", LOCK)
        .execute(&mut *transaction)
        .await?;
    generation(transaction).await
}

impl Store {
    /// Removes series that no rollup and no waiting delta is of, so many at once; those for all
    /// others stay. Returns how many.
    ///
    /// # Errors
    /// When the database did not confirm the commit, or those who write do not end in time.
    pub async fn remove_unused_series(&self) -> Result<u64, Error> {
        let mut connection = self.pool.acquire().await?;
        // Without the lock, since that takes its time; few are looked at again with it.
        let unused = sqlx::query_scalar!(
            r#"select id as "id!" from series_without_rollups order by id limit $1"#,
            BATCH,
        )
        .fetch_all(&mut *connection)
        .await?;
        let unused = without_waiting(&mut connection, unused).await?;
        if unused.is_empty() {
            return Ok(0);
        }
        let mut transaction = connection.begin().await?;
        let removed = remove(&mut transaction, unused).await?;
        transaction.commit().await?;
        Ok(removed)
    }
}

/// Leaves out those of which something waits to be added to the rollups. Not in SQL, where the two
/// would be compared one by one.
async fn without_waiting(
    connection: &mut PgConnection,
    mut series: Vec<i32>,
) -> Result<Vec<i32>, Error> {
    let waiting = sqlx::query_scalar!("select distinct series from rollup_delta")
        .fetch_all(connection)
        .await?;
    let waiting: HashSet<i32> = waiting.into_iter().collect();
    series.retain(|id| !waiting.contains(id));
    Ok(series)
}

async fn remove(transaction: &mut PgConnection, unused: Vec<i32>) -> Result<u64, Error> {
    // Whoever writes later waits behind this, but not for long.
    sqlx::query!("set local lock_timeout = '2s'")
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK)
        .execute(&mut *transaction)
        .await?;
    series::lock(transaction).await?;
    let unused = without_waiting(transaction, unused).await?;
    let removed = sqlx::query!(
        "delete from series
        where id = any ($1)
            and id in (select id from series_without_rollups where id = any ($1))",
        &unused,
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if removed > 0 {
        sqlx::query!("update series_generation set generation = generation + 1")
            .execute(transaction)
            .await?;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use model::rollup::{Delta, Family, Rollup, Series};
    use sqlx::{Executor, Row};

    use super::*;
    use crate::rollups::{MAX_SERIES, SeriesIds};
    use crate::shard::Shard;

    fn delta(operation: &str) -> Delta {
        let labels = ["shop", operation, "server", ""]
            .map(str::to_owned)
            .to_vec();
        Delta {
            series: Series {
                family: Family::Operations,
                labels,
            },
            start_nanos: 0,
            rollup: Rollup {
                count: 1,
                ..Rollup::default()
            },
        }
    }

    struct Database {
        store: Store,
        connection: PgConnection,
    }

    impl Database {
        async fn new() -> Self {
            let url = ::tests::database::create();
            let store = Store::connect(&url).await.unwrap();
            let connection = PgConnection::connect(&url).await.unwrap();
            Self { store, connection }
        }

        async fn shard(&self) -> Shard {
            self.store.take_shard(0).await.unwrap().unwrap()
        }

        async fn execute(&mut self, statement: &'static str) {
            self.connection.execute(statement).await.unwrap();
        }

        /// The operations that are counted, each with its count, and the number of series.
        async fn counted(&mut self) -> (Vec<(String, i64)>, i64) {
            let rows = "select coalesce(labels[2], 'lost'), sum(count)::bigint
                from rollup_delta
                left join series on series.id = series
                group by 1
                order by 1";
            let rows = self.connection.fetch_all(rows).await.unwrap();
            let counted = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
            let series = "select count(*) from series";
            let series = self.connection.fetch_one(series).await.unwrap().get(0);
            (counted, series)
        }

        /// Returns when somebody waits for the lock.
        async fn wait_for_waiter(&mut self) {
            let waiting = "select count(*) from pg_locks
                where locktype = 'advisory' and not granted
                    and database = (select oid from pg_database where datname = current_database())";
            ::tests::wait::until("somebody to wait for the lock", async || {
                let row = self.connection.fetch_one(waiting).await.unwrap();
                (row.get::<i64, _>(0) > 0).then_some(())
            })
            .await;
        }
    }

    async fn write(shard: &mut Shard, operation: &str) {
        shard.store(&[], &[delta(operation)], &[]).await.unwrap();
    }

    fn operations(counts: &[(&str, i64)]) -> Vec<(String, i64)> {
        let owned = |(name, count): &(&str, i64)| ((*name).to_owned(), *count);
        counts.iter().map(owned).collect()
    }

    #[tokio::test]
    async fn what_is_used_stays_and_what_was_removed_is_made_again() {
        let mut database = Database::new().await;
        let mut shard = database.shard().await;
        write(&mut shard, "old").await;
        write(&mut shard, "new").await;
        assert_eq!(database.store.remove_unused_series().await.unwrap(), 0);
        // As if it were of a day that is not kept any more.
        database.execute("delete from rollup_delta where series in (select id from series where labels[2] = 'old')").await;
        // Compacted, what is new is used by its rollups alone.
        database.store.compact_rollups().await.unwrap();
        assert_eq!(database.store.remove_unused_series().await.unwrap(), 1);
        // With the one for all others.
        assert_eq!(database.counted().await, (vec![], 2));
        write(&mut shard, "new").await;
        write(&mut shard, "old").await;
        let expected = operations(&[("new", 1), ("old", 1)]);
        assert_eq!(database.counted().await, (expected, 3));
    }

    #[tokio::test]
    async fn a_remover_waits_for_a_writer_and_leaves_its_series() {
        let mut database = Database::new().await;
        let store = database.store.clone();
        let mut connection = store.pool.acquire().await.unwrap();
        let mut ids = SeriesIds::default();
        let delta = delta("op");
        let found = ids.resolve(&mut connection, [&delta.series].into_iter());
        let found = found.await.unwrap();
        let mut writing = connection.begin().await.unwrap();
        assert!(ids.hold(&mut writing).await.unwrap());
        crate::rollups::write(&mut writing, &[delta], &found)
            .await
            .unwrap();

        // It has seen the series without what is being written.
        let remover = tokio::spawn(async move { store.remove_unused_series().await });
        database.wait_for_waiter().await;
        writing.commit().await.unwrap();
        assert_eq!(remover.await.unwrap().unwrap(), 0);
        assert_eq!(database.counted().await, (operations(&[("op", 1)]), 2));
    }

    #[tokio::test]
    async fn a_writer_waits_for_a_remover_and_asks_again() {
        let mut database = Database::new().await;
        let mut shard = database.shard().await;
        write(&mut shard, "op").await;
        database.execute("delete from rollup_delta").await;
        let mut removing = database.store.pool.begin().await.unwrap();
        let unused = "select array_agg(id) from series_without_rollups";
        let unused: Vec<i32> = removing.fetch_one(unused).await.unwrap().get(0);
        assert_eq!(remove(&mut removing, unused.clone()).await.unwrap(), 1);

        // It remembers the number, and has looked it up if it has to.
        let writer = tokio::spawn(async move { write(&mut shard, "op").await });
        database.wait_for_waiter().await;
        removing.commit().await.unwrap();
        writer.await.unwrap();
        assert_eq!(database.counted().await, (operations(&[("op", 1)]), 2));
    }

    /// Whoever looks numbers up while they are being removed has the generation before that.
    #[tokio::test]
    async fn numbers_found_during_a_removal_are_not_used() {
        let mut database = Database::new().await;
        let mut first = database.shard().await;
        write(&mut first, "op").await;
        database.execute("delete from rollup_delta").await;
        let mut removing = database.store.pool.begin().await.unwrap();
        let unused = "select array_agg(id) from series_without_rollups";
        let unused: Vec<i32> = removing.fetch_one(unused).await.unwrap().get(0);
        assert_eq!(remove(&mut removing, unused.clone()).await.unwrap(), 1);

        let mut connection = database.store.pool.acquire().await.unwrap();
        let mut ids = SeriesIds::default();
        let delta = delta("op");
        let found = ids.resolve(&mut connection, [&delta.series].into_iter());
        assert_eq!(found.await.unwrap(), unused);
        removing.commit().await.unwrap();
        let mut writing = connection.begin().await.unwrap();
        assert!(!ids.hold(&mut writing).await.unwrap());
    }

    #[tokio::test]
    async fn removal_makes_room_for_those_that_had_none() {
        let mut database = Database::new().await;
        let fill = format!(
            "insert into series (family, labels)
            select 1, array['full', number::text, 'server', '']
            from generate_series(1, {MAX_SERIES}) number"
        );
        sqlx::query(sqlx::AssertSqlSafe(fill))
            .execute(&mut database.connection)
            .await
            .unwrap();
        let mut shard = database.shard().await;
        write(&mut shard, "new").await;
        let (counted, series) = database.counted().await;
        assert_eq!(counted, operations(&[("other", 1)]));
        assert_eq!(series, MAX_SERIES + 1);
        let removed = database.store.remove_unused_series().await.unwrap();
        assert_eq!(i64::try_from(removed), Ok(BATCH));
        write(&mut shard, "new").await;
        let expected = operations(&[("new", 1), ("other", 1)]);
        assert_eq!(database.counted().await, (expected, MAX_SERIES + 2 - BATCH));
    }
}
