//! Adding a segment.

use model::index::TraceTerms;
use sqlx::PgConnection;

use super::segment::{Entry, MAX_TRACES, Segment};
use crate::Error;
use crate::traces::{TraceWrite, day_of, saturated};

/// How far from the day on which it was stored a trace may begin and lie in one segment with
/// others, in days. Some clocks are years off: a segment with such a trace would be opened by every
/// search.
pub(super) const NEAR_DAYS: i32 = 2;

/// Adds the traces that are written, by their days.
pub(crate) async fn write(
    connection: &mut PgConnection,
    writes: &[TraceWrite],
) -> Result<(), Error> {
    let mut writes: Vec<&TraceWrite> = writes.iter().collect();
    let kind = |write: &TraceWrite| (write.day, is_near(write));
    writes.sort_by_key(|write| kind(write));
    for writes in writes.chunk_by(|one, next| kind(one) == kind(next)) {
        for writes in writes.chunks(MAX_TRACES) {
            let segment = Segment::of(writes.iter().map(|write| entry(write)));
            add(connection, writes[0].day, &segment).await?;
        }
    }
    Ok(())
}

fn is_near(write: &TraceWrite) -> bool {
    let days = day_of(write.summary.start_nanos).saturating_sub(write.day);
    days.saturating_abs() <= NEAR_DAYS
}

fn entry(write: &TraceWrite) -> (Entry, &TraceTerms) {
    let entry = Entry {
        start_nanos: write.summary.start_nanos,
        id: write.summary.trace_id,
    };
    (entry, &write.terms)
}

/// A segment without traces is not added.
pub(super) async fn add(
    connection: &mut PgConnection,
    day: i32,
    segment: &Segment,
) -> Result<(), Error> {
    let (Some(oldest), Some(newest)) = (segment.entries.first(), segment.entries.last()) else {
        return Ok(());
    };
    let buckets = &segment.buckets;
    // A bucket has a number of at most 14 bits.
    let numbers = buckets.iter().map(|bucket| bucket.number.cast_signed());
    let numbers: Vec<i32> = numbers.collect();
    let bodies: Vec<&[u8]> = buckets.iter().map(|bucket| &bucket.body[..]).collect();
    let open: Vec<i32> = segment.open.iter().map(|&place| place.into()).collect();
    sqlx::query!(
        "with new as (
            insert into term_segment (
                day,
                segment,
                oldest_nanos,
                newest_nanos,
                trace_count,
                bucket_bits,
                bucket_bytes,
                entries,
                open_places
            )
            values ($1, nextval('term_segment_number'), $2, $3, $4, $5, $10, $6, $7)
            returning day, segment
        )
        insert into term_bucket (day, segment, bucket, body)
        select new.day, new.segment, bucket.bucket, bucket.body
        from new
        cross join unnest($8::int[], $9::bytea[]) as bucket (bucket, body)",
        day,
        oldest.start_nanos,
        newest.start_nanos,
        saturated(segment.entries.len()),
        i16::try_from(segment.bucket_bits).unwrap_or_default(),
        &segment.entry_bytes(),
        &open,
        &numbers,
        &bodies as &[&[u8]],
        saturated(segment.bucket_bytes()),
    )
    .execute(connection)
    .await?;
    Ok(())
}
