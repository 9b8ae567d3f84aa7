//! What is wrong with a span, or odd, as its row says it.

use serde::{Deserialize, Serialize};

use crate::defect::Defect;
use crate::parent_timing::Beyond;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mark {
    MissingRoot,
    MissingParent,
    Cycle,
    DuplicateId,
    NegativeDuration,
    BrokenContext,
    StartsBeforeParent,
    OutlivesParent,
    StartsAfterParent,
}

impl Mark {
    pub const ALL: [Self; 9] = [
        Self::MissingRoot,
        Self::MissingParent,
        Self::Cycle,
        Self::DuplicateId,
        Self::NegativeDuration,
        Self::BrokenContext,
        Self::StartsBeforeParent,
        Self::OutlivesParent,
        Self::StartsAfterParent,
    ];

    /// In two or three words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingRoot => "no root",
            Self::MissingParent => "parent missing",
            Self::Cycle => "own ancestor",
            Self::DuplicateId => "id twice",
            Self::NegativeDuration => "ends before start",
            Self::BrokenContext => "context broken",
            Self::StartsBeforeParent => "before parent",
            Self::OutlivesParent => "outlives parent",
            Self::StartsAfterParent => "after parent",
        }
    }

    /// A sentence for people, without a full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::MissingRoot => "No root span has arrived; this one speaks for the trace",
            Self::MissingParent => "Its parent has not arrived",
            Self::Cycle => "It is its own ancestor; shown as a root",
            Self::DuplicateId => "Another span with the same id and other content was left out",
            Self::NegativeDuration => "It ends before it starts",
            Self::BrokenContext => "It has recorded a context that nobody can continue",
            Self::StartsBeforeParent => "It starts before its parent",
            Self::OutlivesParent => "It ends after its parent, which did not wait for it",
            Self::StartsAfterParent => "It starts after its parent has ended",
        }
    }

    /// Whether that is how asynchronous work looks, and no defect.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::OutlivesParent | Self::StartsAfterParent)
    }
}

impl From<Defect> for Mark {
    fn from(defect: Defect) -> Self {
        match defect {
            Defect::MissingRoot => Self::MissingRoot,
            Defect::MissingParent { .. } => Self::MissingParent,
            Defect::Cycle { .. } => Self::Cycle,
            Defect::DuplicateId { .. } => Self::DuplicateId,
            Defect::NegativeDuration { .. } => Self::NegativeDuration,
            Defect::Context { .. } => Self::BrokenContext,
        }
    }
}

impl From<Beyond> for Mark {
    fn from(beyond: Beyond) -> Self {
        match beyond {
            Beyond::StartsBefore(_) => Self::StartsBeforeParent,
            Beyond::EndsAfter(_) => Self::OutlivesParent,
            Beyond::StartsAfterEnd(_) => Self::StartsAfterParent,
        }
    }
}

/// Several of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u16);

impl Marks {
    pub fn add(&mut self, mark: Mark) {
        self.0 |= Self::bit(mark);
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Mark> {
        let has = move |mark: &Mark| self.0 & Self::bit(*mark) != 0;
        Mark::ALL.into_iter().filter(has)
    }

    /// One of them is a defect.
    #[must_use]
    pub fn has_defect(self) -> bool {
        self.iter().any(|mark| !mark.is_harmless())
    }

    pub(super) fn bits(self) -> u16 {
        self.0
    }

    /// Bits that mean nothing are left out.
    pub(super) fn from_bits(bits: u64) -> Self {
        let known = Mark::ALL.into_iter().map(Self::bit);
        let known = known.filter(|bit| bits & u64::from(*bit) != 0);
        Self(known.fold(0, |marks, bit| marks | bit))
    }

    fn bit(mark: Mark) -> u16 {
        1 << (mark as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_a_set() {
        let mut marks = Marks::default();
        assert!(marks.is_empty());
        marks.add(Mark::OutlivesParent);
        assert!(!marks.has_defect());
        marks.add(Mark::Cycle);
        marks.add(Mark::Cycle);
        assert!(marks.has_defect());
        assert!(marks.iter().eq([Mark::Cycle, Mark::OutlivesParent]));
        let read = Marks::from_bits(u64::from(marks.bits()) | 1 << 40);
        assert_eq!(read, marks);
    }
}
