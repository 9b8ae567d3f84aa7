//! Asking rollups: what a filter demands of their labels.

use super::{Family, label_text};
use crate::filter::{Condition, Filter, SpanTest, Test, TraceTest};

/// What a filter demands of the labels of a family.
/// The one by default demands nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelFilter {
    demands: Vec<Demand>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Demand {
    negated: bool,
    /// In [`Family::labels`].
    place: usize,
    value: String,
}

impl LabelFilter {
    /// # Errors
    /// The first condition that rollups of the family cannot tell, for they count what meets it
    /// together with what does not.
    pub fn of(filter: &Filter, family: Family) -> Result<Self, &Condition> {
        let demands = filter
            .conditions
            .iter()
            .map(|condition| demand(condition, family).ok_or(condition));
        Ok(Self {
            demands: demands.collect::<Result<_, _>>()?,
        })
    }

    /// The labels that it looks at, by place in [`Family::labels`].
    pub fn labels(&self) -> impl Iterator<Item = usize> {
        self.demands.iter().map(|demand| demand.place)
    }

    /// Whether a series with those labels is asked for.
    #[must_use]
    pub fn accepts(&self, labels: &[String]) -> bool {
        self.demands.iter().all(|demand| {
            let is_value = labels.get(demand.place) == Some(&demand.value);
            is_value != demand.negated
        })
    }
}

/// On spans a filter means their own service, on requests any service that took part, which no
/// label tells; and what is asked of no span of a trace, no count of spans tells.
fn demand(condition: &Condition, family: Family) -> Option<Demand> {
    let (label, value) = match (family, &condition.test) {
        (Family::Operations, Test::Span(_)) if condition.negated => return None,
        (Family::Operations, Test::Span(SpanTest::Service(name))) => ("service", name.as_str()),
        (Family::Operations, Test::Span(SpanTest::Kind(kind))) => ("kind", kind.name()),
        (Family::Operations, Test::Span(SpanTest::Operation(name)))
        | (Family::Requests, Test::Trace(TraceTest::Root(name))) => ("operation", name.as_str()),
        (Family::Requests, Test::Trace(TraceTest::Dimension { dimension, value })) => {
            (dimension.key(), value.as_str())
        }
        _ => return None,
    };
    Some(Demand {
        negated: condition.negated,
        place: family.labels().iter().position(|own| *own == label)?,
        value: label_text(value).into_owned(),
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
        ] {
            assert_eq!(accepts(text, family, &[]), Err(text.to_owned()));
        }
    }
}
