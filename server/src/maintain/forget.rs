//! Forgetting what receivers were told, and what happened to alerts, long ago.

use std::time::Duration;

use store::Store;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock;

/// How often.
const INTERVAL: Duration = Duration::from_hours(1);

/// How long deliveries are shown.
const KEPT_NANOS: i64 = 30 * 86_400 * 1_000_000_000;

/// How long one can go on where one has stopped to follow events.
const EVENTS_KEPT_NANOS: i64 = 7 * 86_400 * 1_000_000_000;

/// Works until it is told to stop.
pub(crate) async fn forget(store: Store, mut stop: watch::Receiver<bool>) {
    let work = async {
        let mut rounds = interval(INTERVAL);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            let now_nanos = clock::now_nanos();
            let before_nanos = now_nanos.saturating_sub(KEPT_NANOS);
            if let Err(error) = store.forget_deliveries(before_nanos).await {
                tracing::warn!(%error, "old deliveries were not forgotten; trying again");
            }
            let before_nanos = now_nanos.saturating_sub(EVENTS_KEPT_NANOS);
            if let Err(error) = store.forget_events(before_nanos).await {
                tracing::warn!(%error, "old events were not forgotten; trying again");
            }
        }
    };
    tokio::select! {
        () = work => {}
        // An error means that whoever could stop it is gone.
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
}
