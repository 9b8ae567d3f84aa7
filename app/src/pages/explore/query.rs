//! What the page asks the store.

use std::cmp::Reverse;
use std::collections::HashMap;

use futures::try_join;
use leptos::prelude::*;
use model::clock_skew;
use model::contrast::{Contrasts, contrast};
use model::critical_path::critical_path;
use model::decomposition::{Decomposition, Segment, segment_of};
use model::filter::{Filter, Order, Test};
use model::id::SpanId;
use model::layout::heatmap::{Heatmap, Selection};
use model::list_order::ListOrder;
use model::overview::{P95, error_change, line, p95_change};
use model::rollup::{Coverage, Rollup};
use model::stats::Change;
use model::summary::Summary;
use model::trace::Trace;
use store::Store;
use store::requests::{GroupBy, RequestAnswer, RequestQuestion};
use store::rollups;
use store::traces::{ListRequest, Way};

use super::split::Split;
use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;

/// Most columns of the heatmap.
const COLUMNS: usize = 98;

/// Most columns of the lines of groups.
const GROUP_COLUMNS: usize = 60;

/// Requests of the selection that are listed.
const SLOWEST: usize = 20;

/// About so many requests of the selection, and of the rest, are looked at to tell them apart.
const SAMPLE: usize = 300;

/// Most groups that are listed; how many more there are is said.
const MAX_GROUPS: usize = 100;

/// What was counted, and how long it took.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Figures {
    pub(super) count: i64,
    /// How many requests those stand for.
    pub(super) weight: f64,
    pub(super) errors: i64,
    /// The 50th, 95th and 99th percentile, by weight; none where nothing was counted.
    pub(super) percentiles: Option<[i64; 3]>,
}

/// How figures differ from those of the time that is compared with; each is none where nothing was
/// counted then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Changes {
    pub(super) p95: Option<Change>,
    pub(super) error_rate: Option<Change>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    pub(super) heatmap: Heatmap,
    pub(super) all: Figures,
    /// None when nothing is compared.
    pub(super) changes: Option<Changes>,
    /// From when on requests are counted, when there were too many to look at them all.
    pub(super) since_nanos: Option<i64>,
    pub(super) now_nanos: i64,
    /// Nothing has ever been stored.
    pub(super) is_database_empty: bool,
    /// Where to send a first trace.
    pub(super) otlp_http: String,
}

/// One of the slowest requests.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slow {
    pub(super) summary: Summary,
    pub(super) decomposition: Decomposition,
    /// The device, the network or the service that most of the critical path is spent in, and how
    /// long, in nanoseconds.
    pub(super) longest: Option<(String, i64)>,
    /// The span that most of the critical path is spent in; none where that is the root.
    pub(super) span: Option<SpanId>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selected {
    /// What was counted.
    pub(super) count: i64,
    /// All others that are on the chart.
    pub(super) rest: i64,
    pub(super) contrasts: Contrasts,
    pub(super) slowest: Vec<Slow>,
    pub(super) now_nanos: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Groups {
    /// Those with the most requests first.
    pub(super) rows: Vec<Group>,
    pub(super) left_out: usize,
    /// Where the columns of time begin, and where the last ends.
    pub(super) bounds: Vec<i64>,
    /// Whether requests were counted as they came; otherwise those that were not kept are missing.
    pub(super) is_by_rollups: bool,
    /// From when on requests are counted, when there were too many to look at them all.
    pub(super) since_nanos: Option<i64>,
    pub(super) now_nanos: i64,
}

/// The requests with one value of a label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub(super) value: String,
    pub(super) figures: Figures,
    /// None when nothing is compared.
    pub(super) changes: Option<Changes>,
    /// The 95th percentile of each column of time, in nanoseconds.
    pub(super) p95_nanos: Vec<Option<i64>>,
}

pub(super) async fn get_chart(scope: &Scope) -> Result<Chart, AppError> {
    let context: RequestContext = expect_context();
    let now_nanos = context.now_nanos;
    let (filter, covered) = read(&context, scope)?;
    let question = RequestQuestion {
        filter,
        group_by: vec![],
        slots: covered.slots(COLUMNS),
    };
    let (answer, before) = ask(&context, scope, &question).await?;
    let is_database_empty = answer.groups.is_empty() && context.store.is_empty().await?;
    let all = answer.groups.first().map(rollups::Group::total);
    let all = all.unwrap_or_default();
    let columns = answer.groups.first().map(|group| group.slots.as_slice());
    Ok(Chart {
        heatmap: Heatmap::of(&question.slots, columns.unwrap_or_default()),
        changes: before.map(|before| changes(before.get(&[][..]), &all)),
        all: figures(&all),
        since_nanos: answer.since_nanos,
        now_nanos,
        is_database_empty,
        otlp_http: context.otlp_http.to_string(),
    })
}

pub(super) async fn get_selected(
    scope: &Scope,
    selection: Selection,
) -> Result<Selected, AppError> {
    let context: RequestContext = expect_context();
    let (filter, covered) = read(&context, scope)?;
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
    let split = Split::of(&question.slots, columns.unwrap_or_default(), &selection);
    let is_request = question.filter.with(Test::is_request());
    let mut within = is_request.with(Test::duration(Order::AtLeast, selection.least_nanos));
    if let Some(nanos) = selection.below_nanos {
        within = within.with(Test::duration(Order::Less, nanos));
    }
    let slowest = ListRequest {
        filter: within,
        from_nanos: selection.from_nanos,
        to_nanos: selection.to_nanos,
        order: ListOrder::Slowest,
        after: None,
        limit: SLOWEST,
    };
    let store = &context.store;
    let (selected, rest) = (split.selected(SAMPLE), split.rest(SAMPLE));
    let explained = async {
        let listed = store.list(&slowest).await?.traces;
        explained(store, listed).await
    };
    let (selected, rest, slowest) = try_join!(
        store.sample(&is_request, &selected, split.way(SAMPLE)),
        store.sample(&is_request, &rest, Way::ByTime),
        explained,
    )?;
    Ok(Selected {
        count: split.selected_count(),
        rest: split.rest_count(),
        contrasts: contrast(&selected, &rest),
        slowest,
        now_nanos: context.now_nanos,
    })
}

pub(super) async fn get_groups(scope: &Scope, by: &str) -> Result<Groups, AppError> {
    let Some(group_by) = GroupBy::of_name(by) else {
        let names: Vec<&str> = GroupBy::all().map(|(name, _)| name).collect();
        let reason = format!("requests are grouped by {}", names.join(", "));
        return Err(AppError::Address(reason));
    };
    let context: RequestContext = expect_context();
    let (filter, covered) = read(&context, scope)?;
    let question = RequestQuestion {
        filter,
        group_by: vec![group_by],
        slots: covered.slots(GROUP_COLUMNS),
    };
    let (answer, before) = ask(&context, scope, &question).await?;
    let groups = answer.groups.iter().take(MAX_GROUPS);
    let groups = groups.map(|group| {
        let total = group.total();
        let before = before.as_ref().map(|before| before.get(&group.key));
        Group {
            value: group.key.first().cloned().unwrap_or_default(),
            figures: figures(&total),
            changes: before.map(|before| changes(before, &total)),
            p95_nanos: line(&group.slots, P95),
        }
    });
    Ok(Groups {
        rows: groups.collect(),
        left_out: answer.groups.len().saturating_sub(MAX_GROUPS),
        bounds: question.slots.bounds().to_vec(),
        is_by_rollups: answer.is_by_rollups,
        since_nanos: answer.since_nanos,
        now_nanos: context.now_nanos,
    })
}

/// What is asked, and the time that it is about.
fn read(context: &RequestContext, scope: &Scope) -> Result<(Filter, Coverage), AppError> {
    let filter = scope.filter()?.with_values(&*context.stored_values.0);
    Ok((filter, scope.covered(context.now_nanos)?))
}

/// What was counted, by key.
type Totals = HashMap<Vec<String>, Rollup>;

/// The answer, and what was counted in the time that it is compared with. That is none when nothing
/// is compared, and where there is too much to look at it all: a part of one time says nothing of
/// another.
async fn ask(
    context: &RequestContext,
    scope: &Scope,
    question: &RequestQuestion,
) -> Result<(RequestAnswer, Option<Totals>), AppError> {
    let compared = scope.compared(context.now_nanos)?;
    let before = async {
        let Some(time) = compared else {
            return Ok(None);
        };
        let question = RequestQuestion {
            slots: time.whole(),
            ..question.clone()
        };
        context.store.requests(&question).await.map(Some)
    };
    let (now, before) = try_join!(context.store.requests(question), before)?;
    let is_whole = |answer: &RequestAnswer| answer.since_nanos.is_none();
    let before = before.filter(|before| is_whole(before) && is_whole(&now));
    let totals = before.map(|before| {
        let groups = before.groups.into_iter();
        groups
            .map(|group| {
                let total = group.total();
                (group.key, total)
            })
            .collect()
    });
    Ok((now, totals))
}

fn changes(before: Option<&Rollup>, now: &Rollup) -> Changes {
    Changes {
        p95: p95_change(before, now),
        error_rate: error_change(before, now),
    }
}

fn figures(total: &Rollup) -> Figures {
    let percentile = |share: f64| total.durations.quantile(share);
    let percentiles = [percentile(0.50), percentile(P95), percentile(0.99)];
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

/// With where their time went.
async fn explained(store: &Store, summaries: Vec<Summary>) -> Result<Vec<Slow>, store::Error> {
    let ids: Vec<_> = summaries.iter().map(|summary| summary.trace_id).collect();
    let traces = store.traces(&ids).await?;
    let explained = summaries.into_iter().filter_map(|summary| {
        let trace = traces.iter().find(|trace| trace.id == summary.trace_id)?;
        let root = trace.root_position()?;
        let shifts = clock_skew::shifts(trace);
        let (longest, span) = longest(trace, &shifts, root);
        Some(Slow {
            decomposition: Decomposition::of(trace, &shifts, root),
            longest,
            span: span.filter(|span| *span != trace.spans[root].id),
            summary,
        })
    });
    Ok(explained.collect())
}

/// The place and the span that most of the critical path is spent in.
fn longest(trace: &Trace, shifts: &[i64], root: usize) -> (Option<(String, i64)>, Option<SpanId>) {
    let mut by_place: HashMap<&str, i64> = HashMap::new();
    let mut by_span: HashMap<usize, i64> = HashMap::new();
    for slice in critical_path(trace, shifts, root) {
        let place = match segment_of(trace, slice.span) {
            segment @ (Segment::Device | Segment::Network) => segment.name(),
            _ => trace.service_of(&trace.spans[slice.span]),
        };
        *by_place.entry(place).or_default() += slice.nanos();
        *by_span.entry(slice.span).or_default() += slice.nanos();
    }
    let place = by_place
        .into_iter()
        .max_by_key(|(place, nanos)| (*nanos, Reverse(*place)));
    let span = by_span
        .into_iter()
        .max_by_key(|(span, nanos)| (*nanos, Reverse(*span)));
    (
        place.map(|(place, nanos)| (place.to_owned(), nanos)),
        span.map(|(span, _)| trace.spans[span].id),
    )
}
