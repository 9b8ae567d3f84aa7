//! Breaking cycles: which edges are drawn from right to left.

use std::cmp::Reverse;

/// For each edge, whether it has to be turned round so that no cycle is left: whether it leads back
/// to a node that the search, depth first, is still below.
///
/// The search begins at nodes that nothing leads to, so that what begins a chain stands on the
/// left; then at those that far more edges leave than reach. Edges are sorted by their first node.
pub(super) fn back_edges(nodes: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut incoming = vec![0_usize; nodes];
    let mut outgoing = vec![0_usize; nodes];
    for &(from, to) in edges {
        outgoing[from] += 1;
        incoming[to] += 1;
    }
    let mut starts: Vec<usize> = (0..nodes).collect();
    starts.sort_by_key(|&node| {
        let surplus = outgoing[node].saturating_sub(incoming[node]);
        (incoming[node] > 0, Reverse(surplus), node)
    });
    let mut search = Search {
        edges,
        state: vec![State::New; nodes],
        is_back: vec![false; edges.len()],
    };
    for start in starts {
        search.below(start);
    }
    search.is_back
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

struct Search<'a> {
    edges: &'a [(usize, usize)],
    state: Vec<State>,
    is_back: Vec<bool>,
}

impl Search<'_> {
    /// Each edge is looked at once.
    fn below(&mut self, start: usize) {
        if self.state[start] != State::New {
            return;
        }
        let first_of = |node: usize| self.edges.partition_point(|edge| edge.0 < node);
        // Nodes that are open, and the next edge of each.
        let mut open = vec![(start, first_of(start))];
        self.state[start] = State::Open;
        while let Some((node, edge)) = open.last_mut() {
            let Some(&(_, to)) = self.edges.get(*edge).filter(|found| found.0 == *node) else {
                self.state[*node] = State::Done;
                open.pop();
                continue;
            };
            let this = *edge;
            *edge += 1;
            match self.state[to] {
                State::Open => self.is_back[this] = true,
                State::Done => {}
                State::New => {
                    self.state[to] = State::Open;
                    open.push((to, first_of(to)));
                }
            }
        }
    }
}
