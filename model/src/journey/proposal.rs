//! Journeys that the traffic suggests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Draft, Subject};
use crate::format;
use crate::rollup::{OTHER, Rollup};

/// Most root operations without a label that are proposed.
const MAX_ROOT_PROPOSALS: usize = 5;

/// Most proposals in all.
const MAX_PROPOSALS: usize = 20;

/// A journey that nobody has defined yet, with the traffic that suggests it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub draft: Draft,
    /// How many requests it stands for, before sampling.
    pub weight: f64,
    pub p95_nanos: i64,
}

/// Each value of the journey's label, and the busiest root operations of requests without one; the
/// busiest first. What a journey is defined for is not among them.
///
/// `seen` is what was counted under the values of [`super::LABELS`].
#[must_use]
pub fn proposals(seen: &[(Vec<String>, Rollup)], defined: &[Subject]) -> Vec<Proposal> {
    let mut labels: BTreeMap<&str, Rollup> = BTreeMap::new();
    let mut roots: BTreeMap<(&str, &str), Rollup> = BTreeMap::new();
    for (key, rollup) in seen {
        let [service, operation, label] = key.as_slice() else {
            continue;
        };
        let is_defined = defined.iter().any(|subject| subject.accepts(key));
        if is_defined || label == OTHER {
            continue;
        }
        if label.is_empty() {
            roots.entry((service, operation)).or_default().add(rollup);
        } else {
            labels.entry(label).or_default().add(rollup);
        }
    }
    let labelled = labels.into_iter().map(|(label, rollup)| {
        let draft = Draft {
            name: format::capitalised(label),
            label: label.to_owned(),
            ..Draft::default()
        };
        (draft, rollup)
    });
    let rooted = roots.into_iter().map(|((service, operation), rollup)| {
        let draft = Draft {
            name: operation.chars().take(super::MAX_NAME_CHARS).collect(),
            roots: format!("{operation} @ {service}"),
            ..Draft::default()
        };
        (draft, rollup)
    });
    let rooted = busiest(rooted.collect(), MAX_ROOT_PROPOSALS);
    let all = labelled.chain(rooted).collect();
    busiest(all, MAX_PROPOSALS)
        .into_iter()
        .filter_map(|(draft, rollup)| {
            let p95_nanos = rollup.durations.quantile(0.95)?;
            let total = format::typed_duration(nice_budget(p95_nanos));
            Some(Proposal {
                draft: Draft { total, ..draft },
                weight: rollup.weight,
                p95_nanos,
            })
        })
        .collect()
}

fn busiest(mut all: Vec<(Draft, Rollup)>, most: usize) -> Vec<(Draft, Rollup)> {
    all.sort_by(|left, right| right.1.weight.total_cmp(&left.1.weight));
    all.truncate(most);
    all
}

/// A round duration that a quantile keeps with a tenth to spare: two digits, of which the second
/// is 0 or 5 when the first is 3 or more; at least a millisecond.
fn nice_budget(p95_nanos: i64) -> i64 {
    const MILLI: i64 = 1_000_000;
    let wanted = p95_nanos.saturating_add(p95_nanos / 10).max(MILLI);
    let mut decade = MILLI;
    while decade <= wanted / 10 {
        decade *= 10;
    }
    let step = match wanted / decade {
        _ if decade == MILLI => MILLI,
        1..3 => decade / 10,
        _ => decade / 2,
    };
    wanted.saturating_add(step - 1) / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(service: &str, operation: &str, label: &str, count: i64) -> (Vec<String>, Rollup) {
        let key = [service, operation, label].map(str::to_owned).to_vec();
        let mut rollup = Rollup {
            count,
            ..Rollup::default()
        };
        for _ in 0..count {
            rollup.weight += 1.0;
            rollup.durations.record(180_000_000, 1, 1.0);
        }
        (key, rollup)
    }

    #[test]
    fn labels_and_busy_roots_are_proposed() {
        let traffic = [
            seen("ios", "GET /a", "login", 3),
            seen("web", "GET /b", "login", 4),
            seen("web", "GET /c", "", 5),
            seen("web", "POST /pay", "pay", 9),
            seen("other", "other", "other", 90),
        ];
        let found = proposals(&traffic, &[Subject::of_label("pay")]);
        let drafts: Vec<(&str, &str, &str, &str)> = found
            .iter()
            .map(|proposal| {
                let draft = &proposal.draft;
                let texts = [&draft.name, &draft.label, &draft.roots, &draft.total];
                let [name, label, roots, total] = texts.map(String::as_str);
                (name, label, roots, total)
            })
            .collect();
        let expected = [
            ("Login", "login", "", "200ms"),
            ("GET /c", "", "GET /c @ web", "200ms"),
        ];
        assert_eq!(drafts, expected);
        assert!((found[0].weight - 7.0).abs() < 1e-9);
        for proposal in found {
            assert!(proposal.draft.check().is_ok());
        }
    }

    #[test]
    fn budgets_are_round_and_leave_a_tenth() {
        let millis = |millis: i64| nice_budget(millis * 1_000_000) / 1_000_000;
        let found = [0, 4, 11, 83, 180, 1_210, 1_840].map(millis);
        assert_eq!(found, [1, 5, 13, 95, 200, 1_400, 2_100]);
    }
}
