//! What is wrong with a trace. A trace with defects is shown whole, with its defects named.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::SpanId;
use crate::propagation::Malformed;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Defect {
    /// No span of the trace is without a parent.
    MissingRoot,
    /// The span names a parent that never arrived.
    MissingParent { span: SpanId, parent: SpanId },
    /// The span is its own ancestor; the chain was cut above it.
    Cycle { span: SpanId },
    /// Another span with the same id but other content was left out.
    DuplicateId { span: SpanId },
    /// The span ends before it starts.
    NegativeDuration { span: SpanId },
    /// The span has recorded a context that nobody can continue.
    Context { span: SpanId, malformed: Malformed },
}

impl Defect {
    /// The span that it concerns; none when it concerns the whole trace.
    #[must_use]
    pub fn span(&self) -> Option<SpanId> {
        match *self {
            Self::MissingRoot => None,
            Self::MissingParent { span, .. }
            | Self::Cycle { span }
            | Self::DuplicateId { span }
            | Self::NegativeDuration { span }
            | Self::Context { span, .. } => Some(span),
        }
    }
}

/// A sentence for people, without a full stop.
impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingRoot => f.write_str("No root span has arrived"),
            Self::MissingParent { parent, .. } => {
                write!(f, "Its parent {parent} has not arrived")
            }
            Self::Cycle { .. } => f.write_str("It is its own ancestor; shown as a root"),
            Self::DuplicateId { .. } => {
                f.write_str("Another span with the same id and other content was left out")
            }
            Self::NegativeDuration { .. } => f.write_str("It ends before it starts"),
            Self::Context { malformed, .. } => malformed.fmt(f),
        }
    }
}
