//! Clock skew: how far the clocks of a trace's processes disagree, and by how much to move spans.
//!
//! Two clocks are compared only where one request was timed by both: a client span in one process
//! and the server span that it caused in another. The server span must lie within the client span;
//! where it does not, it is centred in it, which assumes that both ways over the network took the
//! same time (the assumption of NTP, RFC 5905 section 8, and of Jaeger's clock-skew adjuster).

use std::collections::HashMap;

use crate::format;
use crate::span::{Kind, Span};
use crate::trace::Trace;

/// For each span, how far to move it so that all stand on the time line of one clock,
/// in nanoseconds by the index of the span.
///
/// Device clocks are wrong far more often than servers' clocks, so the time line is that of the
/// first process behind the root where there is one: the root moves, and the backend keeps its
/// times.
#[must_use]
pub fn shifts(trace: &Trace) -> Vec<i64> {
    let mut shifts: Vec<i64> = Vec::with_capacity(trace.spans.len());
    let mut known: HashMap<usize, i64> = HashMap::new();
    for (span, node) in trace.spans.iter().zip(&trace.nodes) {
        let shift = match node.parent {
            None => known.get(&span.resource).copied().unwrap_or(0),
            Some(parent) => {
                let inherited = shifts[parent];
                let client = &trace.spans[parent];
                if compares_clocks(client, span) {
                    server_shift(client, inherited, span, known.get(&span.resource).copied())
                } else {
                    inherited
                }
            }
        };
        known.entry(span.resource).or_insert(shift);
        shifts.push(shift);
    }
    let reference = reference_shift(trace, &shifts);
    shifts
        .iter()
        .map(|shift| shift.saturating_sub(reference))
        .collect()
}

/// A sentence for people, without a full stop: by how much a span is moved, and why; none for one
/// that is not.
#[must_use]
pub fn explanation(shift_nanos: i64) -> Option<String> {
    (shift_nanos != 0).then(|| {
        let by = format::signed_duration(shift_nanos);
        format!("Moved by {by}, since its clock and that of the backend disagree")
    })
}

fn compares_clocks(client: &Span, server: &Span) -> bool {
    client.kind == Kind::Client && server.kind == Kind::Server && client.resource != server.resource
}

/// The shift that puts a server span within the client span that caused it: one already in use if
/// it fits, else the one that centres it.
fn server_shift(client: &Span, client_shift: i64, server: &Span, known: Option<i64>) -> i64 {
    let start = client.start_nanos.saturating_add(client_shift);
    let end = client.end_nanos.saturating_add(client_shift);
    let fits = |shift: &i64| {
        server.start_nanos.saturating_add(*shift) >= start
            && server.end_nanos.saturating_add(*shift) <= end
    };
    let spare = client
        .duration_nanos()
        .saturating_sub(server.duration_nanos())
        .max(0);
    let centred = start
        .saturating_add(spare / 2)
        .saturating_sub(server.start_nanos);
    known
        .into_iter()
        .chain([client_shift])
        .find(fits)
        .unwrap_or(centred)
}

/// The shift of the first span that another process than the root's timed.
fn reference_shift(trace: &Trace, shifts: &[i64]) -> i64 {
    let Some(root) = trace.spans.first() else {
        return 0;
    };
    let mut others = trace.spans.iter().zip(shifts).zip(&trace.nodes);
    let below_root = |node: &crate::trace::Node| node.parent.is_some();
    others
        .find(|((span, _), node)| span.resource != root.resource && below_root(node))
        .map_or(0, |((_, shift), _)| *shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{build, span};

    /// A client span from `client.0` to `client.1` by clock 0, its server span by clock 1.
    fn call(client: (i64, i64), server: (i64, i64)) -> Vec<i64> {
        let client = Span {
            kind: Kind::Client,
            end_nanos: client.1,
            ..span(1, 0, client.0)
        };
        let server = Span {
            kind: Kind::Server,
            end_nanos: server.1,
            resource: 1,
            ..span(2, 1, server.0)
        };
        shifts(&build(vec![client, server]))
    }

    #[test]
    fn nothing_moves_where_clocks_agree() {
        assert_eq!(call((0, 100), (20, 80)), vec![0, 0]);
    }

    #[test]
    fn the_device_moves_and_the_backend_keeps_its_times() {
        // Centred, the server span starts 20 after the client span: at 1000, so the client at 980.
        assert_eq!(call((0, 100), (1000, 1060)), vec![980, 0]);
        assert_eq!(call((5000, 5100), (1000, 1060)), vec![-4020, 0]);
    }

    #[test]
    fn a_server_span_longer_than_its_client_span_starts_with_it() {
        assert_eq!(call((0, 100), (1000, 1300)), vec![1000, 0]);
    }

    #[test]
    fn an_internal_span_of_another_process_is_not_compared() {
        let child = Span {
            resource: 1,
            ..span(2, 1, 900)
        };
        assert_eq!(shifts(&build(vec![span(1, 0, 0), child])), vec![0, 0]);
    }
}
