//! What can go wrong while reading or writing, and whose fault it is.

use std::io;

use model::id::TraceId;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Postgres or the way to it. Trying again can help.
    #[error("the database did not answer: {0}")]
    Driver(#[from] sqlx::Error),
    /// What was stored is not what was written. Trying again does not help.
    #[error("table {table} holds a {column} that cannot be read for trace {trace_id}: {reason}")]
    Inconsistent {
        table: &'static str,
        column: &'static str,
        trace_id: TraceId,
        reason: String,
    },
    /// A row whose key is not an id.
    #[error("table {table} holds a key that is no trace id")]
    Key {
        table: &'static str,
        source: model::id::IdError,
    },
    #[error("the rollup of series {series} at {start_nanos} ns cannot be read: {reason}")]
    Rollup {
        series: i32,
        start_nanos: i64,
        reason: String,
    },
    #[error("objective {objective} cannot be read: {reason}")]
    Objective { objective: i64, reason: String },
    #[error("receiver {receiver}, or a message to it, cannot be read: {reason}")]
    Receiver { receiver: i64, reason: String },
    #[error("silence {silence} cannot be read: {reason}")]
    Silence { silence: i64, reason: String },
    #[error("an event cannot be read or written: {0}")]
    Event(String),
    #[error("segments of the index of terms were not merged: {0}")]
    Merge(String),
    #[error("segment {segment} of the index of terms of day {day} cannot be read")]
    TermSegment { day: i32, segment: i64 },
    #[error("dictionary {id} cannot be read: {reason}")]
    Dictionary { id: i64, reason: String },
    #[error("no dictionary could be trained: {0}")]
    Train(io::Error),
    /// A series that was just written is not there.
    #[error("the series for what there is no room for is missing")]
    NoSeries,
    /// Trying again can help.
    #[error("series were removed again and again while something was counted by them")]
    SeriesRemoved,
}
