//! `GET /api/v1/topology`: which services there are, who calls whom, and what changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures::try_join;
use model::format::rfc3339;
use model::rollup::{Family, Rollup};
use model::stats::{Change, Verdict};
use model::topology::{
    Basis, Changes, Edge, Figures, Grouping, Node, NodeName, Observed, Standing, Times, Topology,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::Store;

use super::csv::{self, Cell, Format};
use super::error::ApiError;
use super::rollups::{self, Versus};
use crate::clock;
use crate::ingest::redact::Redactor;

/// Most nodes, and most edges, in one answer: those with the most calls; how many more there are is
/// said.
const MAX_NODES: usize = 2_000;
const MAX_EDGES: usize = 1_000;

/// Most rows of a table.
const MAX_ROWS: usize = 20_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: String,
    from: String,
    to: String,
    /// Nothing is compared unless it is asked for.
    vs: Option<Versus>,
    group: String,
    format: Format,
    table: Table,
}

/// Which of them a table has.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Table {
    #[default]
    #[serde(alias = "")]
    Edges,
    Nodes,
}

/// Services with what they served, and edges with what crossed them.
pub(super) async fn topology(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(asked) = parameters?;
    let now_nanos = clock::now_nanos();
    let filter = rollups::filter(&asked.q, &redactor)?;
    let grouping = grouping(&asked.group)?;
    let time = rollups::time(&asked.from, &asked.to, now_nanos)?;
    let versus = asked.vs.unwrap_or(Versus::None);
    let compared = versus.compared(time, now_nanos);
    let before = async {
        match compared {
            Some(time) => store.topology(&filter, time).await.map(Some),
            None => Ok(None),
        }
    };
    let (answer, before) = try_join!(store.topology(&filter, time), before)?;
    let topology = Topology::of(
        Times {
            now: &answer.observed,
            before: before.as_ref().map(|before| &before.observed),
            length_nanos: time.to_nanos.saturating_sub(time.from_nanos),
        },
        grouping,
    );
    let (most_nodes, most_edges) = match asked.format {
        Format::Json => (MAX_NODES, MAX_EDGES),
        Format::Csv => (MAX_ROWS, MAX_ROWS),
    };
    let nodes = heaviest(&topology.nodes, most_nodes, |node| node.figures.weight);
    let edges = heaviest(&topology.edges, most_edges, |edge| edge.figures.weight);
    let nodes_left_out = topology.nodes.len() - nodes.len();
    let edges_left_out = topology.edges.len() - edges.len();
    if asked.format == Format::Csv {
        return match asked.table {
            Table::Nodes => as_csv("nodes", nodes.into_iter().map(node), nodes_left_out),
            Table::Edges => {
                let rows = edges
                    .into_iter()
                    .map(|one| edge(&topology, one, &Map::new()));
                as_csv("edges", rows, edges_left_out)
            }
        };
    }
    let sums = call_sums(&answer.observed);
    let nothing = Map::new();
    let edges = edges.into_iter().map(|one| {
        let own = ends(&topology, one).and_then(|ends| sums.get(&key(ends)));
        Value::Object(edge(&topology, one, own.unwrap_or(&nothing)))
    });
    Ok(Json(json!({
        "time": rollups::covered(time),
        "compared": compared.map(rollups::covered),
        "is_compared": topology.is_compared,
        "traces": answer.source.traces,
        "since": answer.source.since_nanos.map(rfc3339),
        "services": services(&answer.observed),
        "nodes": nodes.into_iter().map(|one| Value::Object(node(one))).collect::<Vec<_>>(),
        "nodes_left_out": nodes_left_out,
        "edges": edges.collect::<Vec<_>>(),
        "edges_left_out": edges_left_out,
    }))
    .into_response())
}

fn grouping(name: &str) -> Result<Grouping, ApiError> {
    let known = Grouping::ALL.into_iter().find(|own| own.key() == name);
    known.ok_or_else(|| ApiError::BadRequest {
        message: format!("services cannot be grouped by {name}."),
        hint: "Write group=kind or group=region.".into(),
    })
}

fn heaviest<T>(all: &[T], most: usize, weight: fn(&T) -> f64) -> Vec<&T> {
    let mut all: Vec<&T> = all.iter().collect();
    // What weighs the same stays in the order of names.
    all.sort_by(|left, right| weight(right).total_cmp(&weight(left)));
    all.truncate(most);
    all
}

/// What each service served, all figures of it.
fn services(observed: &Observed) -> Vec<Value> {
    // Some do not serve, such as apps.
    let names = observed.services.iter();
    let mut services: BTreeMap<&str, Rollup> = names
        .map(|name| (name.as_str(), Rollup::default()))
        .collect();
    for (key, rollup) in &observed.served {
        let service = key.first().map_or("", String::as_str);
        services.entry(service).or_default().add(rollup);
    }
    let services = services.iter().map(|(service, rollup)| {
        let mut object = rollups::numbers(rollup, Family::Operations);
        object.insert("service".into(), json!(service));
        Value::Object(object)
    });
    services.collect()
}

/// Caller, callee and its kind, as calls name them.
type CallKey = (String, String, &'static str);

/// All figures of calls.
fn call_sums(observed: &Observed) -> BTreeMap<CallKey, Map<String, Value>> {
    let calls = observed.calls.iter().filter_map(|(labels, rollup)| {
        let [from, to, kind] = labels.as_slice() else {
            return None;
        };
        let known = model::calls::Callee::ALL.into_iter();
        let kind = known
            .map(model::calls::Callee::name)
            .find(|own| own == kind);
        let key = (from.clone(), to.clone(), kind.unwrap_or("service"));
        Some((key, rollups::numbers(rollup, Family::Calls)))
    });
    calls.collect()
}

fn ends<'a>(topology: &'a Topology, edge: &Edge) -> Option<(&'a NodeName, &'a NodeName)> {
    let name = |place: usize| topology.nodes.get(place).map(|node| &node.name);
    Some((name(edge.caller)?, name(edge.callee)?))
}

fn key((from, to): (&NodeName, &NodeName)) -> CallKey {
    let kind = to.kind.callee().map_or("group", model::calls::Callee::name);
    (from.name.clone(), to.name.clone(), kind)
}

fn node(node: &Node) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("name", json!(node.name.name));
    put("kind", json!(node.name.kind.title()));
    let basis = match node.basis {
        Basis::Served => "served",
        Basis::Requests => "requests",
        Basis::Calls => "calls",
    };
    put("basis", json!(basis));
    put("regions", json!(node.regions));
    put("members", json!(node.members));
    object.extend(figures(&node.figures));
    object.extend(changes(&node.changes, node.standing));
    object
}

/// `own` is what else is known of it.
fn edge(topology: &Topology, edge: &Edge, own: &Map<String, Value>) -> Map<String, Value> {
    let mut object = Map::new();
    let Some((from, to)) = ends(topology, edge) else {
        return object;
    };
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("caller", json!(from.name));
    put("caller_kind", json!(from.kind.title()));
    put("callee", json!(to.name));
    let kind = to.kind.callee().map_or("group", model::calls::Callee::name);
    put("callee_kind", json!(kind));
    let network = edge.network.as_ref();
    put(
        "network_mean_nanos",
        json!(network.map(|network| network.mean_nanos)),
    );
    object.extend(own.clone());
    object.extend(figures(&edge.figures));
    object.extend(changes(&edge.changes, edge.standing));
    object
}

fn figures(figures: &Figures) -> Map<String, Value> {
    let pairs = [
        ("count", json!(figures.count)),
        ("weight", json!(figures.weight)),
        ("errors", json!(figures.errors)),
        ("rate", json!(figures.per_second)),
        ("error_rate", json!(figures.error_rate)),
        ("p50_nanos", json!(figures.p50_nanos)),
        ("p95_nanos", json!(figures.p95_nanos)),
    ];
    pairs
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

fn changes(changes: &Changes, standing: Standing) -> Map<String, Value> {
    let ratio = |change: &Option<Change>| json!(change.and_then(|change| change.ratio));
    let verdict = |change: &Option<Change>| {
        json!(change.map(|change| match change.verdict {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Noise => "noise",
            Verdict::TooFew => "too_few",
        }))
    };
    let pairs = [
        ("standing", json!(standing)),
        ("count_before", json!(changes.count_before)),
        ("p95_ratio", ratio(&changes.p95)),
        ("p95_verdict", verdict(&changes.p95)),
        ("error_rate_ratio", ratio(&changes.error_rate)),
        ("error_rate_verdict", verdict(&changes.error_rate)),
    ];
    pairs
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

fn as_csv(
    name: &str,
    rows: impl Iterator<Item = Map<String, Value>>,
    left_out: usize,
) -> Result<Response, ApiError> {
    let rows: Vec<Map<String, Value>> = rows.collect();
    let headings: Vec<String> = rows
        .first()
        .map(|row| row.keys().cloned().collect())
        .unwrap_or_default();
    let rows = rows
        .into_iter()
        .map(|row| row.into_iter().map(|(_, value)| Cell::of(value)).collect());
    let more = (left_out > 0).then(|| format!("{left_out} {name} are left out"));
    csv::table(name, &headings, rows, more)
}
