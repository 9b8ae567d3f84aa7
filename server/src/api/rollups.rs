//! What the endpoints that ask rollups have in common: time, filter, and how numbers are written.

use model::filter::Filter;
use model::format::rfc3339;
use model::rollup::{Family, Part, Resolution, Rollup, narrow, parts};
use model::time::{DAY_NANOS, TimeRange};
use serde_json::{Map, Value, json};
use store::rollups::{RollupRequest, kept_days};

use super::error::ApiError;

/// The time that is asked for, made of what rollups have.
pub(super) fn time(from: &str, to: &str, now_nanos: i64) -> Result<Vec<Part>, ApiError> {
    let range = TimeRange::parse(from, to)?;
    let (from_nanos, to_nanos) = range.nanos(now_nanos)?;
    Ok(widened(from_nanos, to_nanos, now_nanos))
}

/// Where minutes are not kept any more, the ends of the time move to whole hours, and where hours
/// are not, to whole days.
fn widened(mut from_nanos: i64, mut to_nanos: i64, now_nanos: i64) -> Vec<Part> {
    for (gone, kept) in [
        (Resolution::Minute, Resolution::Hour),
        (Resolution::Hour, Resolution::Day),
    ] {
        let oldest = kept.ceil(now_nanos - kept_days(gone) * DAY_NANOS);
        if from_nanos < oldest {
            from_nanos = kept.floor(from_nanos);
        }
        if to_nanos < oldest {
            to_nanos = kept.ceil(to_nanos);
        }
    }
    parts(from_nanos, to_nanos)
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

/// First moment and the one after the last: what was asked for, widened to what is kept.
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

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::{HOUR_NANOS, MINUTE_NANOS};

    #[test]
    fn no_piece_is_finer_than_what_is_kept() {
        let now = 1_000 * DAY_NANOS + 5 * HOUR_NANOS + 5 * MINUTE_NANOS;
        let resolutions = |from: i64, to: i64| -> Vec<Resolution> {
            let parts = widened(from, to, now);
            parts.iter().map(|part| part.resolution).collect()
        };
        let [minute, hour, day] = Resolution::ALL;
        let back = |days: i64| now - days * DAY_NANOS - 3 * HOUR_NANOS;
        assert_eq!(resolutions(back(0), now), [minute, hour, minute]);
        assert_eq!(resolutions(back(8), back(7)), [hour, minute]);
        assert_eq!(resolutions(back(20), back(10)), [hour, day, hour]);
        assert_eq!(resolutions(back(200), back(150)), [day]);
    }
}
