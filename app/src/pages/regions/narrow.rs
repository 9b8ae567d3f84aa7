//! Filters that links of the page narrow to.

use model::dimensions::Dimension;
use model::filter::{Filter, Term, Test, TraceField, TraceTest};

/// The journeys that the filter demands.
pub(crate) fn journeys_of(filter: &Filter) -> impl Iterator<Item = &str> {
    filter.terms.iter().filter_map(journeys).flatten()
}

/// Whether each term that demands a journey is met by that one.
pub(crate) fn demands(filter: &Filter, journey: &str) -> bool {
    let mut demanded = filter.terms.iter().filter_map(journeys);
    demanded.all(|some| some.contains(&journey))
}

/// The same filter for whichever journey.
pub(crate) fn of_any_journey(filter: &Filter) -> Filter {
    let terms = filter.terms.iter();
    let others = terms.filter(|term| journeys(term).is_none());
    Filter {
        terms: others.cloned().collect(),
    }
}

/// Those of which a term demands one.
fn journeys(term: &Term) -> Option<Vec<&str>> {
    match term.test()? {
        Test::Trace(TraceTest::Field(TraceField::Dimension(Dimension::Journey), matcher)) => {
            matcher.as_exacts()
        }
        _ => None,
    }
}

/// That a dimension has a value.
pub(crate) fn has(dimension: Dimension, value: &str) -> Test {
    Test::dimension(dimension, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journeys_are_taken_out_of_a_filter() {
        let filter: Filter = "journey:pay os:iOS -journey:login".parse().expect("good");
        assert_eq!(journeys_of(&filter).collect::<Vec<_>>(), ["pay"]);
        assert_eq!(of_any_journey(&filter).to_string(), "os:iOS -journey:login");
        let some: Filter = "journey:pay,login journey:p*".parse().expect("good");
        assert_eq!(journeys_of(&some).collect::<Vec<_>>(), ["pay", "login"]);
        assert_eq!(of_any_journey(&some).to_string(), "journey:p*");
        let met = ["pay", "login", "search", ""].map(|journey| demands(&some, journey));
        assert_eq!(met, [true, true, false, false]);
    }
}
