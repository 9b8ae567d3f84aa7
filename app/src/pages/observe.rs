//! What the overview and the pages of journeys ask of the rollups.

use model::filter::{Filter, FilterError};
use model::journey::Subject;
use model::overview::{Counted, OVERVIEW_LABELS, Observed};
use model::rollup::{Coverage, Family, LabelFilter};
use store::Store;
use store::rollups::RollupRequest;

use crate::address::Scope;
use crate::error::AppError;

/// Most columns of a chart over time.
const MAX_COLUMNS: usize = 60;

/// The filter as the counts of requests can tell it.
pub(super) fn label_filter(filter: &Filter) -> Result<LabelFilter, AppError> {
    LabelFilter::of(filter, Family::Requests).map_err(|condition| {
        AppError::Filter(FilterError {
            at: 0,
            message: format!("The figures of this page cannot tell {condition}"),
            hint: "They are counted by root, journey, region, release, os, device_class and \
                network. Leave that condition out, or ask the list of traces."
                .into(),
        })
    })
}

/// What was counted in the time of the scope and in the one that it is compared with.
pub(super) async fn observe(
    store: &Store,
    scope: &Scope,
    filter: &Filter,
    now_nanos: i64,
) -> Result<Observed, AppError> {
    let filter = label_filter(filter)?;
    let covered = scope.covered(now_nanos)?;
    let slots = covered.slots(MAX_COLUMNS);
    let bounds = slots.bounds().to_vec();
    let request = RollupRequest {
        family: Family::Requests,
        filter: filter.clone(),
        // All but the release.
        group_by: OVERVIEW_LABELS[..OVERVIEW_LABELS.len() - 1].to_vec(),
        slots,
    };
    let over_time = store.rollups(&request).await?;
    let now = counted(store, &filter, covered).await?;
    let before = match scope.compared(now_nanos)? {
        Some(compared) => Some(counted(store, &filter, compared).await?),
        None => None,
    };
    Ok(Observed {
        bounds,
        over_time: over_time
            .into_iter()
            .map(|group| (group.key, group.slots))
            .collect(),
        now,
        before,
    })
}

async fn counted(
    store: &Store,
    filter: &LabelFilter,
    covered: Coverage,
) -> Result<Vec<Counted>, AppError> {
    let request = RollupRequest {
        family: Family::Requests,
        filter: filter.clone(),
        group_by: OVERVIEW_LABELS.to_vec(),
        slots: covered.whole(),
    };
    let groups = store.rollups(&request).await?.into_iter();
    Ok(groups
        .map(|group| {
            let total = group.total();
            (group.key, total)
        })
        .collect())
}

/// The journeys that people have defined.
pub(super) async fn subjects(store: &Store) -> Result<Vec<Subject>, AppError> {
    let journeys = store.journeys().await?;
    Ok(journeys.into_iter().map(Subject::from).collect())
}
