//! What an alert says when it fires.

use super::alert::Verdict;
use super::burn::Severity;
use super::{Definition, Status};
use crate::format;

/// What is wrong, for how much, and how long it can go on, in a sentence.
#[must_use]
pub fn headline(definition: &Definition, status: &Status, severity: Severity) -> String {
    let broken = status
        .rules
        .iter()
        .find(|judged| judged.rule.severity == severity && judged.verdict == Verdict::Breach);
    let rates = broken.map_or(String::new(), |judged| {
        let target = definition.target;
        let [long, short] = [judged.reading.long, judged.reading.short]
            .map(|tally| format::burn_rate(tally.burn_rate(target).unwrap_or_default()));
        format!(
            "the error budget burns at {long} over {} and still at {short} over {}: {} of {} {}",
            format::duration(judged.rule.long_nanos),
            format::duration(judged.rule.short_nanos),
            format::exact(judged.reading.long.bad()),
            format::exact(judged.reading.long.total),
            definition.bad_words(),
        )
    });
    let left = status.budget_left.map_or(String::new(), |left| {
        format!(
            "; {} {}",
            format::budget_left(left),
            definition.window.words()
        )
    });
    format!("{}: {rates}{left}", definition.name)
}
