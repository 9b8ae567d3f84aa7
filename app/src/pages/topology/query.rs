//! What the page asks the store.

use std::collections::BTreeMap;

use futures::try_join;
use leptos::prelude::*;
use model::calls::{Callee, calls, crossed};
use model::filter::{Filter, Test};
use model::histogram::Histogram;
use model::rollup::{Coverage, Rollup};
use model::topology::{Grouping, NodeName, Observed, Times, Topology};
use model::trace::Trace;
use store::topology::{Source, TopologyAnswer};
use store::traces::{Stratum, Way};

use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;

/// Traces that an edge's operations are told from: the newest.
const EDGE_SAMPLE: usize = 300;

/// Most pairs of operations that are told of an edge.
const MAX_PAIRS: usize = 12;

pub(crate) struct Answer {
    pub(crate) topology: Topology,
    pub(crate) now: Observed,
    pub(crate) before: Option<Observed>,
    pub(crate) source: Source,
    pub(crate) now_nanos: i64,
    /// Nothing has ever been stored.
    pub(crate) is_database_empty: bool,
    /// Where to send a first trace.
    pub(crate) otlp_http: String,
}

/// An operation of a caller, and what it called.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) counted: Rollup,
}

/// What is known of an edge beside its figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct EdgeDetails {
    pub(crate) now: Histogram,
    pub(crate) before: Option<Histogram>,
    /// Those with the most calls first.
    pub(crate) pairs: Vec<Pair>,
    pub(crate) pairs_left_out: usize,
    /// How many traces those are told from.
    pub(crate) traces: usize,
    /// The traces that crossed it.
    pub(crate) filter: Filter,
}

pub(crate) async fn get_topology(scope: &Scope, grouping: Grouping) -> Result<Answer, AppError> {
    let context: RequestContext = expect_context();
    let filter = scope.filter()?.with_values(&*context.stored_values.0);
    let time = scope.covered(context.now_nanos)?;
    let compared = scope.compared(context.now_nanos)?;
    let before = async {
        match compared {
            Some(time) => context.store.topology(&filter, time).await.map(Some),
            None => Ok(None),
        }
    };
    let (TopologyAnswer { observed, source }, before) =
        try_join!(context.store.topology(&filter, time), before)?;
    // A part of one time says nothing of another.
    let is_whole = |source: &Source| source.since_nanos.is_none();
    let before = before.filter(|before| is_whole(&before.source) && is_whole(&source));
    let before = before.map(|before| before.observed);
    let topology = Topology::of(
        Times {
            now: &observed,
            before: before.as_ref(),
            length_nanos: time.to_nanos.saturating_sub(time.from_nanos),
        },
        grouping,
    );
    Ok(Answer {
        is_database_empty: topology.nodes.is_empty() && context.store.is_empty().await?,
        topology,
        now: observed,
        before,
        source,
        now_nanos: context.now_nanos,
        otlp_http: context.otlp_http.to_string(),
    })
}

/// None where the edge is one of groups, which no filter finds.
pub(crate) async fn get_edge(
    scope: &Scope,
    answer: &Answer,
    from: &NodeName,
    to: &NodeName,
) -> Result<Option<EdgeDetails>, AppError> {
    let Some(kind) = to.kind.callee().filter(|_| from.kind.is_service()) else {
        return Ok(None);
    };
    let context: RequestContext = expect_context();
    let crossing = crossed(&from.name, &to.name, kind);
    let filter = scope.filter()?.with_terms(crossing.terms);
    let time = scope.covered(context.now_nanos)?;
    let stored = filter.clone().with_values(&*context.stored_values.0);
    let stored = stored.with(Test::is_request());
    let traces = context
        .store
        .sample(&stored, &[newest(time)], Way::ByTime)
        .await?;
    let of = |observed: &Observed| durations(observed, from, to, kind);
    let mut pairs = pairs(traces.iter().map(|(_, trace)| trace), from, to, kind);
    let left_out = pairs.split_off(pairs.len().min(MAX_PAIRS)).len();
    Ok(Some(EdgeDetails {
        now: of(&answer.now),
        before: answer.before.as_ref().map(of),
        pairs,
        pairs_left_out: left_out,
        traces: traces.len(),
        filter,
    }))
}

fn newest(time: Coverage) -> Stratum {
    Stratum {
        from_nanos: time.from_nanos,
        to_nanos: time.to_nanos,
        limit: EDGE_SAMPLE,
        duration_nanos: (i64::MIN, i64::MAX),
        is_within: true,
    }
}

fn durations(observed: &Observed, from: &NodeName, to: &NodeName, kind: Callee) -> Histogram {
    let own = [from.name.as_str(), to.name.as_str(), kind.name()];
    let found = observed.calls.iter().find(|(labels, _)| *labels == own);
    found
        .map(|(_, rollup)| rollup.durations.clone())
        .unwrap_or_default()
}

/// What called what, in some traces.
fn pairs<'a>(
    traces: impl Iterator<Item = &'a Trace>,
    from: &NodeName,
    to: &NodeName,
    kind: Callee,
) -> Vec<Pair> {
    let mut found: BTreeMap<(String, String), Rollup> = BTreeMap::new();
    for trace in traces {
        let own = calls(trace)
            .filter(|call| call.caller == from.name && call.callee == to.name && call.kind == kind);
        for call in own {
            let span = &trace.spans[call.span];
            let parent = trace.nodes[call.span].parent;
            // Who sends no spans has no operations.
            let names = match (kind, parent) {
                (Callee::Service, Some(parent)) => (&trace.spans[parent].name, Some(&span.name)),
                _ => (&span.name, None),
            };
            let key = (names.0.clone(), names.1.cloned().unwrap_or_default());
            let rollup = found.entry(key).or_default();
            let seen = model::rollup::Observation {
                trace_id: trace.id,
                duration_nanos: call.duration_nanos,
                is_error: call.is_error,
                weight: 1.0,
                sums: &[],
            };
            rollup.record(model::rollup::Direction::Add, &seen);
        }
    }
    let mut pairs: Vec<Pair> = found
        .into_iter()
        .map(|((from, to), counted)| Pair { from, to, counted })
        .collect();
    // What is as frequent stays in the order of names.
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.counted.count));
    pairs
}
