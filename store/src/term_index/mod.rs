//! The index of terms: which traces may have what a filter asks of spans
//! ([ADR 10](../../../docs/adr/0010-index-of-terms.md)).
//!
//! Segments are never changed. Each transaction that stores traces adds one for each of their days;
//! small ones are merged later. A trace of which more is stored is added again as a whole, so one
//! segment always tells all of it; what older segments say of it stays, and is one more candidate at
//! most.

mod bucket;
mod candidates;
mod entry_set;
mod meeting;
mod merge;
mod segment;
mod write;

pub(crate) use candidates::{Bound, Candidate, Candidates, Rest};
pub use merge::Merged;
pub(crate) use write::write;

use sqlx::PgConnection;

use crate::Error;

/// Whether all traces that began within the time are in the index: those of days before there was
/// one are not.
pub(crate) async fn has_all(
    connection: &mut PgConnection,
    from_nanos: i64,
    to_nanos: i64,
) -> Result<bool, Error> {
    let is_one_missing = sqlx::query_scalar!(
        r#"select exists (
            select
            from unindexed_day
            -- Never the other way round, trace by trace.
            cross join lateral (
                select
                from trace_summary
                where trace_summary.day = unindexed_day.day
                    and start_nanos >= $1
                    and start_nanos < $2
                limit 1
            ) as one
        ) as "is_one_missing!""#,
        from_nanos,
        to_nanos,
    )
    .fetch_one(connection)
    .await?;
    Ok(!is_one_missing)
}

fn damaged(day: i32, segment: i64) -> Error {
    Error::TermSegment { day, segment }
}
