//! How one journey fares.

use serde::{Deserialize, Serialize};

use super::{Card, Figures, PartRow, Standout};
use crate::journey::{Budget, Funnel, Subject};
use crate::rollup::Rollup;
use crate::stats::Interval;
use crate::summary::Summary;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JourneyReport {
    pub card: Card,
    pub standout: Option<Standout>,
    /// Where the columns of time begin, and where the last ends, in nanoseconds.
    pub bounds: Vec<i64>,
    pub columns: Vec<Column>,
    pub regions: Vec<PartRow>,
    pub releases: Vec<PartRow>,
    pub slowest: Vec<Summary>,
    pub failed: Vec<Summary>,
    /// Of the newest requests; none without steps.
    pub funnel: Option<Funnel>,
}

/// One column of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub count: i64,
    pub p50_nanos: Option<i64>,
    pub p95_nanos: Option<i64>,
    pub p99_nanos: Option<i64>,
    /// At 95 %.
    pub p95_interval: Option<Interval>,
}

impl JourneyReport {
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.card.subject
    }
}

impl Column {
    #[must_use]
    pub fn of(slot: &Rollup) -> Self {
        let figures = Figures::of(slot, Budget::default());
        Self {
            count: figures.count,
            p50_nanos: figures.p50_nanos,
            p95_nanos: figures.p95_nanos,
            p99_nanos: figures.p99_nanos,
            p95_interval: figures.p95_interval,
        }
    }
}
