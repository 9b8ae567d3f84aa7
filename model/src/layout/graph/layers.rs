//! Which layer each node is in, and the bends of edges that pass others.

/// Most bends. Edges beyond, the longest ones, go straight and may pass over nodes.
const MAX_BENDS: usize = 20_000;

/// A graph whose edges lead from one layer to the next.
///
/// A *vertex* is a node, by its number, or a bend, by a number after those of all nodes.
pub(super) struct Layered {
    /// Of each node; none where it has no edges.
    pub(super) layer: Vec<Option<usize>>,
    /// The vertices of each layer, from top to bottom.
    pub(super) layers: Vec<Vec<usize>>,
    /// For each vertex, those that edges lead from, in the layer before.
    pub(super) before: Vec<Vec<usize>>,
    /// For each vertex, those that edges lead to, in the layer after.
    pub(super) after: Vec<Vec<usize>>,
    /// The vertices of each edge, from left to right: against its direction where it is turned
    /// round.
    pub(super) chains: Vec<Vec<usize>>,
    /// Width and height of each node.
    pub(super) sizes: Vec<(f64, f64)>,
}

impl Layered {
    pub(super) fn of(sizes: &[(f64, f64)], edges: &[(usize, usize)], is_back: &[bool]) -> Self {
        let forward: Vec<(usize, usize)> = edges
            .iter()
            .zip(is_back)
            .map(|(&(from, to), &is_back)| if is_back { (to, from) } else { (from, to) })
            .collect();
        let layer = longest_paths(sizes.len(), &forward);
        let count = layer.iter().flatten().max().map_or(0, |last| last + 1);
        let mut layers = vec![Vec::new(); count];
        for (node, layer) in layer.iter().enumerate() {
            if let Some(layer) = *layer {
                layers[layer].push(node);
            }
        }
        let mut layered = Self {
            layers,
            before: vec![Vec::new(); sizes.len()],
            after: vec![Vec::new(); sizes.len()],
            chains: vec![Vec::new(); forward.len()],
            sizes: sizes.to_vec(),
            layer,
        };
        let span = |edge: usize| {
            let (from, to) = forward[edge];
            layered.layer[to].unwrap_or(0) - layered.layer[from].unwrap_or(0)
        };
        let mut by_span: Vec<(usize, usize)> =
            (0..forward.len()).map(|edge| (span(edge), edge)).collect();
        by_span.sort_unstable();
        let mut room = MAX_BENDS;
        for (span, edge) in by_span {
            let bends = span.saturating_sub(1);
            if bends > room {
                let (from, to) = forward[edge];
                layered.chains[edge] = vec![from, to];
                continue;
            }
            room -= bends;
            layered.chain(edge, forward[edge]);
        }
        layered
    }

    pub(super) fn vertices(&self) -> usize {
        self.before.len()
    }

    pub(super) fn is_bend(&self, vertex: usize) -> bool {
        vertex >= self.sizes.len()
    }

    /// Bends are as flat as can be.
    pub(super) fn height(&self, vertex: usize) -> f64 {
        self.sizes.get(vertex).map_or(0.0, |size| size.1)
    }

    /// Makes the edge lead from layer to layer.
    fn chain(&mut self, edge: usize, (from, to): (usize, usize)) {
        let (Some(first), Some(last)) = (self.layer[from], self.layer[to]) else {
            return;
        };
        let mut chain = vec![from];
        for layer in first + 1..last {
            let bend = self.vertices();
            self.before.push(Vec::new());
            self.after.push(Vec::new());
            self.layers[layer].push(bend);
            chain.push(bend);
        }
        chain.push(to);
        for pair in chain.windows(2) {
            self.after[pair[0]].push(pair[1]);
            self.before[pair[1]].push(pair[0]);
        }
        self.chains[edge] = chain;
    }
}

/// The longest way to each node from one that nothing leads to; none for nodes without edges. What
/// a request meets first stands first, and each edge leads to a later layer.
fn longest_paths(nodes: usize, edges: &[(usize, usize)]) -> Vec<Option<usize>> {
    let mut after = vec![Vec::new(); nodes];
    let mut missing = vec![0_usize; nodes];
    let mut has_edges = vec![false; nodes];
    for &(from, to) in edges {
        after[from].push(to);
        missing[to] += 1;
        has_edges[from] = true;
        has_edges[to] = true;
    }
    let mut layer = vec![0_usize; nodes];
    let mut ready: Vec<usize> = (0..nodes).filter(|&node| missing[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &to in &after[node] {
            layer[to] = layer[to].max(layer[node] + 1);
            missing[to] -= 1;
            if missing[to] == 0 {
                ready.push(to);
            }
        }
    }
    let of = layer.into_iter().zip(has_edges);
    of.map(|(layer, has_edges)| has_edges.then_some(layer))
        .collect()
}
