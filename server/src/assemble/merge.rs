//! Joining what has just arrived with what is stored: exactly once by (trace id, span id).

use std::collections::{HashMap, HashSet};
use std::io;

use model::id::TraceId;
use model::otlp::Batch;
use model::otlp::batch::SpanBytes;
use model::otlp::decode::{self, Detail, Ids};
use model::otlp::wire::WireError;
use model::summary::Summary;
use store::document::Writer;
use store::traces::TraceWrite;

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

pub(super) struct Merger {
    writer: Writer,
    /// The message in the making; kept for its memory.
    message: Vec<u8>,
}

impl Merger {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            writer: Writer::new()?,
            message: Vec::new(),
        })
    }

    /// What to write for each trace. A trace whose spans are all stored already, because a client
    /// or a restart sent them again, needs nothing.
    pub(super) fn merge(
        &mut self,
        due: &[DueTrace],
        stored: &HashMap<TraceId, Vec<Vec<u8>>>,
    ) -> Result<Vec<TraceWrite>, MergeError> {
        due.iter()
            .filter_map(|trace| {
                let chunks = stored.get(&trace.id).map_or(&[][..], Vec::as_slice);
                self.merge_one(trace, chunks).transpose()
            })
            .collect()
    }

    fn merge_one(
        &mut self,
        trace: &DueTrace,
        chunks: &[Vec<u8>],
    ) -> Result<Option<TraceWrite>, MergeError> {
        let trace_id = trace.id;
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
            return Ok(None);
        }
        batch.sort(&mut new);
        self.message.clear();
        batch.write(&new, &mut self.message);
        let body = self
            .writer
            .write(&self.message)
            .map_err(|source| MergeError::Compress { trace_id, source })?;
        let new_spans = new.len();
        batch.spans.extend(new);
        let summary = Summary::of(&decode::trace(trace_id, &batch, Detail::Outline));
        Ok(summary.map(|summary| TraceWrite {
            summary,
            new_spans,
            chunk: i32::try_from(chunks.len()).unwrap_or(i32::MAX),
            body,
        }))
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
    use std::time::Duration;

    /// The trace of those spans as it comes out of the assembler.
    fn due(ids: &[u8]) -> DueTrace {
        let spans: Vec<_> = ids.iter().map(|&id| (1, id, 0)).collect();
        let mut open = OpenTraces::default();
        open.add(1, 0, &message(&spans), clock::instant()).unwrap();
        let later = clock::instant() + Duration::from_mins(1);
        open.take_due(later, 9).remove(0)
    }

    fn merged(due: &DueTrace, stored: &[Vec<u8>]) -> Option<(usize, usize)> {
        let stored = HashMap::from([(due.id, stored.to_vec())]);
        let due = std::slice::from_ref(due);
        let writes = Merger::new().unwrap().merge(due, &stored).unwrap();
        let write = writes.first()?;
        let message = store::document::decompress(&write.body).unwrap();
        let spans = Batch::read(&message).unwrap().spans.len();
        Some((spans, write.summary.span_count))
    }

    #[test]
    fn only_new_spans_are_written_and_all_are_counted() {
        let arrived = due(&[1, 2, 2, 3]);
        assert_eq!(merged(&arrived, &[]), Some((3, 3)));
        let stored = [message(&[(1, 1, 0)]), message(&[(1, 9, 0)])];
        assert_eq!(merged(&arrived, &stored), Some((2, 4)));
        let all = [message(&[(1, 1, 0), (1, 2, 0)]), message(&[(1, 3, 0)])];
        assert_eq!(merged(&arrived, &all), None);
    }
}
