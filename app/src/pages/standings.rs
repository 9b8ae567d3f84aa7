//! How the objectives stand, as several pages ask it.

use leptos::prelude::*;
use store::objectives::Standing;

use crate::context::RequestContext;
use crate::error::AppError;

/// The most urgent first.
pub(super) async fn get_standings() -> Result<Vec<Standing>, AppError> {
    let context: RequestContext = expect_context();
    let store = &context.store;
    let objectives = store.objectives().await?;
    if objectives.is_empty() {
        return Ok(vec![]);
    }
    let stored_value = &*context.stored_values.0;
    let mut standings = store
        .standings(objectives, stored_value, context.now_nanos)
        .await?;
    standings.sort_by(|left, right| left.urgency().total_cmp(&right.urgency()));
    Ok(standings)
}
