//! Which part of a topology is drawn: all of it while it can be read, or else what is around one
//! node.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Edge, NodeKind, NodeName, Standing, Topology};

/// Most nodes that are drawn at once: more cannot be told from each other.
pub const MAX_DRAWN: usize = 150;

/// Most edges that are drawn at once, those with the most calls.
pub const MAX_DRAWN_EDGES: usize = 600;

/// Furthest that one may look from a node.
pub const MAX_HOPS: usize = 6;

/// What is looked for when nothing is chosen and there is too much to draw.
const USUAL_HOPS: usize = 2;

/// Why a node is in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It was asked for.
    Asked,
    /// All together are too many, and of all that got worse it has the most calls.
    MostChanged,
    /// All together are too many, and it has the most calls.
    Busiest,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// Indices of nodes, in order.
    pub nodes: Vec<usize>,
    /// Indices of edges between them, in order.
    pub edges: Vec<usize>,
    /// The node in the middle, and why it is that one; none where everything is drawn.
    pub focus: Option<(usize, Choice)>,
    /// How far from it.
    pub hops: usize,
    /// Nodes within reach that there is no room for.
    pub nodes_left_out: usize,
    /// Edges between the nodes that there is no room for.
    pub edges_left_out: usize,
}

impl Topology {
    /// Everything, or what is so many calls up and down from a node. One that there is not counts
    /// as none; where all is too much, a node is chosen.
    #[must_use]
    pub fn section(&self, focus: Option<&NodeName>, hops: Option<usize>) -> Section {
        let asked = focus.and_then(|name| self.find(name));
        let chosen = match asked {
            Some(node) => Some((node, Choice::Asked)),
            None if self.nodes.len() > MAX_DRAWN => self.chosen(),
            None => None,
        };
        let Some((node, choice)) = chosen else {
            return self.between((0..self.nodes.len()).collect(), Section::default());
        };
        let neighbours = Neighbours::of(&self.edges);
        let hops = hops.map(|hops| hops.clamp(1, MAX_HOPS));
        let hops = hops.unwrap_or_else(|| {
            let fits = |hops: &usize| neighbours.around(node, *hops).len() <= MAX_DRAWN;
            (1..=USUAL_HOPS).rev().find(fits).unwrap_or(1)
        });
        let mut nodes = neighbours.around(node, hops);
        let left_out = nodes.split_off(nodes.len().min(MAX_DRAWN));
        nodes.sort_unstable();
        let section = Section {
            focus: Some((node, choice)),
            hops,
            nodes_left_out: left_out.len(),
            ..Section::default()
        };
        self.between(nodes, section)
    }

    /// The node to look at first: what got worse, or else what is called most; where anything calls
    /// anything, one that is called or calls.
    fn chosen(&self) -> Option<(usize, Choice)> {
        let others = self.edges.iter().filter(|edge| edge.caller != edge.callee);
        let ends = others.flat_map(|edge| [edge.caller, edge.callee]);
        let connected: BTreeSet<usize> = ends.collect();
        let heaviest = |is_meant: fn(Standing) -> bool| {
            let nodes = self.nodes.iter().enumerate();
            let meant = nodes.filter(|(place, node)| {
                let has_neighbours = connected.is_empty() || connected.contains(place);
                has_neighbours && is_meant(node.standing) && node.name.kind != NodeKind::App
            });
            meant
                .max_by(|left, right| {
                    let by_weight = left.1.figures.weight.total_cmp(&right.1.figures.weight);
                    by_weight.then(right.0.cmp(&left.0))
                })
                .map(|(place, _)| place)
        };
        let changed = heaviest(|standing| standing == Standing::Worse);
        let changed = changed.map(|node| (node, Choice::MostChanged));
        changed.or_else(|| heaviest(|_| true).map(|node| (node, Choice::Busiest)))
    }

    /// With the edges between the nodes, as many as there is room for.
    fn between(&self, nodes: Vec<usize>, mut section: Section) -> Section {
        let is_in = |node: usize| nodes.binary_search(&node).is_ok();
        let edges = self.edges.iter().enumerate();
        let mut edges: Vec<usize> = edges
            .filter(|(_, edge)| is_in(edge.caller) && is_in(edge.callee))
            .map(|(place, _)| place)
            .collect();
        let edge = |place: usize| &self.edges[place];
        edges.sort_by(|&left, &right| {
            let (l, r) = (edge(left), edge(right));
            let by_weight = r.figures.weight.total_cmp(&l.figures.weight);
            by_weight.then(left.cmp(&right))
        });
        section.edges_left_out = edges.len().saturating_sub(MAX_DRAWN_EDGES);
        edges.truncate(MAX_DRAWN_EDGES);
        edges.sort_unstable();
        section.nodes = nodes;
        section.edges = edges;
        section
    }
}

/// For each node its neighbours, the busiest first.
struct Neighbours {
    up: BTreeMap<usize, Vec<usize>>,
    down: BTreeMap<usize, Vec<usize>>,
}

impl Neighbours {
    fn of(edges: &[Edge]) -> Self {
        let mut sorted: Vec<&Edge> = edges.iter().collect();
        sorted.sort_by_key(|edge| (Reverse(edge.figures.count), edge.caller, edge.callee));
        let mut found = Self {
            up: BTreeMap::new(),
            down: BTreeMap::new(),
        };
        for edge in sorted {
            found.down.entry(edge.caller).or_default().push(edge.callee);
            found.up.entry(edge.callee).or_default().push(edge.caller);
        }
        found
    }

    /// The node, then what is one call away up or down, and so on; who calls a node below, or is
    /// called by one above, is not among them.
    fn around(&self, node: usize, hops: usize) -> Vec<usize> {
        let mut found = vec![node];
        let mut is_found: BTreeSet<usize> = [node].into();
        let mut ends = [vec![node], vec![node]];
        for _ in 0..hops {
            for (end, neighbours) in ends.iter_mut().zip([&self.up, &self.down]) {
                let next = end.iter().filter_map(|node| neighbours.get(node)).flatten();
                let next: Vec<usize> = next.copied().collect();
                end.clear();
                for node in next {
                    if is_found.insert(node) {
                        found.push(node);
                        end.push(node);
                    }
                }
            }
        }
        found
    }
}
