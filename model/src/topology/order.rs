//! The order of the rows of tables.

use std::cmp::Ordering;

use super::{Changes, Figures, Standing};
use crate::stats::Change;

/// What rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Name,
    Kind,
    Calls,
    P50,
    P95,
    Errors,
    Change,
}

/// What a row is ordered by.
#[derive(Debug, Clone, Copy)]
pub struct Sorted<'a> {
    /// Texts that are compared one after the other.
    pub name: [&'a str; 2],
    pub kind: [&'a str; 2],
    pub figures: &'a Figures,
    pub changes: &'a Changes,
    pub standing: Standing,
}

impl Column {
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Kind,
        Self::Calls,
        Self::P50,
        Self::P95,
        Self::Errors,
        Self::Change,
    ];

    /// As it stands in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Calls => "calls",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::Errors => "errors",
            Self::Change => "change",
        }
    }

    /// Whether the least comes first, unless that is turned round: texts do so.
    #[must_use]
    pub fn is_rising(self) -> bool {
        matches!(self, Self::Name | Self::Kind)
    }

    /// Texts from the first letter on, figures from the largest on, changes by what matters most.
    #[must_use]
    pub fn compare(self, left: &Sorted<'_>, right: &Sorted<'_>) -> Ordering {
        let (l, r) = (left.figures, right.figures);
        match self {
            Self::Name => left.name.cmp(&right.name),
            Self::Kind => left.kind.cmp(&right.kind),
            Self::Calls => r.weight.total_cmp(&l.weight),
            Self::P50 => r.p50_nanos.cmp(&l.p50_nanos),
            Self::P95 => r.p95_nanos.cmp(&l.p95_nanos),
            Self::Errors => {
                let rate = |figures: &Figures| figures.error_rate.unwrap_or(0.0);
                rate(r).total_cmp(&rate(l))
            }
            Self::Change => {
                let by_standing = left.standing.cmp(&right.standing);
                let ratio = |changes: &Changes| {
                    let ratio = changes.p95.and_then(|change: Change| change.ratio);
                    ratio.unwrap_or(1.0)
                };
                by_standing.then(ratio(right.changes).total_cmp(&ratio(left.changes)))
            }
        }
    }
}
