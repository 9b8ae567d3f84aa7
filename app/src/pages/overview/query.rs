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
    let context: RequestContext = expect_context();
    let question = observe::question(&context, scope)?;
    let store = &context.store;
    let overview = store.overview(&question).await?;
    let is_database_empty = overview.regions.is_empty() && store.is_empty().await?;
    Ok(Answer {
        overview,
        is_defined: !store.subjects().await?.is_empty(),
        now_nanos: context.now_nanos,
        is_database_empty,
        otlp_http: context.otlp_http.to_string(),
    })
}
