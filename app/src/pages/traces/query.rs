//! What the page asks the store.

use leptos::prelude::*;
use model::summary::Page;

use crate::address::TracesAddress;
use crate::context::RequestContext;
use crate::error::AppError;

pub(crate) struct Answer {
    pub(super) page: Page,
    pub(super) now_nanos: i64,
    /// Nothing has ever been stored.
    pub(super) is_database_empty: bool,
    /// Where to send a first trace.
    pub(super) otlp_http: String,
}

/// Traces on one page of the list.
const PAGE_LENGTH: usize = 50;

pub(super) async fn list_traces(address: &TracesAddress) -> Result<Answer, AppError> {
    let RequestContext {
        store,
        stored_values,
        now_nanos,
        otlp_http,
    } = expect_context();
    let covered = address.scope.covered(now_nanos)?;
    let request = store::traces::ListRequest {
        filter: address.scope.filter()?.with_values(&*stored_values.0),
        from_nanos: covered.from_nanos,
        to_nanos: covered.to_nanos,
        after: address.after()?,
        limit: PAGE_LENGTH,
    };
    let page = store.list(&request).await?;
    let is_database_empty = page.traces.is_empty() && store.is_empty().await?;
    Ok(Answer {
        page,
        now_nanos,
        is_database_empty,
        otlp_http: otlp_http.to_string(),
    })
}
