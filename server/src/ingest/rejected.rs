//! What was left out of a request, by reason.

use std::collections::BTreeMap;
use std::fmt::Display;

/// How many were rejected for each reason.
#[derive(Debug)]
pub(super) struct Rejected<R>(BTreeMap<R, usize>);

impl<R> Default for Rejected<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R: Ord + Copy + Display> Rejected<R> {
    pub(super) fn add(&mut self, reason: R) {
        *self.0.entry(reason).or_default() += 1;
    }

    pub(super) fn count(&self) -> usize {
        self.0.values().sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (R, usize)> {
        self.0.iter().map(|(reason, count)| (*reason, *count))
    }

    /// For the client's log: how many are lost and why; `noun` says what. Empty when none is.
    pub(super) fn message(&self, noun: &str) -> String {
        let parts = self.iter().map(|(reason, count)| {
            let counted = model::format::counted(count, noun);
            format!("{counted} rejected: {reason}")
        });
        parts.collect::<Vec<_>>().join("; ")
    }
}
