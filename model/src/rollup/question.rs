//! Asking rollups: narrowing them by a filter, and adding them up by labels.

use std::collections::BTreeMap;

use super::{Family, Rollup, Series};
use crate::filter::{Condition, Filter, SpanTest, Test, TraceTest};

/// The values that a filter demands of the labels of a family, by place in [`Family::labels`].
///
/// # Errors
/// The first condition that rollups of the family cannot tell, for they count what meets it
/// together with what does not.
pub fn narrow(filter: &Filter, family: Family) -> Result<Vec<Option<String>>, &Condition> {
    let mut wanted: Vec<Option<String>> = vec![None; family.labels().len()];
    for condition in &filter.conditions {
        let (label, value) = label_of(condition, family).ok_or(condition)?;
        let place = family.labels().iter().position(|own| *own == label);
        let place = place.ok_or(condition)?;
        if wanted[place].as_ref().is_some_and(|other| *other != value) {
            return Err(condition);
        }
        wanted[place] = Some(value);
    }
    Ok(wanted)
}

/// The label that says whether a condition holds. On spans a filter means their own service, on
/// requests any service that took part, which no label tells.
fn label_of(condition: &Condition, family: Family) -> Option<(&'static str, String)> {
    if condition.negated {
        return None;
    }
    match (family, &condition.test) {
        (Family::Operations, Test::Span(SpanTest::Service(name))) => {
            Some(("service", name.clone()))
        }
        (Family::Operations, Test::Span(SpanTest::Operation(name))) => {
            Some(("operation", name.clone()))
        }
        (Family::Operations, Test::Span(SpanTest::Kind(kind))) => {
            Some(("kind", kind.name().to_owned()))
        }
        (Family::Requests, Test::Trace(TraceTest::Dimension { dimension, value })) => {
            Some((dimension.key(), value.clone()))
        }
        _ => None,
    }
}

/// Adds up what has the same values of some labels, given by their places; those with the greatest
/// weight first.
#[must_use]
pub fn group(series: Vec<(Series, Rollup)>, places: &[usize]) -> Vec<(Vec<String>, Rollup)> {
    let mut groups: BTreeMap<Vec<String>, Rollup> = BTreeMap::new();
    for (series, rollup) in series {
        let value = |place: &usize| series.labels.get(*place).cloned().unwrap_or_default();
        let key = places.iter().map(value).collect();
        groups.entry(key).or_default().add(&rollup);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|left, right| right.1.weight.total_cmp(&left.1.weight));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed(text: &str, family: Family) -> Result<Vec<String>, String> {
        let filter: Filter = text.parse().expect("a filter");
        let wanted = narrow(&filter, family).map_err(ToString::to_string)?;
        let labels = family.labels().iter().zip(wanted);
        Ok(labels
            .filter_map(|(label, value)| Some(format!("{label}={}", value?)))
            .collect())
    }

    #[test]
    fn a_filter_becomes_labels_where_they_mean_the_same() {
        assert_eq!(narrowed("", Family::Calls), Ok(vec![]));
        assert_eq!(
            narrowed("service:cart kind:server", Family::Operations),
            Ok(vec!["service=cart".into(), "kind=server".into()])
        );
        assert_eq!(
            narrowed("region:eu-west-1 os:iOS", Family::Requests),
            Ok(vec!["region=eu-west-1".into(), "os=iOS".into()])
        );
    }

    #[test]
    fn what_no_label_tells_is_named() {
        for (text, family) in [
            ("service:cart", Family::Requests),
            ("region:eu", Family::Operations),
            ("-region:eu", Family::Requests),
            ("user:7", Family::Requests),
            ("duration>1s", Family::Operations),
        ] {
            assert_eq!(narrowed(text, family), Err(text.to_owned()));
        }
        let contradiction = narrowed("os:iOS os:Android", Family::Requests);
        assert_eq!(contradiction, Err("os:Android".into()));
    }

    #[test]
    fn groups_are_added_up() {
        let series = |service: &str, kind: &str, weight: f64| {
            let labels = [service, "op", kind, ""].map(str::to_owned).to_vec();
            let rollup = Rollup {
                weight,
                ..Rollup::default()
            };
            let family = Family::Operations;
            (Series { family, labels }, rollup)
        };
        let all = vec![
            series("a", "server", 1.0),
            series("a", "client", 2.0),
            series("b", "server", 5.0),
        ];
        let grouped: Vec<_> = group(all, &[0])
            .into_iter()
            .map(|(key, rollup)| (key.join("|"), rollup.weight.to_string()))
            .collect();
        let expected = [("b", "5"), ("a", "3")].map(|(key, weight)| (key.into(), weight.into()));
        assert_eq!(grouped, expected);
    }
}
