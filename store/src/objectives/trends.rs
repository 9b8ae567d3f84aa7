//! How fast the budgets of objectives were spent, day by day.

use std::collections::HashMap;

use model::objective::{Objective, Trend, trend_bounds};
use model::rollup::{Resolution, Slots};

use super::StoredValueOf;
use crate::{Error, Store};

impl Store {
    /// The trends up to a moment, by the id of the objective: all of them read what is counted
    /// once. Those that are about what does not exist any more have none.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn objective_trends(
        &self,
        objectives: &[Objective],
        stored_value: StoredValueOf<'_>,
        now_nanos: i64,
    ) -> Result<HashMap<i64, Trend>, Error> {
        let journeys = self.journeys_of_objectives().await?;
        let asked = objectives.iter().filter_map(|objective| {
            let question = journeys.question(&objective.definition, stored_value)?;
            Some((objective, question))
        });
        let (asked, questions): (Vec<&Objective>, Vec<_>) = asked.unzip();
        let slots = Slots::between(trend_bounds(Resolution::Minute.ceil(now_nanos)));
        let tallies = self.tallies(&questions, &slots).await?;
        let trends = asked.into_iter().zip(tallies);
        let trends = trends.map(|(objective, days)| {
            let trend = Trend::of(&days, objective.definition.target);
            (objective.id, trend)
        });
        Ok(trends.collect())
    }
}
