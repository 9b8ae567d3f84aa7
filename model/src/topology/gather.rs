//! From what was counted to nodes and edges, and from those to groups of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Basis, NodeKind, NodeName, Observed};
use crate::rollup::Rollup;

/// What becomes one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Grouping {
    #[default]
    Each,
    /// All apps, all services, all databases and so on.
    Kind,
    /// The services of a region.
    Region,
}

impl Grouping {
    pub const ALL: [Self; 3] = [Self::Each, Self::Kind, Self::Region];

    /// As it stands in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Each => "",
            Self::Kind => "kind",
            Self::Region => "region",
        }
    }
}

/// What was counted now and before.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Both {
    pub(super) now: Rollup,
    pub(super) before: Rollup,
}

impl Both {
    fn add(&mut self, other: &Self) {
        self.now.add(&other.now);
        self.before.add(&other.before);
    }

    fn at(&mut self, time: Time) -> &mut Rollup {
        match time {
            Time::Now => &mut self.now,
            Time::Before => &mut self.before,
        }
    }

    fn is_nothing(&self) -> bool {
        self.now.count == 0 && self.before.count == 0
    }
}

#[derive(Debug, Clone, Copy)]
enum Time {
    Now,
    Before,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    pub(super) nodes: BTreeMap<NodeName, GatheredNode>,
    pub(super) edges: BTreeMap<(NodeName, NodeName), Both>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct GatheredNode {
    pub(super) counted: Both,
    pub(super) basis: Basis,
    /// How much each region has of it.
    pub(super) regions: BTreeMap<String, f64>,
    pub(super) members: usize,
}

impl GatheredNode {
    /// The one with the most first.
    pub(super) fn regions(&self) -> Vec<String> {
        let mut regions: Vec<(&String, f64)> = self
            .regions
            .iter()
            .map(|(region, weight)| (region, *weight))
            .collect();
        regions.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
        regions
            .into_iter()
            .map(|(region, _)| region.clone())
            .collect()
    }
}

/// What nodes may be told by, each as counted now and before.
#[derive(Default)]
struct Sources {
    served: BTreeMap<NodeName, Both>,
    requests: BTreeMap<NodeName, Both>,
    called: BTreeMap<NodeName, Both>,
    regions: BTreeMap<NodeName, BTreeMap<String, f64>>,
    names: BTreeSet<NodeName>,
    edges: BTreeMap<(NodeName, NodeName), Both>,
}

pub(super) fn gather(now: &Observed, before: Option<&Observed>, grouping: Grouping) -> Gathered {
    let mut sources = Sources::default();
    let times = [(Time::Before, before), (Time::Now, Some(now))];
    // An app stays one though nothing was counted of it at one of the times.
    let known = times.iter().filter_map(|(_, observed)| *observed);
    let apps: BTreeSet<&str> = known
        .flat_map(|observed| observed.apps.iter().map(String::as_str))
        .collect();
    for (time, observed) in times {
        if let Some(observed) = observed {
            sources.add(observed, time, &apps);
        }
    }
    sources.gathered().grouped(grouping)
}

impl Sources {
    fn add(&mut self, observed: &Observed, time: Time, apps: &BTreeSet<&str>) {
        let service = |name: &str| {
            let kind = if apps.contains(name) {
                NodeKind::App
            } else {
                NodeKind::Service
            };
            NodeName::new(kind, name)
        };
        let label = |key: &[String], place: usize| key.get(place).cloned().unwrap_or_default();
        for (key, rollup) in &observed.served {
            let name = service(&label(key, 0));
            let region = label(key, 1);
            if !region.is_empty() {
                let regions = self.regions.entry(name.clone()).or_default();
                *regions.entry(region).or_default() += rollup.weight;
            }
            self.served
                .entry(name.clone())
                .or_default()
                .at(time)
                .add(rollup);
            self.names.insert(name);
        }
        for (key, rollup) in &observed.requests {
            let name = service(&label(key, 0));
            self.requests
                .entry(name.clone())
                .or_default()
                .at(time)
                .add(rollup);
            self.names.insert(name);
        }
        for (key, rollup) in &observed.calls {
            let from = service(&label(key, 0));
            let to = label(key, 1);
            let to = match NodeKind::of_callee(&label(key, 2)) {
                NodeKind::Service => service(&to),
                other => NodeName::new(other, to),
            };
            self.called
                .entry(to.clone())
                .or_default()
                .at(time)
                .add(rollup);
            self.names.extend([from.clone(), to.clone()]);
            self.edges
                .entry((from, to))
                .or_default()
                .at(time)
                .add(rollup);
        }
        self.names
            .extend(observed.services.iter().map(|name| service(name)));
    }

    /// Each node by what tells most of it: an app by the requests that begin in it, a service by
    /// what it served, and who tells nothing by what callers tell.
    fn gathered(mut self) -> Gathered {
        let mut nodes = BTreeMap::new();
        for name in std::mem::take(&mut self.names) {
            let of_app = [Basis::Requests, Basis::Served, Basis::Calls];
            let of_others = [Basis::Served, Basis::Requests, Basis::Calls];
            let order = if name.kind == NodeKind::App {
                of_app
            } else {
                of_others
            };
            let mut found = order.into_iter().filter_map(|basis| {
                let counted = match basis {
                    Basis::Served => self.served.get(&name),
                    Basis::Requests => self.requests.get(&name),
                    Basis::Calls => self.called.get(&name),
                };
                let counted = counted.filter(|counted| !counted.is_nothing())?;
                Some((basis, counted.clone()))
            });
            let (basis, counted) = found.next().unwrap_or_default();
            let node = GatheredNode {
                counted,
                basis,
                regions: self.regions.remove(&name).unwrap_or_default(),
                members: 1,
            };
            nodes.insert(name, node);
        }
        Gathered {
            nodes,
            edges: self.edges,
        }
    }
}

impl Gathered {
    fn grouped(self, grouping: Grouping) -> Self {
        if grouping == Grouping::Each {
            return self;
        }
        let group_of = |name: &NodeName, node: &GatheredNode| match grouping {
            Grouping::Kind => NodeName::new(NodeKind::Group, name.kind.plural()),
            Grouping::Region if name.kind == NodeKind::Service => {
                let region = node.regions().into_iter().next();
                let region = region.unwrap_or_else(|| "no region told".to_owned());
                NodeName::new(NodeKind::Group, region)
            }
            Grouping::Region | Grouping::Each => name.clone(),
        };
        let groups: BTreeMap<NodeName, NodeName> = self
            .nodes
            .iter()
            .map(|(name, node)| (name.clone(), group_of(name, node)))
            .collect();
        let group = |name: &NodeName| groups.get(name).unwrap_or(name).clone();
        let mut grouped = Self::default();
        for (name, node) in &self.nodes {
            let own = grouped.nodes.entry(group(name)).or_default();
            own.counted.add(&node.counted);
            own.basis = node.basis;
            own.members += 1;
            for (region, weight) in &node.regions {
                *own.regions.entry(region.clone()).or_default() += weight;
            }
        }
        for ((from, to), counted) in &self.edges {
            let ends = (group(from), group(to));
            grouped.edges.entry(ends).or_default().add(counted);
        }
        grouped
    }
}
