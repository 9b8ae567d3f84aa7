//! Learning what documents have in common.

use std::time::Duration;

use store::Store;
use store::dictionaries::Learned;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::clock;

/// How long it waits while there are too few traces to learn from, and after a failure.
const SOON: Duration = Duration::from_secs(10);

/// How often it looks otherwise.
const INTERVAL: Duration = Duration::from_hours(1);

/// Works until it is told to stop.
pub(crate) async fn learn(store: Store, mut stop: watch::Receiver<bool>) {
    let work = async {
        loop {
            sleep(attempt(&store).await).await;
        }
    };
    tokio::select! {
        () = work => {}
        // An error means that whoever could stop it is gone.
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
}

/// Returns how long to wait for the next one.
async fn attempt(store: &Store) -> Duration {
    match store.learn_dictionary(clock::now_nanos()).await {
        Ok(Learned::TooFew | Learned::Busy) => SOON,
        Ok(Learned::NotDue | Learned::NoBetter) => INTERVAL,
        Ok(Learned::New { id, saved_percent }) => {
            tracing::info!(id, saved_percent, "traces are stored by a new dictionary");
            INTERVAL
        }
        Err(error) => {
            tracing::warn!(%error, "no dictionary was learnt; trying again");
            SOON
        }
    }
}
