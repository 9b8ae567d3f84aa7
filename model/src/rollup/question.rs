//! Asking rollups: what a filter demands of their labels.

use super::{Family, label_text};
use crate::filter::{Filter, Matcher, SpanField, SpanTest, Term, Test, TraceField, TraceTest};

/// What a filter demands of the labels of a family.
/// The one by default demands nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelFilter {
    demands: Vec<Demand>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Demand {
    Label(Label),
    Not(Box<Demand>),
    All(Vec<Demand>),
    Any(Vec<Demand>),
}

/// What one label must be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Label {
    /// In [`Family::labels`].
    place: usize,
    /// It may be empty because nothing tells it; then it meets nothing.
    may_lack: bool,
    matcher: Matcher,
}

impl LabelFilter {
    /// # Errors
    /// The first term that rollups of the family cannot tell, for they count what meets it
    /// together with what does not.
    pub fn of(filter: &Filter, family: Family) -> Result<Self, &Term> {
        let demands = filter
            .terms
            .iter()
            .map(|term| Demand::of(term, family).ok_or(term));
        Ok(Self {
            demands: demands.collect::<Result<_, _>>()?,
        })
    }

    /// Whether it looks at no other labels than so many, the first of [`Family::labels`].
    #[must_use]
    pub fn is_within(&self, count: usize) -> bool {
        self.demands.iter().all(|demand| demand.is_within(count))
    }

    /// Whether a series with those labels is asked for.
    #[must_use]
    pub fn accepts(&self, labels: &[String]) -> bool {
        self.demands.iter().all(|demand| demand.accepts(labels))
    }
}

/// Recursion goes no deeper than terms are nested.
impl Demand {
    /// What is asked of no span of a trace, no count of spans tells; nor whether there is a span
    /// such as braces ask for.
    fn of(term: &Term, family: Family) -> Option<Self> {
        let some = |terms: &[Term]| -> Option<Vec<Self>> {
            terms.iter().map(|term| Self::of(term, family)).collect()
        };
        match term {
            Term::Test(test) => label(test, family).map(Self::Label),
            Term::Not(_) if family == Family::Operations => None,
            Term::Not(term) => Some(Self::Not(Box::new(Self::of(term, family)?))),
            Term::All(terms) => some(terms).map(Self::All),
            Term::Any(terms) => some(terms).map(Self::Any),
            Term::Path(_) => None,
        }
    }

    fn is_within(&self, count: usize) -> bool {
        match self {
            Self::Label(label) => label.place < count,
            Self::Not(demand) => demand.is_within(count),
            Self::All(demands) | Self::Any(demands) => {
                demands.iter().all(|demand| demand.is_within(count))
            }
        }
    }

    fn accepts(&self, labels: &[String]) -> bool {
        match self {
            Self::Label(label) => label.accepts(labels),
            Self::Not(demand) => !demand.accepts(labels),
            Self::All(demands) => demands.iter().all(|demand| demand.accepts(labels)),
            Self::Any(demands) => demands.iter().any(|demand| demand.accepts(labels)),
        }
    }
}

impl Label {
    fn accepts(&self, labels: &[String]) -> bool {
        labels.get(self.place).is_some_and(|label| {
            let is_there = !self.may_lack || !label.is_empty();
            is_there && self.matcher.accepts(label)
        })
    }
}

/// On spans a filter means their own service, on requests any service that took part, which no
/// label tells. Of a name that is longer than a label only the beginning is looked at.
fn label(test: &Test, family: Family) -> Option<Label> {
    let (label, matcher, may_lack) = match (family, test) {
        (Family::Operations, Test::Span(SpanTest::Field(field, matcher))) => {
            let is_label = matches!(
                field,
                SpanField::Service | SpanField::Operation | SpanField::Kind
            );
            (is_label.then(|| field.key())?, matcher, false)
        }
        (Family::Requests, Test::Trace(TraceTest::Field(TraceField::Root, matcher))) => {
            ("operation", matcher, false)
        }
        (
            Family::Requests,
            Test::Trace(TraceTest::Field(TraceField::Dimension(dimension), matcher)),
        ) => (dimension.key(), matcher, true),
        _ => return None,
    };
    let mut matcher = matcher.clone();
    matcher.replace(|value| Some(label_text(value).into_owned()));
    Some(Label {
        place: family.labels().iter().position(|own| *own == label)?,
        may_lack,
        matcher,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str, family: Family, labels: &[&str]) -> Result<bool, String> {
        let filter: Filter = text.parse().expect("a filter");
        let filter = LabelFilter::of(&filter, family).map_err(ToString::to_string)?;
        let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
        Ok(filter.accepts(&labels))
    }

    #[test]
    fn a_filter_becomes_labels_where_they_mean_the_same() {
        let call = ["cart", "db", "database"];
        assert_eq!(accepts("", Family::Calls, &call), Ok(true));
        let operation = ["cart", "GET /", "server", "eu"];
        for (text, is_accepted) in [
            ("service:cart kind:server", true),
            ("service:cart kind:client", false),
            ("operation:\"GET /\"", true),
            ("service:c* (kind:client or operation~^GET)", true),
            ("service:web,shop or kind:client", false),
        ] {
            let found = accepts(text, Family::Operations, &operation);
            assert_eq!(found, Ok(is_accepted), "{text}");
        }
        let request = ["web", "GET /", "login", "eu", "4.2.0", "iOS", "high", "5g"];
        for (text, is_accepted) in [
            ("region:eu os:iOS", true),
            ("-region:eu", false),
            ("-region:us release:4.2.0", true),
            ("os:iOS os:Android", false),
            (
                "root:\"GET /\" device_class:high network:5g journey:login",
                true,
            ),
            ("root:\"GET /x\"", false),
            ("region:us,eu os:i*,I* release~\"^4\\.\" network:*", true),
            ("region:*x", false),
            (
                "-(region:us or os:Android) (journey:pay or journey:login)",
                true,
            ),
            ("-(region:eu os:iOS) or root:GET", false),
        ] {
            let found = accepts(text, Family::Requests, &request);
            assert_eq!(found, Ok(is_accepted), "{text}");
        }
    }

    #[test]
    fn a_label_that_is_not_told_meets_nothing() {
        let request = ["web", "", "", "", "", "", "", ""];
        for (text, is_accepted) in [
            ("region:*", false),
            ("-region:eu", true),
            ("region:\"\"", false),
            ("region:**", false),
            ("root:\"\"", true),
        ] {
            let found = accepts(text, Family::Requests, &request);
            assert_eq!(found, Ok(is_accepted), "{text}");
        }
    }

    #[test]
    fn what_no_label_tells_is_named() {
        for (text, family) in [
            ("service:cart", Family::Requests),
            ("region:eu", Family::Operations),
            ("-service:cart", Family::Operations),
            ("user:7", Family::Requests),
            ("duration>1s", Family::Operations),
            ("(service:cart or -kind:server)", Family::Operations),
            ("{service:cart}", Family::Operations),
            ("(region:eu or user:7)", Family::Requests),
        ] {
            assert_eq!(accepts(text, family, &[]), Err(text.to_owned()));
        }
    }
}
