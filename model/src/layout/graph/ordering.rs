//! The order of each layer, so that few edges cross.

use super::layers::Layered;

/// How often all layers are gone through, from left to right and back in turn.
const SWEEPS: usize = 12;

/// Orders each layer by the medians of its neighbours (Gansner, Koutsofios, North and Vo, "A
/// technique for drawing directed graphs", *IEEE Transactions on Software Engineering* 19, 1993,
/// section 3), and keeps the order with the fewest crossings of all that it went through.
pub(super) fn order(graph: &mut Layered) {
    begin(graph);
    let mut positions = vec![0; graph.vertices()];
    number(graph, &mut positions);
    let mut least = crossings(graph, &positions);
    let mut best = graph.layers.clone();
    for sweep in 0..SWEEPS {
        if least == 0 {
            break;
        }
        let is_rightwards = sweep % 2 == 0;
        let count = graph.layers.len();
        for step in 1..count {
            let layer = if is_rightwards {
                step
            } else {
                count - 1 - step
            };
            sort(graph, layer, is_rightwards, &mut positions);
        }
        let found = crossings(graph, &positions);
        if found < least {
            least = found;
            best.clone_from(&graph.layers);
        }
    }
    graph.layers = best;
}

/// As a search, depth first from the first layer on, comes upon them: what belongs together stands
/// together, and a tree has no crossings at all.
fn begin(graph: &mut Layered) {
    let mut is_found = vec![false; graph.vertices()];
    let mut found = Vec::with_capacity(graph.vertices());
    let starts = graph.layers.iter().flatten();
    let mut open = Vec::new();
    for &start in starts {
        open.push(start);
        while let Some(vertex) = open.pop() {
            if std::mem::replace(&mut is_found[vertex], true) {
                continue;
            }
            found.push(vertex);
            open.extend(graph.after[vertex].iter().rev());
        }
    }
    let mut rank = vec![0; graph.vertices()];
    for (place, &vertex) in found.iter().enumerate() {
        rank[vertex] = place;
    }
    for layer in &mut graph.layers {
        layer.sort_by_key(|&vertex| rank[vertex]);
    }
}

fn number(graph: &Layered, positions: &mut [usize]) {
    for layer in &graph.layers {
        for (place, &vertex) in layer.iter().enumerate() {
            positions[vertex] = place;
        }
    }
}

/// By the median of the neighbours in the layer that is fixed. What has none there stays about
/// where it is.
fn sort(graph: &mut Layered, layer: usize, is_rightwards: bool, positions: &mut [usize]) {
    let neighbours = if is_rightwards {
        &graph.before
    } else {
        &graph.after
    };
    let median = |vertex: usize| {
        let mut places: Vec<usize> = neighbours[vertex]
            .iter()
            .map(|&neighbour| positions[neighbour])
            .collect();
        places.sort_unstable();
        // Doubled, so that halves are whole.
        match places.len() {
            0 => 2 * positions[vertex],
            count => places[(count - 1) / 2] + places[count / 2],
        }
    };
    let mut keyed: Vec<(usize, usize, usize)> = graph.layers[layer]
        .iter()
        .map(|&vertex| (median(vertex), positions[vertex], vertex))
        .collect();
    keyed.sort_unstable();
    for (place, (.., vertex)) in keyed.into_iter().enumerate() {
        graph.layers[layer][place] = vertex;
        positions[vertex] = place;
    }
}

/// Pairs of edges that cross, between all layers: inversions, counted by a binary indexed tree
/// (Barth, Mutzel and Jünger, "Simple and efficient bilayer cross counting", *Journal of Graph
/// Algorithms and Applications* 8, 2004).
fn crossings(graph: &Layered, positions: &[usize]) -> u64 {
    let between = graph.layers.windows(2).map(|pair| {
        let ends = pair[0].iter().flat_map(|&vertex| {
            let mut ends: Vec<usize> = graph.after[vertex]
                .iter()
                .map(|&next| positions[next])
                .collect();
            ends.sort_unstable();
            ends
        });
        inversions(ends, pair[1].len())
    });
    between.sum()
}

fn inversions(values: impl Iterator<Item = usize>, past: usize) -> u64 {
    let mut counts = vec![0_u64; past + 1];
    let mut found = 0;
    for (seen, value) in (0_u64..).zip(values) {
        let mut not_greater = 0;
        let mut place = value + 1;
        while place > 0 {
            not_greater += counts[place];
            place &= place - 1;
        }
        found += seen - not_greater;
        place = value + 1;
        while place <= past {
            counts[place] += 1;
            place += place & place.wrapping_neg();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_are_pairs_in_the_wrong_order() {
        let count = |values: &[usize]| inversions(values.iter().copied(), 5);
        assert_eq!(count(&[0, 1, 1, 4]), 0);
        assert_eq!(count(&[4, 3, 2, 1, 0]), 10);
        assert_eq!(count(&[2, 0, 1]), 2);
    }
}
