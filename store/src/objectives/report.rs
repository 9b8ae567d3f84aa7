//! What pages ask of one objective, whether or not somebody has set it.

use futures::try_join;
use model::histogram::Histogram;
use model::objective::{
    Definition, History, Indicator, Preview, Spender, Status, preview_bounds, spenders,
};
use model::rollup::{Family, Resolution, Rollup, Slots};

use super::{StoredValueOf, TallyQuestion};
use crate::rollups::RollupRequest;
use crate::{Error, Store};

/// What was spent under the values of a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Spending {
    /// Of [`Family::labels`].
    pub label: &'static str,
    /// Those that spent most first.
    pub spenders: Vec<Spender>,
}

impl Store {
    /// What an objective would have meant over the past weeks; none where what it is about does not
    /// exist.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn objective_preview(
        &self,
        definition: &Definition,
        stored_value: StoredValueOf<'_>,
        now_nanos: i64,
    ) -> Result<Option<Preview>, Error> {
        let Some(question) = self.objective_question(definition, stored_value).await? else {
            return Ok(None);
        };
        let to_nanos = Resolution::Minute.ceil(now_nanos);
        let questions = [question.clone()];
        let windows = Slots::between(definition.begins(to_nanos));
        let columns = Slots::between(preview_bounds(definition, to_nanos));
        let (recent, past, durations) = try_join!(
            self.tallies(&questions, &windows),
            self.tallies(&questions, &columns),
            self.window_durations(definition, &question, to_nanos),
        )?;
        let status = Status::of(definition, &history(&windows, recent), to_nanos);
        let past = history(&columns, past);
        Ok(Some(Preview::of(definition, status, &past, &durations)))
    }

    /// The durations in the window of an objective over latency; nothing of another.
    async fn window_durations(
        &self,
        definition: &Definition,
        question: &TallyQuestion,
        to_nanos: i64,
    ) -> Result<Histogram, Error> {
        if definition.indicator == Indicator::Availability {
            return Ok(Histogram::default());
        }
        let counted = self.in_window(definition, question, &[], to_nanos).await?;
        Ok(Histogram::sum(
            counted.iter().map(|(_, rollup)| &rollup.durations),
        ))
    }

    /// What spent the budget of an objective in its window, by one label after the other; none
    /// where what it is about does not exist.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn objective_spending(
        &self,
        definition: &Definition,
        stored_value: StoredValueOf<'_>,
        now_nanos: i64,
    ) -> Result<Option<Vec<Spending>>, Error> {
        let Some(question) = self.objective_question(definition, stored_value).await? else {
            return Ok(None);
        };
        let to_nanos = Resolution::Minute.ceil(now_nanos);
        // Labels that are asked for together: devices are not told by broad series.
        let together: &[&[&'static str]] = match question.family {
            Family::Requests => &[&["region", "release", "operation"], &["device_class"]],
            Family::Operations | Family::Calls => &[&["region", "service", "operation"]],
        };
        let mut found = Vec::new();
        for labels in together {
            let counted = self
                .in_window(definition, &question, labels, to_nanos)
                .await?;
            for (place, label) in labels.iter().enumerate() {
                let values = counted.iter().map(|(key, rollup)| {
                    let value = key.get(place).map_or("", String::as_str);
                    (value, rollup)
                });
                found.push(Spending {
                    label,
                    spenders: spenders(values, definition.indicator),
                });
            }
        }
        Ok(Some(found))
    }

    /// What was counted in the window, by the values of labels.
    async fn in_window(
        &self,
        definition: &Definition,
        question: &TallyQuestion,
        labels: &[&str],
        to_nanos: i64,
    ) -> Result<Vec<(Vec<String>, Rollup)>, Error> {
        let family = question.family;
        let place = |label: &&str| family.labels().iter().position(|own| own == label);
        let mut group_by: Vec<usize> = labels.iter().filter_map(place).collect();
        let own = group_by.len();
        // What tells the journey comes after what is asked for.
        group_by.extend(question.journey_labels());
        let request = RollupRequest {
            family,
            filter: question.filter.clone(),
            group_by,
            slots: Slots::between(vec![definition.from_nanos(to_nanos), to_nanos]),
        };
        let groups = self.rollups(&request).await?.into_iter();
        Ok(groups
            .filter(|group| question.is_of_journey(&group.key[own..]))
            .map(|group| {
                let total = group.total();
                (group.key, total)
            })
            .collect())
    }
}

fn history(slots: &Slots, mut tallies: Vec<Vec<model::objective::Tally>>) -> History {
    History::new(slots.bounds().to_vec(), tallies.pop().unwrap_or_default())
}
