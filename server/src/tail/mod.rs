//! Traces as they arrive, for those who watch them: `GET /api/v1/traces/tail`, and the page
//! `/traces/live`.
//!
//! One task of the server looks for what was just stored, by whichever server, as long as anybody
//! watches (`store::traces::Note`); each tail takes from that what meets its filter. Whoever is too
//! slow for it is told how much they have missed: nothing waits for them.

mod events;
mod watcher;

use std::sync::Arc;

use model::summary::Summary;
use store::Store;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast, watch};
use tokio::task::JoinSet;

use self::watcher::Watcher;

/// Most tails at once on one server. Each may read some documents twice a second, where its filter
/// asks for spans.
pub(crate) const MAX_TAILS: usize = 32;

/// Looks that a tail may fall behind by before it misses some.
const MAX_BEHIND: usize = 8;

/// What one look found.
#[derive(Debug)]
enum Look {
    Arrived {
        /// Those that were looked at.
        summaries: Vec<Summary>,
        /// How many there are beyond them.
        left_out: usize,
        /// All since the task began, with those of this look.
        total: u64,
    },
    /// The database does not answer; said once.
    Away,
    /// It answers again.
    Back,
}

/// All tails of a server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tails {
    store: Store,
    room: Arc<Semaphore>,
    looks: broadcast::Sender<Arc<Look>>,
    /// Wakes the task that looks.
    wanted: Arc<Notify>,
    stopped: watch::Receiver<bool>,
}

/// The right to one tail.
struct Subscription {
    looks: broadcast::Receiver<Arc<Look>>,
    _room: OwnedSemaphorePermit,
}

impl Tails {
    pub(crate) fn new(store: Store, stopped: watch::Receiver<bool>) -> Self {
        Self {
            store,
            room: Arc::new(Semaphore::new(MAX_TAILS)),
            looks: broadcast::Sender::new(MAX_BEHIND),
            wanted: Arc::default(),
            stopped,
        }
    }

    /// The task that looks, until it is told to stop.
    pub(crate) fn start(&self) -> JoinSet<()> {
        let tails = self.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut stopped = tails.stopped.clone();
            tokio::select! {
                () = tails.watch() => {}
                // An error means that whoever could stop it is gone.
                _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
            }
        });
        tasks
    }

    async fn watch(&self) {
        loop {
            self.wanted.notified().await;
            let mut watcher = Watcher::default();
            while self.looks.receiver_count() > 0 {
                for look in watcher.look(&self.store).await {
                    // It fails when the last one has just left.
                    self.looks.send(Arc::new(look)).ok();
                }
            }
        }
    }

    /// None when there are [`MAX_TAILS`].
    fn subscribe(&self) -> Option<Subscription> {
        let room = Arc::clone(&self.room).try_acquire_owned().ok()?;
        let looks = self.looks.subscribe();
        self.wanted.notify_one();
        Some(Subscription { looks, _room: room })
    }
}
