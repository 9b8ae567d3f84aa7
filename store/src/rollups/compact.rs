//! Adding deltas to the rollups of their minute, hour and day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::rollup::{Resolution, Rollup};
use sqlx::PgConnection;

use super::CHANGE_LOCK;
use super::columns::{Columns, RollupRow};
use super::read::resolution_number;
use crate::{Error, Store};

/// Deltas that are added in one transaction.
const BATCH: i64 = 20_000;

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compacted {
    /// Deltas may be left.
    Some,
    All,
    /// Another server is at it.
    Busy,
}

/// Resolution, series and begin.
type Key = (i16, i32, i64);

impl Store {
    /// Adds waiting deltas to the rollups. A question has the same answer before and after.
    ///
    /// # Errors
    /// When the database did not confirm the commit, or a row is damaged; then nothing changes.
    pub async fn compact_rollups(&self) -> Result<Compacted, Error> {
        let mut transaction = self.pool.begin().await?;
        let taken = sqlx::query_scalar!(
            r#"select pg_try_advisory_xact_lock($1) as "taken!""#,
            CHANGE_LOCK
        )
        .fetch_one(&mut *transaction)
        .await?;
        if !taken {
            return Ok(Compacted::Busy);
        }
        let deltas = take_deltas(&mut transaction).await?;
        let is_last = i64::try_from(deltas.len()).is_ok_and(|count| count < BATCH);
        let broad = broad_series(&mut transaction, &deltas).await?;
        let mut rollups = by_key(by_minute(deltas)?, &broad);
        add_present(&mut transaction, &mut rollups).await?;
        write(&mut transaction, &rollups).await?;
        transaction.commit().await?;
        Ok(if is_last {
            Compacted::All
        } else {
            Compacted::Some
        })
    }
}

/// Adds up what is of one series and one minute: there are many deltas of each.
fn by_minute(deltas: Vec<RollupRow>) -> Result<BTreeMap<(i32, i64), Rollup>, Error> {
    let mut minutes: BTreeMap<(i32, i64), Rollup> = BTreeMap::new();
    for row in deltas {
        let key = (row.series, row.start_nanos);
        let delta = Rollup::try_from(row)?;
        minutes.entry(key).or_default().add(&delta);
    }
    Ok(minutes)
}

/// What the minutes add to each rollup.
fn by_key(
    minutes: BTreeMap<(i32, i64), Rollup>,
    broad: &HashMap<i32, i32>,
) -> BTreeMap<Key, Rollup> {
    let mut rollups: BTreeMap<Key, Rollup> = BTreeMap::new();
    for ((own, start_nanos), minute) in minutes {
        for series in [Some(own), broad.get(&own).copied()].into_iter().flatten() {
            for resolution in Resolution::ALL {
                let start = resolution.floor(start_nanos);
                let key = (resolution_number(resolution), series, start);
                rollups.entry(key).or_default().add(&minute);
            }
        }
    }
    rollups
}

async fn take_deltas(connection: &mut PgConnection) -> Result<Vec<RollupRow>, Error> {
    // Up to an id, and not a list of them: the plan is kept from when the table was empty, and would
    // look through the whole list for each row.
    let rows = sqlx::query_as!(
        RollupRow,
        "delete from rollup_delta
        where id <= (
            select max(id)
            from (select id from rollup_delta order by id limit $1) as first
        )
        returning
            series,
            start_nanos,
            count,
            errors,
            weight,
            weighted_errors,
            sums,
            buckets,
            counts,
            weights,
            exemplar_buckets,
            exemplars",
        BATCH,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The broad series of those that have one.
async fn broad_series(
    connection: &mut PgConnection,
    deltas: &[RollupRow],
) -> Result<HashMap<i32, i32>, Error> {
    let series: BTreeSet<i32> = deltas.iter().map(|delta| delta.series).collect();
    let rows = sqlx::query!(
        r#"select id, broad as "broad!" from series where id = any ($1) and broad is not null"#,
        &series.into_iter().collect::<Vec<_>>(),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.broad)).collect())
}

/// The keys as columns.
fn keys(rollups: &BTreeMap<Key, Rollup>) -> (Vec<i16>, Vec<i32>, Vec<i64>) {
    let mut columns = (vec![], vec![], vec![]);
    for &(resolution, series, start_nanos) in rollups.keys() {
        columns.0.push(resolution);
        columns.1.push(series);
        columns.2.push(start_nanos);
    }
    columns
}

/// Adds what is counted already. Only who has the lock writes, so nothing changes meanwhile.
async fn add_present(
    connection: &mut PgConnection,
    rollups: &mut BTreeMap<Key, Rollup>,
) -> Result<(), Error> {
    let (resolutions, series, starts) = keys(rollups);
    let rows = sqlx::query!(
        "select
            rollup.resolution,
            rollup.series,
            rollup.start_nanos,
            count,
            errors,
            weight,
            weighted_errors,
            sums,
            buckets,
            counts,
            weights,
            exemplar_buckets,
            exemplars
        from unnest($1::smallint[], $2::int[], $3::bigint[])
            as wanted (resolution, series, start_nanos)
        join rollup on
            rollup.resolution = wanted.resolution
            and rollup.series = wanted.series
            and rollup.start_nanos = wanted.start_nanos",
        &resolutions,
        &series,
        &starts,
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let key = (row.resolution, row.series, row.start_nanos);
        let mut present = Rollup::try_from(RollupRow {
            series: row.series,
            start_nanos: row.start_nanos,
            count: row.count,
            errors: row.errors,
            weight: row.weight,
            weighted_errors: row.weighted_errors,
            sums: row.sums,
            buckets: row.buckets,
            counts: row.counts,
            weights: row.weights,
            exemplar_buckets: row.exemplar_buckets,
            exemplars: row.exemplars,
        })?;
        if let Some(added) = rollups.get_mut(&key) {
            // In this order: the newer exemplars stay.
            present.add(added);
            *added = present;
        }
    }
    Ok(())
}

async fn write(
    connection: &mut PgConnection,
    rollups: &BTreeMap<Key, Rollup>,
) -> Result<(), Error> {
    if rollups.is_empty() {
        return Ok(());
    }
    let (resolutions, series, starts) = keys(rollups);
    let columns = Columns::of(rollups.values());
    sqlx::query!(
        "insert into rollup (
            resolution,
            series,
            start_nanos,
            count,
            errors,
            weight,
            weighted_errors,
            sums,
            buckets,
            counts,
            weights,
            exemplar_buckets,
            exemplars
        )
        select *
        from unnest(
            $1::smallint[],
            $2::int[],
            $3::bigint[],
            $4::bigint[],
            $5::bigint[],
            $6::double precision[],
            $7::double precision[],
            $8::bytea[],
            $9::bytea[],
            $10::bytea[],
            $11::bytea[],
            $12::bytea[],
            $13::bytea[]
        )
        on conflict (resolution, series, start_nanos) do update set
            count = excluded.count,
            errors = excluded.errors,
            weight = excluded.weight,
            weighted_errors = excluded.weighted_errors,
            sums = excluded.sums,
            buckets = excluded.buckets,
            counts = excluded.counts,
            weights = excluded.weights,
            exemplar_buckets = excluded.exemplar_buckets,
            exemplars = excluded.exemplars",
        &resolutions,
        &series,
        &starts,
        &columns.counts,
        &columns.errors,
        &columns.weights,
        &columns.weighted_errors,
        &columns.sums,
        &columns.buckets,
        &columns.bucket_counts,
        &columns.bucket_weights as &[Option<Vec<u8>>],
        &columns.exemplar_buckets,
        &columns.exemplars,
    )
    .execute(connection)
    .await?;
    Ok(())
}
