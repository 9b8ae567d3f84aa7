//! Where a page of a list ends and the next one begins.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::TraceId;

/// The last row of a page in the order "newest first, then by id": stable while new traces arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
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
        write!(f, "{}.{}", self.start_nanos, self.trace_id)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (start, id) = text.split_once('.').ok_or(CursorError)?;
        let start_nanos = start.parse().ok().ok_or(CursorError)?;
        let trace_id = id.parse().ok().ok_or(CursorError)?;
        Ok(Self {
            start_nanos,
            trace_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints_and_nothing_else() {
        let text = "-5.5b8efff798038103d269b633813fc60c";
        let cursor: Cursor = text.parse().expect("a cursor");
        assert_eq!(cursor.to_string(), text);
        for bad in ["", ".", "5.", "x.5b8efff798038103d269b633813fc60c", "5.12"] {
            assert_eq!(bad.parse::<Cursor>(), Err(CursorError), "{bad}");
        }
    }
}
