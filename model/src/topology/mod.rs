//! Who calls whom, at a time and at the one before it: services, the apps of users, databases,
//! queues and third parties as nodes, calls as edges, each with its figures and with what changed.

mod figures;
mod focus;
mod gather;
mod name;
mod order;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use figures::{Changes, Figures, NEW_FROM, Network, Standing};
pub use focus::{Choice, MAX_DRAWN, MAX_DRAWN_EDGES, MAX_HOPS, Section};
pub use gather::Grouping;
pub use name::{NodeKind, NodeName};
pub use order::{Column, Sorted};

use crate::rollup::Rollup;

/// The labels of operations that [`Observed::served`] is counted under, by their place in
/// [`Family::labels`](crate::rollup::Family::labels): service and region.
pub const SERVED_LABELS: [usize; 2] = [0, 3];

/// The labels of requests that [`Observed::requests`] are asked by: service and operation.
pub const REQUEST_LABELS: [usize; 2] = [0, 1];

/// All labels of calls: caller, callee, and what kind of callee that is.
pub const CALL_LABELS: [usize; 3] = [0, 1, 2];

/// What was counted, under the values of some labels.
pub type Counted = (Vec<String>, Rollup);

/// What was counted at one time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// Under the values of [`CALL_LABELS`].
    pub calls: Vec<Counted>,
    /// What services did for others, under the values of [`SERVED_LABELS`].
    pub served: Vec<Counted>,
    /// Requests of users, under the service of the root.
    pub requests: Vec<Counted>,
    /// All services that sent anything.
    pub services: BTreeSet<String>,
    /// Those of them that run on the devices of users.
    pub apps: BTreeSet<String>,
}

impl Observed {
    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.served.is_empty() && self.requests.is_empty()
    }
}

/// What the figures of a node count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What it did for others, as it tells itself.
    Served,
    /// Requests that begin in it.
    Requests,
    /// Calls of it, as its callers tell.
    #[default]
    Calls,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub name: NodeName,
    pub figures: Figures,
    pub basis: Basis,
    pub changes: Changes,
    pub standing: Standing,
    /// Where it runs, by its own telling; the one with the most calls first.
    pub regions: Vec<String>,
    /// How many it stands for: one, unless it is a group.
    pub members: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Indices of nodes.
    pub caller: usize,
    pub callee: usize,
    pub figures: Figures,
    pub changes: Changes,
    pub standing: Standing,
    /// None where no call was timed on both sides.
    pub network: Option<Network>,
}

/// Nodes in the order of their names, and edges in the order of theirs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Topology {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// Whether changes mean anything: not where nothing is compared, or nothing was counted before.
    pub is_compared: bool,
}

/// What a topology is made from.
#[derive(Debug, Clone, Copy)]
pub struct Times<'a> {
    pub now: &'a Observed,
    /// None when nothing is compared.
    pub before: Option<&'a Observed>,
    /// How long each of them is, in nanoseconds.
    pub length_nanos: i64,
}

impl Topology {
    #[must_use]
    pub fn of(times: Times<'_>, grouping: Grouping) -> Self {
        let before = times.before.filter(|before| !before.is_empty());
        let gathered = gather::gather(times.now, before, grouping);
        figures::judge(&gathered, before.is_some(), times.length_nanos)
    }

    /// The index of a node by its name.
    #[must_use]
    pub fn find(&self, name: &NodeName) -> Option<usize> {
        self.nodes.binary_search_by(|node| node.name.cmp(name)).ok()
    }

    /// The index of an edge by the indices of its nodes.
    #[must_use]
    pub fn find_edge(&self, from: usize, to: usize) -> Option<usize> {
        let key = |edge: &Edge| (edge.caller, edge.callee);
        self.edges
            .binary_search_by(|edge| key(edge).cmp(&(from, to)))
            .ok()
    }
}
