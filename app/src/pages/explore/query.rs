//! What the page asks the server.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::contrast::Contrasts;
use model::decomposition::Decomposition;
use model::layout::heatmap::{Heatmap, Selection};
use model::summary::Summary;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Most columns of the heatmap.
#[cfg(feature = "ssr")]
const COLUMNS: usize = 98;

/// Requests of the selection that are listed.
#[cfg(feature = "ssr")]
const SLOWEST: usize = 20;

/// About so many requests of the selection, and of the rest, are looked at to tell them apart.
#[cfg(feature = "ssr")]
const SAMPLE: usize = 300;

/// Most groups that are listed; how many more there are is said.
#[cfg(feature = "ssr")]
const MAX_GROUPS: usize = 100;

/// What was counted, and how long it took.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(super) count: i64,
    /// How many requests those stand for.
    pub(super) weight: f64,
    pub(super) errors: i64,
    /// The 50th, 95th and 99th percentile, by weight; none where nothing was counted.
    pub(super) percentiles: Option<[i64; 3]>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Chart {
    pub(super) heatmap: Heatmap,
    pub(super) all: Figures,
    /// From when on requests are counted, when there were too many to look at them all.
    pub(super) since_nanos: Option<i64>,
    pub(super) now_nanos: i64,
    /// Nothing has ever been stored.
    pub(super) is_database_empty: bool,
    /// Where to send a first trace.
    pub(super) otlp_http: String,
}

/// One of the slowest requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Slow {
    pub(super) summary: Summary,
    pub(super) decomposition: Decomposition,
    /// The device, the network or the service that most of the critical path is spent in, and how
    /// long, in nanoseconds.
    pub(super) longest: Option<(String, i64)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Selected {
    /// What was counted.
    pub(super) count: i64,
    /// All others that are on the chart.
    pub(super) rest: i64,
    pub(super) contrasts: Contrasts,
    pub(super) slowest: Vec<Slow>,
    pub(super) now_nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Groups {
    /// By value of the label, the most requests first.
    pub(super) groups: Vec<(String, Figures)>,
    pub(super) left_out: usize,
}

#[server(prefix = "/fn", endpoint = "get_heatmap", input = GetUrl)]
pub(super) async fn get_chart(q: String, from: String, to: String) -> Result<Chart, AppError> {
    use store::requests::RequestQuestion;

    use crate::context::RequestContext;

    let context: RequestContext = expect_context();
    let now_nanos = context.now_nanos;
    let (filter, covered) = ssr::read(&context, q, from, to)?;
    let question = RequestQuestion {
        filter,
        group_by: vec![],
        slots: covered.slots(COLUMNS),
    };
    let answer = context.store.requests(&question).await?;
    let is_database_empty = answer.groups.is_empty() && context.store.is_empty().await?;
    let columns = answer.groups.first().map(|group| group.slots.as_slice());
    Ok(Chart {
        heatmap: Heatmap::of(&question.slots, columns.unwrap_or_default()),
        all: ssr::figures(answer.groups.first()),
        since_nanos: answer.since_nanos,
        now_nanos,
        is_database_empty,
        otlp_http: context.otlp_http.to_string(),
    })
}

#[server(prefix = "/fn", endpoint = "get_selected", input = GetUrl)]
pub(super) async fn get_selected(
    q: String,
    from: String,
    to: String,
    selection: Selection,
) -> Result<Selected, AppError> {
    use model::contrast::contrast;
    use model::filter::{Order, Test, TraceTest};
    use store::requests::RequestQuestion;

    use crate::context::RequestContext;

    let context: RequestContext = expect_context();
    let (filter, covered) = ssr::read(&context, q, from, to)?;
    let selection = selection.snapped(covered.finest);
    let question = RequestQuestion {
        filter,
        group_by: vec![],
        slots: covered
            .slots(COLUMNS)
            .cut([selection.from_nanos, selection.to_nanos]),
    };
    let answer = context.store.requests(&question).await?;
    let columns = answer.groups.first().map(|group| group.slots.as_slice());
    let split = ssr::Split::of(&question.slots, columns.unwrap_or_default(), &selection);
    let is_request = question.filter.with(Test::Trace(TraceTest::Outcome(None)));
    let sample = |strata: Vec<store::traces::Stratum>| {
        let (store, filter) = (context.store.clone(), is_request.clone());
        async move { store.sample(&filter, &strata).await }
    };
    let selected = sample(split.selected(SAMPLE)).await?;
    let rest = sample(split.rest(SAMPLE)).await?;
    let mut within = is_request.with(Test::Trace(TraceTest::Duration {
        order: Order::AtLeast,
        nanos: selection.least_nanos,
    }));
    if let Some(nanos) = selection.below_nanos {
        let order = Order::Less;
        within = within.with(Test::Trace(TraceTest::Duration { order, nanos }));
    }
    let (from_nanos, to_nanos) = (selection.from_nanos, selection.to_nanos);
    let slowest = context
        .store
        .slowest(&within, from_nanos, to_nanos, SLOWEST)
        .await?;
    Ok(Selected {
        count: split.selected_count(),
        rest: split.rest_count(),
        contrasts: contrast(&selected, &rest),
        slowest: ssr::explained(&context.store, slowest).await?,
        now_nanos: context.now_nanos,
    })
}

#[server(prefix = "/fn", endpoint = "get_groups", input = GetUrl)]
pub(super) async fn get_groups(
    q: String,
    from: String,
    to: String,
    by: String,
) -> Result<Groups, AppError> {
    use model::rollup::Family;
    use store::requests::RequestQuestion;

    use crate::context::RequestContext;

    let labels = Family::Requests.labels();
    let Some(place) = labels.iter().position(|label| *label == by) else {
        let reason = format!("requests are grouped by {}", labels.join(", "));
        return Err(AppError::Address(reason));
    };
    let context: RequestContext = expect_context();
    let (filter, covered) = ssr::read(&context, q, from, to)?;
    let question = RequestQuestion {
        filter,
        group_by: vec![place],
        slots: covered.whole(),
    };
    let answer = context.store.requests(&question).await?;
    let groups = answer.groups.iter().take(MAX_GROUPS);
    let groups = groups.map(|group| {
        let value = group.key.first().cloned().unwrap_or_default();
        (value, ssr::figures(Some(group)))
    });
    Ok(Groups {
        groups: groups.collect(),
        left_out: answer.groups.len().saturating_sub(MAX_GROUPS),
    })
}

#[cfg(feature = "ssr")]
mod ssr {
    use std::collections::HashMap;

    use model::clock_skew;
    use model::critical_path::critical_path;
    use model::decomposition::{Decomposition, Segment, segment_of};
    use model::filter::Filter;
    use model::layout::heatmap::Selection;
    use model::rollup::{Coverage, Rollup, Slots};
    use model::summary::Summary;
    use model::trace::Trace;
    use store::Store;
    use store::rollups::Group;
    use store::traces::Stratum;

    use super::{Figures, Slow};
    use crate::address::Scope;
    use crate::context::RequestContext;
    use crate::error::AppError;

    /// What is asked, and the time that it is about.
    pub(super) fn read(
        context: &RequestContext,
        q: String,
        from: String,
        to: String,
    ) -> Result<(Filter, Coverage), AppError> {
        let scope = Scope {
            q,
            from,
            to,
            ..Scope::default()
        };
        let filter = scope.filter()?.with_values(&*context.stored_values.0);
        Ok((filter, scope.covered(context.now_nanos)?))
    }

    pub(super) fn figures(group: Option<&Group>) -> Figures {
        let total = group.map(Group::total).unwrap_or_default();
        let percentile = |share: f64| total.durations.quantile(share);
        let percentiles = [percentile(0.50), percentile(0.95), percentile(0.99)];
        Figures {
            count: total.count,
            weight: total.weight,
            errors: total.errors,
            percentiles: match percentiles {
                [Some(p50), Some(p95), Some(p99)] => Some([p50, p95, p99]),
                _ => None,
            },
        }
    }

    /// How many requests each column has within a selection, and without.
    pub(super) struct Split {
        columns: Vec<Column>,
        duration_nanos: (i64, i64),
    }

    struct Column {
        from_nanos: i64,
        to_nanos: i64,
        is_in_time: bool,
        within: i64,
        without: i64,
    }

    impl Split {
        /// The selection begins and ends where columns do.
        pub(super) fn of(slots: &Slots, rollups: &[Rollup], selection: &Selection) -> Self {
            let (least, past) = selection.buckets();
            let bounds = slots.bounds().windows(2);
            let columns = bounds.zip(rollups).map(|(bounds, rollup)| {
                let is_in_time =
                    bounds[0] >= selection.from_nanos && bounds[1] <= selection.to_nanos;
                let buckets = rollup.durations.buckets().iter();
                let is_within = |bucket: u16| is_in_time && (least..past).contains(&bucket);
                let (mut within, mut without) = (0, 0);
                for bucket in buckets {
                    if is_within(bucket.index) {
                        within += bucket.count;
                    } else {
                        without += bucket.count;
                    }
                }
                Column {
                    from_nanos: bounds[0],
                    to_nanos: bounds[1],
                    is_in_time,
                    within,
                    without,
                }
            });
            Self {
                columns: columns.collect(),
                duration_nanos: (
                    selection.least_nanos,
                    selection.below_nanos.unwrap_or(i64::MAX),
                ),
            }
        }

        pub(super) fn selected_count(&self) -> i64 {
            self.columns.iter().map(|column| column.within).sum()
        }

        pub(super) fn rest_count(&self) -> i64 {
            self.columns.iter().map(|column| column.without).sum()
        }

        /// Parts to sample so that each request of the selection has about the same chance.
        pub(super) fn selected(&self, size: usize) -> Vec<Stratum> {
            self.strata(size, true, |column| column.within)
        }

        pub(super) fn rest(&self, size: usize) -> Vec<Stratum> {
            self.strata(size, false, |column| column.without)
        }

        fn strata(
            &self,
            size: usize,
            is_selected: bool,
            count: fn(&Column) -> i64,
        ) -> Vec<Stratum> {
            let total: i64 = self.columns.iter().map(count).sum();
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            let mut before = 0_i64;
            let columns = self.columns.iter().filter_map(|column| {
                // What is rounded off here is taken up by a later column.
                let share = |upto: i64| upto.saturating_mul(size) / total.max(1);
                let limit = share(before + count(column)) - share(before);
                before += count(column);
                // No duration lies within nothing.
                let duration_nanos = if column.is_in_time {
                    self.duration_nanos
                } else {
                    (0, 0)
                };
                (limit > 0).then(|| Stratum {
                    from_nanos: column.from_nanos,
                    to_nanos: column.to_nanos,
                    limit: usize::try_from(limit).unwrap_or(0),
                    duration_nanos,
                    is_within: is_selected,
                })
            });
            columns.collect()
        }
    }

    /// With where their time went.
    pub(super) async fn explained(
        store: &Store,
        summaries: Vec<Summary>,
    ) -> Result<Vec<Slow>, AppError> {
        let ids: Vec<_> = summaries.iter().map(|summary| summary.trace_id).collect();
        let traces = store.traces(&ids).await?;
        let explained = summaries.into_iter().filter_map(|summary| {
            let trace = traces.iter().find(|trace| trace.id == summary.trace_id)?;
            let root = trace.root_position()?;
            let shifts = clock_skew::shifts(trace);
            Some(Slow {
                decomposition: Decomposition::of(trace, &shifts, root),
                longest: longest(trace, &shifts, root),
                summary,
            })
        });
        Ok(explained.collect())
    }

    fn longest(trace: &Trace, shifts: &[i64], root: usize) -> Option<(String, i64)> {
        let mut by_place: HashMap<&str, i64> = HashMap::new();
        for slice in critical_path(trace, shifts, root) {
            let place = match segment_of(trace, slice.span) {
                segment @ (Segment::Device | Segment::Network) => segment.name(),
                _ => trace.service_of(&trace.spans[slice.span]),
            };
            *by_place.entry(place).or_default() += slice.nanos();
        }
        let longest = by_place
            .into_iter()
            .max_by_key(|(place, nanos)| (*nanos, std::cmp::Reverse(*place)));
        longest.map(|(place, nanos)| (place.to_owned(), nanos))
    }
}
