//! Adding what was counted to the rollups of its minute, hour and day.

use std::sync::Arc;
use std::time::Duration;

use store::Store;
use store::rollups::Compacted;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::metrics::Metrics;

/// How long deltas gather. Questions add them meanwhile, so only their speed depends on it.
const INTERVAL: Duration = Duration::from_secs(10);

/// Works until it is told to stop.
pub(crate) async fn compact(store: Store, metrics: Arc<Metrics>, mut stop: watch::Receiver<bool>) {
    let work = async {
        loop {
            if let Err(error) = compact_all(&store, &metrics).await {
                tracing::warn!(%error, "rollups were not compacted; trying again");
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

async fn compact_all(store: &Store, metrics: &Metrics) -> Result<(), store::Error> {
    while store.compact_rollups().await? == Compacted::Some {}
    for used in store.series_use().await? {
        metrics.series(used.family.name(), used.count);
    }
    Ok(())
}
