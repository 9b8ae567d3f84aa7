//! Traces in the making: spans of the log that wait for the rest of their trace.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io;
use std::time::{Duration, Instant};

use model::id::{SpanId, TraceId};
use model::otlp::Batch;
use model::otlp::batch::SpanBytes;
use model::otlp::decode::Ids;
use model::otlp::wire::WireError;

/// How long a complete trace must be quiet before it is stored.
const SETTLE: Duration = Duration::from_secs(2);

/// How long an incomplete trace must be quiet: phones export in batches, seconds after the backend.
const WAIT: Duration = Duration::from_secs(10);

/// A trace that has been open for so long is stored as it is; what follows is merged.
const LONGEST: Duration = Duration::from_mins(1);

/// A trace with so many spans is stored as it is; what follows is merged.
const MOST_SPANS: usize = 50_000;

/// Encoded spans in memory, of one shard; above it, the oldest traces are stored early and nothing
/// is read.
const MAX_BYTES: usize = 64 << 20;

/// Why an entry of the log cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum AddError {
    #[error("it cannot be decompressed: {0}")]
    Document(io::Error),
    #[error("it is not OTLP: {0}")]
    Message(#[from] WireError),
}

/// A trace that is to be stored now.
#[derive(Debug)]
pub(super) struct DueTrace {
    pub(super) id: TraceId,
    /// `TracesData`.
    pub(super) message: Vec<u8>,
    /// When the first of its spans was received.
    pub(super) received_nanos: i64,
    /// The log entries that its spans came from, each once.
    seqs: Vec<i64>,
}

#[derive(Debug)]
struct OpenTrace {
    message: Vec<u8>,
    received_nanos: i64,
    seqs: Vec<i64>,
    /// The spans that have arrived, each with its parent.
    links: Vec<(SpanId, Option<SpanId>)>,
    first_arrival: Instant,
    last_arrival: Instant,
    /// When it is looked at again.
    look: Instant,
}

#[derive(Debug)]
struct Entry {
    /// How many open traces have spans of it.
    open: usize,
    received_nanos: i64,
}

/// An entry of the log whose spans are all part of stored traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finished {
    pub(super) seq: i64,
    pub(super) received_nanos: i64,
}

#[derive(Debug, Default)]
pub(super) struct OpenTraces {
    traces: HashMap<TraceId, OpenTrace>,
    /// When to look at a trace again. A trace may stand in it more than once; the moment that
    /// counts is the trace's own.
    agenda: BinaryHeap<Reverse<(Instant, TraceId)>>,
    /// The entries of the log that have been read and are not finished.
    entries: HashMap<i64, Entry>,
    bytes: usize,
}

impl OpenTraces {
    pub(super) fn has_room(&self) -> bool {
        self.bytes < MAX_BYTES
    }

    /// Whether an entry of the log has been read and is not finished.
    pub(super) fn holds(&self, seq: i64) -> bool {
        self.entries.contains_key(&seq)
    }

    pub(super) fn trace_count(&self) -> usize {
        self.traces.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Holds an entry that cannot be used, so that it is not read again.
    pub(super) fn pass_over(&mut self, seq: i64) {
        let never = Entry {
            open: usize::MAX,
            received_nanos: 0,
        };
        self.entries.insert(seq, never);
    }

    /// Adds the spans of an entry, a `TracesData` message.
    ///
    /// # Errors
    /// When it is none; then nothing is added.
    pub(super) fn add(
        &mut self,
        seq: i64,
        received_nanos: i64,
        message: &[u8],
        now: Instant,
    ) -> Result<(), AddError> {
        let batch = Batch::read(message)?;
        let mut spans = batch
            .spans
            .iter()
            .filter_map(|span| Link::read(span).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        // Stable: within scope and trace they stay in the order of arrival.
        spans.sort_by_key(|link| {
            (
                link.trace_id,
                batch.resource_of(link.span.scope),
                link.span.scope,
            )
        });
        let mut open = 0;
        for of_trace in spans.chunk_by(|left, right| left.trace_id == right.trace_id) {
            open += 1;
            self.add_to_trace(seq, received_nanos, &batch, of_trace, now);
        }
        let entry = Entry {
            open,
            received_nanos,
        };
        self.entries.insert(seq, entry);
        Ok(())
    }

    fn add_to_trace(
        &mut self,
        seq: i64,
        received_nanos: i64,
        batch: &Batch<'_>,
        links: &[Link<'_>],
        now: Instant,
    ) {
        let id = links[0].trace_id;
        let new = || OpenTrace::new(received_nanos, now);
        let trace = self.traces.entry(id).or_insert_with(new);
        // Entries that were committed late are read late.
        trace.received_nanos = trace.received_nanos.min(received_nanos);
        let before = trace.message.len();
        let spans: Vec<SpanBytes<'_>> = links.iter().map(|link| link.span).collect();
        batch.write(&spans, &mut trace.message);
        trace
            .links
            .extend(links.iter().map(|link| (link.span_id, link.parent_id)));
        trace.seqs.push(seq);
        trace.last_arrival = now;
        self.bytes += trace.message.len() - before;
        let look = trace.settled();
        if look < trace.look || before == 0 {
            trace.look = look;
            self.agenda.push(Reverse((look, id)));
        }
    }

    /// Takes out the traces that are due, at most so many; the oldest too when memory is short.
    pub(super) fn take_due(&mut self, now: Instant, most: usize) -> Vec<DueTrace> {
        let mut due = Vec::new();
        while due.len() < most {
            let Some(&Reverse((moment, id))) = self.agenda.peek() else {
                break;
            };
            let is_short = !self.has_room();
            if moment > now && !is_short {
                break;
            }
            self.agenda.pop();
            let Some(trace) = self.traces.get_mut(&id) else {
                continue;
            };
            if trace.look != moment {
                continue;
            }
            let moment = trace.due();
            if moment > now && !is_short {
                trace.look = moment;
                self.agenda.push(Reverse((moment, id)));
            } else if let Some(trace) = self.traces.remove(&id) {
                self.bytes -= trace.message.len();
                due.push(DueTrace {
                    id,
                    message: trace.message,
                    received_nanos: trace.received_nanos,
                    seqs: trace.seqs,
                });
            }
        }
        due
    }

    /// Notes that traces are being stored; returns the entries whose last spans those are.
    pub(super) fn finish(&mut self, stored: &[DueTrace]) -> Vec<Finished> {
        let mut finished = Vec::new();
        for seq in stored.iter().flat_map(|trace| &trace.seqs) {
            let Some(entry) = self.entries.get_mut(seq) else {
                continue;
            };
            entry.open -= 1;
            if entry.open == 0 {
                finished.push(Finished {
                    seq: *seq,
                    received_nanos: entry.received_nanos,
                });
                self.entries.remove(seq);
            }
        }
        finished
    }
}

/// A span and what it hangs on.
struct Link<'a> {
    trace_id: TraceId,
    span_id: SpanId,
    parent_id: Option<SpanId>,
    span: SpanBytes<'a>,
}

impl<'a> Link<'a> {
    /// None for a span without valid ids, which nobody has acknowledged.
    fn read(span: &SpanBytes<'a>) -> Result<Option<Self>, WireError> {
        let ids = Ids::read(span.bytes)?;
        let (Ok(trace_id), Ok(span_id)) = (
            TraceId::from_slice(ids.trace_id),
            SpanId::from_slice(ids.span_id),
        ) else {
            return Ok(None);
        };
        Ok(Some(Self {
            trace_id,
            span_id,
            parent_id: SpanId::from_slice(ids.parent_span_id).ok(),
            span: *span,
        }))
    }
}

impl OpenTrace {
    fn new(received_nanos: i64, now: Instant) -> Self {
        Self {
            message: Vec::new(),
            received_nanos,
            seqs: Vec::new(),
            links: Vec::new(),
            first_arrival: now,
            last_arrival: now,
            look: now,
        }
    }

    /// When it is due if it is complete.
    fn settled(&self) -> Instant {
        self.due_after(SETTLE)
    }

    fn due(&mut self) -> Instant {
        // Only a trace that has settled is worth the question.
        if self.is_complete() {
            self.settled()
        } else {
            self.due_after(WAIT)
        }
    }

    fn due_after(&self, quiet: Duration) -> Instant {
        if self.links.len() >= MOST_SPANS {
            return self.first_arrival;
        }
        (self.last_arrival + quiet).min(self.first_arrival + LONGEST)
    }

    /// Whether its root is there and no parent is missing.
    fn is_complete(&mut self) -> bool {
        self.links.sort_unstable();
        let is_there = |parent: &SpanId| {
            self.links
                .binary_search_by_key(parent, |(span, _)| *span)
                .is_ok()
        };
        let mut parents = self.links.iter().map(|(_, parent)| parent);
        self.links.iter().any(|(_, parent)| parent.is_none())
            && parents.all(|parent| parent.as_ref().is_none_or(is_there))
    }
}

#[cfg(test)]
impl DueTrace {
    pub(super) fn of(id: TraceId, message: Vec<u8>) -> Self {
        Self {
            id,
            message,
            received_nanos: 0,
            seqs: vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::tests::message;
    use crate::clock;

    fn add(open: &mut OpenTraces, seq: i64, spans: &[(u8, u8, u8)], now: Instant) {
        open.add(seq, 0, &message(spans), now).unwrap();
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
        add(&mut open, 1, &[(1, 1, 0), (1, 2, 1), (2, 2, 1)], start);
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
        add(&mut open, 1, &[(1, 2, 1)], start);
        assert_eq!(ids(&open.take_due(start + seconds(4), 9)), Vec::<u8>::new());
        add(&mut open, 2, &[(1, 1, 0)], start + seconds(5));
        assert_eq!(ids(&open.take_due(start + seconds(6), 9)), Vec::<u8>::new());
        assert_eq!(ids(&open.take_due(start + seconds(7), 9)), [1]);
        for second in 0..60 {
            let now = start + seconds(second);
            add(&mut open, 3, &[(1, 1, 0)], now);
            assert_eq!(ids(&open.take_due(now, 9)), Vec::<u8>::new());
        }
        assert_eq!(
            ids(&open.take_due(start + seconds(60), 9)),
            [1],
            "a chatty trace is not kept for ever"
        );
    }

    #[test]
    fn a_large_trace_does_not_wait() {
        let start = clock::instant();
        let mut open = OpenTraces::default();
        let spans: Vec<_> = (0..MOST_SPANS).map(|_| (1, 2, 1)).collect();
        add(&mut open, 1, &spans[1..], start);
        assert_eq!(ids(&open.take_due(start, 9)), Vec::<u8>::new());
        add(&mut open, 2, &[(1, 2, 1)], start);
        assert_eq!(ids(&open.take_due(start, 9)), [1]);
    }

    #[test]
    fn an_entry_is_finished_with_its_last_trace() {
        let start = clock::instant();
        let mut open = OpenTraces::default();
        add(&mut open, 1, &[(1, 1, 0), (2, 2, 1)], start);
        add(&mut open, 2, &[(1, 3, 1)], start);
        assert!(open.holds(1) && open.holds(2));
        let first = open.take_due(start + seconds(2), 9);
        let finished = |seq| Finished {
            seq,
            received_nanos: 0,
        };
        assert_eq!(open.finish(&first), [finished(2)]);
        let second = open.take_due(start + seconds(10), 9);
        assert_eq!(open.finish(&second), [finished(1)]);
        assert!(!open.holds(1) && !open.holds(2));
    }

    #[test]
    fn the_oldest_go_early_when_memory_is_short() {
        let start = clock::instant();
        let mut open = OpenTraces::default();
        add(&mut open, 1, &[(1, 2, 1)], start);
        add(&mut open, 2, &[(2, 2, 1)], start + seconds(1));
        open.bytes += MAX_BYTES;
        assert!(!open.has_room());
        assert_eq!(ids(&open.take_due(start + seconds(1), 1)), [1]);
    }

    #[test]
    fn what_is_not_otlp_is_an_error() {
        let mut open = OpenTraces::default();
        assert!(open.add(1, 0, b"\x0a\x09", clock::instant()).is_err());
        assert!(!open.holds(1));
    }
}
