//! What is known of requests: by rollups where those can tell, or else by looking at them one by
//! one.

use std::collections::HashMap;

use model::dimensions::{Dimension, FLAG};
use model::filter::Filter;
use model::rollup::{Family, LabelFilter, OTHER, Rollup, Slots};

use crate::rollups::{Group, RollupRequest};
use crate::traces::Request;
use crate::{Error, Store};

/// Most groups of requests that are looked at one by one; the others are counted together.
const MAX_GROUPS: usize = 1_000;

/// What is asked about requests.
#[derive(Debug, Clone)]
pub struct RequestQuestion {
    pub filter: Filter,
    /// Without any, all is one group.
    pub group_by: Vec<GroupBy>,
    pub slots: Slots,
}

/// What requests are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    /// By place in the labels of [`Family::Requests`].
    Label(usize),
    /// One that requests are not counted by as they come, so that they are looked at one by one.
    Dimension(Dimension),
    /// A flag and its variant, `new_cart=on`. A request belongs to the group of each that it has.
    Flag,
}

/// Dimensions with few values, by which requests are not counted as they come.
pub(crate) const DIMENSIONS: [Dimension; 6] = [
    Dimension::AppType,
    Dimension::AppId,
    Dimension::AppVersion,
    Dimension::Device,
    Dimension::Environment,
    Dimension::Tier,
];

impl GroupBy {
    /// All that there are, each with its name.
    pub fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let labels = Family::Requests.labels().iter().copied();
        let labels = labels.zip((0..).map(Self::Label));
        let others = DIMENSIONS.map(|dimension| (dimension.key(), Self::Dimension(dimension)));
        labels.chain(others).chain([(FLAG, Self::Flag)])
    }

    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::all().find_map(|(own, by)| (own == name).then_some(by))
    }

    fn label(self) -> Option<usize> {
        match self {
            Self::Label(place) => Some(place),
            Self::Dimension(_) | Self::Flag => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RequestAnswer {
    /// Those with the greatest weight first.
    pub groups: Vec<Group>,
    /// From when on all requests are counted, where there were too many to look at them all.
    pub since_nanos: Option<i64>,
    /// Whether they were counted as they came. Otherwise they were looked at one by one: those
    /// that were not kept are missing, and there are no sums.
    pub is_by_rollups: bool,
}

impl Store {
    /// Counts, durations and errors of the requests that meet a filter, by labels and time.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged.
    pub async fn requests(&self, question: &RequestQuestion) -> Result<RequestAnswer, Error> {
        let labels = question.group_by.iter().map(|by| by.label());
        let labels: Option<Vec<usize>> = labels.collect();
        let filter = LabelFilter::of(&question.filter, Family::Requests).ok();
        let Some((filter, group_by)) = filter.zip(labels) else {
            return self.requests_by_summaries(question).await;
        };
        let request = RollupRequest {
            family: Family::Requests,
            filter,
            group_by,
            slots: question.slots.clone(),
        };
        Ok(RequestAnswer {
            groups: self.rollups(&request).await?,
            since_nanos: None,
            is_by_rollups: true,
        })
    }

    async fn requests_by_summaries(
        &self,
        question: &RequestQuestion,
    ) -> Result<RequestAnswer, Error> {
        let bounds = question.slots.bounds();
        let (from_nanos, to_nanos) = (bounds[0], bounds[bounds.len() - 1]);
        let mut groups: HashMap<Vec<String>, Vec<Rollup>> = HashMap::new();
        let take = |request: Request| {
            let Some(slot) = question.slots.at(request.start_nanos) else {
                return;
            };
            for mut key in request.keys {
                if groups.len() >= MAX_GROUPS && !groups.contains_key(&key) {
                    key.fill(OTHER.to_owned());
                }
                let empty = || vec![Rollup::default(); question.slots.count()];
                let rollup = &mut groups.entry(key).or_insert_with(empty)[slot];
                rollup.count += 1;
                rollup.weight += request.weight;
                if request.failed {
                    rollup.errors += 1;
                    rollup.weighted_errors += request.weight;
                }
                rollup
                    .durations
                    .record(request.duration_nanos, 1, request.weight);
            }
        };
        let since_nanos = self
            .each_request(
                &question.filter,
                &question.group_by,
                from_nanos,
                to_nanos,
                take,
            )
            .await?;
        let mut groups: Vec<Group> = groups
            .into_iter()
            .map(|(key, slots)| Group { key, slots })
            .collect();
        let weight = |group: &Group| group.slots.iter().map(|rollup| rollup.weight).sum::<f64>();
        groups.sort_by(|left, right| {
            let by_weight = weight(right).total_cmp(&weight(left));
            by_weight.then(left.key.cmp(&right.key))
        });
        Ok(RequestAnswer {
            groups,
            since_nanos: (since_nanos > from_nanos).then_some(since_nanos),
            is_by_rollups: false,
        })
    }
}
