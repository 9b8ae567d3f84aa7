//! Removing series of which nothing is counted any more.

use std::time::Duration;

use store::Store;
use store::rollups::MAX_SERIES;
use tokio::sync::watch;
use tokio::time::sleep;

/// How often it looks how many series there are.
const INTERVAL: Duration = Duration::from_mins(10);

/// Looks after which it removes in any case: an hour.
const MOST_LOOKS: u32 = 6;

/// Share of the cap, in percent, above which it does not wait for that.
const NEAR_PERCENT: i64 = 90;

/// Works until it is told to stop.
pub(crate) async fn remove_unused_series(store: Store, mut stop: watch::Receiver<bool>) {
    let work = async {
        let mut looks = 0;
        loop {
            sleep(INTERVAL).await;
            looks += 1;
            match look(&store, looks >= MOST_LOOKS).await {
                Ok(true) => looks = 0,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "unused series were not removed; trying again");
                }
            }
        }
    };
    tokio::select! {
        () = work => {}
        // An error means that whoever could stop it is gone.
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
}

/// Removes when it is time, or a family is near its cap; tells whether it did.
async fn look(store: &Store, is_time: bool) -> Result<bool, store::Error> {
    let uses = store.series_use().await?;
    let is_near = uses
        .iter()
        .any(|used| used.count * 100 >= MAX_SERIES * NEAR_PERCENT);
    if !is_time && !is_near {
        return Ok(false);
    }
    let removed = store.remove_unused_series().await?;
    if removed > 0 {
        tracing::info!(removed, "series of which nothing is kept were removed");
    }
    Ok(true)
}
