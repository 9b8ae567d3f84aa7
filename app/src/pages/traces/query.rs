//! What the page asks the server.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::summary::Page;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(super) page: Page,
    pub(super) now_nanos: i64,
    /// Nothing has ever been stored.
    pub(super) is_database_empty: bool,
    /// Where to send a first trace.
    pub(super) otlp_http: String,
}

/// Traces on one page of the list.
#[cfg(feature = "ssr")]
const PAGE_LENGTH: usize = 50;

#[server(prefix = "/fn", endpoint = "list_traces", input = GetUrl)]
pub(super) async fn list_traces(
    q: String,
    from: String,
    to: String,
    cursor: String,
) -> Result<Answer, AppError> {
    use crate::address::{Scope, TracesAddress};
    use crate::context::RequestContext;

    let RequestContext {
        store,
        stored_values,
        now_nanos,
        otlp_http,
    } = expect_context();
    let scope = Scope {
        q,
        from,
        to,
        ..Scope::default()
    };
    let covered = scope.covered(now_nanos)?;
    let address = TracesAddress { scope, cursor };
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
