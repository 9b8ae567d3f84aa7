//! Whether a trace meets a filter: what its summary decides.

use super::matcher::Matcher;
use super::{Filter, Path, SpanField, SpanTest, Term, Test};
use crate::span::StatusCode;
use crate::summary::{MAX_NAME_BYTES, MAX_SERVICES, Summary};

impl Filter {
    /// False only where a trace with that summary cannot meet the filter. Where
    /// [`Self::needs_spans`] says no, it is the answer.
    #[must_use]
    pub fn accepts_summary(&self, summary: &Summary) -> bool {
        Known::all(&self.terms, summary, false).some != Some(false)
    }

    /// Whether summaries alone do not always decide.
    #[must_use]
    pub fn needs_spans(&self) -> bool {
        Told::all(&self.terms, false) == Told::Never
    }
}

/// What is known of the spans of a trace; none where the summary does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    /// Whether there is a span of which it is true.
    some: Option<bool>,
    /// Whether it is true of every span.
    every: Option<bool>,
}

impl Known {
    const UNKNOWN: Self = Self {
        some: None,
        every: None,
    };

    /// The same for every span.
    fn alike(holds: Option<bool>) -> Self {
        Self {
            some: holds,
            every: holds,
        }
    }

    fn all(terms: &[Term], summary: &Summary, in_braces: bool) -> Self {
        let terms = terms.iter().map(|term| Self::of(term, summary, in_braces));
        let terms: Vec<Self> = terms.collect();
        let every = all_of(terms.iter().map(|term| term.every));
        // What is true of every span says nothing about which one.
        let mut rest = terms.iter().filter(|term| term.every != Some(true));
        let some = match (rest.next(), rest.next()) {
            _ if terms.iter().any(|term| term.some == Some(false)) => Some(false),
            (None, _) => Some(true),
            (Some(only), None) => only.some,
            _ => None,
        };
        Self { some, every }
    }

    /// That not all of the opposites are true.
    fn any(terms: &[Term], summary: &Summary, in_braces: bool) -> Self {
        let terms = terms.iter().map(|term| Self::of(term, summary, in_braces));
        let terms: Vec<Self> = terms.collect();
        let some = all_of(terms.iter().map(|term| not(term.some)));
        let mut rest = terms.iter().filter(|term| term.some != Some(false));
        let every = match (rest.next(), rest.next()) {
            _ if terms.iter().any(|term| term.every == Some(true)) => Some(true),
            (None, _) => Some(false),
            (Some(only), None) => only.every,
            _ => None,
        };
        Self {
            some: not(some),
            every,
        }
    }

    fn of(term: &Term, summary: &Summary, in_braces: bool) -> Self {
        match term {
            Term::Test(Test::Trace(test)) => Self::alike(Some(test.holds(summary))),
            Term::Test(Test::Span(test)) => test.known(summary),
            Term::All(terms) => Self::all(terms, summary, in_braces),
            Term::Any(terms) => Self::any(terms, summary, in_braces),
            Term::Not(term) => {
                let Self { some, every } = Self::of(term, summary, in_braces);
                if in_braces {
                    Self {
                        some: not(every),
                        every: not(some),
                    }
                } else {
                    Self::alike(not(some))
                }
            }
            Term::Path(path) => Self::alike(path.known(summary)),
        }
    }
}

fn not(holds: Option<bool>) -> Option<bool> {
    holds.map(|holds| !holds)
}

fn all_of(mut parts: impl Iterator<Item = Option<bool>> + Clone) -> Option<bool> {
    if parts.clone().any(|part| part == Some(false)) {
        return Some(false);
    }
    parts.all(|part| part == Some(true)).then_some(true)
}

impl Path {
    fn known(&self, summary: &Summary) -> Option<bool> {
        let some = |terms: &[Term]| Known::all(terms, summary, true).some;
        let first = some(&self.first);
        if self.rest.is_empty() {
            return first;
        }
        let rest = self.rest.iter().map(|(_, terms)| some(terms));
        // That there are such spans does not say that they are related.
        all_of([first].into_iter().chain(rest)).filter(|holds| !holds)
    }
}

impl SpanTest {
    fn known(&self, summary: &Summary) -> Known {
        match self {
            Self::Field(SpanField::Service, matcher) => services(matcher, summary),
            Self::Field(SpanField::Status, matcher) => {
                let errors = (summary.error_count, summary.span_count);
                if matcher.as_exact() == Some(StatusCode::Error.name()) {
                    Known {
                        some: Some(errors.0 > 0),
                        every: Some(errors.0 == errors.1),
                    }
                } else {
                    Known::UNKNOWN
                }
            }
            _ => Known::UNKNOWN,
        }
    }
}

fn services(matcher: &Matcher, summary: &Summary) -> Known {
    let names = &summary.services;
    // What is cut or left out a summary does not know.
    let is_whole = |name: &String| name.len() < MAX_NAME_BYTES - char::MAX_LEN_UTF8;
    let are_all = names.len() < MAX_SERVICES && names.iter().all(is_whole);
    let mut accepted = names.iter().filter(|name| matcher.accepts(name));
    if are_all {
        let accepted = accepted.count();
        return Known {
            some: Some(accepted > 0),
            every: Some(accepted == names.len()),
        };
    }
    if !names_whole_services(matcher) {
        return Known::UNKNOWN;
    }
    let some = accepted.next().is_some();
    Known {
        some: Some(some),
        every: (!some).then_some(false),
    }
}

/// Whether it is asked for names that a summary has room for. One with too many services is
/// taken to have no others than it names.
fn names_whole_services(matcher: &Matcher) -> bool {
    let names = matcher.as_exacts();
    names.is_some_and(|names| names.iter().all(|name| name.len() <= MAX_NAME_BYTES))
}

/// What summaries tell of a term, whatever they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    /// Whether it is true; it is the same for every span.
    Alike,
    /// Whether there is a span of which it is true.
    Somewhere,
    Never,
}

impl Told {
    fn all(terms: &[Term], in_braces: bool) -> Self {
        let terms = terms.iter().map(|term| Self::of(term, in_braces));
        let mut spans = terms.filter(|told| *told != Self::Alike);
        match (spans.next(), spans.next()) {
            (None, _) => Self::Alike,
            (Some(only), None) => only,
            // Each may be true of another span.
            _ => Self::Never,
        }
    }

    fn of(term: &Term, in_braces: bool) -> Self {
        match term {
            Term::Test(Test::Trace(_)) => Self::Alike,
            Term::Test(Test::Span(test)) => Self::of_test(test),
            Term::All(terms) => Self::all(terms, in_braces),
            Term::Any(terms) => {
                let terms = terms.iter().map(|term| Self::of(term, in_braces));
                terms.max().unwrap_or(Self::Alike)
            }
            Term::Not(term) => match Self::of(term, in_braces) {
                Self::Alike => Self::Alike,
                Self::Somewhere if !in_braces => Self::Alike,
                _ => Self::Never,
            },
            Term::Path(path) => match Self::all(&path.first, true) {
                Self::Alike | Self::Somewhere if path.rest.is_empty() => Self::Alike,
                _ => Self::Never,
            },
        }
    }

    fn of_test(test: &SpanTest) -> Self {
        let is_told = match test {
            SpanTest::Field(SpanField::Service, matcher) => names_whole_services(matcher),
            SpanTest::Field(SpanField::Status, matcher) => {
                matcher.as_exact() == Some(StatusCode::Error.name())
            }
            _ => false,
        };
        if is_told {
            Self::Somewhere
        } else {
            Self::Never
        }
    }
}
