//! What a filter demands of an index.

use super::{DIMENSIONS, IndexTerm, Kind, Part, is_short, number};
use crate::filter::{Filter, Matcher, SpanField, SpanTest, Term, Test, TraceField, TraceTest};
use crate::span::StatusCode;

/// Most alternatives that an index is asked for: with more, it is not.
const MAX_ALTERNATIVES: usize = 128;

/// Which terms a trace must have to meet a filter; it may have them and not meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// The index cannot tell.
    Nothing,
    Term(IndexTerm),
    All(Vec<Demand>),
    Any(Vec<Demand>),
}

impl Demand {
    /// Recurses no deeper than terms of filters are nested.
    #[must_use]
    pub fn of(filter: &Filter) -> Self {
        Self::of_all(&filter.terms)
    }

    /// That an attribute of a span, its resource, its scope or one of its events has that value,
    /// however lists, maps and bytes are printed.
    #[must_use]
    pub fn attribute(key: &str, value: &str) -> Self {
        let key = Part::of(key);
        let terms = [
            IndexTerm::attribute(key, Part::of(value)),
            IndexTerm::nested(key),
        ];
        Self::Any(terms.map(Self::Term).to_vec())
    }

    /// All terms that it speaks of, each once, in order.
    #[must_use]
    pub fn terms(&self) -> Vec<IndexTerm> {
        let mut terms = Vec::new();
        self.add_terms(&mut terms);
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// Whether a trace with those terms is a candidate. Recurses no deeper than filters do.
    #[must_use]
    pub fn is_met(&self, has: &impl Fn(IndexTerm) -> bool) -> bool {
        match self {
            Self::Nothing => true,
            Self::Term(term) => has(*term),
            Self::All(parts) => parts.iter().all(|part| part.is_met(has)),
            Self::Any(parts) => parts.iter().any(|part| part.is_met(has)),
        }
    }

    fn add_terms(&self, terms: &mut Vec<IndexTerm>) {
        match self {
            Self::Nothing => {}
            Self::Term(term) => terms.push(*term),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.add_terms(terms);
                }
            }
        }
    }

    /// The terms side by side; what is demanded together of one span may have a term of its own.
    fn of_all(terms: &[Term]) -> Self {
        let own = terms.iter().map(Self::of_term);
        Self::all(own.chain(failed(terms)).chain(of_services(terms)))
    }

    /// That all is met.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts = parts.into_iter().filter(|part| *part != Self::Nothing);
        let mut parts: Vec<Self> = parts.collect();
        match parts.len() {
            0 => Self::Nothing,
            1 => parts.remove(0),
            _ => Self::All(parts),
        }
    }

    fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        if parts.contains(&Self::Nothing) {
            return Self::Nothing;
        }
        Self::Any(parts)
    }

    fn of_term(term: &Term) -> Self {
        match term {
            Term::Test(Test::Span(test)) => Self::of_span(test),
            Term::Test(Test::Trace(test)) => Self::of_trace(test),
            Term::Not(_) => Self::Nothing,
            Term::All(terms) => Self::of_all(terms),
            Term::Any(terms) => Self::any(terms.iter().map(Self::of_term)),
            Term::Path(path) => {
                let rest = path.rest.iter().map(|(_, terms)| terms);
                Self::all(
                    [&path.first]
                        .into_iter()
                        .chain(rest)
                        .map(|terms| Self::of_all(terms)),
                )
            }
        }
    }

    fn of_span(test: &SpanTest) -> Self {
        match test {
            SpanTest::Field(field, matcher) => match kind(*field) {
                Some(kind) => Self::exact(matcher, |name| IndexTerm::name(kind, name)),
                None => Self::Nothing,
            },
            SpanTest::Attribute { key, matcher } => Self::of_attribute(Part::of(key), matcher),
            SpanTest::Duration(_) | SpanTest::Text(_) => Self::Nothing,
        }
    }

    fn of_attribute(key: Part, matcher: &Matcher) -> Self {
        let exact = Self::exact(matcher, |value| IndexTerm::attribute(key, value));
        if exact != Self::Nothing {
            return exact;
        }
        let is_there = Self::Term(IndexTerm::key(key));
        match matcher {
            Matcher::Number(range) => {
                let steps = number::any_of(key, *range).into_iter().map(Self::Term);
                Self::all([is_there, Self::any(steps)])
            }
            _ => is_there,
        }
    }

    fn of_trace(test: &TraceTest) -> Self {
        match test {
            TraceTest::Field(TraceField::Dimension(dimension), matcher)
                if DIMENSIONS.contains(dimension) =>
            {
                Self::exact(matcher, |value| IndexTerm::dimension(*dimension, value))
            }
            TraceTest::Field(..) | TraceTest::Duration(_) => Self::Nothing,
        }
    }

    /// Of values that are known there must be one.
    fn exact(matcher: &Matcher, term: impl Fn(Part) -> IndexTerm) -> Self {
        match matcher.as_exacts() {
            // What is empty may as well be missing.
            Some(values) if !values.contains(&"") && values.len() <= MAX_ALTERNATIVES => Self::any(
                values
                    .into_iter()
                    .map(|value| Self::Term(term(Part::of(value)))),
            ),
            _ => Self::Nothing,
        }
    }
}

/// What the index knows of a field of a span. Services lie in a column.
fn kind(field: SpanField) -> Option<Kind> {
    match field {
        SpanField::Operation => Some(Kind::Operation),
        SpanField::Event => Some(Kind::Event),
        SpanField::Link => Some(Kind::Link),
        SpanField::Scope => Some(Kind::Scope),
        SpanField::Service | SpanField::Status | SpanField::Kind => None,
    }
}

/// Whose span must have failed, where terms side by side say so.
fn failed(terms: &[Term]) -> impl Iterator<Item = Demand> {
    let tests = || terms.iter().filter_map(Term::test);
    let is_failed = tests().any(|test| *test == Test::status(StatusCode::Error));
    let of_failed = move |test: &Test| match test {
        Test::Span(SpanTest::Field(field, matcher)) if is_failed => {
            let kind = match field {
                SpanField::Service => Kind::FailedService,
                SpanField::Operation => Kind::FailedOperation,
                _ => return None,
            };
            Some(Demand::exact(matcher, |name| IndexTerm::name(kind, name)))
        }
        _ => None,
    };
    tests().filter_map(of_failed)
}

/// Which operation or key the spans of a service must have, where terms side by side say so.
fn of_services(terms: &[Term]) -> impl Iterator<Item = Demand> {
    let tests = || terms.iter().filter_map(Term::test);
    let services = tests().find_map(|test| match test {
        Test::Span(SpanTest::Field(SpanField::Service, matcher)) => matcher.as_exacts(),
        _ => None,
    });
    let of_test = move |test: &Test| {
        let services = services.as_deref()?;
        let any = |names: &[&str], term: &dyn Fn(Part, Part) -> IndexTerm| {
            if services.len() * names.len() > MAX_ALTERNATIVES {
                return Demand::Nothing;
            }
            let pairs = services.iter().flat_map(|service| {
                let of_name = |name: &&str| term(Part::of(service), Part::of(name));
                names.iter().map(of_name)
            });
            Demand::any(pairs.map(Demand::Term))
        };
        match test {
            Test::Span(SpanTest::Field(SpanField::Operation, matcher)) => {
                Some(any(&matcher.as_exacts()?, &IndexTerm::operation_of_service))
            }
            Test::Span(SpanTest::Attribute { key, matcher }) => {
                let values = matcher.as_exacts().unwrap_or_default();
                let are_short = values.iter().all(|value| is_short(value));
                Some(if are_short && !values.is_empty() {
                    let key = Part::of(key);
                    any(&values, &|service, value| {
                        IndexTerm::attribute_of_service(service, key, value)
                    })
                } else {
                    any(&[key], &IndexTerm::key_of_service)
                })
            }
            _ => None,
        }
    };
    tests().filter_map(of_test)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(text: &str) -> Demand {
        Demand::of(&text.parse().expect("a filter"))
    }

    fn attribute(key: &str, value: &str) -> Demand {
        Demand::Term(IndexTerm::attribute(Part::of(key), Part::of(value)))
    }

    #[test]
    fn what_must_be_there_is_demanded() {
        assert_eq!(demand("attr.a:1"), Demand::Any(vec![attribute("a", "1")]));
        assert_eq!(
            demand("attr.a:1,2"),
            Demand::Any(vec![attribute("a", "1"), attribute("a", "2")])
        );
        let key = Demand::Term(IndexTerm::key(Part::of("a")));
        for text in ["attr.a:*", "attr.a:x*", "attr.a~\"^x\""] {
            assert_eq!(demand(text), key, "{text}");
        }
        assert_eq!(
            demand("(attr.a:1 or attr.b:2) duration>1s"),
            Demand::Any(vec![
                Demand::Any(vec![attribute("a", "1")]),
                Demand::Any(vec![attribute("b", "2")])
            ])
        );
        assert_eq!(demand("{attr.a:1} >> {-attr.b:2}"), demand("attr.a:1"));
    }

    #[test]
    fn no_more_is_demanded_than_can_be_looked_for() {
        let many = |count: usize| vec!["x"; count].join(",");
        let operations = |count| demand(&format!("operation:{}", many(count)));
        assert_ne!(operations(MAX_ALTERNATIVES), Demand::Nothing);
        assert_eq!(operations(MAX_ALTERNATIVES + 1), Demand::Nothing);
        let key = Demand::Term(IndexTerm::key(Part::of("a")));
        assert_eq!(demand(&format!("attr.a:{}", many(1_000))), key);
        let pairs = demand(&format!("service:{} operation:{}", many(12), many(12)));
        assert_eq!(pairs, operations(12));
    }

    #[test]
    fn nothing_is_demanded_that_may_be_missing() {
        for text in [
            "",
            "pay",
            "-attr.a:1",
            "attr.a:1 or duration>1s",
            "attr.a:1 or -attr.b:2",
            "kind:server",
            "status:error",
            "service:a*",
            "region:eu",
            "service:a",
            "root:x",
            "session:\"\"",
            "outcome:ok",
        ] {
            assert_eq!(demand(text), Demand::Nothing, "{text}");
        }
    }

    #[test]
    fn failures_have_terms_of_their_own() {
        let failed =
            |kind, name| Demand::Any(vec![Demand::Term(IndexTerm::name(kind, Part::of(name)))]);
        assert_eq!(
            demand("service:a status:error"),
            failed(Kind::FailedService, "a")
        );
        assert_eq!(demand("{service:a} {status:error}"), Demand::Nothing);
    }

    #[test]
    fn what_spans_of_a_service_have_has_terms_of_its_own() {
        let has = |filter: &str, term| demand(filter).terms().contains(&term);
        let operation = IndexTerm::operation_of_service(Part::of("b"), Part::of("x"));
        assert!(has("service:a,b operation:x", operation));
        assert!(!has("{service:b} {operation:x}", operation));
        let key = IndexTerm::key_of_service(Part::of("b"), Part::of("key"));
        for filter in [
            "service:b attr.key:01234567890123456,1",
            "service:b attr.key~\"x\" pay",
        ] {
            assert!(has(filter, key), "{filter}");
        }
        let value = {
            let [service, key, value] = ["b", "key", "1"].map(Part::of);
            IndexTerm::attribute_of_service(service, key, value)
        };
        assert!(has("service:a,b attr.key:1,2", value));
        assert!(!has("{service:b} {attr.key:1}", value));
        assert!(!has("service:b -attr.key:1", key));
        assert!(!has("-service:b attr.key:1", key));
    }
}
