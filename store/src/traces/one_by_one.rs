//! The plain figures of requests, looked at one by one.

use futures::TryStreamExt;
use model::filter::{Filter, Test};
use model::list_order::ListOrder;
use model::rollup::{Family, request_labels};
use model::summary::Outcome;

use super::needs::Needs;
use super::{ListRequest, MAX_CANDIDATES, saturated};
use crate::requests::{DIMENSIONS, GroupBy};
use crate::{Error, Store};

/// Most summaries that are counted for one chart when rollups cannot tell.
pub const MAX_COUNTED: usize = 200_000;

/// The figures of one request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) start_nanos: i64,
    pub(crate) duration_nanos: i64,
    pub(crate) failed: bool,
    pub(crate) weight: f64,
    /// Those that were asked for; of a flag there may be several, or none.
    pub(crate) keys: Vec<Vec<String>>,
}

impl Store {
    /// The requests that began within the time and meet the filter, newest first, as far as that
    /// can be looked at: the newest [`MAX_COUNTED`], or [`MAX_CANDIDATES`] where spans must be
    /// looked at. Returns from when on all were there, which is later than asked for when there
    /// were too many.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub(crate) async fn each_request(
        &self,
        filter: &Filter,
        group_by: &[GroupBy],
        from_nanos: i64,
        to_nanos: i64,
        take: impl FnMut(Request),
    ) -> Result<i64, Error> {
        let needs = Needs::of(filter);
        if needs.are_all {
            self.each_by_summaries(&needs, group_by, from_nanos, to_nanos, take)
                .await
        } else {
            self.each_by_spans(filter, group_by, from_nanos, to_nanos, take)
                .await
        }
    }

    async fn each_by_summaries(
        &self,
        needs: &Needs,
        group_by: &[GroupBy],
        from_nanos: i64,
        to_nanos: i64,
        mut take: impl FnMut(Request),
    ) -> Result<i64, Error> {
        let places: Vec<i32> = group_by
            .iter()
            .filter_map(|by| place(*by))
            .map(saturated)
            .collect();
        // Planned for what is asked: then what nobody asks for is neither tested nor sent.
        let mut connection = self.planning().await?;
        let mut rows = sqlx::query!(
            r#"select
                start_nanos,
                duration_nanos,
                failed as "failed!",
                weight,
                case when 0 = any ($14::int[]) then root_service end as root_service,
                case when 1 = any ($14::int[]) then root_operation end as root_operation,
                case when 2 = any ($14::int[]) then journey end as journey,
                case when 3 = any ($14::int[]) then region end as region,
                case when 4 = any ($14::int[]) then release end as release,
                case when 5 = any ($14::int[]) then os end as os,
                case when 6 = any ($14::int[]) then device_class end as device_class,
                case when 7 = any ($14::int[]) then network end as network,
                case when 8 = any ($14::int[]) then app_type end as app_type,
                case when 9 = any ($14::int[]) then app_id end as app_id,
                case when 10 = any ($14::int[]) then app_version end as app_version,
                case when 11 = any ($14::int[]) then device end as device,
                case when 12 = any ($14::int[]) then environment end as environment,
                case when 13 = any ($14::int[]) then tier end as tier,
                case when $15 then flags end as flags
            from trace_summary
            where start_nanos >= $1
                and start_nanos < $2
                and failed is not null
                and may_meet(
                    trace_summary, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
                )
            order by start_nanos desc
            limit $13"#,
            from_nanos,
            to_nanos,
            needs.duration_nanos.0,
            needs.duration_nanos.1,
            &needs.services,
            needs.error,
            needs.trace_id(),
            needs.root,
            needs.is_request,
            needs.failed,
            &needs.dimensions as &[Option<String>],
            &needs.flags,
            i64::from(saturated(MAX_COUNTED)),
            &places,
            group_by.contains(&GroupBy::Flag),
        )
        .fetch(&mut *connection);
        let mut count = 0_usize;
        let mut oldest_nanos = from_nanos;
        while let Some(row) = rows.try_next().await? {
            count += 1;
            oldest_nanos = row.start_nanos;
            let values = [
                row.root_service,
                row.root_operation,
                row.journey,
                row.region,
                row.release,
                row.os,
                row.device_class,
                row.network,
                row.app_type,
                row.app_id,
                row.app_version,
                row.device,
                row.environment,
                row.tier,
            ];
            let value = |by: GroupBy| values.get(place(by)?)?.clone();
            let keys = keys(group_by, value, &row.flags.unwrap_or_default());
            take(Request {
                start_nanos: row.start_nanos,
                duration_nanos: row.duration_nanos,
                failed: row.failed,
                weight: row.weight,
                keys,
            });
        }
        let is_all = count < MAX_COUNTED;
        Ok(if is_all { from_nanos } else { oldest_nanos })
    }

    async fn each_by_spans(
        &self,
        filter: &Filter,
        group_by: &[GroupBy],
        from_nanos: i64,
        to_nanos: i64,
        mut take: impl FnMut(Request),
    ) -> Result<i64, Error> {
        let page = self
            .list(&ListRequest {
                filter: filter.with(Test::is_request()),
                from_nanos,
                to_nanos,
                order: ListOrder::Newest,
                after: None,
                limit: MAX_CANDIDATES,
            })
            .await?;
        for summary in page.traces {
            let Some(outcome) = summary.outcome else {
                continue;
            };
            let labels = request_labels(&summary);
            let value = |by: GroupBy| match by {
                GroupBy::Label(place) => labels.get(place).map(|label| (*label).to_owned()),
                GroupBy::Dimension(own) => summary.dimensions.get(own).map(str::to_owned),
                GroupBy::Flag => None,
            };
            let flags: Vec<String> = summary.flags.iter().map(ToString::to_string).collect();
            take(Request {
                start_nanos: summary.start_nanos,
                duration_nanos: summary.duration_nanos,
                failed: outcome == Outcome::Error,
                weight: summary.weight,
                keys: keys(group_by, value, &flags),
            });
        }
        Ok(page.next.map_or(from_nanos, |next| next.start_nanos))
    }
}

/// Where a value stands among those of the statement: first labels, then dimensions. None of flags,
/// which have a column of their own.
fn place(by: GroupBy) -> Option<usize> {
    match by {
        GroupBy::Label(place) => Some(place),
        GroupBy::Dimension(own) => {
            let place = DIMENSIONS.iter().position(|dimension| *dimension == own);
            Some(Family::Requests.labels().len() + place?)
        }
        GroupBy::Flag => None,
    }
}

/// The groups that a request belongs to: one, but for flags, of which it may have several.
fn keys(
    group_by: &[GroupBy],
    value: impl Fn(GroupBy) -> Option<String>,
    flags: &[String],
) -> Vec<Vec<String>> {
    let mut keys = vec![Vec::with_capacity(group_by.len())];
    for by in group_by {
        let values = match by {
            GroupBy::Flag if flags.is_empty() => vec![String::new()],
            GroupBy::Flag => flags.to_vec(),
            other => vec![value(*other).unwrap_or_default()],
        };
        keys = keys
            .iter()
            .flat_map(|key| {
                let longer = values.iter();
                longer.map(|value| [key.as_slice(), std::slice::from_ref(value)].concat())
            })
            .collect();
    }
    keys
}
