//! How users fare: all journeys at a glance.

use std::collections::BTreeMap;

use futures::try_join;
use model::filter::{Filter, Term};
use model::journey::{LABELS, Proposal, Subject, proposals};
use model::overview::{Counted, OVERVIEW_LABELS, Observed, Overview};
use model::rollup::{Coverage, Family, LabelFilter, Resolution, Summing};
use model::time::DAY_NANOS;

use crate::rollups::RollupRequest;
use crate::{Error, Store};

/// Most columns of a chart over time.
const MAX_COLUMNS: usize = 60;

/// How far back proposals look.
pub const PROPOSAL_DAYS: i64 = 7;

/// Requests of a time, and the time that it is compared with.
#[derive(Debug, Clone)]
pub struct OverviewQuestion {
    pub(crate) filter: Filter,
    labels: LabelFilter,
    pub(crate) time: Coverage,
    compared: Option<Coverage>,
}

impl OverviewQuestion {
    /// # Errors
    /// With the first term that the counts of requests cannot tell.
    pub fn of(filter: Filter, time: Coverage, compared: Option<Coverage>) -> Result<Self, Term> {
        Ok(Self {
            labels: LabelFilter::of(&filter, Family::Requests).map_err(Clone::clone)?,
            filter,
            time,
            compared,
        })
    }
}

impl Store {
    /// All journeys at a glance: those that people have defined, or else those that requests name.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged.
    pub async fn overview(&self, question: &OverviewQuestion) -> Result<Overview, Error> {
        let observed = self.observe(question).await?;
        Ok(Overview::of(self.subjects().await?, &observed))
    }

    /// The journeys that people have defined.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn subjects(&self) -> Result<Vec<Subject>, Error> {
        let journeys = self.journeys().await?;
        Ok(journeys.into_iter().map(Subject::from).collect())
    }

    /// Journeys that the traffic of the last [`PROPOSAL_DAYS`] suggests, beside those that there are.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged.
    pub async fn journey_proposals(&self, now_nanos: i64) -> Result<Vec<Proposal>, Error> {
        // From midnight: hours and minutes of the first day would be as much to read as the week.
        let from_nanos = Resolution::Day.floor(now_nanos.saturating_sub(PROPOSAL_DAYS * DAY_NANOS));
        let request = RollupRequest {
            family: Family::Requests,
            filter: LabelFilter::default(),
            group_by: LABELS.to_vec(),
            slots: Coverage::of(from_nanos, now_nanos, now_nanos).whole(),
        };
        let seen = self.totals(&request).await?;
        Ok(proposals(&seen, &self.subjects().await?))
    }

    /// What was counted in the time that is asked for, and in the one that it is compared with.
    pub(crate) async fn observe(&self, question: &OverviewQuestion) -> Result<Observed, Error> {
        let slots = question.time.slots(MAX_COLUMNS);
        let bounds = slots.bounds().to_vec();
        let request = RollupRequest {
            family: Family::Requests,
            filter: question.labels.clone(),
            group_by: OVERVIEW_LABELS.to_vec(),
            slots,
        };
        let before = async {
            let Some(compared) = question.compared else {
                return Ok(None);
            };
            let request = RollupRequest {
                slots: compared.whole(),
                ..request.clone()
            };
            self.totals(&request).await.map(Some)
        };
        let (groups, before) = try_join!(self.rollups(&request), before)?;
        let mut now = Vec::new();
        let mut over_time: BTreeMap<Vec<String>, Vec<Summing>> = BTreeMap::new();
        for group in groups {
            let total = group.total();
            // All but the release.
            let mut key = group.key.clone();
            key.pop();
            let empty = || vec![Summing::default(); group.slots.len()];
            let columns = over_time.entry(key).or_insert_with(empty);
            for (column, slot) in columns.iter_mut().zip(group.slots) {
                column.add(slot);
            }
            now.push((group.key, total));
        }
        let over_time = over_time.into_iter().map(|(key, columns)| {
            let columns = columns.into_iter();
            (key, columns.map(Summing::sum).collect())
        });
        Ok(Observed {
            bounds,
            over_time: over_time.collect(),
            now,
            before,
        })
    }

    async fn totals(&self, request: &RollupRequest) -> Result<Vec<Counted>, Error> {
        let groups = self.rollups(request).await?.into_iter();
        Ok(groups
            .map(|group| {
                let total = group.total();
                (group.key, total)
            })
            .collect())
    }
}
