//! The one place that asks the time. Everything else is given it.

use std::time::Instant;

use chrono::Utc;

/// The moment, in nanoseconds since the Unix epoch, UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is where the time is asked")]
pub(crate) fn now_nanos() -> i64 {
    Utc::now().timestamp_nanos_opt().unwrap_or(i64::MAX)
}

/// A point on the clock that only moves forward, for measuring how long something lasts.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is where the time is asked")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}
