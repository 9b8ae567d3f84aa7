//! Rollups: what was counted, by series and time.
//!
//! An assembler writes what a batch of traces adds as deltas, in the transaction that stores the
//! traces; so both happen, or neither. Deltas of many transactions do not wait for each other, for
//! each is a row of its own. Now and then they are added to the rollups of their minute, hour and
//! day; a question adds what is still on the way.
//!
//! Adding up counts requests twice: for their own series, and for the *broad* one that has the same
//! service, operation, journey, region and release (docs/adr/0008-broad-series.md). There are far
//! fewer of those, and a question that asks for no other label reads them instead.

mod columns;
mod compact;
mod expire;
mod read;
mod series;
mod unused;

pub(crate) use columns::RollupRow;
pub use compact::Compacted;
pub(crate) use read::Source;
pub use read::{Group, RollupRequest};
pub(crate) use series::SeriesIds;
pub use series::{MAX_SERIES, SeriesUse};

use model::rollup::{Delta, Family};
use sqlx::PgConnection;

use self::columns::Columns;
use crate::Error;

/// How many of the labels of requests a broad series has: the first ones (migration 11).
const BROAD_LABELS: usize = 5;

/// The number of the family of broad series, which only stands in the database.
const BROAD: i16 = 3;

/// The advisory lock of the one that changes rollups: whoever adds to them and whoever removes some
/// take rows in orders of their own, and would wait for each other. Any number will do that nothing
/// else in the database uses.
const CHANGE_LOCK: i64 = 0x726f_6c6c_7570;

fn family_number(family: Family) -> i16 {
    match family {
        Family::Requests => 0,
        Family::Operations => 1,
        Family::Calls => 2,
    }
}

/// Writes deltas; `ids` are those of their series.
pub(crate) async fn write(
    connection: &mut PgConnection,
    deltas: &[Delta],
    ids: &[i32],
) -> Result<(), Error> {
    if deltas.is_empty() {
        return Ok(());
    }
    let rollups = deltas.iter().map(|delta| &delta.rollup);
    let columns = Columns::of(rollups);
    let starts: Vec<i64> = deltas.iter().map(|delta| delta.start_nanos).collect();
    sqlx::query!(
        "insert into rollup_delta (
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
            $1::int[],
            $2::bigint[],
            $3::bigint[],
            $4::bigint[],
            $5::double precision[],
            $6::double precision[],
            $7::bytea[],
            $8::bytea[],
            $9::bytea[],
            $10::bytea[],
            $11::bytea[],
            $12::bytea[]
        )",
        ids,
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
