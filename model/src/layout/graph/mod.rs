//! A directed graph in layers, from left to right: where its nodes stand, and which way its edges
//! go.
//!
//! The method is that of Sugiyama, Tagawa and Toda ("Methods for visual understanding of
//! hierarchical system structures", *IEEE Transactions on Systems, Man, and Cybernetics* 11, 1981):
//! cycles are broken, nodes are put into layers, each layer is ordered so that few edges cross, and
//! then everything gets its coordinates. Nothing is left to chance and nothing looks at figures, so
//! a graph looks the same whenever it is drawn, in whatever order its nodes and edges come.
//!
//! Lengths are in whatever unit the sizes of the nodes are; `y` grows downwards, as in SVG.

mod coordinates;
mod cycles;
mod layers;
mod ordering;
mod routes;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use steps::{Direction, step};

use self::layers::Layered;

/// Most nodes, and most edges, that are laid out.
pub const MAX_NODES: usize = 4_000;
pub const MAX_EDGES: usize = 40_000;

/// Between two layers: edges bend there.
const LAYER_GAP: f64 = 84.0;
/// Between two nodes of a layer.
const NODE_GAP: f64 = 20.0;
/// Around everything: loops reach beyond their nodes.
const MARGIN: f64 = 24.0;
/// How far apart, from left to right, nodes without any edge stand.
const LONE_GAP: f64 = 24.0;
/// Nodes without any edge stand below the others, in rows at least so wide.
const LONE_WIDTH: f64 = 1_000.0;

/// What is drawn as a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node<'a> {
    /// A name that no other node has. It decides where the graph itself leaves a choice.
    pub key: &'a str,
    pub width: f64,
    pub height: f64,
}

/// Where a node is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// From the left, from 0 on. None where it has no edges to other nodes.
    pub layer: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// Which way an edge goes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Route {
    /// From the side of the first node to that of the second. Empty where the edge names a node
    /// that there is not.
    pub points: Vec<Point>,
    /// Whether it goes from right to left, to break a cycle.
    pub is_back: bool,
    /// Whether it comes back to its own node. Then the two points in the middle pull it outwards.
    pub is_loop: bool,
}

/// The graph with its places.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Drawing {
    pub width: f64,
    pub height: f64,
    /// One for each node, in their order.
    pub places: Vec<Place>,
    /// One for each edge, in their order.
    pub routes: Vec<Route>,
}

impl Drawing {
    /// Edges are pairs of indices of nodes. None where there are more than [`MAX_NODES`] or
    /// [`MAX_EDGES`].
    ///
    /// Takes a time that grows with the edges, times the logarithm of their number.
    #[must_use]
    pub fn of(nodes: &[Node<'_>], edges: &[(usize, usize)]) -> Option<Self> {
        if nodes.len() > MAX_NODES || edges.len() > MAX_EDGES {
            return None;
        }
        let canonical = Canonical::of(nodes, edges);
        let sizes: Vec<(f64, f64)> = canonical
            .order
            .iter()
            .map(|&node| (nodes[node].width.max(0.0), nodes[node].height.max(0.0)))
            .collect();
        let is_back = cycles::back_edges(sizes.len(), &canonical.edges);
        let mut layered = Layered::of(&sizes, &canonical.edges, &is_back);
        ordering::order(&mut layered);
        let mut placed = coordinates::place(&layered);
        let lone: Vec<usize> = (0..sizes.len())
            .filter(|&node| layered.layer[node].is_none())
            .collect();
        placed.add_lone(&lone, &sizes);
        let found = routes::routes(&layered, &placed, &canonical.edges, &is_back);
        Some(Self {
            width: placed.width + 2.0 * MARGIN,
            height: placed.height + 2.0 * MARGIN,
            places: canonical
                .ranks
                .iter()
                .map(|&rank| placed.place(rank, &layered))
                .collect(),
            routes: edges
                .iter()
                .map(|&edge| canonical.route(edge, &found, &placed, &sizes))
                .collect(),
        })
    }
}

impl Route {
    /// As the attribute `d` of an SVG path has it, with curves where the height changes.
    #[must_use]
    pub fn path(&self) -> String {
        use std::fmt::Write;

        let Some(first) = self.points.first() else {
            return String::new();
        };
        let mut path = format!("M{:.1} {:.1}", first.x, first.y);
        // A string takes whatever is written to it.
        let write = |path: &mut String, text: std::fmt::Arguments<'_>| {
            path.write_fmt(text).unwrap_or_default();
        };
        if let (true, [_, out, back, end]) = (self.is_loop, self.points.as_slice()) {
            write(
                &mut path,
                format_args!(
                    "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                    out.x, out.y, back.x, back.y, end.x, end.y
                ),
            );
            return path;
        }
        for pair in self.points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            if (from.y - to.y).abs() < 0.05 {
                write(&mut path, format_args!("H{:.1}", to.x));
                continue;
            }
            let middle = f64::midpoint(from.x, to.x);
            write(
                &mut path,
                format_args!(
                    "C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}",
                    from.y, to.y, to.x, to.y
                ),
            );
        }
        path
    }

    /// About halfway: where a label of the edge belongs. None where there are no points.
    #[must_use]
    pub fn middle(&self) -> Option<Point> {
        if self.is_loop {
            let (out, back) = (self.points.get(1)?, self.points.get(2)?);
            return Some(between(*out, *back));
        }
        // Between two layers, where it is not above a node.
        let curves = self.points.windows(2).filter(|pair| pair[0] != pair[1]);
        let curves: Vec<&[Point]> = curves.collect();
        let pair = curves.get(curves.len() / 2)?;
        Some(between(pair[0], pair[1]))
    }
}

fn between(left: Point, right: Point) -> Point {
    Point {
        x: f64::midpoint(left.x, right.x),
        y: f64::midpoint(left.y, right.y),
    }
}

/// The graph in an order of its own: nodes by their keys, each edge once and none from a node to
/// itself. All else numbers nodes and edges as here.
struct Canonical {
    /// The index of each node as it came.
    order: Vec<usize>,
    /// The number of each node, by its index.
    ranks: Vec<usize>,
    edges: Vec<(usize, usize)>,
}

impl Canonical {
    fn of(nodes: &[Node<'_>], edges: &[(usize, usize)]) -> Self {
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by_key(|&node| nodes[node].key);
        let mut ranks = vec![0; nodes.len()];
        for (rank, &node) in order.iter().enumerate() {
            ranks[node] = rank;
        }
        let edges: BTreeSet<(usize, usize)> = edges
            .iter()
            .filter_map(|&(from, to)| Some((*ranks.get(from)?, *ranks.get(to)?)))
            .filter(|(from, to)| from != to)
            .collect();
        Self {
            order,
            ranks,
            edges: edges.into_iter().collect(),
        }
    }

    fn route(
        &self,
        (from, to): (usize, usize),
        routes: &[Route],
        placed: &coordinates::Placed,
        sizes: &[(f64, f64)],
    ) -> Route {
        let (Some(&from), Some(&to)) = (self.ranks.get(from), self.ranks.get(to)) else {
            return Route::default();
        };
        if from == to {
            return routes::around(placed.corner(from), sizes[from]);
        }
        let found = self.edges.binary_search(&(from, to)).ok();
        found.map_or_else(Route::default, |edge| routes[edge].clone())
    }
}
