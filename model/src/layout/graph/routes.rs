//! Which way edges go between nodes that have their places.

use super::coordinates::Placed;
use super::layers::Layered;
use super::{Point, Route};

/// How far apart edges that meet at a node end, where there is room.
const PORT_GAP: f64 = 8.0;

/// The part of a node's side that edges may end at.
const PORT_SHARE: f64 = 0.6;

/// How far a loop reaches beyond its node, and how far from its corner it begins.
const LOOP_REACH: f64 = 20.0;
const LOOP_BEGIN: f64 = 18.0;

/// For each edge its route.
pub(super) fn routes(
    graph: &Layered,
    placed: &Placed,
    edges: &[(usize, usize)],
    is_back: &[bool],
) -> Vec<Route> {
    let ports = Ports::of(graph, placed, edges.len());
    let chains = graph.chains.iter().zip(is_back).enumerate();
    chains
        .map(|(edge, (chain, &is_back))| {
            let mut points = ends_and_bends(graph, placed, chain);
            if let Some(first) = points.first_mut() {
                first.y += ports.leaving[edge];
            }
            if let Some(last) = points.last_mut() {
                last.y += ports.reaching[edge];
            }
            widen(graph, placed, chain, &mut points);
            if is_back {
                points.reverse();
            }
            Route {
                points,
                is_back,
                is_loop: false,
            }
        })
        .collect()
}

/// An edge from a node to itself, at its upper right corner.
pub(super) fn around(corner: Point, (width, height): (f64, f64)) -> Route {
    let right = corner.x + width;
    let begin = LOOP_BEGIN.min(width / 2.0);
    let end = corner.y + (height / 3.0);
    Route {
        points: vec![
            Point {
                x: right - begin,
                y: corner.y,
            },
            Point {
                x: right - begin,
                y: corner.y - LOOP_REACH,
            },
            Point {
                x: right + LOOP_REACH,
                y: end,
            },
            Point { x: right, y: end },
        ],
        is_back: false,
        is_loop: true,
    }
}

/// From the right side of the first node, straight through the layers of bends, to the left side of
/// the last node.
fn ends_and_bends(graph: &Layered, placed: &Placed, chain: &[usize]) -> Vec<Point> {
    let (Some(&first), Some(&last)) = (chain.first(), chain.last()) else {
        return Vec::new();
    };
    let mut points = vec![Point {
        x: placed.corner(first).x + graph.sizes[first].0,
        y: placed.middles[first],
    }];
    let begin = graph.layer[first].unwrap_or(0);
    let bends = chain.iter().zip(begin..);
    for (&vertex, layer) in bends.filter(|(vertex, _)| graph.is_bend(**vertex)) {
        let (x, width) = placed.columns[layer];
        let y = placed.middles[vertex];
        points.push(Point { x, y });
        if width > 0.0 {
            points.push(Point { x: x + width, y });
        }
    }
    points.push(Point {
        x: placed.corner(last).x,
        y: placed.middles[last],
    });
    points
}

/// A node that is narrower than its layer is left straight, so that the edge does not pass over its
/// wider neighbours.
fn widen(graph: &Layered, placed: &Placed, chain: &[usize], points: &mut Vec<Point>) {
    let (Some(&first), Some(begin)) = (chain.first(), points.first().copied()) else {
        return;
    };
    let (x, width) = placed.columns[graph.layer[first].unwrap_or(0)];
    if x + width > begin.x + 0.5 {
        points.insert(
            1,
            Point {
                x: x + width,
                y: begin.y,
            },
        );
    }
}

/// How far from the middle of a node's side each edge begins and ends.
struct Ports {
    leaving: Vec<f64>,
    reaching: Vec<f64>,
}

impl Ports {
    fn of(graph: &Layered, placed: &Placed, edges: usize) -> Self {
        // For each node the edges on its right, and on its left, with where they lead.
        let mut right: Vec<Vec<(f64, usize)>> = vec![Vec::new(); graph.sizes.len()];
        let mut left = right.clone();
        for (edge, chain) in graph.chains.iter().enumerate() {
            let [first, second, ..] = chain[..] else {
                continue;
            };
            let [.., before, last] = chain[..] else {
                continue;
            };
            right[first].push((placed.middles[second], edge));
            left[last].push((placed.middles[before], edge));
        }
        Self {
            leaving: spread(graph, right, edges),
            reaching: spread(graph, left, edges),
        }
    }
}

/// From top to bottom as the other ends are, so that they do not cross.
fn spread(graph: &Layered, sides: Vec<Vec<(f64, usize)>>, edges: usize) -> Vec<f64> {
    let mut offsets = vec![0.0; edges];
    for (node, mut side) in sides.into_iter().enumerate() {
        side.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let last = float(side.len().saturating_sub(1));
        let gap = (graph.sizes[node].1 * PORT_SHARE / last.max(1.0)).min(PORT_GAP);
        for (place, (_, edge)) in side.into_iter().enumerate() {
            offsets[edge] = (float(place) - last / 2.0) * gap;
        }
    }
    offsets
}

#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53")]
fn float(count: usize) -> f64 {
    count as f64
}
