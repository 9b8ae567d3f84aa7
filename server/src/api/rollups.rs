//! What the endpoints that ask rollups have in common: time, filter, and how numbers are written.

use model::comparison::PERCENTILES;
use model::filter::{Filter, Term};
use model::format::rfc3339;
use model::rollup::{Coverage, Family, LabelFilter, Rollup};
use model::time::TimeRange;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::requests::GroupBy;

use super::error::ApiError;
use crate::ingest::redact::Redactor;

/// The time that is asked for, as rollups can tell it.
pub(super) fn time(from: &str, to: &str, now_nanos: i64) -> Result<Coverage, ApiError> {
    let range = TimeRange::parse(from, to)?;
    let (from_nanos, to_nanos) = range.nanos(now_nanos)?;
    Ok(Coverage::of(from_nanos, to_nanos, now_nanos))
}

/// The time that is compared with.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Versus {
    /// What came right before, as long as it is.
    #[default]
    #[serde(alias = "")]
    Before,
    /// The same time a week earlier.
    Week,
    None,
}

impl Versus {
    pub(super) fn compared(self, time: Coverage, now_nanos: i64) -> Option<Coverage> {
        match self {
            Self::Before => Some(time.before(now_nanos)),
            Self::Week => Some(time.a_week_earlier(now_nanos)),
            Self::None => None,
        }
    }
}

/// A filter, asked of what is stored: values that were redacted are found by what was sent.
pub(super) fn filter(q: &str, redactor: &Redactor) -> Result<Filter, ApiError> {
    let filter: Filter = q.parse()?;
    Ok(filter.with_values(|key, value| redactor.searchable(key, value)))
}

pub(super) fn label_filter(family: Family, filter: &str) -> Result<LabelFilter, ApiError> {
    let filter: Filter = filter.parse()?;
    LabelFilter::of(&filter, family).map_err(|term| untold(term, family))
}

/// That rollups cannot tell a term of a filter.
pub(super) fn untold(term: &Term, family: Family) -> ApiError {
    ApiError::BadRequest {
        message: format!("{} are not counted by {term}.", family.name()),
        hint: hint(family),
    }
}

/// What requests are grouped by.
pub(super) fn group_by(name: &str) -> Result<GroupBy, ApiError> {
    GroupBy::of_name(name).ok_or_else(|| {
        let names: Vec<&str> = GroupBy::all().map(|(name, _)| name).collect();
        ApiError::BadRequest {
            message: format!("requests cannot be grouped by {name}."),
            hint: format!("Write some of {}.", names.join(", ")),
        }
    })
}

/// The place of a label to group by.
pub(super) fn place(name: &str, family: Family) -> Result<usize, ApiError> {
    let found = family.labels().iter().position(|label| *label == name);
    found.ok_or_else(|| ApiError::BadRequest {
        message: format!("{} cannot be grouped by {name}.", family.name()),
        hint: format!("Write some of {}.", family.labels().join(", ")),
    })
}

fn hint(family: Family) -> String {
    match family {
        Family::Requests => {
            "Filter requests by root, journey, region, release, os, device_class and network."
                .into()
        }
        Family::Operations => "Filter operations by service, operation and kind.".into(),
        Family::Calls => "Calls cannot be filtered.".into(),
    }
}

/// First moment and the one after the last: what was asked for, widened to what is kept.
pub(super) fn covered(time: Coverage) -> Value {
    json!({ "from": rfc3339(time.from_nanos), "to": rfc3339(time.to_nanos) })
}

/// The numbers of a rollup. Percentiles are by weight, and off by less than 1 %.
pub(super) fn numbers(rollup: &Rollup, family: Family) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("count", json!(rollup.count));
    put("weight", json!(rollup.weight));
    put("errors", json!(rollup.errors));
    put("weighted_errors", json!(rollup.weighted_errors));
    for share in PERCENTILES {
        let name = format!("{}_nanos", percentile_name(share));
        put(&name, json!(rollup.durations.quantile(share)));
    }
    for (name, sum) in family.sums().iter().zip(&rollup.sums) {
        put(&format!("sum_{name}"), json!(sum));
    }
    object
}

/// What a percentile is called, as `p95`.
pub(super) fn percentile_name(share: f64) -> String {
    format!("p{:.0}", share * 100.0)
}
