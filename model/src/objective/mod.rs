//! Objectives (SLOs): the share of requests that is to be good over a time, and what is done when
//! it is in danger.
//!
//! Everything is told from rollups, by the labels that requests and operations are counted under;
//! so an objective means the past as well as the future, and costs the same whatever the traffic is.

pub mod alert;
mod alerting;
pub mod burn;
mod draft;
pub mod event;
mod headline;
mod history;
mod preview;
mod replay;
mod spending;
mod status;
mod tally;
mod target;
mod trend;
mod validity;
mod window;

use serde::{Deserialize, Serialize};

pub use alerting::{Alerting, Judged, MAX_PENDING_NANOS, verdict_of};
pub use draft::{Draft, Field, FieldError};
pub use headline::headline;
pub use history::History;
pub use preview::{PREVIEW_DAYS, Preview, Threshold, preview_bounds};
pub use replay::{Episode, budget_line, episodes};
pub use spending::{MAX_SPENDERS, Spender, spenders};
pub use status::{BurnRate, Status};
pub use tally::Tally;
pub use target::{Target, TargetError};
pub use trend::{TREND_DAYS, Trend, trend_bounds};
pub use validity::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_RUNBOOK_BYTES, change_mistakes};
pub use window::{MAX_DAYS, Period, Window, WindowError};

use crate::format;
use crate::journey::Key;
use crate::rollup::Family;

/// An objective that somebody has set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    pub id: i64,
    pub definition: Definition,
    /// Counts the changes: who changes it says which version they have seen.
    pub version: i32,
    pub updated_nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    pub name: String,
    /// Who answers for it; may be empty.
    #[serde(default)]
    pub owner: String,
    #[serde(default)]
    pub description: String,
    /// Address of what to do when it is in danger; may be empty.
    #[serde(default)]
    pub runbook: String,
    #[serde(flatten)]
    pub over: Over,
    /// In the filter language, as it is typed; empty for all.
    #[serde(default)]
    pub filter: String,
    pub indicator: Indicator,
    pub target: Target,
    pub window: Window,
    #[serde(default)]
    pub alerting: Alerting,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "over", rename_all = "snake_case")]
pub enum Over {
    /// Requests of users.
    Requests,
    /// Spans, by the service that made them.
    Operations,
    /// Requests of one journey.
    Journey { journey: Key },
}

impl Definition {
    /// What makes a request good, in words: `under 1.5 s`, `without an error`.
    #[must_use]
    pub fn good_words(&self) -> String {
        match self.indicator {
            Indicator::Availability => "without an error".to_owned(),
            Indicator::Latency { threshold_nanos } => {
                format!("under {}", format::duration(threshold_nanos))
            }
        }
    }

    /// What makes one bad, in words: `took 1.5 s or longer`, `had an error`.
    #[must_use]
    pub fn bad_words(&self) -> String {
        match self.indicator {
            Indicator::Availability => "had an error".to_owned(),
            Indicator::Latency { threshold_nanos } => {
                format!("took {} or longer", format::duration(threshold_nanos))
            }
        }
    }

    /// What it demands, in words: `99.9 % under 1.5 s over 28 days`.
    #[must_use]
    pub fn demand_words(&self) -> String {
        format!(
            "{} % {} {}",
            self.target.percent(),
            self.good_words(),
            self.window.words()
        )
    }
}

impl Over {
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Requests | Self::Journey { .. } => Family::Requests,
            Self::Operations => Family::Operations,
        }
    }

    /// What stands for it in forms.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Operations => "operations",
            Self::Journey { .. } => "journey",
        }
    }
}

/// What makes a request good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Indicator {
    /// It did not fail.
    Availability,
    /// It took less than that, whether or not it failed. Counted exactly where a bucket of
    /// histograms starts there ([`crate::histogram::nearest_bound`]).
    Latency { threshold_nanos: i64 },
}

/// One version of an objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub version: i32,
    pub at_nanos: i64,
    /// Who made it, as they say; may be empty.
    pub author: String,
    /// Why; may be empty.
    pub reason: String,
    /// None of the version that deleted it.
    pub definition: Option<Definition>,
}
