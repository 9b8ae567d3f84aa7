//! Forgetting what is old, and the oldest first when there is no room.

use std::sync::Arc;
use std::time::Duration;

use model::time::DAY_NANOS;
use store::Store;
use store::traces::day_of;
use tokio::sync::watch;
use tokio::time::sleep;

use super::room::{Limits, Room, RoomError};
use crate::clock;
use crate::metrics::Metrics;

/// How often it looks.
const INTERVAL: Duration = Duration::from_mins(1);

pub(crate) struct Expirer {
    pub(crate) store: Store,
    pub(crate) metrics: Arc<Metrics>,
    /// How many days traces are kept, besides today.
    pub(crate) trace_days: i32,
    pub(crate) limits: Limits,
    /// Where it says how much room there is.
    pub(crate) room: watch::Sender<Room>,
}

impl Expirer {
    /// Works until it is told to stop.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let work = async {
            loop {
                if let Err(error) = self.expire().await {
                    tracing::warn!(%error, "old data was not removed; trying again");
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

    async fn expire(&self) -> Result<(), RoomError> {
        let now = clock::now_nanos();
        let today = day_of(now);
        // So that midnight costs nobody anything.
        self.store.prepare_day(today.saturating_add(1)).await?;
        let oldest = today.saturating_sub(self.trace_days);
        for day in self.store.days().await? {
            if day.day < oldest {
                self.drop_day(day.day, "older than traces are kept").await;
            }
        }
        self.store.expire_rollups(now).await?;
        self.store.expire_dictionaries().await?;
        self.make_room(today).await
    }

    /// Drops the oldest days until there is room; today stays. What is not traces is never touched.
    async fn make_room(&self, today: i32) -> Result<(), RoomError> {
        let days = self.store.days().await?;
        let mut past = days.iter().map(|day| day.day).filter(|day| *day < today);
        let mut room = self.limits.room(&self.store).await?;
        while room > Room::Plenty
            && let Some(day) = past.next()
        {
            self.drop_day(day, "there is no room for it").await;
            room = self.limits.room(&self.store).await?;
        }
        if room == Room::Full && *self.room.borrow() != Room::Full {
            tracing::error!(
                "there is no room for more traces; clients are told to send again later. Give the database more, or keep traces for a shorter time"
            );
        }
        self.metrics.room(room == Room::Full);
        self.room.send_replace(room);
        Ok(())
    }

    /// Whoever reads, such as a backup, may hold it up: then it is tried again, and meanwhile the
    /// room is watched all the same.
    async fn drop_day(&self, day: i32, reason: &'static str) {
        let date = model::format::date(i64::from(day).saturating_mul(DAY_NANOS));
        match self.store.drop_day(day).await {
            Ok(()) => tracing::info!(%date, reason, "the traces of a day were removed"),
            Err(error) => {
                tracing::warn!(%error, %date, reason, "the traces of a day could not be removed; trying again");
            }
        }
    }
}
