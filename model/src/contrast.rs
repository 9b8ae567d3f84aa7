//! What sets some requests apart from others: the conditions that more of them meet.

use std::collections::{BTreeMap, HashSet};

use crate::attribute::{Attribute, Value};
use crate::dimensions::Dimension;
use crate::filter::Test;
use crate::flags::Flag;
use crate::span::StatusCode;
use crate::summary::{Outcome, Summary};
use crate::trace::Trace;

/// Most conditions that are named.
pub const MAX_FOUND: usize = 12;

/// Longest value of an attribute that is looked at, in bytes.
const MAX_VALUE_BYTES: usize = 200;

/// Most different conditions that are counted; attributes that differ from request to request, such
/// as ids, could fill the memory, and set nothing apart.
const MAX_CONDITIONS: usize = 100_000;

/// How many standard errors two shares must differ by. Thousands of conditions are compared at
/// once, of which chance alone would bring a few beyond three.
const LEAST_Z: f64 = 3.5;

/// A condition, and how many of each side meet it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrast {
    pub test: Test,
    pub selected: usize,
    pub rest: usize,
}

/// What sets a selection apart, as samples of it and of the rest tell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contrasts {
    /// How many were looked at.
    pub selected: usize,
    pub rest: usize,
    /// The greatest difference of shares first.
    pub found: Vec<Contrast>,
}

/// What is known of a condition: the test, how dear it is to people, and who meets it.
struct Met {
    test: Test,
    rank: u8,
    /// Places in the sample of the selection, and of the rest.
    selected: Vec<u32>,
    rest: Vec<u32>,
}

/// Compares two samples. Conditions that exactly the same requests meet are told once: the one
/// that people know best.
#[must_use]
pub fn contrast(selected: &[(Summary, Trace)], rest: &[(Summary, Trace)]) -> Contrasts {
    let mut all: BTreeMap<String, Met> = BTreeMap::new();
    for (is_selected, side) in [(true, selected), (false, rest)] {
        for (place, (summary, trace)) in (0_u32..).zip(side) {
            let mut seen = HashSet::new();
            for (rank, test) in conditions(summary, trace) {
                let text = test.to_string();
                let is_new = !all.contains_key(&text);
                if (is_new && all.len() == MAX_CONDITIONS) || !seen.insert(text.clone()) {
                    continue;
                }
                let met = all.entry(text).or_insert_with(|| Met {
                    test,
                    rank,
                    selected: vec![],
                    rest: vec![],
                });
                if is_selected {
                    met.selected.push(place);
                } else {
                    met.rest.push(place);
                }
            }
        }
    }
    let mut found: Vec<(f64, Met)> = all
        .into_values()
        .filter_map(|met| {
            let ours = Share::of(met.selected.len(), selected.len())?;
            let theirs = Share::of(met.rest.len(), rest.len())?;
            let is_apart = z(&ours, &theirs) >= LEAST_Z;
            is_apart.then_some((ours.share - theirs.share, met))
        })
        .collect();
    found.sort_by(|(left, left_met), (right, right_met)| {
        right
            .total_cmp(left)
            .then(left_met.rank.cmp(&right_met.rank))
    });
    let mut told = HashSet::new();
    found.retain(|(_, met)| told.insert((met.selected.clone(), met.rest.clone())));
    let found = found.into_iter().take(MAX_FOUND).map(|(_, met)| Contrast {
        test: met.test,
        selected: met.selected.len(),
        rest: met.rest.len(),
    });
    Contrasts {
        selected: selected.len(),
        rest: rest.len(),
        found: found.collect(),
    }
}

/// Conditions that a request meets, each with a rank: lower is better known.
fn conditions(summary: &Summary, trace: &Trace) -> Vec<(u8, Test)> {
    let mut met: Vec<(u8, Test)> = Vec::new();
    for dimension in Dimension::ALL {
        if let Some(value) = summary.dimensions.get(dimension) {
            met.push((0, Test::dimension(dimension, value)));
        }
    }
    for Flag { name, variant } in &summary.flags {
        let variant = (!variant.is_empty()).then_some(variant.as_str());
        met.push((1, Test::flag(name, variant)));
    }
    if summary.outcome == Some(Outcome::Error) {
        met.push((2, Test::outcome(Outcome::Error)));
    }
    met.push((3, Test::root(summary.root_operation.clone())));
    for service in &summary.services {
        met.push((4, Test::service(service.clone())));
    }
    if summary.error_count > 0 {
        met.push((5, Test::status(StatusCode::Error)));
    }
    for span in &trace.spans {
        met.push((6, Test::operation(span.name.clone())));
        met.extend(span.attributes.iter().filter_map(attribute));
    }
    for resource in &trace.resources {
        met.extend(resource.attributes.iter().filter_map(attribute));
    }
    met
}

/// Attributes that tell a dimension or a flag are told as that.
fn attribute(attribute: &Attribute) -> Option<(u8, Test)> {
    let is_told = attribute.key.starts_with("feature_flag")
        || Dimension::ALL
            .iter()
            .any(|dimension| dimension.attributes().contains(&attribute.key.as_str()));
    let value = match &attribute.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if is_told || value.len() > MAX_VALUE_BYTES {
        return None;
    }
    let key = attribute.key.clone();
    Some((7, Test::attribute(key, value)))
}

struct Share {
    share: f64,
    of: f64,
}

impl Share {
    #[expect(clippy::cast_precision_loss, reason = "samples are small")]
    fn of(met: usize, of: usize) -> Option<Self> {
        let share = met as f64 / of as f64;
        (of > 0).then_some(Self {
            share,
            of: of as f64,
        })
    }
}

/// How many standard errors the first share is above the second: the test of two proportions with
/// a common variance, after adding one of each kind to both sides (Agresti and Caffo 2000), so
/// that small samples do not surprise.
fn z(ours: &Share, theirs: &Share) -> f64 {
    let eased = |share: &Share| (share.share * share.of + 1.0) / (share.of + 2.0);
    let (left, right) = (eased(ours), eased(theirs));
    let (left_of, right_of) = (ours.of + 2.0, theirs.of + 2.0);
    let common = (left * left_of + right * right_of) / (left_of + right_of);
    let error = (common * (1.0 - common) * (1.0 / left_of + 1.0 / right_of)).sqrt();
    (left - right) / error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{build, span, text};

    /// A request with a release and an attribute of its own.
    fn request(number: u64, release: &str) -> (Summary, Trace) {
        let mut root = span(1, 0, 0);
        root.attributes = vec![
            text("app.release", release),
            text(
                "db.statement",
                if release == "new" {
                    "SELECT slow"
                } else {
                    "SELECT"
                },
            ),
            text("request.id", &number.to_string()),
            text("everywhere", "same"),
        ];
        let trace = build(vec![root]);
        let mut summary = crate::summary::tests::summary(&trace).expect("spans");
        let value = Some(release.to_owned());
        summary.dimensions = summary.dimensions.with(Dimension::Release, value);
        (summary, trace)
    }

    #[test]
    fn what_differs_is_named_once_and_noise_is_not() {
        let selected: Vec<_> = (0..40)
            .map(|number| request(number, if number < 36 { "new" } else { "old" }))
            .collect();
        let rest: Vec<_> = (40..140)
            .map(|number| request(number, if number < 50 { "new" } else { "old" }))
            .collect();
        let found = contrast(&selected, &rest);
        assert_eq!((found.selected, found.rest), (40, 100));
        let lines: Vec<String> = found
            .found
            .iter()
            .map(|one| format!("{:?} {} {}", one.test, one.selected, one.rest))
            .collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].contains("Release") && lines[0].ends_with("36 10"),
            "{lines:?}"
        );
    }

    #[test]
    fn an_empty_side_tells_nothing() {
        let some = [request(1, "new")];
        assert_eq!(contrast(&some, &[]).found, []);
        assert_eq!(contrast(&[], &[]), Contrasts::default());
    }
}
