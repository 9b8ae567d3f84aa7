//! What becomes of a message on its way to a receiver.

use serde::{Deserialize, Serialize};

use super::Message;

/// A message to one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The same at every attempt.
    pub key: String,
    pub receiver: i64,
    pub message: Message,
    pub created_nanos: i64,
    pub state: DeliveryState,
    pub attempts: u32,
    /// When it is tried next, or was brought to its end.
    pub at_nanos: i64,
    /// Why the last attempt failed, or why there was none, in words.
    pub last_error: Option<String>,
    /// What an action was sent, or would have been.
    pub body: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is tried again and again.
    Waiting,
    /// The receiver has said that it has it.
    Delivered,
    /// It was tried for too long.
    GivenUp,
    /// It was only written down what would have been sent.
    DryRun,
    /// An action was not called.
    Skipped,
}

impl DeliveryState {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given up",
            Self::DryRun => "dry run",
            Self::Skipped => "left out",
        }
    }
}
