//! How many were good, of many objectives at once: what they have in common is read once.

use std::collections::{BTreeMap, HashMap};

use model::histogram::Histogram;
use model::journey::{LABELS, Requests};
use model::objective::{Indicator, Tally};
use model::rollup::{Family, LabelFilter, Slots};

use crate::rollups::{RollupRow, Source};
use crate::{Error, Store};

/// What is counted of what.
#[derive(Debug, Clone)]
pub struct TallyQuestion {
    pub family: Family,
    /// Of [`Self::family`].
    pub filter: LabelFilter,
    /// The requests of a journey; none for all.
    pub requests: Option<Requests>,
    pub indicator: Indicator,
}

impl TallyQuestion {
    fn accepts(&self, labels: &[String]) -> bool {
        let label = |place: usize| labels.get(place).cloned().unwrap_or_default();
        let is_own = self.requests.is_none() || self.is_of_journey(&LABELS.map(label));
        is_own && self.filter.accepts(labels)
    }

    /// The places of the labels that tell whether a request is of the journey; none where there is
    /// no journey.
    pub(super) fn journey_labels(&self) -> &'static [usize] {
        if self.requests.is_some() {
            &LABELS
        } else {
            &[]
        }
    }

    /// Whether requests with those values of [`Self::journey_labels`] are of the journey.
    pub(super) fn is_of_journey(&self, labels: &[String]) -> bool {
        let label = |place: usize| labels.get(place).map_or("", String::as_str);
        let requests = self.requests.as_ref();
        requests.is_none_or(|requests| requests.accepts(label(0), label(1), label(2)))
    }

    fn source(&self) -> Source {
        Source::of(self.family, &self.filter, self.journey_labels())
    }
}

/// A series that is asked for, and what was counted of it.
#[derive(Default)]
struct Asked {
    /// In the order of the questions that were first to have them.
    indicators: Vec<Indicator>,
    /// By number, with the place of its indicator.
    questions: Vec<(usize, usize)>,
    /// The columns of time, for each indicator.
    tallies: Vec<Vec<Tally>>,
}

impl Asked {
    fn ask(&mut self, question: usize, indicator: Indicator, slots: &Slots) {
        let place = self.indicators.iter().position(|own| *own == indicator);
        let place = place.unwrap_or_else(|| {
            self.indicators.push(indicator);
            self.tallies.push(vec![Tally::default(); slots.count()]);
            self.indicators.len() - 1
        });
        self.questions.push((question, place));
    }

    fn add(&mut self, slot: usize, row: &RollupRow) -> Result<(), Error> {
        let needs_durations = |indicator: &Indicator| *indicator != Indicator::Availability;
        let durations = if self.indicators.iter().any(needs_durations) {
            row.durations()?
        } else {
            Histogram::default()
        };
        for (indicator, columns) in self.indicators.iter().zip(&mut self.tallies) {
            columns[slot].add(Tally::of(
                *indicator,
                row.weight,
                row.weighted_errors,
                &durations,
            ));
        }
        Ok(())
    }
}

impl Store {
    /// For each question the columns of time.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn tallies(
        &self,
        questions: &[TallyQuestion],
        slots: &Slots,
    ) -> Result<Vec<Vec<Tally>>, Error> {
        let mut found = vec![vec![Tally::default(); slots.count()]; questions.len()];
        let mut by_source: BTreeMap<Source, Vec<usize>> = BTreeMap::new();
        for (number, question) in questions.iter().enumerate() {
            by_source.entry(question.source()).or_default().push(number);
        }
        for (source, numbers) in by_source {
            let asked = self.asked(source, questions, &numbers, slots).await?;
            for series in asked {
                for (question, place) in series.questions {
                    let columns = found[question].iter_mut().zip(&series.tallies[place]);
                    columns.for_each(|(column, tally)| column.add(*tally));
                }
            }
        }
        Ok(found)
    }

    /// The series that any of the questions is about, with what was counted of them.
    async fn asked(
        &self,
        source: Source,
        questions: &[TallyQuestion],
        numbers: &[usize],
        slots: &Slots,
    ) -> Result<Vec<Asked>, Error> {
        let mut asked: Vec<Asked> = Vec::new();
        let mut places: HashMap<i32, usize> = HashMap::new();
        let mut ids: Vec<i32> = Vec::new();
        self.each_series(source, |id, labels| {
            let mut own = Asked::default();
            let accepting = numbers
                .iter()
                .filter(|number| questions[**number].accepts(labels));
            accepting.for_each(|number| own.ask(*number, questions[*number].indicator, slots));
            if !own.questions.is_empty() {
                places.insert(id, asked.len());
                ids.push(id);
                asked.push(own);
            }
        })
        .await?;
        if ids.is_empty() {
            return Ok(asked);
        }
        self.each_row(source, &ids, slots, |row| {
            let place = places.get(&row.series);
            match (place, slots.at(row.start_nanos)) {
                (Some(place), Some(slot)) => asked[*place].add(slot, &row),
                _ => Ok(()),
            }
        })
        .await?;
        Ok(asked)
    }
}
