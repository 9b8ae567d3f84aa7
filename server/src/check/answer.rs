//! What `GET /api/v1/compare` answers, as far as a check needs it.

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Answer {
    pub(super) a: Side,
    pub(super) b: Side,
    pub(super) changes: Changes,
    pub(super) operations: Operations,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Side {
    pub(super) count: i64,
    pub(super) error_rate: Option<f64>,
    pub(super) p50_nanos: Option<i64>,
    pub(super) p95_nanos: Option<i64>,
    pub(super) p99_nanos: Option<i64>,
}

/// None where a side has nothing.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct Changes {
    #[serde(default)]
    pub(super) p50: Option<Change>,
    #[serde(default)]
    pub(super) p95: Option<Change>,
    #[serde(default)]
    pub(super) p99: Option<Change>,
    #[serde(default)]
    pub(super) error_rate: Option<Change>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Change {
    /// Of the candidate to the baseline; none where that has nothing to be a part of.
    pub(super) ratio: Option<f64>,
    pub(super) verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Better,
    Worse,
    Noise,
    TooFew,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Operations {
    pub(super) latency: List<Row>,
    pub(super) errors: List<Row>,
    pub(super) only_a: List<Name>,
    pub(super) only_b: List<Name>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct List<T> {
    pub(super) rows: Vec<T>,
    pub(super) left_out: usize,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Row {
    #[serde(flatten)]
    pub(super) name: Name,
    pub(super) a: Side,
    pub(super) b: Side,
    pub(super) changes: Changes,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Name {
    pub(super) service: String,
    pub(super) operation: String,
}
