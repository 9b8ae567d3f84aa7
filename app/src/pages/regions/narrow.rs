//! Filters that links of the page narrow to.

use model::dimensions::Dimension;
use model::filter::{Condition, Filter, Test, TraceTest};

/// The journeys that the filter demands.
pub(crate) fn journeys_of(filter: &Filter) -> impl Iterator<Item = &str> {
    filter.conditions.iter().filter_map(journey)
}

/// The same filter for whichever journey.
pub(crate) fn of_any_journey(filter: &Filter) -> Filter {
    let conditions = filter.conditions.iter();
    let others = conditions.filter(|condition| journey(condition).is_none());
    Filter {
        conditions: others.cloned().collect(),
    }
}

fn journey(condition: &Condition) -> Option<&str> {
    match &condition.test {
        Test::Trace(TraceTest::Dimension {
            dimension: Dimension::Journey,
            value,
        }) if !condition.negated => Some(value),
        _ => None,
    }
}

/// That a dimension has a value.
pub(crate) fn has(dimension: Dimension, value: &str) -> Test {
    Test::Trace(TraceTest::Dimension {
        dimension,
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journeys_are_taken_out_of_a_filter() {
        let filter: Filter = "journey:pay os:iOS -journey:login".parse().expect("good");
        assert_eq!(journeys_of(&filter).collect::<Vec<_>>(), ["pay"]);
        assert_eq!(of_any_journey(&filter).to_string(), "os:iOS -journey:login");
    }
}
