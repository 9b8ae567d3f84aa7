//! What spent an error budget: the values of a label, by what was bad under them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Indicator, Tally};
use crate::histogram::{bucket_of, nearest_bound};
use crate::id::TraceId;
use crate::rollup::Rollup;

/// Most values of a label that are told, those that spent most.
pub const MAX_SPENDERS: usize = 8;

/// What was counted under a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spender {
    /// Empty where nothing tells it.
    pub value: String,
    pub tally: Tally,
    /// Of all that was bad, from 0 to 1.
    pub share: f64,
    /// A trace that was bad, and the slowest of those that are kept as examples. None of those that
    /// failed, which counts do not tell.
    pub example: Option<TraceId>,
}

/// The bucket of a duration, and a trace that took so long.
type Slowest = (u16, TraceId);

/// By the value of one label, those with the most that was bad first; those without anything bad
/// are left out.
#[must_use]
pub fn spenders<'a>(
    counted: impl IntoIterator<Item = (&'a str, &'a Rollup)>,
    indicator: Indicator,
) -> Vec<Spender> {
    let mut by_value: BTreeMap<&str, (Tally, Option<Slowest>)> = BTreeMap::new();
    for (value, rollup) in counted {
        let (tally, example) = by_value.entry(value).or_default();
        tally.add(Tally::of(
            indicator,
            rollup.weight,
            rollup.weighted_errors,
            &rollup.durations,
        ));
        *example = (*example).max(slowest_bad(rollup, indicator));
    }
    let bad: f64 = by_value.values().map(|(tally, _)| tally.bad()).sum();
    let mut found: Vec<Spender> = by_value
        .into_iter()
        .filter(|(_, (tally, _))| tally.bad() > 0.0)
        .map(|(value, (tally, example))| Spender {
            value: value.to_owned(),
            tally,
            share: tally.bad() / bad,
            example: example.map(|(_, id)| id),
        })
        .collect();
    found.sort_by(|left, right| right.share.total_cmp(&left.share));
    found.truncate(MAX_SPENDERS);
    found
}

fn slowest_bad(rollup: &Rollup, indicator: Indicator) -> Option<Slowest> {
    let Indicator::Latency { threshold_nanos } = indicator else {
        return None;
    };
    let first_bad = bucket_of(nearest_bound(threshold_nanos));
    let slowest = rollup.exemplars.all().last().copied()?;
    (slowest.0 >= first_bad).then_some(slowest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::{Direction, Observation};
    use crate::trace::tests::trace_id;

    fn counted(durations: &[i64]) -> Rollup {
        let mut rollup = Rollup::default();
        for duration_nanos in durations {
            let seen = Observation {
                trace_id: trace_id(),
                duration_nanos: *duration_nanos,
                is_error: *duration_nanos == 7,
                weight: 2.0,
                sums: &[],
            };
            rollup.record(Direction::Add, &seen);
        }
        rollup
    }

    #[test]
    fn those_that_spent_most_come_first() {
        let [few, many, none] = [&[7, 900][..], &[800, 900, 900, 1], &[1, 2, 3]].map(counted);
        let parts = [
            ("few", &few),
            ("many", &many),
            ("none", &none),
            ("few", &none),
        ];
        let threshold_nanos = 100;
        let found = spenders(parts, Indicator::Latency { threshold_nanos });
        let told: Vec<(&str, f64)> = found
            .iter()
            .map(|one| (one.value.as_str(), one.share))
            .collect();
        assert_eq!(told, [("many", 0.75), ("few", 0.25)]);
        assert_eq!(
            found[0].tally,
            Tally {
                good: 2.0,
                total: 8.0
            }
        );
        assert_eq!(found[0].example, Some(trace_id()));
        let failed = spenders(parts, Indicator::Availability);
        assert_eq!((failed.len(), failed[0].value.as_str()), (1, "few"));
        assert_eq!(failed[0].example, None);
        assert_eq!(spenders([("none", &none)], Indicator::Availability), []);
    }
}
