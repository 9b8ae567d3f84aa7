//! What the page asks the store.

use leptos::prelude::*;
use model::overview::Overview;

use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::observe;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(super) overview: Overview,
    /// Whether people have defined journeys.
    pub(super) is_defined: bool,
    pub(super) now_nanos: i64,
    /// Nothing has ever been stored.
    pub(super) is_database_empty: bool,
    /// Where to send a first trace.
    pub(super) otlp_http: String,
}

pub(super) async fn get_overview(scope: &Scope) -> Result<Answer, AppError> {
    let RequestContext {
        store,
        now_nanos,
        otlp_http,
        ..
    } = expect_context();
    let filter = scope.filter()?;
    let observed = observe::observe(&store, scope, &filter, now_nanos).await?;
    let defined = observe::subjects(&store).await?;
    let is_defined = !defined.is_empty();
    let overview = Overview::of(defined, &observed);
    let is_database_empty = overview.regions.is_empty() && store.is_empty().await?;
    Ok(Answer {
        overview,
        is_defined,
        now_nanos,
        is_database_empty,
        otlp_http: otlp_http.to_string(),
    })
}
