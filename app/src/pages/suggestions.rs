//! What the filter bar offers as one types: keys, and the values that were seen in the time.

use leptos::prelude::*;
use model::filter::complete::{Part, Suggestion, Word};
use model::rollup::{Family, LabelFilter, OTHER};
use store::rollups::RollupRequest;

use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;

/// Most that are offered.
const MAX_SUGGESTIONS: usize = 10;

/// Where the values of a key are counted, and as which label there.
fn counted_as(key: &str) -> Option<(Family, usize)> {
    let (family, label) = match key {
        "service" | "operation" => (Family::Operations, key),
        "root" => (Family::Requests, "operation"),
        _ => (Family::Requests, key),
    };
    let place = family.labels().iter().position(|own| *own == label)?;
    Some((family, place))
}

pub(crate) async fn suggestions(
    text: &str,
    from: String,
    to: String,
) -> Result<Vec<Suggestion>, AppError> {
    let Some(word) = Word::at_end_of(text) else {
        return Ok(vec![]);
    };
    let mut found = match &word.part {
        Part::Key(_) => word.keys(),
        Part::Value { key, .. } => match (word.fixed_values(), counted_as(key)) {
            (Some(known), _) => known,
            (None, Some((family, place))) => word.values(seen(family, place, from, to).await?),
            (None, None) => vec![],
        },
    };
    found.truncate(MAX_SUGGESTIONS);
    Ok(found)
}

/// The values of a label in the time, the most frequent first.
async fn seen(
    family: Family,
    place: usize,
    from: String,
    to: String,
) -> Result<Vec<(String, Option<f64>)>, AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let scope = Scope {
        from,
        to,
        ..Scope::default()
    };
    let request = RollupRequest {
        family,
        filter: LabelFilter::default(),
        group_by: vec![place],
        slots: scope.covered(now_nanos)?.whole(),
    };
    let groups = store.rollups(&request).await?.into_iter();
    let values = groups.filter_map(|mut group| {
        let weight = group.total().weight;
        let value = group.key.pop()?;
        let is_value = !value.is_empty() && value != OTHER;
        is_value.then_some((value, Some(weight)))
    });
    Ok(values.collect())
}
