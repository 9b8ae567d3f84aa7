//! What the page asks the store.

use futures::try_join;
use leptos::prelude::*;
use model::objective::{Objective, Preview, Version};
use store::alerts::AlertEpisode;
use store::objectives::Spending;

use crate::context::RequestContext;
use crate::error::AppError;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(super) objective: Objective,
    /// None where what it is about does not exist.
    pub(super) report: Option<Report>,
    /// The latest first.
    pub(super) versions: Vec<Version>,
    /// The latest first.
    pub(super) episodes: Vec<AlertEpisode>,
    pub(super) now_nanos: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Report {
    pub(super) preview: Preview,
    pub(super) spending: Vec<Spending>,
}

/// None when there is no such objective.
pub(super) async fn get_objective(id: i64) -> Result<Option<Answer>, AppError> {
    let context: RequestContext = expect_context();
    let (store, now_nanos) = (&context.store, context.now_nanos);
    let Some(objective) = store.objective(id).await? else {
        return Ok(None);
    };
    let stored_value = &*context.stored_values.0;
    let definition = &objective.definition;
    let (preview, spending, versions, episodes) = try_join!(
        store.objective_preview(definition, stored_value, now_nanos),
        store.objective_spending(definition, stored_value, now_nanos),
        store.versions_of_objective(id),
        store.fired_alerts(Some(id)),
    )?;
    let report = preview.zip(spending);
    Ok(Some(Answer {
        report: report.map(|(preview, spending)| Report { preview, spending }),
        objective,
        versions,
        episodes,
        now_nanos,
    }))
}
