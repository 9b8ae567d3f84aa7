//! State changes of objectives and alerts for those who follow them, as server-sent events (WHATWG
//! HTML, section 9.2). Each client reads the events in the database for itself, so it does not
//! matter which server it is connected to, before and after a break.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderName, HeaderValue};
use model::format::rfc3339;
use serde_json::{Value, json};
use store::Store;
use store::events::Numbered;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::sleep;

/// Most clients at once on one server.
pub(crate) const MAX_FEEDS: usize = 32;

/// How often it is looked for events.
const INTERVAL: Duration = Duration::from_secs(1);

/// How often something is sent when nothing happens, so that the connection is known to live.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// After how long clients connect again.
const RECONNECT: Duration = Duration::from_secs(2);

/// Proxies shall not gather what is sent (nginx asks for this header).
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// All feeds of a server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Feeds {
    store: Store,
    room: Arc<Semaphore>,
    stopped: watch::Receiver<bool>,
}

struct Feed {
    store: Store,
    stopped: watch::Receiver<bool>,
    /// The last event that the client has.
    last: i64,
    waiting: VecDeque<Event>,
    _room: OwnedSemaphorePermit,
}

impl Feeds {
    pub(crate) fn new(store: Store, stopped: watch::Receiver<bool>) -> Self {
        Self {
            store,
            room: Arc::new(Semaphore::new(MAX_FEEDS)),
            stopped,
        }
    }

    /// The answer to whoever wants what comes after the event with that number, or from now on;
    /// none when there are [`MAX_FEEDS`].
    pub(crate) async fn open(&self, after: Option<i64>) -> Result<Option<Response>, store::Error> {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            return Ok(None);
        };
        let kept = self.store.events_kept().await?;
        let mut waiting = VecDeque::from([Event::default().retry(RECONNECT)]);
        // A number of another database would wait for ever.
        let last = after.map_or(kept.last, |after| after.clamp(0, kept.last));
        let missed = kept.first.saturating_sub(last + 1);
        if missed > 0 {
            let event = Event::default().event("missed");
            waiting.push_back(event.data(missed.to_string()));
        }
        let feed = Feed {
            store: self.store.clone(),
            stopped: self.stopped.clone(),
            last,
            waiting,
            _room: room,
        };
        let events = stream::unfold(feed, |mut feed| async move {
            let event = feed.next().await?;
            Some((Ok::<_, Infallible>(event), feed))
        });
        let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
        Ok(Some(([UNBUFFERED], sse).into_response()))
    }
}

impl Feed {
    /// The next event, once there is one; none when the server stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            match self.store.events_after(self.last).await {
                Ok(found) if !found.is_empty() => {
                    self.last = found.last().map_or(self.last, |event| event.id);
                    self.waiting.extend(found.iter().map(written));
                    continue;
                }
                Ok(_) => {}
                // It goes on where it was when the database answers again.
                Err(error) => tracing::warn!(%error, "a feed of events could not be filled"),
            }
            tokio::select! {
                () = sleep(INTERVAL) => {}
                // An error means that whoever could say so is gone.
                _ = self.stopped.wait_for(|is_stopped| *is_stopped) => return None,
            }
        }
    }
}

fn written(numbered: &Numbered) -> Event {
    let mut object: Value = json!(numbered.event);
    object["time"] = rfc3339(numbered.at_nanos).into();
    let event = Event::default().id(numbered.id.to_string());
    event.event(numbered.event.kind()).data(object.to_string())
}
