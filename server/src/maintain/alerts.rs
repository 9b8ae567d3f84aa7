//! Looking at all objectives again and again, so that alerts fire and resolve.

use std::sync::Arc;
use std::time::Duration;

use store::Store;
use store::alerts::Round;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock;
use crate::ingest::redact::Redactor;

/// How often.
const INTERVAL: Duration = Duration::from_secs(30);

/// Works until it is told to stop.
pub(crate) async fn evaluate_alerts(
    store: Store,
    redactor: Arc<Redactor>,
    mut stop: watch::Receiver<bool>,
) {
    let work = async {
        let mut rounds = interval(INTERVAL);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            let stored_value = |key: &str, value: &str| redactor.searchable(key, value);
            match store
                .evaluate_alerts(&stored_value, clock::now_nanos())
                .await
            {
                Ok(Some(round)) => tell(&round),
                // Another server does it.
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "objectives were not looked at; trying again");
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

fn tell(round: &Round) {
    for change in &round.changes {
        tracing::info!(
            objective = change.objective,
            severity = change.severity.name(),
            transition = ?change.transition,
            headline = change.headline,
            "an alert has changed"
        );
    }
}
