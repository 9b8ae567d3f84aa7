//! What the endpoints that ask rollups have in common: time, filter, and how numbers are written.

use model::filter::Filter;
use model::format::rfc3339;
use model::rollup::{Family, Part, Rollup, narrow, parts};
use model::time::TimeRange;
use serde_json::{Map, Value, json};
use store::rollups::RollupRequest;

use super::error::ApiError;

/// The time that is asked for, made of what rollups have.
pub(super) fn time(from: &str, to: &str, now_nanos: i64) -> Result<Vec<Part>, ApiError> {
    let range = TimeRange::parse(from, to)?;
    let (from_nanos, to_nanos) = range.nanos(now_nanos)?;
    Ok(parts(from_nanos, to_nanos))
}

pub(super) fn request(
    family: Family,
    filter: &str,
    parts: &[Part],
) -> Result<RollupRequest, ApiError> {
    let filter: Filter = filter.parse()?;
    let labels = narrow(&filter, family).map_err(|condition| ApiError::BadRequest {
        message: format!("{} are not counted by {condition}.", family.name()),
        hint: hint(family),
    })?;
    Ok(RollupRequest {
        family,
        labels,
        parts: parts.to_vec(),
    })
}

fn hint(family: Family) -> String {
    match family {
        Family::Requests => {
            "Filter requests by one value each of journey, region, release, os, device_class and network.".into()
        }
        Family::Operations => {
            "Filter operations by one value each of service, operation and kind.".into()
        }
        Family::Calls => "Calls cannot be filtered.".into(),
    }
}

/// First moment and the one after the last: what was asked for, widened to whole minutes.
pub(super) fn covered(parts: &[Part]) -> Value {
    let start = parts.first().map(|part| part.start_nanos);
    let end = parts.last().map(|part| part.end_nanos);
    json!({ "from": start.map(rfc3339), "to": end.map(rfc3339) })
}

/// The numbers of a rollup. Percentiles are by weight, and off by less than 1 %.
pub(super) fn numbers(rollup: &Rollup, family: Family) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("count", json!(rollup.count));
    put("weight", json!(rollup.weight));
    put("errors", json!(rollup.errors));
    put("weighted_errors", json!(rollup.weighted_errors));
    for (name, share) in [
        ("p50_nanos", 0.50),
        ("p75_nanos", 0.75),
        ("p90_nanos", 0.90),
        ("p95_nanos", 0.95),
        ("p99_nanos", 0.99),
    ] {
        put(name, json!(rollup.durations.quantile(share)));
    }
    for (name, sum) in family.sums().iter().zip(&rollup.sums) {
        put(&format!("sum_{name}"), json!(sum));
    }
    object
}
