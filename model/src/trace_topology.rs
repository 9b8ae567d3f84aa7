//! The services of one trace, what they called, and how long the request waited for each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calls::{Callee, calls};
use crate::critical_path::critical_path;
use crate::id::SpanId;
use crate::self_time::self_times;
use crate::trace::Trace;

/// Most nodes and edges: those that the request waited for longest, and those that took longest.
pub const MAX_NODES: usize = 100;
pub const MAX_EDGES: usize = 300;

/// A service, or what one called that sends no spans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceNode {
    pub kind: Callee,
    pub name: String,
    /// Its own spans; of what sends none, those of its callers.
    pub spans: usize,
    pub errors: usize,
    /// For how long the request waited for it: see [`crate::critical_path`]. What sends no spans
    /// takes that of the calls; its callers do not have it.
    pub critical_nanos: i64,
    /// See [`crate::self_time`].
    pub self_nanos: i64,
    /// The one of its spans that took longest.
    pub longest: SpanId,
}

/// The calls of one by another, by their places among the nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceEdge {
    pub from: usize,
    pub to: usize,
    pub calls: usize,
    pub errors: usize,
    /// Of all calls, one after the other, and the longest of them.
    pub total_nanos: i64,
    pub longest_nanos: i64,
    pub longest: SpanId,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TraceTopology {
    /// That of the root first, then by the order of their first spans.
    pub nodes: Vec<TraceNode>,
    pub edges: Vec<TraceEdge>,
    pub nodes_left_out: usize,
    pub edges_left_out: usize,
    /// What the request took.
    pub total_nanos: i64,
}

impl TraceTopology {
    /// `shifts` are those of [`crate::clock_skew`].
    #[must_use]
    pub fn of(trace: &Trace, shifts: &[i64]) -> Self {
        let mut gathered = Gathered::default();
        let owners = gathered.nodes(trace);
        let mut total_nanos = 0_i64;
        if let Some(root) = trace.root_position() {
            for slice in critical_path(trace, shifts, root) {
                let critical = &mut gathered.nodes[owners[slice.span]].critical_nanos;
                *critical = critical.saturating_add(slice.nanos());
                total_nanos = total_nanos.saturating_add(slice.nanos());
            }
        }
        for (position, own) in self_times(trace, shifts).into_iter().enumerate() {
            let sum = &mut gathered.nodes[owners[position]].self_nanos;
            *sum = sum.saturating_add(own);
        }
        let (nodes, edges) = (gathered.nodes, gathered.edges);
        let mut topology = Self {
            nodes,
            edges,
            total_nanos,
            ..Self::default()
        };
        topology.limit();
        topology
    }

    /// Leaves out what is too much; edges of nodes that are left out go with them.
    fn limit(&mut self) {
        let mut places: Vec<usize> = (0..self.nodes.len()).collect();
        places.sort_by_key(|&place| {
            let node = &self.nodes[place];
            std::cmp::Reverse((node.critical_nanos, node.self_nanos))
        });
        self.nodes_left_out = places.len().saturating_sub(MAX_NODES);
        places.truncate(MAX_NODES);
        places.sort_unstable();
        let all = self.edges.len();
        self.edges.retain_mut(|edge| {
            let now = [edge.from, edge.to].map(|place| places.binary_search(&place));
            let [Ok(from), Ok(to)] = now else {
                return false;
            };
            (edge.from, edge.to) = (from, to);
            true
        });
        self.edges
            .sort_by_key(|edge| std::cmp::Reverse(edge.total_nanos));
        self.edges.truncate(MAX_EDGES);
        self.edges_left_out = all - self.edges.len();
        self.edges.sort_by_key(|edge| (edge.from, edge.to));
        let mut place = 0;
        self.nodes.retain(|_| {
            place += 1;
            places.binary_search(&(place - 1)).is_ok()
        });
    }
}

#[derive(Default)]
struct Gathered<'a> {
    nodes: Vec<TraceNode>,
    edges: Vec<TraceEdge>,
    node_places: BTreeMap<(Callee, &'a str), usize>,
    edge_places: BTreeMap<(usize, usize), usize>,
}

impl<'a> Gathered<'a> {
    /// All nodes and edges, and for each span the node that answers for its own time.
    fn nodes(&mut self, trace: &'a Trace) -> Vec<usize> {
        let mut longest: Vec<i64> = Vec::new();
        let mut owners: Vec<usize> = Vec::with_capacity(trace.spans.len());
        for span in &trace.spans {
            let place = self.place(Callee::Service, trace.service_of(span), span.id);
            owners.push(place);
            longest.resize(self.nodes.len(), i64::MIN);
            let node = &mut self.nodes[place];
            node.spans += 1;
            node.errors += usize::from(span.is_error());
            if span.duration_nanos() > longest[place] {
                longest[place] = span.duration_nanos();
                node.longest = span.id;
            }
        }
        for call in calls(trace) {
            let id = trace.spans[call.span].id;
            let from = self.place(Callee::Service, call.caller, id);
            let to = self.place(call.kind, call.callee, id);
            longest.resize(self.nodes.len(), i64::MIN);
            if call.kind != Callee::Service {
                // The span is the caller's, its time is that of what it called.
                owners[call.span] = to;
                let node = &mut self.nodes[to];
                node.spans += 1;
                node.errors += usize::from(call.is_error);
                if call.duration_nanos > longest[to] {
                    longest[to] = call.duration_nanos;
                    node.longest = id;
                }
            }
            let edge = self.edge(from, to, id);
            edge.calls += 1;
            edge.errors += usize::from(call.is_error);
            edge.total_nanos = edge.total_nanos.saturating_add(call.duration_nanos);
            if call.duration_nanos > edge.longest_nanos {
                edge.longest_nanos = call.duration_nanos;
                edge.longest = id;
            }
        }
        owners
    }

    fn place(&mut self, kind: Callee, name: &'a str, span: SpanId) -> usize {
        *self.node_places.entry((kind, name)).or_insert_with(|| {
            self.nodes.push(TraceNode {
                kind,
                name: name.to_owned(),
                spans: 0,
                errors: 0,
                critical_nanos: 0,
                self_nanos: 0,
                longest: span,
            });
            self.nodes.len() - 1
        })
    }

    fn edge(&mut self, from: usize, to: usize, span: SpanId) -> &mut TraceEdge {
        let place = *self.edge_places.entry((from, to)).or_insert_with(|| {
            self.edges.push(TraceEdge {
                from,
                to,
                calls: 0,
                errors: 0,
                total_nanos: 0,
                longest_nanos: -1,
                longest: span,
            });
            self.edges.len() - 1
        });
        &mut self.edges[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Kind, Scope, Span, StatusCode};
    use crate::trace::tests::{resource, span, span_id, text, trace_id};

    fn at(id: u64, parent: u64, resource: usize, kind: Kind, start: i64, end: i64) -> Span {
        Span {
            resource,
            kind,
            end_nanos: end,
            ..span(id, parent, start)
        }
    }

    fn topology(services: &[String], spans: Vec<Span>) -> TraceTopology {
        let resources = services.iter().map(|name| resource(name)).collect();
        let trace = Trace::build(trace_id(), resources, vec![Scope::default()], spans);
        TraceTopology::of(&trace, &vec![0; trace.spans.len()])
    }

    /// An app calls a shop twice, which asks its database.
    fn shop() -> TraceTopology {
        let mut query = at(4, 3, 1, Kind::Client, 30, 60);
        query.attributes = vec![text("db.system.name", "postgresql")];
        query.status.code = StatusCode::Error;
        let spans = vec![
            at(1, 0, 0, Kind::Internal, 0, 100),
            at(2, 1, 0, Kind::Client, 10, 80),
            at(3, 2, 1, Kind::Server, 20, 70),
            query,
            at(5, 1, 0, Kind::Client, 85, 95),
            at(6, 5, 1, Kind::Server, 86, 94),
        ];
        topology(&["app".into(), "shop".into()], spans)
    }

    #[test]
    fn services_and_what_they_call_are_nodes() {
        let shop = shop();
        let figures: Vec<_> = (shop.nodes.iter())
            .map(|node| (&*node.name, node.spans, node.errors, node.critical_nanos))
            .collect();
        // What the database took is not the shop's.
        assert_eq!(
            figures,
            [
                ("app", 3, 0, 10 + 20 + 5 + 2 + 5),
                ("shop", 3, 1, 20 + 8),
                ("postgresql", 1, 1, 30)
            ]
        );
        assert_eq!(shop.total_nanos, 100);
        let sum: i64 = shop.nodes.iter().map(|node| node.critical_nanos).sum();
        assert_eq!(sum, shop.total_nanos);
        assert_eq!(shop.nodes[2].longest, span_id(4));
    }

    #[test]
    fn calls_are_edges() {
        let edges = shop().edges;
        let figures: Vec<_> = (edges.iter())
            .map(|edge| {
                (
                    edge.from,
                    edge.to,
                    edge.calls,
                    edge.errors,
                    edge.total_nanos,
                )
            })
            .collect();
        assert_eq!(figures, [(0, 1, 2, 0, 80), (1, 2, 1, 1, 30)]);
        assert_eq!((edges[0].longest, edges[0].longest_nanos), (span_id(3), 70));
        assert_eq!(topology(&[], vec![]), TraceTopology::default());
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let services: Vec<String> = (0..150).map(|number| format!("s{number}")).collect();
        let spans = (0..150_u64).map(|number| {
            let place = usize::try_from(number).expect("small");
            let start = number.cast_signed();
            at(
                number + 1,
                number,
                place,
                Kind::Server,
                start,
                1_000 - start * 2,
            )
        });
        let chain = topology(&services, spans.collect());
        assert_eq!(chain.nodes.len(), MAX_NODES);
        assert_eq!(chain.nodes_left_out, 50);
        assert_eq!(chain.edges.len() + chain.edges_left_out, 149);
        assert!(
            chain
                .edges
                .iter()
                .all(|edge| edge.from < edge.to && edge.to < MAX_NODES)
        );
    }
}
