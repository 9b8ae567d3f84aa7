//! Traces in the making: spans of the log that wait for the rest of their trace.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};
use std::time::{Duration, Instant};

use model::id::{SpanId, TraceId};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, TracesData};
use prost::Message;

/// How long a complete trace must be quiet before it is stored.
const SETTLE: Duration = Duration::from_secs(2);

/// How long an incomplete trace must be quiet: phones export in batches, seconds after the backend.
const WAIT: Duration = Duration::from_secs(10);

/// A trace that has been open for so long is stored as it is; what follows is merged.
const LONGEST: Duration = Duration::from_mins(1);

/// A trace with so many spans is stored as it is; what follows is merged.
const MOST_SPANS: usize = 50_000;

/// Encoded spans in memory; above it, the oldest traces are stored early and nothing is read.
const MAX_BYTES: usize = 256 << 20;

/// A trace that is to be stored now.
#[derive(Debug)]
pub(super) struct DueTrace {
    pub(super) id: TraceId,
    /// `TracesData`.
    pub(super) encoded: Vec<u8>,
    /// The log entries that its spans came from.
    seqs: BTreeSet<i64>,
}

#[derive(Debug)]
struct OpenTrace {
    encoded: Vec<u8>,
    seqs: BTreeSet<i64>,
    first_arrival: Instant,
    last_arrival: Instant,
    present: HashSet<SpanId>,
    /// Parents that spans name and that have not arrived.
    missing: HashSet<SpanId>,
    has_root: bool,
}

#[derive(Debug, Default)]
pub(super) struct OpenTraces {
    traces: HashMap<TraceId, OpenTrace>,
    /// When to look at a trace again. A trace may stand in it more than once; the moment that
    /// counts is the trace's own.
    agenda: BinaryHeap<Reverse<(Instant, TraceId)>>,
    /// For each entry of the log that has been read, how many open traces have spans of it.
    entries: HashMap<i64, usize>,
    bytes: usize,
}

impl OpenTraces {
    pub(super) fn has_room(&self) -> bool {
        self.bytes < MAX_BYTES
    }

    /// The log entries that have been read and are not finished.
    pub(super) fn held(&self) -> Vec<i64> {
        self.entries.keys().copied().collect()
    }

    /// Holds an entry that cannot be used, so that it is not read again.
    pub(super) fn pass_over(&mut self, seq: i64) {
        self.entries.insert(seq, usize::MAX);
    }

    pub(super) fn add(&mut self, seq: i64, resource_spans: Vec<ResourceSpans>, now: Instant) {
        let by_trace = split(resource_spans);
        self.entries.insert(seq, by_trace.len());
        for (id, spans) in by_trace {
            let trace = self.traces.entry(id).or_insert_with(|| OpenTrace::new(now));
            let before = trace.encoded.len();
            trace.add(seq, spans, now);
            self.bytes += trace.encoded.len() - before;
            self.agenda.push(Reverse((trace.due(), id)));
        }
    }

    /// Takes out the traces that are due, at most so many; the oldest too when memory is short.
    pub(super) fn take_due(&mut self, now: Instant, most: usize) -> Vec<DueTrace> {
        let mut due = Vec::new();
        while due.len() < most {
            let Some(&Reverse((moment, id))) = self.agenda.peek() else {
                break;
            };
            if moment > now && self.has_room() {
                break;
            }
            self.agenda.pop();
            // Spans that arrived since then have put it on the agenda again.
            let is_current = self
                .traces
                .get(&id)
                .is_some_and(|trace| trace.due() <= moment);
            if !is_current {
                continue;
            }
            if let Some(trace) = self.traces.remove(&id) {
                self.bytes -= trace.encoded.len();
                due.push(DueTrace {
                    id,
                    encoded: trace.encoded,
                    seqs: trace.seqs,
                });
            }
        }
        due
    }

    /// Notes that traces are being stored; returns the entries whose last spans those are.
    pub(super) fn finish(&mut self, stored: &[DueTrace]) -> Vec<i64> {
        let mut finished = Vec::new();
        for seq in stored.iter().flat_map(|trace| &trace.seqs) {
            let Some(open) = self.entries.get_mut(seq) else {
                continue;
            };
            *open -= 1;
            if *open == 0 {
                self.entries.remove(seq);
                finished.push(*seq);
            }
        }
        finished
    }
}

impl OpenTrace {
    fn new(now: Instant) -> Self {
        Self {
            encoded: Vec::new(),
            seqs: BTreeSet::new(),
            first_arrival: now,
            last_arrival: now,
            present: HashSet::new(),
            missing: HashSet::new(),
            has_root: false,
        }
    }

    fn add(&mut self, seq: i64, resource_spans: Vec<ResourceSpans>, now: Instant) {
        let of_scopes = resource_spans
            .iter()
            .flat_map(|of_resource| &of_resource.scope_spans);
        for span in of_scopes.flat_map(|of_scope| &of_scope.spans) {
            let Ok(id) = SpanId::from_slice(&span.span_id) else {
                continue;
            };
            self.present.insert(id);
            self.missing.remove(&id);
            match SpanId::from_slice(&span.parent_span_id) {
                Ok(parent) if !self.present.contains(&parent) => {
                    self.missing.insert(parent);
                }
                Ok(_) => {}
                Err(_no_parent) => self.has_root = true,
            }
        }
        // Messages side by side decode as one.
        self.encoded
            .extend(TracesData { resource_spans }.encode_to_vec());
        self.seqs.insert(seq);
        self.last_arrival = now;
    }

    fn due(&self) -> Instant {
        if self.present.len() >= MOST_SPANS {
            return self.first_arrival;
        }
        let is_complete = self.has_root && self.missing.is_empty();
        let quiet = if is_complete { SETTLE } else { WAIT };
        (self.last_arrival + quiet).min(self.first_arrival + LONGEST)
    }
}

/// Groups spans by trace, each with its resource and scope, in the order of arrival.
fn split(resource_spans: Vec<ResourceSpans>) -> Vec<(TraceId, Vec<ResourceSpans>)> {
    let mut position: HashMap<TraceId, usize> = HashMap::new();
    let mut by_trace: Vec<(TraceId, Vec<ResourceSpans>)> = Vec::new();
    for of_resource in resource_spans {
        // Within this resource: the place of each trace's own copy.
        let mut of_trace: HashMap<TraceId, (usize, usize)> = HashMap::new();
        for (scope_number, of_scope) in of_resource.scope_spans.into_iter().enumerate() {
            for span in of_scope.spans {
                let Ok(id) = TraceId::from_slice(&span.trace_id) else {
                    continue;
                };
                let at = *position.entry(id).or_insert_with(|| {
                    by_trace.push((id, Vec::new()));
                    by_trace.len() - 1
                });
                let own = &mut by_trace[at].1;
                let (last_scope, _) = *of_trace.entry(id).or_insert_with(|| {
                    own.push(ResourceSpans {
                        resource: of_resource.resource.clone(),
                        scope_spans: Vec::new(),
                        schema_url: of_resource.schema_url.clone(),
                    });
                    (usize::MAX, 0)
                });
                let Some(copy) = own.last_mut() else { continue };
                if last_scope != scope_number {
                    of_trace.insert(id, (scope_number, 0));
                    copy.scope_spans.push(ScopeSpans {
                        scope: of_scope.scope.clone(),
                        spans: Vec::new(),
                        schema_url: of_scope.schema_url.clone(),
                    });
                }
                if let Some(scope) = copy.scope_spans.last_mut() {
                    scope.spans.push(span);
                }
            }
        }
    }
    by_trace
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use opentelemetry_proto::tonic::trace::v1::Span;

    fn spans(of: &[(u8, u8, u8)]) -> Vec<ResourceSpans> {
        let span = |&(trace, id, parent): &(u8, u8, u8)| Span {
            trace_id: vec![trace; 16],
            span_id: vec![id; 8],
            parent_span_id: if parent == 0 { vec![] } else { vec![parent; 8] },
            ..Span::default()
        };
        let scope_spans = vec![ScopeSpans {
            spans: of.iter().map(span).collect(),
            ..ScopeSpans::default()
        }];
        vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }]
    }

    fn ids(due: &[DueTrace]) -> Vec<u8> {
        due.iter().map(|trace| trace.id.as_bytes()[0]).collect()
    }

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn a_complete_trace_settles_and_an_incomplete_one_waits() {
        let start = clock::instant();
        let mut open = OpenTraces::default();
        open.add(1, spans(&[(1, 1, 0), (1, 2, 1), (2, 2, 1)]), start);
        assert_eq!(ids(&open.take_due(start + seconds(1), 9)), Vec::<u8>::new());
        assert_eq!(ids(&open.take_due(start + seconds(2), 9)), [1]);
        assert_eq!(ids(&open.take_due(start + seconds(9), 9)), Vec::<u8>::new());
        assert_eq!(ids(&open.take_due(start + seconds(10), 9)), [2]);
        assert_eq!(open.bytes, 0);
    }

    #[test]
    fn spans_that_arrive_move_the_moment() {
        let start = clock::instant();
        let mut open = OpenTraces::default();
        open.add(1, spans(&[(1, 2, 1)]), start);
        open.add(2, spans(&[(1, 1, 0)]), start + seconds(5));
        assert_eq!(ids(&open.take_due(start + seconds(6), 9)), Vec::<u8>::new());
        assert_eq!(ids(&open.take_due(start + seconds(7), 9)), [1]);
        for second in 0..60 {
            open.add(
                3 + second,
                spans(&[(1, 1, 0)]),
                start + seconds(u64::try_from(second).unwrap()),
            );
        }
        assert_eq!(
            ids(&open.take_due(start + seconds(60), 9)),
            [1],
            "a chatty trace is not kept for ever"
        );
    }

    #[test]
    fn an_entry_is_finished_with_its_last_trace() {
        let start = clock::instant();
        let mut open = OpenTraces::default();
        open.add(1, spans(&[(1, 1, 0), (2, 2, 1)]), start);
        open.add(2, spans(&[(1, 3, 1)]), start);
        assert_eq!(open.held().len(), 2);
        let first = open.take_due(start + seconds(2), 9);
        assert_eq!(open.finish(&first), [2]);
        let second = open.take_due(start + seconds(10), 9);
        assert_eq!(open.finish(&second), [1]);
        assert!(open.held().is_empty());
    }

    #[test]
    fn the_oldest_go_early_when_memory_is_short() {
        let start = clock::instant();
        let mut open = OpenTraces::default();
        open.add(1, spans(&[(1, 2, 1)]), start);
        open.add(2, spans(&[(2, 2, 1)]), start + seconds(1));
        open.bytes += MAX_BYTES;
        assert!(!open.has_room());
        assert_eq!(ids(&open.take_due(start + seconds(1), 1)), [1]);
    }

    #[test]
    fn splitting_keeps_resource_scope_and_order() {
        let mut both = spans(&[(1, 1, 0), (2, 2, 0), (1, 3, 1)]);
        both.extend(spans(&[(2, 4, 2)]));
        both[0].schema_url = "first".into();
        let split = split(both);
        assert_eq!(split.len(), 2);
        assert_eq!(
            (split[0].1.len(), split[0].1[0].scope_spans[0].spans.len()),
            (1, 2)
        );
        assert_eq!(
            split[1]
                .1
                .iter()
                .map(|part| part.schema_url.as_str())
                .collect::<Vec<_>>(),
            ["first", ""]
        );
    }
}
