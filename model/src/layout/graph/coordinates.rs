//! Where the nodes and bends of ordered layers stand.

use super::layers::Layered;
use super::{LAYER_GAP, LONE_GAP, LONE_WIDTH, MARGIN, NODE_GAP, Place, Point};

/// How often each layer moves towards its neighbours.
const PASSES: usize = 16;

/// Between a bend and what stands next to it.
const BEND_GAP: f64 = 14.0;

/// How much a bend insists on its place, compared with a node: long edges should be straight.
const BEND_WEIGHT: f64 = 3.0;

/// What has no neighbours on the side that is looked at hardly minds where it goes.
const LOOSE_WEIGHT: f64 = 0.05;

pub(super) struct Placed {
    /// Left side and width of each layer.
    pub(super) columns: Vec<(f64, f64)>,
    /// The middle of each vertex, from top to bottom.
    pub(super) middles: Vec<f64>,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Upper left corners of nodes.
    corners: Vec<Point>,
}

pub(super) fn place(graph: &Layered) -> Placed {
    let middles = middles(graph);
    let mut columns = Vec::with_capacity(graph.layers.len());
    let mut x = MARGIN;
    for layer in &graph.layers {
        let widths = layer.iter().filter_map(|&vertex| graph.sizes.get(vertex));
        let width = widths.map(|size| size.0).fold(0.0, f64::max);
        columns.push((x, width));
        x += width + LAYER_GAP;
    }
    let mut corners = vec![Point::default(); graph.sizes.len()];
    let mut height = 0.0_f64;
    for (layer, column) in graph.layers.iter().zip(&columns) {
        for &vertex in layer {
            let own = graph.height(vertex);
            height = height.max(middles[vertex] + own / 2.0);
            if let Some(corner) = corners.get_mut(vertex) {
                *corner = Point {
                    x: column.0,
                    y: middles[vertex] - own / 2.0,
                };
            }
        }
    }
    Placed {
        width: columns.last().map_or(0.0, |last| last.0 + last.1) - MARGIN,
        height: (height - MARGIN).max(0.0),
        columns,
        middles,
        corners,
    }
}

impl Placed {
    pub(super) fn corner(&self, node: usize) -> Point {
        self.corners[node]
    }

    pub(super) fn place(&self, node: usize, graph: &Layered) -> Place {
        let corner = self.corners[node];
        Place {
            x: corner.x,
            y: corner.y,
            layer: graph.layer[node],
        }
    }

    /// Puts nodes without edges below the others, in rows.
    pub(super) fn add_lone(&mut self, lone: &[usize], sizes: &[(f64, f64)]) {
        let most = self.width.max(LONE_WIDTH);
        let has_others = self.width > 0.0;
        self.width = self.width.max(0.0);
        let (mut x, mut row) = (0.0, 0.0_f64);
        let mut y = if has_others {
            self.height + 2.0 * NODE_GAP
        } else {
            0.0
        };
        for &node in lone {
            let (width, height) = sizes[node];
            if x > 0.0 && x + width > most {
                x = 0.0;
                y += row + NODE_GAP;
                row = 0.0;
            }
            self.corners[node] = Point {
                x: MARGIN + x,
                y: MARGIN + y,
            };
            self.width = self.width.max(x + width);
            self.height = self.height.max(y + height);
            x += width + LONE_GAP;
            row = row.max(height);
        }
    }
}

/// Each layer in turn moves to where its neighbours are, as near as its own order and the room
/// between its vertices allow.
fn middles(graph: &Layered) -> Vec<f64> {
    let mut middles = vec![0.0; graph.vertices()];
    for layer in &graph.layers {
        for (vertex, offset) in layer.iter().zip(offsets(graph, layer)) {
            middles[*vertex] = offset;
        }
    }
    let count = graph.layers.len();
    for pass in 0..PASSES {
        for step in 0..count {
            let layer = if pass % 2 == 0 {
                step
            } else {
                count - 1 - step
            };
            // The last two look at both sides.
            let (left, right) = (pass % 2 == 0, pass % 2 == 1);
            let is_last = pass + 2 >= PASSES;
            settle(
                graph,
                layer,
                (left || is_last, right || is_last),
                &mut middles,
            );
        }
    }
    let tops = graph.layers.iter().flatten();
    let tops = tops.map(|&vertex| middles[vertex] - graph.height(vertex) / 2.0);
    let top = tops.fold(f64::INFINITY, f64::min);
    for layer in &graph.layers {
        for &vertex in layer {
            middles[vertex] += MARGIN - top;
        }
    }
    middles
}

/// The middles of a layer that begins at 0, as close as may be.
fn offsets(graph: &Layered, layer: &[usize]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(layer.len());
    let mut y = 0.0;
    for (place, &vertex) in layer.iter().enumerate() {
        if let Some(&above) = place.checked_sub(1).and_then(|place| layer.get(place)) {
            let is_by_bend = graph.is_bend(vertex) || graph.is_bend(above);
            let gap = if is_by_bend { BEND_GAP } else { NODE_GAP };
            y += f64::midpoint(graph.height(above), graph.height(vertex)) + gap;
        }
        offsets.push(y);
    }
    offsets
}

fn settle(graph: &Layered, layer: usize, sides: (bool, bool), middles: &mut [f64]) {
    let vertices = &graph.layers[layer];
    let offsets = offsets(graph, vertices);
    let wishes: Vec<(f64, f64)> = vertices
        .iter()
        .zip(&offsets)
        .map(|(&vertex, offset)| {
            let left = graph.before[vertex].iter().filter(|_| sides.0);
            let right = graph.after[vertex].iter().filter(|_| sides.1);
            let near = left.chain(right).map(|&near| middles[near]).collect();
            match median(near) {
                None => (middles[vertex] - offset, LOOSE_WEIGHT),
                Some(wish) if graph.is_bend(vertex) => (wish - offset, BEND_WEIGHT),
                Some(wish) => (wish - offset, 1.0),
            }
        })
        .collect();
    for ((vertex, offset), found) in vertices.iter().zip(offsets).zip(isotonic(&wishes)) {
        middles[*vertex] = found + offset;
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(f64::midpoint(values[last / 2], values[values.len() / 2]))
}

/// The values that never decrease and are nearest to the wishes, by weighted squares: neighbours in
/// the wrong order are pooled (Barlow, Bartholomew, Bremner and Brunk, *Statistical Inference under
/// Order Restrictions*, 1972, section 1.2). Wishes come with their weights.
fn isotonic(wishes: &[(f64, f64)]) -> Vec<f64> {
    // Mean, weight and number of those that are pooled.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(wishes.len());
    for &(wish, weight) in wishes {
        let mut pool = (wish, weight, 1);
        while let Some(&(mean, weight, count)) = pools.last() {
            if mean <= pool.0 {
                break;
            }
            pools.pop();
            let both = weight + pool.1;
            pool = (
                (mean * weight + pool.0 * pool.1) / both,
                both,
                count + pool.2,
            );
        }
        pools.push(pool);
    }
    let pools = pools.into_iter();
    pools
        .flat_map(|(mean, _, count)| std::iter::repeat_n(mean, count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_wrong_order_meets_halfway() {
        let found = isotonic(&[(1.0, 1.0), (5.0, 1.0), (3.0, 1.0), (9.0, 1.0)]);
        assert_eq!(found, [1.0, 4.0, 4.0, 9.0]);
        let found = isotonic(&[(6.0, 3.0), (2.0, 1.0)]);
        assert_eq!(found, [5.0, 5.0]);
        assert!(isotonic(&[]).is_empty());
    }
}
