//! Looking for what was just stored.

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant};

use model::id::TraceId;
use model::time::HOUR_NANOS;
use store::Store;
use store::traces::{LEASE, Note};
use tokio::time::sleep;

use super::Look;
use crate::clock;

/// From one look to the next.
const EVERY: Duration = Duration::from_millis(500);

/// How long a lease is used before it is renewed; long before it ends.
const RENEW: Duration = Duration::from_secs(LEASE.as_secs() / 3);

/// From one look to the next when the database does not answer.
const RETRY: Duration = Duration::from_secs(1);

/// Most summaries that are read in one look: some 4 000 a second.
const MAX_SUMMARIES: usize = 2_000;

/// Most notes that are remembered as seen; many times those of the time for which they are looked
/// for.
const MAX_SEEN: usize = 4_096;

/// A trace that began longer ago does not appear: who sends what was recorded earlier would drown
/// what happens now.
const MAX_AGE_NANOS: i64 = HOUR_NANOS;

#[derive(Debug, Default)]
pub(super) struct Watcher {
    /// When the lease was renewed.
    leased: Option<Instant>,
    /// Whether what was there before has been passed over.
    has_begun: bool,
    seen: BTreeSet<i64>,
    total: u64,
    is_away: bool,
}

impl Watcher {
    /// What has arrived, and then waits for the time of the next look.
    pub(super) async fn look(&mut self, store: &Store) -> Vec<Look> {
        let mut looks = Vec::new();
        match self.arrived(store).await {
            Ok(arrived) => {
                if std::mem::take(&mut self.is_away) {
                    looks.push(Look::Back);
                }
                looks.extend(arrived);
                sleep(EVERY).await;
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_away, true) {
                    tracing::warn!(%error, "arriving traces cannot be told; trying again");
                    looks.push(Look::Away);
                }
                sleep(RETRY).await;
            }
        }
        looks
    }

    async fn arrived(&mut self, store: &Store) -> Result<Option<Look>, store::Error> {
        let is_due = |leased: Instant| leased.elapsed() >= RENEW;
        if self.leased.is_none_or(is_due) {
            store.watch_stored().await?;
            self.leased = Some(clock::instant());
        }
        if !self.has_begun {
            while !self.unseen(store).await?.is_empty() {}
            self.has_begun = true;
        }
        let notes = self.unseen(store).await?;
        if notes.is_empty() {
            return Ok(None);
        }
        let (ids, left_out) = newest(&notes);
        let since_day = notes.iter().map(|note| note.since_day).min();
        let mut summaries = store.summaries(&ids, since_day.unwrap_or(0)).await?;
        let oldest = clock::now_nanos().saturating_sub(MAX_AGE_NANOS);
        summaries.retain(|summary| summary.start_nanos >= oldest);
        summaries.sort_unstable_by_key(|summary| (summary.start_nanos, summary.trace_id));
        let count = summaries.len() + left_out;
        self.total += u64::try_from(count).unwrap_or(u64::MAX);
        Ok(Some(Look::Arrived {
            summaries,
            left_out,
            total: self.total,
        }))
    }

    async fn unseen(&mut self, store: &Store) -> Result<Vec<Note>, store::Error> {
        let seen: Vec<i64> = self.seen.iter().copied().collect();
        let notes = store.unseen_notes(&seen).await?;
        self.seen.extend(notes.iter().map(|note| note.number));
        while self.seen.len() > MAX_SEEN {
            self.seen.pop_first();
        }
        Ok(notes)
    }
}

/// The traces that were noted last, each once, and how many there are beyond those that are read.
fn newest(notes: &[Note]) -> (Vec<TraceId>, usize) {
    let mut known = HashSet::new();
    let ids = notes.iter().rev().flat_map(|note| note.ids.iter().rev());
    let mut ids: Vec<TraceId> = ids.copied().filter(|id| known.insert(*id)).collect();
    let left_out = ids.len().saturating_sub(MAX_SUMMARIES);
    ids.truncate(MAX_SUMMARIES);
    (ids, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> TraceId {
        TraceId::from_slice(&number.to_be_bytes()).expect("not zero")
    }

    fn note(number: i64, ids: impl Iterator<Item = u128>) -> Note {
        Note {
            number,
            since_day: 1,
            ids: ids.map(id).collect(),
        }
    }

    #[test]
    fn the_newest_are_looked_at() {
        let few = [note(1, 1..=2), note(2, [2, 3].into_iter())];
        assert_eq!(newest(&few), (vec![id(3), id(2), id(1)], 0));
        let most = u128::try_from(MAX_SUMMARIES).expect("it fits");
        let many = [note(1, 1..=3), note(2, 4..=most + 3)];
        let (ids, left_out) = newest(&many);
        assert_eq!((ids.len(), left_out), (MAX_SUMMARIES, 3));
        assert!(ids.contains(&id(4)) && !ids.contains(&id(3)));
    }
}
