//! Two trees of spans as one.

use std::collections::HashMap;

use super::siblings::{merged, partners};
use crate::span::Kind;
use crate::trace::Trace;

/// A span that at least one of the traces has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aligned {
    /// Where it stands in a and in b.
    pub(super) positions: [Option<usize>; 2],
    /// Where the span above it stands among all.
    pub(super) parent: Option<usize>,
    pub(super) depth: usize,
}

/// All spans of both in pre-order.
pub(super) fn align(a: &Trace, b: &Trace) -> Vec<Aligned> {
    let [in_a, in_b] = keys([a, b]);
    let mut aligned = Vec::with_capacity(a.spans.len().max(b.spans.len()));
    // The last is taken first.
    let mut waiting = Vec::new();
    let join = |rows: [Vec<usize>; 2], parent, depth, waiting: &mut Vec<Aligned>| {
        let numbers = |row: &[usize], keys: &[u32]| -> Vec<u32> {
            row.iter().map(|position| keys[*position]).collect()
        };
        let partners = partners(&numbers(&rows[0], &in_a), &numbers(&rows[1], &in_b));
        let pairs = merged(&partners, rows[1].len());
        waiting.extend(pairs.into_iter().rev().map(|(of_a, of_b)| Aligned {
            positions: [
                of_a.map(|place| rows[0][place]),
                of_b.map(|place| rows[1][place]),
            ],
            parent,
            depth,
        }));
    };
    join([tops(a), tops(b)], None, 0, &mut waiting);
    while let Some(next) = waiting.pop() {
        let place = aligned.len();
        aligned.push(next);
        let [of_a, of_b] = next.positions;
        let rows = [below(a, of_a), below(b, of_b)];
        join(rows, Some(place), next.depth + 1, &mut waiting);
    }
    aligned
}

/// A number for each span that is the same for those that can be partners.
fn keys(traces: [&Trace; 2]) -> [Vec<u32>; 2] {
    let mut numbers: HashMap<(&str, &str, Kind), u32> = HashMap::new();
    traces.map(|trace| {
        let key = |span| (trace.service_of(span), span.name.as_str(), span.kind);
        let keys = trace.spans.iter().map(|span| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(key(span)).or_insert(next)
        });
        keys.collect()
    })
}

fn tops(trace: &Trace) -> Vec<usize> {
    let mut tops = Vec::new();
    let mut next = 0;
    while next < trace.nodes.len() {
        tops.push(next);
        next += trace.nodes[next].descendants + 1;
    }
    tops
}

fn below(trace: &Trace, position: Option<usize>) -> Vec<usize> {
    position.map_or_else(Vec::new, |position| trace.children(position).collect())
}
