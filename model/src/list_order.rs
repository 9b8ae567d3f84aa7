//! What a list of traces is ordered by, and where one of its pages ends and the next begins.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::TraceId;
use crate::summary::Summary;

/// What comes first; of two that are alike in it, the newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListOrder {
    #[default]
    Newest,
    Slowest,
    MostErrors,
    MostSpans,
}

impl ListOrder {
    pub const ALL: [Self; 4] = [
        Self::Newest,
        Self::Slowest,
        Self::MostErrors,
        Self::MostSpans,
    ];

    /// As addresses have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Slowest => "slowest",
            Self::MostErrors => "errors",
            Self::MostSpans => "spans",
        }
    }

    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }

    /// As headings have it: "50 traces, newest first".
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Newest => "newest first",
            Self::Slowest => "slowest first",
            Self::MostErrors => "most errors first",
            Self::MostSpans => "most spans first",
        }
    }

    /// What traces are ordered by, the greatest first.
    #[must_use]
    pub fn rank(self, summary: &Summary) -> i64 {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            Self::Newest => summary.start_nanos,
            Self::Slowest => summary.duration_nanos,
            Self::MostErrors => number(summary.error_count),
            Self::MostSpans => number(summary.span_count),
        }
    }

    /// Where a page ends whose last trace is that one.
    #[must_use]
    pub fn cursor(self, summary: &Summary) -> Cursor {
        Cursor {
            rank: self.rank(summary),
            start_nanos: summary.start_nanos,
            trace_id: summary.trace_id,
        }
    }
}

/// The last row of a page: by rank, then by start, then by id, each falling. Stable while new
/// traces arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// [`ListOrder::rank`].
    pub rank: i64,
    pub start_nanos: i64,
    pub trace_id: TraceId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a cursor comes from the `next_cursor` of the page before; leave it out for the first page"
)]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.rank, self.start_nanos, self.trace_id)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (rank, rest) = text.split_once('.').ok_or(CursorError)?;
        let (start, id) = rest.split_once('.').ok_or(CursorError)?;
        Ok(Self {
            rank: rank.parse().ok().ok_or(CursorError)?,
            start_nanos: start.parse().ok().ok_or(CursorError)?,
            trace_id: id.parse().ok().ok_or(CursorError)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints_and_nothing_else() {
        let text = "7.-5.5b8efff798038103d269b633813fc60c";
        let cursor: Cursor = text.parse().expect("a cursor");
        assert_eq!(cursor.to_string(), text);
        for bad in [
            "",
            ".",
            "5.",
            "5.5b8efff798038103d269b633813fc60c",
            "x.5.5b8efff798038103d269b633813fc60c",
            "5.5.12",
        ] {
            assert_eq!(bad.parse::<Cursor>(), Err(CursorError), "{bad}");
        }
    }

    #[test]
    fn orders_have_names() {
        for order in ListOrder::ALL {
            assert_eq!(ListOrder::of_name(order.name()), Some(order));
        }
        assert_eq!(ListOrder::of_name("oldest"), None);
    }
}
