//! Merging small segments, so that a search looks into few.

use model::time::DAY_NANOS;
use sqlx::PgConnection;
use tokio::task::spawn_blocking;

use super::bucket::Bucket;
use super::damaged;
use super::segment::{MAX_TRACES, Segment, read_entries};
use super::write::{NEAR_DAYS, add};
use crate::{Error, Store};

/// So many segments of about the same size are merged into one.
const FAN_IN: usize = 8;

/// Most segments that are merged at once.
const MAX_PARTS: usize = 64;

/// Most bytes of the buckets of segments that are merged at once.
const MAX_BYTES: usize = 8 << 20;

/// Most segments that are looked at to find some to merge.
const MAX_LOOKED_AT: i64 = 4_096;

/// The advisory lock of the one that merges. Any number will do that nothing else in the database
/// uses.
const LOCK: i64 = 0x7465_726d_7365;

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// Some were merged, and others may be left.
    Some,
    /// There is nothing to merge.
    Nothing,
    /// Another server is at it.
    Busy,
}

/// A segment as far as choosing asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Small {
    day: i32,
    segment: i64,
    trace_count: i32,
    bucket_bytes: i32,
    /// Whether its traces began about that day.
    is_near: bool,
}

impl Store {
    /// Merges small segments of the index of terms once. A search finds the same before and after.
    ///
    /// # Errors
    /// When the database did not confirm the commit, or a row is damaged; then nothing changes.
    pub async fn merge_index(&self) -> Result<Merged, Error> {
        let mut transaction = self.pool.begin().await?;
        let taken =
            sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "taken!""#, LOCK)
                .fetch_one(&mut *transaction)
                .await?;
        if !taken {
            return Ok(Merged::Busy);
        }
        let small = small(&mut transaction).await?;
        let Some((day, numbers)) = choose(&small) else {
            return Ok(Merged::Nothing);
        };
        let parts = read(&mut transaction, day, &numbers).await?;
        remove(&mut transaction, day, &numbers).await?;
        let merged = spawn_blocking(move || Segment::merged(&parts)).await;
        let merged = merged.map_err(|panic| Error::Merge(panic.to_string()))?;
        let merged = merged.map_err(|_damaged| damaged(day, numbers[0]))?;
        add(&mut transaction, day, &merged).await?;
        transaction.commit().await?;
        Ok(Merged::Some)
    }
}

/// Those that may be merged, by day, by whether they are near, and in the order in which they were
/// made.
async fn small(connection: &mut PgConnection) -> Result<Vec<Small>, Error> {
    let small = sqlx::query_as!(
        Small,
        r#"select
            day,
            segment,
            trace_count,
            bucket_bytes,
            oldest_nanos / $3 >= day - $4
                and newest_nanos / $3 <= day + $4 as "is_near!"
        from (
            select *
            from term_segment
            where trace_count <= $1
            order by day desc, segment
            limit $2
        ) as small
        order by day, "is_near!", segment"#,
        i32::try_from(MAX_TRACES / 2).unwrap_or(i32::MAX),
        MAX_LOOKED_AT,
        DAY_NANOS,
        NEAR_DAYS,
    )
    .fetch_all(connection)
    .await?;
    Ok(small)
}

/// The first of a day and of a size of which there are enough.
fn choose(small: &[Small]) -> Option<(i32, Vec<i64>)> {
    let kind = |one: &Small| (one.day, one.is_near);
    for of_day in small.chunk_by(|one, next| kind(one) == kind(next)) {
        for size in 0..=size_of(i32::MAX) {
            let alike = of_day.iter().filter(|one| size_of(one.trace_count) == size);
            let (mut traces, mut bytes) = (0, 0);
            let fitting = alike.take_while(|one| {
                traces += usize::try_from(one.trace_count).unwrap_or(MAX_TRACES);
                bytes += usize::try_from(one.bucket_bytes).unwrap_or(MAX_BYTES);
                traces <= MAX_TRACES && bytes <= MAX_BYTES
            });
            let numbers = fitting.take(MAX_PARTS).map(|one| one.segment);
            let numbers: Vec<i64> = numbers.collect();
            // Two large ones may be all that there is room for.
            if numbers.len() >= FAN_IN || (numbers.len() > 1 && traces > MAX_TRACES) {
                return Some((of_day[0].day, numbers));
            }
        }
    }
    None
}

/// The same for numbers of traces that differ less than eightfold.
fn size_of(trace_count: i32) -> u32 {
    trace_count.unsigned_abs().max(1).ilog2() / FAN_IN.ilog2()
}

async fn read(
    connection: &mut PgConnection,
    day: i32,
    numbers: &[i64],
) -> Result<Vec<Segment>, Error> {
    let segments = sqlx::query!(
        "select segment, bucket_bits, entries, open_places
        from term_segment
        where day = $1 and segment = any ($2::bigint[])
        order by segment",
        day,
        numbers,
    )
    .fetch_all(&mut *connection)
    .await?;
    let buckets = sqlx::query!(
        "select segment, bucket, body
        from term_bucket
        where day = $1 and segment = any ($2::bigint[])
        order by segment, bucket",
        day,
        numbers,
    )
    .fetch_all(connection)
    .await?;
    let mut buckets = buckets.into_iter().peekable();
    let read = segments.into_iter().map(|row| {
        let own = std::iter::from_fn(|| buckets.next_if(|bucket| bucket.segment == row.segment));
        let own = own.map(|row| Bucket {
            number: row.bucket.cast_unsigned(),
            body: row.body,
        });
        let open = row.open_places.iter();
        let open = open.map(|&place| u16::try_from(place).unwrap_or(u16::MAX));
        Ok(Segment {
            entries: read_entries(&row.entries).map_err(|_damaged| damaged(day, row.segment))?,
            open: open.collect(),
            bucket_bits: row.bucket_bits.unsigned_abs().into(),
            buckets: own.collect(),
        })
    });
    read.collect()
}

async fn remove(connection: &mut PgConnection, day: i32, numbers: &[i64]) -> Result<(), Error> {
    sqlx::query!(
        "delete from term_bucket where day = $1 and segment = any ($2::bigint[])",
        day,
        numbers,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from term_segment where day = $1 and segment = any ($2::bigint[])",
        day,
        numbers,
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The day and the numbers of those that are chosen from segments with so many traces.
    fn chosen(counts: &[(i32, i32)]) -> Option<(i32, Vec<i64>)> {
        let small = (0..)
            .zip(counts)
            .map(|(segment, &(day, trace_count))| Small {
                day,
                segment,
                trace_count,
                bucket_bytes: 100 * trace_count,
                is_near: true,
            });
        choose(&small.collect::<Vec<_>>())
    }

    #[test]
    fn segments_of_a_size_are_merged_when_there_are_enough() {
        assert_eq!(chosen(&[]), None);
        assert_eq!(chosen(&[(1, 1); 7]), None);
        assert_eq!(chosen(&[(1, 1); 8]), Some((1, (0..8).collect())));
        assert_eq!(chosen(&[(1, 1); 100]), Some((1, (0..64).collect())));
        let days: Vec<_> = [(1, 1); 7].into_iter().chain([(2, 1); 8]).collect();
        assert_eq!(chosen(&days), Some((2, (7..15).collect())));
        let sizes: Vec<_> = [(1, 1), (1, 900)].repeat(7);
        assert_eq!(chosen(&sizes), None);
    }

    #[test]
    fn segments_of_other_times_and_large_ones_are_not_mixed() {
        let mut small: Vec<Small> = (0..14)
            .map(|segment| Small {
                day: 1,
                segment,
                trace_count: 1,
                bucket_bytes: 100,
                is_near: segment >= 7,
            })
            .collect();
        assert_eq!(choose(&small), None);
        small.push(Small {
            segment: 14,
            ..small[13]
        });
        assert_eq!(choose(&small), Some((1, (7..15).collect())));
        for one in &mut small {
            one.bucket_bytes = 16 << 20;
        }
        assert_eq!(choose(&small), None);
    }

    #[test]
    fn a_segment_does_not_become_too_large() {
        assert_eq!(chosen(&[(1, 8_000); 3]), Some((1, vec![0, 1])));
        assert_eq!(chosen(&[(1, 6_000); 2]), None);
        assert_eq!(chosen(&[(1, 3_000); 6]), Some((1, (0..5).collect())));
    }

    #[test]
    fn what_is_merged_again_and_again_comes_to_an_end() {
        let mut counts = vec![(1, 1); 20_000];
        let mut rounds = 0;
        while let Some((_, numbers)) = chosen(&counts) {
            let of = |number: &i64| counts[usize::try_from(*number).expect("a place")].1;
            let sum = numbers.iter().map(of).sum();
            let gone: Vec<usize> = numbers
                .iter()
                .map(|&n| usize::try_from(n).expect("a place"))
                .collect();
            let mut place = 0;
            counts.retain(|_| {
                place += 1;
                !gone.contains(&(place - 1))
            });
            counts.push((1, sum));
            rounds += 1;
        }
        assert!(
            counts.len() < 40 && rounds < 1_000,
            "{} after {rounds}",
            counts.len()
        );
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<i32>(), 20_000);
    }
}
