//! What the page asks the store.

use leptos::prelude::*;
use model::overview::JourneyReport;

use crate::address::JourneyAddress;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::observe;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(super) report: JourneyReport,
    pub(super) now_nanos: i64,
}

/// None when there is no such journey.
pub(super) async fn get_journey(address: &JourneyAddress) -> Result<Option<Answer>, AppError> {
    let context: RequestContext = expect_context();
    let question = observe::question(&context, &address.scope)?;
    let report = context
        .store
        .journey_report(&address.key, &question)
        .await?;
    Ok(report.map(|report| Answer {
        report,
        now_nanos: context.now_nanos,
    }))
}
