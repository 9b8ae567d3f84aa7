//! What the page asks the store.

use std::collections::BTreeSet;

use futures::try_join;
use leptos::prelude::*;
use model::regions::{Counted, LABELS, Observed, Regions};
use model::rollup::OTHER;
use store::requests::{GroupBy, RequestQuestion};

use crate::address::RegionsAddress;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::regions::narrow::{journeys_of, of_any_journey};

/// Most journeys to choose from, in the order of their names.
const MAX_JOURNEYS: usize = 24;

pub(crate) struct Answer {
    pub(crate) regions: Regions,
    /// Those that requests name, whichever the filter demands.
    pub(crate) journeys: Vec<String>,
    /// Whether requests were counted as they came; otherwise some are missing, and there are
    /// no sums.
    pub(crate) is_by_rollups: bool,
    /// From when on requests are counted, when there were too many to look at them all.
    pub(crate) since_nanos: Option<i64>,
    /// Nothing has ever been stored.
    pub(crate) is_database_empty: bool,
    /// Where to send a first trace.
    pub(crate) otlp_http: String,
}

pub(super) async fn get_regions(address: &RegionsAddress) -> Result<Answer, AppError> {
    let context: RequestContext = expect_context();
    let scope = &address.scope;
    let filter = scope.filter()?.with_values(&*context.stored_values.0);
    let question = RequestQuestion {
        filter: of_any_journey(&filter),
        group_by: LABELS.map(GroupBy::Label).to_vec(),
        slots: scope.covered(context.now_nanos)?.whole(),
    };
    let before = async {
        let Some(time) = scope.compared(context.now_nanos)? else {
            return Ok(None);
        };
        let question = RequestQuestion {
            filter: filter.clone(),
            slots: time.whole(),
            ..question.clone()
        };
        let answer = context.store.requests(&question).await?;
        Ok::<_, AppError>(Some(totals(answer.groups)))
    };
    let now = async { Ok(context.store.requests(&question).await?) };
    let (now, before) = try_join!(now, before)?;
    let (is_by_rollups, since_nanos) = (now.is_by_rollups, now.since_nanos);
    let mut counted = totals(now.groups);
    let journeys = counted.iter().filter_map(|(key, _)| key.get(1));
    let journeys: BTreeSet<&String> = journeys
        .filter(|journey| !journey.is_empty() && *journey != OTHER)
        .collect();
    let journeys = journeys.into_iter().take(MAX_JOURNEYS).cloned().collect();
    let demanded: Vec<&str> = journeys_of(&filter).collect();
    counted.retain(|(key, _)| {
        let journey = key.get(1).map(String::as_str);
        demanded.iter().all(|wanted| Some(*wanted) == journey)
    });
    let observed = Observed {
        now: &counted,
        before: before.as_deref(),
    };
    Ok(Answer {
        regions: Regions::of(observed, address.is_split),
        journeys,
        is_by_rollups,
        since_nanos,
        is_database_empty: counted.is_empty() && context.store.is_empty().await?,
        otlp_http: context.otlp_http.to_string(),
    })
}

fn totals(groups: Vec<store::rollups::Group>) -> Vec<Counted> {
    let groups = groups.into_iter();
    groups
        .map(|group| {
            let total = group.total();
            (group.key, total)
        })
        .collect()
}
