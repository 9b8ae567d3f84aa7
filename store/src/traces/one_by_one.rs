//! The plain figures of requests, looked at one by one.

use model::dimensions::Dimension;
use model::filter::{Filter, Test};
use model::list_order::ListOrder;
use model::rollup::request_labels;
use model::summary::Outcome;

use super::needs::Needs;
use super::{ListRequest, MAX_CANDIDATES, saturated};
use crate::requests::GroupBy;
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

/// The figures of requests, newest first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Requests {
    pub(crate) requests: Vec<Request>,
    /// From when on all are there; later than asked for when there were too many to look at.
    pub(crate) since_nanos: i64,
}

impl Store {
    /// The figures of the requests that began within the time and meet the filter, as far
    /// as that can be looked at: the newest [`MAX_COUNTED`], or [`MAX_CANDIDATES`] where spans
    /// must be looked at.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub(crate) async fn requests_one_by_one(
        &self,
        filter: &Filter,
        group_by: &[GroupBy],
        from_nanos: i64,
        to_nanos: i64,
    ) -> Result<Requests, Error> {
        let needs = Needs::of(filter);
        if !needs.are_all {
            return self
                .requests_by_spans(filter, group_by, from_nanos, to_nanos)
                .await;
        }
        let rows = sqlx::query!(
            r#"select
                start_nanos,
                duration_nanos,
                failed as "failed!",
                weight,
                root_service,
                root_operation,
                journey,
                region,
                release,
                os,
                device_class,
                network,
                app_type,
                app_id,
                app_version,
                device,
                environment,
                tier,
                flags
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
        )
        .fetch_all(&self.pool)
        .await?;
        let since_nanos = match rows.last() {
            Some(oldest) if rows.len() == MAX_COUNTED => oldest.start_nanos,
            _ => from_nanos,
        };
        let requests = rows.into_iter().map(|row| Request {
            start_nanos: row.start_nanos,
            duration_nanos: row.duration_nanos,
            failed: row.failed,
            weight: row.weight,
            keys: {
                let labels = [
                    Some(row.root_service),
                    Some(row.root_operation),
                    row.journey,
                    row.region,
                    row.release,
                    row.os,
                    row.device_class,
                    row.network,
                ];
                let label = |place: usize| labels.get(place)?.clone();
                let dimension = |dimension| match dimension {
                    Dimension::AppType => row.app_type.clone(),
                    Dimension::AppId => row.app_id.clone(),
                    Dimension::AppVersion => row.app_version.clone(),
                    Dimension::Device => row.device.clone(),
                    Dimension::Environment => row.environment.clone(),
                    Dimension::Tier => row.tier.clone(),
                    // The others are labels, or too many to group by.
                    _ => None,
                };
                keys(group_by, label, dimension, &row.flags)
            },
        });
        Ok(Requests {
            requests: requests.collect(),
            since_nanos,
        })
    }

    async fn requests_by_spans(
        &self,
        filter: &Filter,
        group_by: &[GroupBy],
        from_nanos: i64,
        to_nanos: i64,
    ) -> Result<Requests, Error> {
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
        let requests = page.traces.into_iter().filter_map(|summary| {
            Some(Request {
                start_nanos: summary.start_nanos,
                duration_nanos: summary.duration_nanos,
                failed: summary.outcome? == Outcome::Error,
                weight: summary.weight,
                keys: {
                    let labels = request_labels(&summary);
                    let label = |place: usize| Some((*labels.get(place)?).to_owned());
                    let dimension =
                        |dimension| summary.dimensions.get(dimension).map(str::to_owned);
                    let flags = summary.flags.iter().map(ToString::to_string);
                    keys(group_by, label, dimension, &flags.collect::<Vec<_>>())
                },
            })
        });
        Ok(Requests {
            requests: requests.collect(),
            since_nanos: page.next.map_or(from_nanos, |next| next.start_nanos),
        })
    }
}

/// The groups that a request belongs to: one, but for flags, of which it may have several.
fn keys(
    group_by: &[GroupBy],
    label: impl Fn(usize) -> Option<String>,
    dimension: impl Fn(Dimension) -> Option<String>,
    flags: &[String],
) -> Vec<Vec<String>> {
    let mut keys = vec![Vec::with_capacity(group_by.len())];
    for by in group_by {
        let values = match by {
            GroupBy::Label(place) => vec![label(*place).unwrap_or_default()],
            GroupBy::Dimension(own) => vec![dimension(*own).unwrap_or_default()],
            GroupBy::Flag if flags.is_empty() => vec![String::new()],
            GroupBy::Flag => flags.to_vec(),
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
