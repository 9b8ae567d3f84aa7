//! What the page asks the store.

use std::collections::HashMap;

use leptos::prelude::*;
use model::objective::{Objective, Trend};
use store::objectives::Standing;

use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::standings::get_standings;

pub(super) struct Answer {
    /// The most urgent first.
    pub(super) standings: Vec<Standing>,
    /// By the id of the objective.
    pub(super) trends: HashMap<i64, Trend>,
}

pub(super) async fn get_objectives() -> Result<Answer, AppError> {
    let context: RequestContext = expect_context();
    let standings = get_standings().await?;
    let objectives = standings.iter().map(|standing| standing.objective.clone());
    let objectives: Vec<Objective> = objectives.collect();
    let stored_value = &*context.stored_values.0;
    let trends = context
        .store
        .objective_trends(&objectives, stored_value, context.now_nanos)
        .await?;
    Ok(Answer { standings, trends })
}
