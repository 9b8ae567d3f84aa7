//! What was changed in a request, to be told in `/metrics`.

use std::collections::BTreeMap;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Attributes that a rule removed.
    pub(crate) dropped_by_rule: u64,
    /// Attributes beyond the limit.
    pub(crate) dropped_by_limit: u64,
    /// Values that were cut.
    pub(crate) truncated: u64,
    /// Texts in which something was replaced, by what that was.
    pub(crate) redacted: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub(super) fn redacted(&mut self, by: &'static str) {
        *self.redacted.entry(by).or_default() += 1;
    }
}
