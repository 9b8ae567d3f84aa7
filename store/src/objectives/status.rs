//! How objectives stand.

use std::collections::HashMap;

use model::filter::Filter;
use model::journey::{Key, Requests};
use model::objective::{Definition, History, Objective, Over, Status};
use model::rollup::{LabelFilter, Resolution, Slots};

use super::TallyQuestion;
use crate::{Error, Store};

/// Takes the name of an attribute and the value that was typed, and gives the one that is stored
/// where that is another.
pub type StoredValueOf<'a> = &'a (dyn Fn(&str, &str) -> Option<String> + Send + Sync);

/// An objective, and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub objective: Objective,
    /// None where what it is about does not exist any more.
    pub status: Option<Status>,
}

impl Standing {
    /// The more urgent, the lower; see [`Status::urgency`]. What is about nothing comes first: it
    /// has to be mended.
    #[must_use]
    pub fn urgency(&self) -> f64 {
        let status = self.status.as_ref();
        status.map_or(f64::NEG_INFINITY, |status| {
            status.urgency(&self.objective.definition)
        })
    }
}

/// The journeys that objectives name.
#[derive(Debug, Default)]
pub(super) struct Journeys(HashMap<i64, Requests>);

impl Journeys {
    /// What is asked of the rollups; none when the journey is gone, or rollups cannot tell the
    /// filter any more.
    pub(super) fn question(
        &self,
        definition: &Definition,
        stored_value: StoredValueOf<'_>,
    ) -> Option<TallyQuestion> {
        let filter: Filter = definition.filter.parse().ok()?;
        let filter = filter.with_values(stored_value);
        let family = definition.over.family();
        let requests = match &definition.over {
            Over::Requests | Over::Operations => None,
            Over::Journey { journey } => Some(match journey {
                Key::Label(label) => Requests::Labelled(label.clone()),
                Key::Defined(id) => self.0.get(id)?.clone(),
            }),
        };
        Some(TallyQuestion {
            family,
            filter: LabelFilter::of(&filter, family).ok()?,
            requests,
            indicator: definition.indicator,
        })
    }
}

impl Store {
    /// How each objective stands at a moment: all of them read what is counted once.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn standings(
        &self,
        objectives: Vec<Objective>,
        stored_value: StoredValueOf<'_>,
        now_nanos: i64,
    ) -> Result<Vec<Standing>, Error> {
        let journeys = self.journeys_of_objectives().await?;
        let to_nanos = Resolution::Minute.ceil(now_nanos);
        let definitions = objectives.iter().map(|objective| &objective.definition);
        let questions: Vec<Option<TallyQuestion>> = definitions
            .clone()
            .map(|definition| journeys.question(definition, stored_value))
            .collect();
        let bounds = definitions.flat_map(|definition| definition.begins(to_nanos));
        let slots = Slots::between(bounds.collect());
        let asked: Vec<TallyQuestion> = questions.iter().flatten().cloned().collect();
        let mut tallies = self.tallies(&asked, &slots).await?.into_iter();
        let standing = |(objective, question): (Objective, Option<TallyQuestion>)| {
            let columns = question.and_then(|_asked| tallies.next());
            let status = columns.map(|columns| {
                let history = History::new(slots.bounds().to_vec(), columns);
                Status::of(&objective.definition, &history, to_nanos)
            });
            Standing { objective, status }
        };
        Ok(objectives
            .into_iter()
            .zip(questions)
            .map(standing)
            .collect())
    }

    /// What is asked of the rollups for an objective; none where what it is about does not exist.
    pub(super) async fn objective_question(
        &self,
        definition: &Definition,
        stored_value: StoredValueOf<'_>,
    ) -> Result<Option<TallyQuestion>, Error> {
        let journeys = self.journeys_of_objectives().await?;
        Ok(journeys.question(definition, stored_value))
    }

    pub(super) async fn journeys_of_objectives(&self) -> Result<Journeys, Error> {
        let journeys = self.journeys().await?.into_iter();
        let requests = journeys.map(|journey| (journey.id, journey.definition.requests));
        Ok(Journeys(requests.collect()))
    }
}
