//! Traces that were just read, decoded: who looks at a large trace asks for one thing of it after
//! the other, and decoding it takes far longer than answering.
//!
//! A trace grows, and what is stored of it may be written anew. So the database is asked each time
//! which rows the trace consists of now, and what is kept is used only if it was made of them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use model::id::TraceId;
use model::trace::Trace;

use crate::{Error, Store};

/// Most traces that are kept.
const MAX_TRACES: usize = 16;

/// Most bytes of their documents, not compressed. In memory a trace takes some five times as much.
const MAX_BYTES: usize = 48 << 20;

/// Smaller traces are decoded sooner than asked for.
const LEAST_BYTES: usize = 256 << 10;

/// Which rows a trace consists of: Postgres gives a row that is written anew another `xmin`
/// (`PostgreSQL` manual, section 5.6).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    chunks: String,
    logs: String,
}

struct Entry {
    id: TraceId,
    version: Version,
    bytes: usize,
    trace: Arc<Trace>,
}

/// The one that was asked for last stands last.
#[derive(Default)]
pub(crate) struct Kept(Mutex<VecDeque<Entry>>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

impl Kept {
    fn entries(&self) -> std::sync::MutexGuard<'_, VecDeque<Entry>> {
        // Nobody panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: TraceId, version: &Version) -> Option<Arc<Trace>> {
        let mut entries = self.entries();
        let place = entries.iter().position(|entry| entry.id == id)?;
        let entry = entries.remove(place)?;
        let found = (entry.version == *version).then(|| Arc::clone(&entry.trace));
        if found.is_some() {
            entries.push_back(entry);
        }
        found
    }

    fn add(&self, entry: Entry) {
        if !(LEAST_BYTES..=MAX_BYTES).contains(&entry.bytes) {
            return;
        }
        let mut entries = self.entries();
        entries.retain(|other| other.id != entry.id);
        entries.push_back(entry);
        let is_too_much = |entries: &VecDeque<Entry>| {
            let bytes: usize = entries.iter().map(|entry| entry.bytes).sum();
            entries.len() > MAX_TRACES || bytes > MAX_BYTES
        };
        while is_too_much(&entries) {
            entries.pop_front();
        }
    }
}

impl Store {
    /// A trace with its log records, as [`Self::trace`] reads it, but not necessarily read anew.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn shared_trace(&self, id: TraceId) -> Result<Option<Arc<Trace>>, Error> {
        // Before it is read: what comes in between makes it seem older than it is, never newer.
        let Some(version) = self.version(id).await? else {
            return Ok(None);
        };
        if let Some(trace) = self.kept.find(id, &version) {
            return Ok(Some(trace));
        }
        let Some((bytes, trace)) = self.read_trace(id).await? else {
            return Ok(None);
        };
        let trace = Arc::new(trace);
        self.kept.add(Entry {
            id,
            version,
            bytes,
            trace: Arc::clone(&trace),
        });
        Ok(Some(trace))
    }

    async fn version(&self, id: TraceId) -> Result<Option<Version>, Error> {
        let row = sqlx::query!(
            r#"select
                (select string_agg(day || ' ' || chunk || ' ' || xmin::text, ',' order by day, chunk)
                from trace_chunk
                where trace_id = $1) as chunks,
                (select count(*) || ' ' || coalesce(max(xmin::text::bigint), 0)
                from log_event
                where trace_id = $1) as "logs!""#,
            id.as_bytes().as_slice(),
        )
        .fetch_one(&self.pool)
        .await?;
        let logs = row.logs;
        Ok(row.chunks.map(|chunks| Version { chunks, logs }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u8, bytes: usize) -> Entry {
        let id = TraceId::from_slice(&[number; 16]).expect("not zero");
        Entry {
            id,
            version: version("1"),
            bytes,
            trace: Arc::new(Trace::build(id, vec![], vec![], vec![])),
        }
    }

    fn version(chunks: &str) -> Version {
        Version {
            chunks: chunks.to_owned(),
            logs: String::new(),
        }
    }

    fn has(kept: &Kept, number: u8) -> bool {
        kept.find(entry(number, 0).id, &version("1")).is_some()
    }

    #[test]
    fn the_ones_asked_for_last_are_kept() {
        let kept = Kept::default();
        kept.add(entry(1, MAX_BYTES / 2));
        kept.add(entry(2, MAX_BYTES / 2));
        assert!(has(&kept, 1));
        kept.add(entry(3, LEAST_BYTES));
        assert!(has(&kept, 1) && !has(&kept, 2) && has(&kept, 3));
        kept.add(entry(4, MAX_BYTES + 1));
        kept.add(entry(5, LEAST_BYTES - 1));
        assert!(!has(&kept, 4) && !has(&kept, 5) && has(&kept, 3));
        for number in 10..10 + 2 * u8::try_from(MAX_TRACES).expect("few") {
            kept.add(entry(number, LEAST_BYTES));
        }
        assert_eq!(kept.entries().len(), MAX_TRACES);
    }

    #[test]
    fn a_trace_that_has_grown_is_read_anew() {
        let kept = Kept::default();
        kept.add(entry(1, LEAST_BYTES));
        assert!(kept.find(entry(1, 0).id, &version("1,2")).is_none());
        assert_eq!(kept.entries().len(), 0);
    }
}
