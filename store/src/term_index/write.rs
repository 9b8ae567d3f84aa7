//! Adding a segment.

use model::index::TraceTerms;
use sqlx::PgConnection;

use super::segment::{Entry, MAX_TRACES, Segment};
use crate::Error;
use crate::traces::{TraceWrite, saturated};

/// Adds the traces that are written, by their days.
pub(crate) async fn write(
    connection: &mut PgConnection,
    writes: &[TraceWrite],
) -> Result<(), Error> {
    let mut writes: Vec<&TraceWrite> = writes.iter().collect();
    writes.sort_by_key(|write| write.day);
    for writes in writes.chunk_by(|one, next| one.day == next.day) {
        for writes in writes.chunks(MAX_TRACES) {
            let segment = Segment::of(writes.iter().map(|write| entry(write)));
            add(connection, writes[0].day, &segment).await?;
        }
    }
    Ok(())
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
    let buckets = segment.buckets();
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
                entries,
                open_places
            )
            values ($1, nextval('term_segment_number'), $2, $3, $4, $5, $6, $7)
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
        i16::try_from(segment.bucket_bits()).unwrap_or_default(),
        &segment.entry_bytes(),
        &open,
        &numbers,
        &bodies as &[&[u8]],
    )
    .execute(connection)
    .await?;
    Ok(())
}
