//! Which services, operations and calls between services there are, as rollups tell.

use std::collections::{BTreeMap, BTreeSet};

use model::calls::Callee;
use model::filter::{Filter, Test};
use model::rollup::{Coverage, Family, LabelFilter};
use model::span::Kind;
use model::time::DAY_NANOS;
use serde::Serialize;
use store::Store;
use store::rollups::RollupRequest;

use super::error::bad;
use crate::api::error::ApiError;
use crate::api::rollups;

/// How far back services and operations are looked for: what was not seen for so long is gone.
const NAMES_NANOS: i64 = 7 * DAY_NANOS;

/// Most calls between two services in one answer, those with the most; a graph of more nobody
/// reads.
const MAX_DEPENDENCIES: usize = 10_000;

/// What spans of a service are called, and of which kind they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) span_kind: String,
}

/// How often one service has called another.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    parent: String,
    child: String,
    call_count: i64,
}

pub(super) async fn services(store: &Store, now_nanos: i64) -> Result<Vec<String>, ApiError> {
    let request = RollupRequest {
        family: Family::Operations,
        filter: LabelFilter::default(),
        group_by: vec![place(Family::Operations, "service")],
        slots: recently(now_nanos).whole(),
    };
    Ok(store
        .keys_seen(&request)
        .await?
        .into_iter()
        .flatten()
        .collect())
}

/// Those of a service, of one kind or of any. Spans that tell no kind have that of `untold`.
pub(super) async fn operations(
    store: &Store,
    service: &str,
    kind: Option<Kind>,
    untold: &str,
    now_nanos: i64,
) -> Result<BTreeSet<Operation>, ApiError> {
    let family = Family::Operations;
    let filter = Filter::default().with(Test::service(service));
    let request = RollupRequest {
        family,
        filter: LabelFilter::of(&filter, family).map_err(|term| rollups::untold(term, family))?,
        group_by: vec![place(family, "operation"), place(family, "kind")],
        slots: recently(now_nanos).whole(),
    };
    let seen = store.keys_seen(&request).await?.into_iter();
    let operations = seen.filter_map(|key| {
        let [name, found] = <[String; 2]>::try_from(key).ok()?;
        let is_told = found != Kind::Unspecified.name();
        let span_kind = if is_told { &found } else { untold };
        let is_asked = kind.is_none_or(|kind| [&found, span_kind].contains(&kind.name()));
        let span_kind = span_kind.to_owned();
        is_asked.then_some(Operation { name, span_kind })
    });
    Ok(operations.collect())
}

/// The calls between services in the time, the most frequent first.
pub(super) async fn dependencies(
    store: &Store,
    from_nanos: i64,
    to_nanos: i64,
    now_nanos: i64,
) -> Result<Vec<Dependency>, ApiError> {
    let family = Family::Calls;
    let request = RollupRequest {
        family,
        filter: LabelFilter::default(),
        group_by: (0..family.labels().len()).collect(),
        slots: Coverage::of(from_nanos, to_nanos, now_nanos).whole(),
    };
    let [parent, child, kind] =
        ["caller", "callee", "callee_kind"].map(|label| place(family, label));
    let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
    for group in store.rollups(&request).await? {
        let key = &group.key;
        if key[kind] == Callee::Service.name() && key[parent] != key[child] {
            let edge = (key[parent].clone(), key[child].clone());
            *counts.entry(edge).or_default() += group.total().count;
        }
    }
    let mut dependencies: Vec<Dependency> = counts
        .into_iter()
        .map(|((parent, child), call_count)| Dependency {
            parent,
            child,
            call_count,
        })
        .collect();
    dependencies.sort_by_key(|dependency| std::cmp::Reverse(dependency.call_count));
    dependencies.truncate(MAX_DEPENDENCIES);
    Ok(dependencies)
}

/// A kind by its name.
pub(super) fn kind(name: &str) -> Result<Kind, ApiError> {
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| {
        let names = Kind::ALL.map(Kind::name).join(", ");
        bad(
            format!("There is no kind of spans \"{name}\"."),
            format!("Write one of {names}."),
        )
    })
}

fn recently(now_nanos: i64) -> Coverage {
    Coverage::of(now_nanos.saturating_sub(NAMES_NANOS), now_nanos, now_nanos)
}

/// Where a label of the family stands.
fn place(family: Family, label: &str) -> usize {
    let labels = family.labels().iter();
    labels.take_while(|own| **own != label).count()
}
