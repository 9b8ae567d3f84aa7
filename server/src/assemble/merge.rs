//! Joining what has just arrived with what is stored: exactly once by (trace id, span id).

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;

use model::clock_skew;
use model::dimensions::DimensionTable;
use model::id::TraceId;
use model::index;
use model::otlp::Batch;
use model::otlp::batch::SpanBytes;
use model::otlp::decode::{self, Detail, Ids};
use model::otlp::wire::WireError;
use model::rollup::{Contributions, Delta, Direction};
use model::sampling::tail::Sampler;
use model::summary::Summary;
use model::trace::Trace;
use store::document::{Dictionary, Writer};
use store::shard::Stored;
use store::traces::{TraceWrite, day_of};

use super::open_traces::DueTrace;

/// What was held in memory could not be turned into a document. Nothing is lost: it is in the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum MergeError {
    #[error("the spans of trace {trace_id} cannot be read: {source}")]
    Read {
        trace_id: TraceId,
        source: WireError,
    },
    #[error("trace {trace_id} could not be compressed: {source}")]
    Compress {
        trace_id: TraceId,
        source: io::Error,
    },
}

/// What becomes of a trace.
enum Outcome {
    Write(Box<TraceWrite>),
    /// There is nothing new in it.
    Known,
    /// It is counted, but not kept.
    SampledOut,
}

/// What to write.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) writes: Vec<TraceWrite>,
    /// What the traces change in the rollups.
    pub(super) deltas: Vec<Delta>,
    /// Traces that are not kept.
    pub(super) sampled_out: usize,
}

pub(super) struct Merger {
    writer: Writer,
    /// From which attributes dimensions are read.
    table: Arc<DimensionTable>,
    /// Which traces to keep; all when there is none.
    sampler: Option<Sampler>,
    /// The message in the making; kept for its memory.
    message: Vec<u8>,
}

impl Merger {
    pub(super) fn new(table: Arc<DimensionTable>, sampler: Option<Sampler>) -> io::Result<Self> {
        Ok(Self {
            table,
            writer: Writer::new()?,
            sampler,
            message: Vec::new(),
        })
    }

    /// Writes documents by this dictionary from now on.
    pub(super) fn use_dictionary(&mut self, dictionary: Option<&Dictionary>) -> io::Result<()> {
        self.writer.use_dictionary(dictionary)
    }

    /// What to write of those traces. A trace whose spans are all stored already, because a client
    /// or a restart sent them again, needs nothing. New traces belong to the day of `now_nanos`.
    pub(super) fn merge(
        &mut self,
        due: &[DueTrace],
        stored: &HashMap<TraceId, Stored>,
        now_nanos: i64,
    ) -> Result<Merged, MergeError> {
        let mut merged = Merged::default();
        let mut contributions = Contributions::default();
        for trace in due {
            let stored = stored.get(&trace.id);
            match self.merge_one(trace, stored, now_nanos, &mut contributions)? {
                Outcome::Write(write) => merged.writes.push(*write),
                Outcome::Known => {}
                Outcome::SampledOut => merged.sampled_out += 1,
            }
        }
        merged.deltas = contributions.into_deltas();
        Ok(merged)
    }

    fn merge_one(
        &mut self,
        trace: &DueTrace,
        stored: Option<&Stored>,
        now_nanos: i64,
        contributions: &mut Contributions,
    ) -> Result<Outcome, MergeError> {
        let trace_id = trace.id;
        let chunks = stored.map_or(&[][..], |stored| stored.chunks.as_slice());
        let mut batch = Batch::default();
        for message in chunks {
            let added = batch.add(message);
            added.map_err(|source| MergeError::Read { trace_id, source })?;
        }
        let stored_spans = batch.spans.len();
        batch
            .add(&trace.message)
            .map_err(|source| MergeError::Read { trace_id, source })?;
        let arrived = batch.spans.split_off(stored_spans);
        let mut new = without_known(arrived, &batch.spans);
        if new.is_empty() {
            return Ok(Outcome::Known);
        }
        batch.sort(&mut new);
        self.message.clear();
        batch.write(&new, &mut self.message);
        let new_spans = new.len();
        if stored.is_some()
            && let Some(before) = Contributor::of(trace_id, &batch, &self.table)
        {
            before.record(contributions, Direction::Subtract);
        }
        batch.spans.extend(new);
        let Some(mut whole) = Contributor::of(trace_id, &batch, &self.table) else {
            return Ok(Outcome::Known);
        };
        // Counted is what came; of that, what is kept is decided once for each trace.
        let weight = match (stored, &mut self.sampler) {
            (None, Some(sampler)) => sampler.weigh(&whole.summary, now_nanos),
            _ => Some(1.0),
        };
        let Some(weight) = weight else {
            whole.record(contributions, Direction::AddUnkept);
            return Ok(Outcome::SampledOut);
        };
        whole.record(contributions, Direction::Add);
        whole.summary.weight *= weight;
        let terms = index::terms(&batch, &whole.trace, &whole.summary);
        let body = self
            .writer
            .write(&self.message)
            .map_err(|source| MergeError::Compress { trace_id, source })?;
        let write = TraceWrite {
            summary: whole.summary,
            day: stored.map_or_else(|| day_of(now_nanos), |stored| stored.day),
            new_spans,
            chunk: i32::try_from(chunks.len()).unwrap_or(i32::MAX),
            body,
            terms,
        };
        Ok(Outcome::Write(Box::new(write)))
    }
}

/// A trace as rollups see it.
struct Contributor {
    trace: Trace,
    shifts: Vec<i64>,
    summary: Summary,
}

impl Contributor {
    /// None without spans.
    fn of(trace_id: TraceId, batch: &Batch<'_>, table: &DimensionTable) -> Option<Self> {
        let flag_names = table.flag_names();
        let trace = decode::trace(trace_id, batch, Detail::Outline { flag_names });
        let shifts = clock_skew::shifts(&trace);
        let summary = Summary::of(&trace, table, &shifts)?;
        Some(Self {
            trace,
            shifts,
            summary,
        })
    }

    /// Counts it, or takes it back.
    fn record(&self, contributions: &mut Contributions, direction: Direction) {
        contributions.record(direction, &self.trace, &self.summary, &self.shifts);
    }
}

/// The spans whose ids are neither stored nor among those before them.
fn without_known<'a>(
    mut arrived: Vec<SpanBytes<'a>>,
    stored: &[SpanBytes<'a>],
) -> Vec<SpanBytes<'a>> {
    let id = |span: &SpanBytes<'a>| Ids::read(span.bytes).map(|ids| ids.span_id).ok();
    let mut known: HashSet<&[u8]> = stored.iter().filter_map(id).collect();
    arrived.retain(|span| id(span).is_some_and(|id| known.insert(id)));
    arrived
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::open_traces::OpenTraces;
    use crate::assemble::tests::message;
    use crate::clock;
    use model::rollup::Family;
    use model::time::DAY_NANOS;
    use std::time::Duration;

    /// The trace of those spans as it comes out of the assembler.
    fn due(ids: &[u8]) -> DueTrace {
        let spans: Vec<_> = ids.iter().map(|&id| (1, id, 0)).collect();
        let mut open = OpenTraces::default();
        open.add(1, 0, &message(&spans), clock::instant()).unwrap();
        let later = clock::instant() + Duration::from_mins(1);
        open.take_due(later, 9).remove(0)
    }

    /// Spans in the new chunk, spans of the trace, spans that are counted now; and the day.
    fn merged(due: &DueTrace, chunks: &[Vec<u8>]) -> Option<(usize, usize, i64, i32)> {
        let chunks = chunks.to_vec();
        let stored = (!chunks.is_empty()).then_some((due.id, Stored { day: 3, chunks }));
        let stored = stored.into_iter().collect();
        let due = std::slice::from_ref(due);
        let now = 4 * DAY_NANOS;
        let mut merger = Merger::new(Arc::default(), None).unwrap();
        let outcome = merger.merge(due, &stored, now).unwrap();
        let operations = outcome
            .deltas
            .iter()
            .filter(|delta| delta.series.family == Family::Operations);
        let counted = operations.map(|delta| delta.rollup.count).sum();
        let Some(write) = outcome.writes.first() else {
            assert_eq!(counted, 0);
            return None;
        };
        let message = store::document::decompress(&write.body).unwrap();
        let spans = Batch::read(&message).unwrap().spans.len();
        Some((spans, write.summary.span_count, counted, write.day))
    }

    #[test]
    fn exemplars_lead_to_traces_that_are_kept() {
        let exemplars = |policy: &str| {
            let sampler = Sampler::new(policy.parse().unwrap());
            let mut merger = Merger::new(Arc::default(), Some(sampler)).unwrap();
            let outcome = merger.merge(&[due(&[1, 2])], &HashMap::new(), 0).unwrap();
            let deltas = outcome.deltas.iter();
            let counted: i64 = deltas.clone().map(|delta| delta.rollup.count).sum();
            let exemplars = deltas.flat_map(|delta| delta.rollup.exemplars.all());
            (outcome.sampled_out, counted, exemplars.count() > 0)
        };
        assert_eq!(exemplars("share 100%"), (0, 3, true));
        assert_eq!(exemplars("share 0%"), (1, 3, false));
    }

    #[test]
    fn only_new_spans_are_written_and_all_are_counted() {
        let arrived = due(&[1, 2, 2, 3]);
        assert_eq!(merged(&arrived, &[]), Some((3, 3, 3, 4)));
        let stored = [message(&[(1, 1, 0)]), message(&[(1, 9, 0)])];
        assert_eq!(merged(&arrived, &stored), Some((2, 4, 2, 3)));
        let all = [message(&[(1, 1, 0), (1, 2, 0)]), message(&[(1, 3, 0)])];
        assert_eq!(merged(&arrived, &all), None);
    }
}
