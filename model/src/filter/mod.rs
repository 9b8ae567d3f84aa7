//! The filter language: what a person types into the bar, and what stands in every link.
//!
//! ```text
//! service:checkout status:error duration>500ms region:eu-west-1 -flag:new_cart=on pay
//! (operation:POST* or http.response.status_code>=500) {service:gateway} >> {service:payment}
//! ```
//!
//! `docs/filter-language.md` is its reference. What it means:
//!
//! - Terms side by side must all hold, and bind closer than `or`; parentheses group. A test is of
//!   the trace ([`TraceTest`]) and holds for every span of it alike, or of a span ([`SpanTest`]).
//! - Outside braces the filter holds when there is one span of the trace for which it is true. So
//!   tests on spans side by side hold on one and the same span.
//! - Outside braces a minus says that no span of the trace makes true what follows it, which then
//!   is the same for every span. So a filter with no test on spans but behind a minus does not
//!   depend on which span is looked at.
//! - Braces hold when there is any span for which all in them is true, and are the same for every
//!   span outside. In them a minus says that this span does not make true what follows it.
//! - Braces with `>`, `>>` or `~` between them are a path ([`Path`]): each further pair holds on a
//!   span that is a child, a descendant or a sibling of one that the pair before holds on.

pub mod complete;
mod condition;
mod eval;
mod lexer;
mod matcher;
#[cfg(test)]
mod oracle;
mod parse;
mod print;
mod range;
mod regular;
mod structure;
mod summarised;
mod test;

pub(crate) use parse::ATTRIBUTE;

pub use matcher::{Matcher, Wildcard};
pub use range::{Number, Order, Range};
pub use regular::Regex;
pub use test::{SpanField, SpanTest, Test, TraceField, TraceTest};

use serde::{Deserialize, Serialize};

/// Longest filter that is read, in bytes.
pub const MAX_LENGTH: usize = 4_096;

/// Most conditions in one filter.
pub const MAX_CONDITIONS: usize = 64;

/// How deep parentheses, braces and the minus before them may stand within each other.
pub const MAX_DEPTH: usize = 16;

/// All terms must hold; without any, everything matches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    pub terms: Vec<Term>,
}

/// What holds of a span, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    Test(Test),
    Not(Box<Term>),
    /// At least two, none of them again all of some.
    All(Vec<Term>),
    /// At least two, none of them again any of some.
    Any(Vec<Term>),
    Path(Path),
}

/// Spans that are related to each other, each described by the terms within its braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub first: Vec<Term>,
    /// Each span by how it is related to the one before it.
    pub rest: Vec<(Relation, Vec<Term>)>,
}

/// How a span is related to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Child,
    Descendant,
    /// Another child of the same parent.
    Sibling,
}

impl Relation {
    /// The longer signs first.
    pub const ALL: [Self; 3] = [Self::Descendant, Self::Child, Self::Sibling];

    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Child => ">",
            Self::Descendant => ">>",
            Self::Sibling => "~",
        }
    }
}

/// What is wrong with a filter, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct FilterError {
    /// Byte offset in the text where the trouble begins, at most its length.
    pub at: usize,
    pub message: String,
    pub hint: String,
}

impl Filter {
    /// The filter without one of its terms.
    #[must_use]
    pub fn without(&self, index: usize) -> Self {
        let mut terms = self.terms.clone();
        if index < terms.len() {
            terms.remove(index);
        }
        Self { terms }
    }

    /// The filter with a minus in front of one of its terms, or without the one that it has.
    #[must_use]
    pub fn with_negated(&self, index: usize) -> Self {
        let mut terms = self.terms.clone();
        if index < terms.len() {
            let term = terms.remove(index);
            terms.insert(index, term.negated());
        }
        Self { terms }
    }

    /// The filter with one of its terms before the others, which means the same.
    #[must_use]
    pub fn with_first(&self, index: usize) -> Self {
        let mut terms = self.terms.clone();
        if index < terms.len() {
            terms[..=index].rotate_right(1);
        }
        Self { terms }
    }

    /// The filter with one more test, unless it has that already.
    #[must_use]
    pub fn with(&self, test: Test) -> Self {
        self.with_terms([Term::Test(test)])
    }

    /// The filter with more terms, but for those that it has already.
    #[must_use]
    pub fn with_terms(&self, more: impl IntoIterator<Item = Term>) -> Self {
        let mut terms = self.terms.clone();
        for term in more {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        Self { terms }
    }

    /// The filter as it is asked of what is stored, where values may differ from those that were
    /// sent. The function is given an attribute and a value that is asked for exactly.
    #[must_use]
    pub fn with_values(mut self, stored: impl Fn(&str, &str) -> Option<String>) -> Self {
        for term in &mut self.terms {
            term.for_each_test(&mut |test| test.replace_values(&stored));
        }
        self
    }
}

impl Term {
    /// All of the terms; one alone is itself.
    #[must_use]
    pub fn all(terms: Vec<Self>) -> Self {
        let parts = terms.into_iter().flat_map(|term| match term {
            Self::All(parts) => parts,
            other => vec![other],
        });
        one_or(parts.collect(), Self::All)
    }

    /// Any of the terms; one alone is itself.
    #[must_use]
    pub fn any(terms: Vec<Self>) -> Self {
        let parts = terms.into_iter().flat_map(|term| match term {
            Self::Any(parts) => parts,
            other => vec![other],
        });
        one_or(parts.collect(), Self::Any)
    }

    /// The term with a minus in front, or without the one that it has.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Not(term) => *term,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The test that it is, without a minus.
    #[must_use]
    pub fn test(&self) -> Option<&Test> {
        match self {
            Self::Test(test) => Some(test),
            _ => None,
        }
    }

    /// Recurses no deeper than terms are nested.
    fn for_each_test(&mut self, change: &mut impl FnMut(&mut Test)) {
        match self {
            Self::Test(test) => change(test),
            Self::Not(term) => term.for_each_test(change),
            Self::All(terms) | Self::Any(terms) => {
                for term in terms {
                    term.for_each_test(change);
                }
            }
            Self::Path(path) => {
                let rest = path.rest.iter_mut().map(|(_, terms)| terms);
                for term in [&mut path.first].into_iter().chain(rest).flatten() {
                    term.for_each_test(change);
                }
            }
        }
    }
}

fn one_or(mut terms: Vec<Term>, join: fn(Vec<Term>) -> Term) -> Term {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        last => {
            terms.extend(last);
            join(terms)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Filter {
        text.parse().expect("a filter")
    }

    #[test]
    fn values_are_asked_for_as_they_are_stored() {
        let stored = |text: &str| {
            let stored = |key: &str, value: &str| (key == "user.id").then(|| format!("~{value}"));
            filter(text).with_values(stored).to_string()
        };
        assert_eq!(
            stored("user:alice -attr.user.id:bob region:alice"),
            "user:\"~alice\" -attr.user.id:\"~bob\" region:alice"
        );
        assert_eq!(
            stored("-(user:a,b* or {user.id:c status:ok} >> {-user:d})"),
            "-(user:\"~a\",b* or {attr.user.id:\"~c\" status:ok} >> {-user:\"~d\"})"
        );
    }

    /// What stands as code in a line.
    fn code(line: &str) -> impl Iterator<Item = &str> {
        line.split('`').skip(1).step_by(2)
    }

    #[test]
    fn all_examples_of_the_reference_are_read() {
        let reference = include_str!("../../../docs/filter-language.md");
        let rows = reference.lines().filter(|line| line.starts_with("| "));
        let first = rows.filter_map(|row| row.split('|').nth(1));
        let examples = first
            .flat_map(code)
            .filter(|text| !text.ends_with([':', '>']));
        let readme = include_str!("../../../README.md").lines();
        let blocks = readme.filter(|line| line.contains("status:") && !line.contains('`'));
        let examples: Vec<&str> = examples.chain(blocks).collect();
        assert!(examples.len() > 30, "{examples:?}");
        for example in examples {
            assert!(example.parse::<Filter>().is_ok(), "{example}");
        }
        for key in condition::keys() {
            let is_told = |sign| reference.contains(&format!("`{key}{sign}`"));
            assert!(is_told(':') || is_told('>'), "{key}");
        }
    }

    #[test]
    fn terms_come_and_go() {
        let both = filter("os:iOS (service:a or service:b)");
        assert_eq!(both.without(0).to_string(), "(service:a or service:b)");
        assert_eq!(both.without(7), both);
        let negated = both.with_negated(1);
        assert_eq!(negated.to_string(), "os:iOS -(service:a or service:b)");
        assert_eq!(negated.with_negated(1), both);
        assert_eq!(both.with_negated(7), both);
        let three = filter("attr.a:1 attr.b:2 attr.c:3");
        assert_eq!(
            three.with_first(2).to_string(),
            "attr.c:3 attr.a:1 attr.b:2"
        );
        assert_eq!(three.with_first(7), three);
        assert_eq!(
            both.with_terms(filter("region:x os:iOS").terms).terms.len(),
            3
        );
        let term = both.terms[1].clone();
        assert_eq!(
            term.clone().negated().to_string(),
            "-(service:a or service:b)"
        );
        assert_eq!(term.clone().negated().negated(), term);
    }
}
