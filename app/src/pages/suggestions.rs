//! What the filter bar offers as one types: keys, and the values that were seen in the time.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::dimensions::{FLAG, MAX_VALUE_BYTES};
use model::filter::Filter;
use model::filter::complete::{Part, Suggestion, Word};
use model::list_columns::Column;
use model::list_order::ListOrder;
use model::rollup::{Family, LabelFilter, OTHER};
use model::span::StatusCode;
use model::summary::Outcome;
use store::rollups::{Group, RollupRequest};
use store::traces::ListRequest;

use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;

/// Most that are offered.
const MAX_SUGGESTIONS: usize = 10;

/// Newest traces that are looked at for values of what is not counted: by their summaries, and by
/// their documents.
const MAX_SUMMARIES: usize = 1_000;
const MAX_DOCUMENTS: usize = 100;

/// Where the values of a key are counted, and as which label there.
fn counted_as(key: &str) -> Option<(Family, usize)> {
    let (family, label) = match key {
        "service" | "operation" | "kind" => (Family::Operations, key),
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
        Part::Value { key, .. } => {
            let scope = Scope {
                from,
                to,
                ..Scope::default()
            };
            let seen = seen(key, &scope).await?;
            match word.fixed_values() {
                Some(known) => with_counts(known, &seen),
                None => word.values(seen.into_iter().map(|(value, count)| (value, Some(count)))),
            }
        }
    };
    found.truncate(MAX_SUGGESTIONS);
    Ok(found)
}

/// Those that the language knows, each with how often it was seen where that is counted.
fn with_counts(mut known: Vec<Suggestion>, seen: &[(String, f64)]) -> Vec<Suggestion> {
    for suggestion in &mut known {
        let found = seen.iter().find(|(value, _)| *value == suggestion.label);
        suggestion.count = found.map(|(_, count)| *count);
    }
    known
}

/// The values of a key in the time, the most frequent first: as they were counted, or else as the
/// newest traces have them.
async fn seen(key: &str, scope: &Scope) -> Result<Vec<(String, f64)>, AppError> {
    let mut seen = match (key, counted_as(key)) {
        ("status", _) => errors(Family::Operations, StatusCode::Error.name(), None, scope).await?,
        ("outcome", _) => {
            let [ok, error] = Outcome::ALL.map(Outcome::name);
            errors(Family::Requests, error, Some(ok), scope).await?
        }
        (_, Some((family, place))) => counted(family, place, scope).await?,
        (_, None) => of_newest(key, scope).await?,
    };
    seen.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    Ok(seen)
}

async fn counted(
    family: Family,
    place: usize,
    scope: &Scope,
) -> Result<Vec<(String, f64)>, AppError> {
    let groups = groups(family, vec![place], scope).await?.into_iter();
    let values = groups.filter_map(|mut group| {
        let weight = group.total().weight;
        let value = group.key.pop()?;
        let is_value = !value.is_empty() && value != OTHER;
        is_value.then_some((value, weight))
    });
    Ok(values.collect())
}

/// How many have failed, under the name for it, and how many of the rest there are.
async fn errors(
    family: Family,
    failed: &str,
    rest: Option<&str>,
    scope: &Scope,
) -> Result<Vec<(String, f64)>, AppError> {
    let groups = groups(family, vec![], scope).await?;
    let totals = groups.iter().map(Group::total);
    let sums = totals.fold((0.0, 0.0), |(all, errors), total| {
        (all + total.weight, errors + total.weighted_errors)
    });
    let failed = (failed.to_owned(), sums.1);
    let rest = rest.map(|rest| (rest.to_owned(), sums.0 - sums.1));
    Ok([failed].into_iter().chain(rest).collect())
}

async fn groups(
    family: Family,
    group_by: Vec<usize>,
    scope: &Scope,
) -> Result<Vec<Group>, AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let request = RollupRequest {
        family,
        filter: LabelFilter::default(),
        group_by,
        slots: scope.covered(now_nanos)?.whole(),
    };
    Ok(store.rollups(&request).await?)
}

/// In how many of the newest traces a value is, before sampling. None for keys that have no
/// values of their own.
async fn of_newest(key: &str, scope: &Scope) -> Result<Vec<(String, f64)>, AppError> {
    let (column, most) = match key.parse() {
        _ if key == FLAG => (Column::Flags, MAX_SUMMARIES),
        Ok(column @ Column::Attribute(_)) => (column, MAX_DOCUMENTS),
        Ok(column @ Column::Dimension(_)) => (column, MAX_SUMMARIES),
        Ok(_) | Err(_) => return Ok(vec![]),
    };
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let covered = scope.covered(now_nanos)?;
    let request = ListRequest {
        filter: Filter::default(),
        from_nanos: covered.from_nanos,
        to_nanos: covered.to_nanos,
        order: ListOrder::Newest,
        after: None,
        limit: most,
    };
    let traces = store.list(&request).await?.traces;
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    let names: Vec<&str> = match &column {
        Column::Attribute(name) => vec![name],
        _ => vec![],
    };
    let mut attributes = store.attribute_values(&traces, &names).await?;
    for trace in traces {
        let values: Vec<Option<String>> = match &column {
            Column::Dimension(dimension) => {
                vec![trace.dimensions.get(*dimension).map(str::to_owned)]
            }
            Column::Flags => {
                let flags = trace.flags.iter().map(|flag| Some(flag.to_string()));
                flags.collect()
            }
            _ => attributes.remove(&trace.trace_id).unwrap_or_default(),
        };
        for value in values.into_iter().flatten() {
            // What is longer is not typed.
            if (1..=MAX_VALUE_BYTES).contains(&value.len()) {
                *counts.entry(value).or_default() += trace.weight;
            }
        }
    }
    Ok(counts.into_iter().collect())
}
