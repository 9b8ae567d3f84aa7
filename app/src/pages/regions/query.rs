//! What the page asks the store.

use std::collections::BTreeSet;

use leptos::prelude::*;
use model::regions::Regions;
use model::rollup::OTHER;
use store::regions::RegionsQuestion;

use crate::address::RegionsAddress;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::regions::narrow::{demands, of_any_journey};

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
    let question = RegionsQuestion {
        filter: of_any_journey(&filter),
        time: scope.covered(context.now_nanos)?,
        compared: scope.compared(context.now_nanos)?,
    };
    let mut found = context.store.regions(&question).await?;
    let journeys = found.now.iter().filter_map(|(key, _)| key.get(1));
    let journeys: BTreeSet<&String> = journeys
        .filter(|journey| !journey.is_empty() && *journey != OTHER)
        .collect();
    let journeys = journeys.into_iter().take(MAX_JOURNEYS).cloned().collect();
    for counted in [Some(&mut found.now), found.before.as_mut()]
        .into_iter()
        .flatten()
    {
        counted.retain(|(key, _)| demands(&filter, key.get(1).map_or("", String::as_str)));
    }
    Ok(Answer {
        regions: Regions::of(found.observed(), address.is_split),
        journeys,
        is_by_rollups: found.is_by_rollups,
        since_nanos: found.since_nanos,
        is_database_empty: found.now.is_empty() && context.store.is_empty().await?,
        otlp_http: context.otlp_http.to_string(),
    })
}
