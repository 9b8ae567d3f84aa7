//! How spans of a trace are related to each other.

use super::Relation;
use crate::trace::Node;

impl Relation {
    /// The spans that are so related to one of some others, in order. Both are positions in a
    /// trace in pre-order, so each takes a single pass over its spans.
    pub(super) fn of(self, nodes: &[Node], others: &[usize]) -> Vec<usize> {
        let mut is_other = vec![false; nodes.len()];
        for &other in others {
            is_other[other] = true;
        }
        match self {
            Self::Child => spans_where(nodes, |_, parent| is_other[parent]),
            Self::Descendant => descendants(nodes, is_other),
            Self::Sibling => siblings(nodes, others, &is_other),
        }
    }
}

/// The positions of the spans that have a parent and meet the test of both positions.
fn spans_where(nodes: &[Node], test: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let meets = |(position, node): (usize, &Node)| {
        let parent = node.parent?;
        test(position, parent).then_some(position)
    };
    nodes.iter().enumerate().filter_map(meets).collect()
}

/// Parents stand before their children, so what is above a parent is known when its children come.
fn descendants(nodes: &[Node], mut is_at_or_below: Vec<bool>) -> Vec<usize> {
    let mut found = Vec::new();
    for (position, node) in nodes.iter().enumerate() {
        if node.parent.is_some_and(|parent| is_at_or_below[parent]) {
            is_at_or_below[position] = true;
            found.push(position);
        }
    }
    found
}

fn siblings(nodes: &[Node], others: &[usize], is_other: &[bool]) -> Vec<usize> {
    let mut children = vec![0_usize; nodes.len()];
    for parent in others.iter().filter_map(|&other| nodes[other].parent) {
        children[parent] += 1;
    }
    // No span is its own sibling.
    spans_where(nodes, |position, parent| {
        children[parent] > usize::from(is_other[position])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{build, span};

    /// ```text
    /// 0 ─ 1 ─ 2
    ///   │   └ 3
    ///   └ 4
    /// 5
    /// ```
    fn nodes() -> Vec<Node> {
        let parents = [(1, 0), (2, 1), (3, 2), (4, 2), (5, 1), (6, 0)];
        let spans = parents.into_iter().zip(0..);
        build(
            spans
                .map(|((id, parent), start)| span(id, parent, start))
                .collect(),
        )
        .nodes
    }

    #[test]
    fn spans_are_related() {
        let of = |relation: Relation, others: &[usize]| relation.of(&nodes(), others);
        assert_eq!(of(Relation::Child, &[0, 1]), [1, 2, 3, 4]);
        assert!(of(Relation::Child, &[2, 5]).is_empty());
        assert_eq!(of(Relation::Descendant, &[0]), [1, 2, 3, 4]);
        assert_eq!(of(Relation::Descendant, &[1, 2]), [2, 3]);
        assert_eq!(of(Relation::Sibling, &[1]), [4]);
        assert_eq!(of(Relation::Sibling, &[2, 3]), [2, 3]);
        // Roots have no parent in common.
        assert!(of(Relation::Sibling, &[0]).is_empty());
    }

    #[test]
    fn a_deep_trace_is_passed_once() {
        let deep = 100_000;
        let spans = (1..=deep).map(|id| span(id, id - 1, 0)).collect();
        let found = Relation::Descendant.of(&build(spans).nodes, &[0]);
        assert_eq!(found.len(), 99_999);
    }
}
