//! What the page asks the store.

use std::time::Duration;

use leptos::prelude::*;
use model::layout::bar_chart::BarChart;
use model::list_columns::Columns;
use model::summary::{Page, Summary};
use store::Store;
use store::traces::{AttributeValues, Look, Progress, Search};

use super::streamed::Rest;
use crate::address::TracesAddress;
use crate::context::RequestContext;
use crate::error::AppError;

/// How long the rows of a search are gathered before they are sent.
pub(super) const PATIENCE: Duration = Duration::from_millis(150);

/// What is listed so far.
pub(crate) struct Answer {
    pub(super) page: Page,
    /// None when that is all.
    pub(super) rest: Option<Rest>,
    pub(super) columns: Columns,
    /// Of the attributes among the columns.
    pub(super) values: AttributeValues,
    pub(super) now_nanos: i64,
    /// Nothing has ever been stored.
    pub(super) is_database_empty: bool,
    /// Where to send a first trace.
    pub(super) otlp_http: String,
}

/// The list over time.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    pub(super) chart: BarChart,
    /// Where the columns of time begin, and where the last ends.
    pub(super) bounds: Vec<i64>,
    /// Of each column: all traces, and those with an error.
    pub(super) counts: Vec<(i64, i64)>,
    /// From when on all are counted, when there were too many.
    pub(super) since_nanos: Option<i64>,
    /// How many traces were looked at span by span; none where summaries told.
    pub(super) looked_at: Option<usize>,
    /// How far that was to look.
    pub(super) look: Look,
    pub(super) now_nanos: i64,
}

/// Most bars over a list.
const COLUMNS: usize = 90;

/// Traces on one page of the list.
const PAGE_LENGTH: usize = 50;

/// A search that has begun.
pub(crate) struct Started {
    search: Search,
    columns: Columns,
}

/// Begins to look for what the address asks for, without waiting for anything.
pub(super) fn start(address: &TracesAddress) -> Result<Started, AppError> {
    let RequestContext {
        store,
        stored_values,
        now_nanos,
        ..
    } = expect_context();
    let columns = address.columns()?;
    let covered = address.scope.covered(now_nanos)?;
    let request = store::traces::ListRequest {
        filter: address.scope.filter()?.with_values(&*stored_values.0),
        from_nanos: covered.from_nanos,
        to_nanos: covered.to_nanos,
        order: address.order()?,
        after: address.after()?,
        limit: PAGE_LENGTH,
    };
    Ok(Started {
        search: store.search(request),
        columns,
    })
}

/// All rows, or the first ones where the search takes long.
pub(super) async fn list_traces(started: Started) -> Result<Answer, AppError> {
    let RequestContext {
        store,
        now_nanos,
        otlp_http,
        ..
    } = expect_context();
    let Started {
        mut search,
        columns,
    } = started;
    let (page, is_over) = match search.next(PATIENCE).await? {
        Progress::Done(page) => (page, true),
        Progress::Found(traces) => {
            let page = Page {
                traces,
                next: None,
                stopped_after: None,
            };
            (page, false)
        }
    };
    let values = values_of(&store, &page.traces, &columns).await?;
    let is_database_empty = page.traces.is_empty() && store.is_empty().await?;
    let rest = (!is_over).then(|| Rest {
        search,
        store,
        sent: page.traces.len(),
    });
    Ok(Answer {
        page,
        rest,
        columns,
        values,
        now_nanos,
        is_database_empty,
        otlp_http: otlp_http.to_string(),
    })
}

/// The values of the attributes among the columns.
pub(super) async fn values_of(
    store: &Store,
    traces: &[Summary],
    columns: &Columns,
) -> Result<AttributeValues, AppError> {
    Ok(store
        .attribute_values(traces, &columns.attributes())
        .await?)
}

pub(super) async fn count_traces(address: &TracesAddress) -> Result<Counted, AppError> {
    let RequestContext {
        store,
        stored_values,
        now_nanos,
        ..
    } = expect_context();
    let filter = address.scope.filter()?.with_values(&*stored_values.0);
    let look = address.look()?;
    let slots = address.scope.covered(now_nanos)?.slots(COLUMNS);
    let over_time = store.traces_over_time(&filter, &slots, look).await?;
    let columns = over_time.columns.iter();
    let counts: Vec<(i64, i64)> = columns
        .map(|column| (column.all, column.with_errors))
        .collect();
    let bounds = slots.bounds().to_vec();
    Ok(Counted {
        chart: BarChart::of(&bounds, &counts),
        bounds,
        counts,
        since_nanos: over_time.since_nanos,
        looked_at: over_time.looked_at,
        look,
        now_nanos,
    })
}
