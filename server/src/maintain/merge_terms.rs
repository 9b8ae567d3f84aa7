//! Merging the small segments of the index of terms.

use std::time::Duration;

use store::Store;
use store::term_index::Merged;
use tokio::sync::watch;
use tokio::time::sleep;

/// How long segments gather. A search looks into all of them meanwhile, so only its speed depends
/// on it.
const INTERVAL: Duration = Duration::from_secs(10);

/// Works until it is told to stop.
pub(crate) async fn merge_terms(store: Store, mut stop: watch::Receiver<bool>) {
    let work = async {
        loop {
            match store.merge_index().await {
                Ok(Merged::Some) => continue,
                Ok(Merged::Nothing | Merged::Busy) => {}
                Err(error) => {
                    tracing::warn!(%error, "the index of terms was not merged; trying again");
                }
            }
            sleep(INTERVAL).await;
        }
    };
    tokio::select! {
        () = work => {}
        // An error means that whoever could stop it is gone.
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
}
