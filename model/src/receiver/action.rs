//! Actions: an address that is called when an alert fires or is resolved, to turn a flag off, go
//! back to a release or send traffic elsewhere.

use serde::{Deserialize, Serialize};

use crate::notification::Status;
use crate::time::DAY_NANOS;

/// Longest cooldown, in nanoseconds.
pub const MAX_COOLDOWN_NANOS: i64 = 7 * DAY_NANOS;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub url: String,
    /// The body of the call when an alert fires ([`crate::notification::template`]); it is not
    /// called then where this is empty.
    #[serde(default)]
    pub on_firing: String,
    /// The same when it is resolved.
    #[serde(default)]
    pub on_resolved: String,
    /// How long it is not called again for another alert of the same objective that fires, in
    /// nanoseconds.
    #[serde(default)]
    pub cooldown_nanos: i64,
    /// Whether it is only written down what would be sent.
    #[serde(default)]
    pub dry_run: bool,
}

impl Action {
    /// The template of the body of a call; empty where it is not called.
    #[must_use]
    pub fn template(&self, status: Status) -> &str {
        match status {
            Status::Firing => &self.on_firing,
            Status::Resolved => &self.on_resolved,
        }
    }
}
