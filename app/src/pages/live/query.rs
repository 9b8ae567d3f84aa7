//! What the page asks the store.

use leptos::prelude::*;
use model::list_order::ListOrder;
use model::summary::Summary;
use model::time::HOUR_NANOS;
use store::traces::ListRequest;

use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;

/// Traces that the list begins with.
const FIRST: usize = 50;

/// The newest of the last hour, and what time it is.
pub(super) async fn list_newest(scope: &Scope) -> Result<(Vec<Summary>, i64), AppError> {
    let RequestContext {
        store,
        stored_values,
        now_nanos,
        ..
    } = expect_context();
    let request = ListRequest {
        filter: scope.filter()?.with_values(&*stored_values.0),
        from_nanos: now_nanos.saturating_sub(HOUR_NANOS),
        to_nanos: now_nanos,
        order: ListOrder::Newest,
        after: None,
        limit: FIRST,
    };
    let page = store.list(&request).await?;
    Ok((page.traces, now_nanos))
}
