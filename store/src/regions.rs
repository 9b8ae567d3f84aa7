//! How users fare by region: what was counted, at a time and at the one that it is compared with.

use futures::try_join;
use model::filter::Filter;
use model::regions::{Counted, LABELS, Observed};
use model::rollup::Coverage;

use crate::requests::{GroupBy, RequestAnswer, RequestQuestion};
use crate::rollups::Group;
use crate::{Error, Store};

#[derive(Debug, Clone)]
pub struct RegionsQuestion {
    pub filter: Filter,
    pub time: Coverage,
    pub compared: Option<Coverage>,
}

/// Counted under the values of [`LABELS`].
#[derive(Debug, Clone, PartialEq)]
pub struct RegionsAnswer {
    pub now: Vec<Counted>,
    /// None when nothing is compared.
    pub before: Option<Vec<Counted>>,
    /// As in [`RequestAnswer`].
    pub is_by_rollups: bool,
    /// As in [`RequestAnswer`].
    pub since_nanos: Option<i64>,
}

impl RegionsAnswer {
    #[must_use]
    pub fn observed(&self) -> Observed<'_> {
        Observed {
            now: &self.now,
            before: self.before.as_deref(),
        }
    }
}

impl Store {
    /// Requests by region and journey.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged.
    pub async fn regions(&self, question: &RegionsQuestion) -> Result<RegionsAnswer, Error> {
        let before = async {
            match question.compared {
                Some(time) => self.by_region(&question.filter, time).await.map(Some),
                None => Ok(None),
            }
        };
        let now = self.by_region(&question.filter, question.time);
        let (now, before) = try_join!(now, before)?;
        Ok(RegionsAnswer {
            is_by_rollups: now.is_by_rollups,
            since_nanos: now.since_nanos,
            now: totals(now.groups),
            before: before.map(|before| totals(before.groups)),
        })
    }

    async fn by_region(&self, filter: &Filter, time: Coverage) -> Result<RequestAnswer, Error> {
        let question = RequestQuestion {
            filter: filter.clone(),
            group_by: LABELS.map(GroupBy::Label).to_vec(),
            slots: time.whole(),
        };
        self.requests(&question).await
    }
}

fn totals(groups: Vec<Group>) -> Vec<Counted> {
    let groups = groups.into_iter();
    groups
        .map(|group| {
            let total = group.total();
            (group.key, total)
        })
        .collect()
}
