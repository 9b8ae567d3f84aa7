//! One tail: what meets its filter, as server-sent events (WHATWG HTML, section 9.2).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderName, HeaderValue};
use model::filter::Filter;
use model::list_order::ListOrder;
use model::summary::Summary;
use store::Store;
use store::traces::ListRequest;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::{Look, Subscription, Tails};
use crate::clock;

/// Most traces that a tail is told of in one look, of which there are two a second: what people can
/// read, and browsers draw.
const MAX_EVENTS: usize = 20;

/// Most documents that are read for one tail in one look, where its filter asks for spans.
const MAX_DOCUMENTS: usize = 50;

/// Traces that a tail begins with: the newest that began so long ago at most. Thus who connects
/// anew misses little.
const FIRST: usize = 20;
const FIRST_NANOS: i64 = 60 * 1_000_000_000;

/// How often something is sent when nothing arrives, so that the connection is known to live.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// After how long clients connect again.
const RECONNECT: Duration = Duration::from_secs(2);

const AWAY: &str = "The database does not answer. Nothing that was acknowledged is lost; this goes \
                    on when it answers again.";
const BACK: &str = "The database answers again.";

/// Proxies shall not gather what is sent (nginx asks for this header).
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// How a trace is written.
pub(crate) type Draw = Box<dyn Fn(&Summary) -> String + Send + Sync>;

struct Tail {
    store: Store,
    filter: Filter,
    draw: Draw,
    subscription: Subscription,
    stopped: watch::Receiver<bool>,
    /// What is to be sent.
    waiting: VecDeque<Event>,
    has_begun: bool,
    is_away: bool,
    /// How many had been stored up to the last look; none before the first.
    total: Option<u64>,
}

impl Tails {
    /// The answer to whoever wants a tail; none when there are as many as there can be.
    pub(crate) fn open(&self, filter: Filter, draw: Draw) -> Option<Response> {
        let mut waiting = VecDeque::new();
        waiting.push_back(Event::default().retry(RECONNECT));
        let tail = Tail {
            store: self.store.clone(),
            filter,
            draw,
            subscription: self.subscribe()?,
            stopped: self.stopped.clone(),
            waiting,
            has_begun: false,
            is_away: false,
            total: None,
        };
        let events = stream::unfold(tail, |mut tail| async move {
            let event = tail.next().await?;
            Some((Ok::<_, Infallible>(event), tail))
        });
        let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
        Some(([UNBUFFERED], sse).into_response())
    }
}

impl Tail {
    /// The next event, once there is one; none when the server stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if !std::mem::replace(&mut self.has_begun, true) {
                self.begin().await;
                continue;
            }
            let look = tokio::select! {
                look = self.subscription.looks.recv() => look,
                // An error means that whoever could say so is gone.
                _ = self.stopped.wait_for(|is_stopped| *is_stopped) => return None,
            };
            match look {
                Ok(look) => self.take(&look).await,
                // The next look tells how many these were.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// The newest that are there already.
    async fn begin(&mut self) {
        let now_nanos = clock::now_nanos();
        let request = ListRequest {
            filter: self.filter.clone(),
            from_nanos: now_nanos.saturating_sub(FIRST_NANOS),
            to_nanos: now_nanos,
            order: ListOrder::Newest,
            after: None,
            limit: FIRST,
        };
        match self.store.list(&request).await {
            Ok(page) => self.tell(page.traces.iter().rev()),
            Err(error) => self.away(&error),
        }
    }

    async fn take(&mut self, look: &Arc<Look>) {
        let (summaries, left_out, total) = match &**look {
            Look::Away => return self.say_away(),
            Look::Back => return self.say_back(),
            Look::Arrived {
                summaries,
                left_out,
                total,
            } => (summaries, *left_out, *total),
        };
        self.say_back();
        // Between two looks nothing is stored that none of them has, so a gap was missed.
        let told = u64::try_from(summaries.len() + left_out).unwrap_or(u64::MAX);
        let before = total.saturating_sub(told);
        let missed = before.saturating_sub(self.total.unwrap_or(before));
        self.total = Some(total);
        let met = self.store.meeting(&self.filter, summaries, MAX_DOCUMENTS);
        let (meeting, unknown) = match met.await {
            Ok(met) => met,
            Err(error) => {
                self.away(&error);
                (vec![], summaries.len())
            }
        };
        let too_many = meeting.len().saturating_sub(MAX_EVENTS);
        self.tell(meeting[too_many..].iter());
        self.count("skipped", too_many);
        let missed = usize::try_from(missed).unwrap_or(usize::MAX);
        let unseen = missed.saturating_add(left_out).saturating_add(unknown);
        self.count("unseen", unseen);
    }

    fn tell<'a>(&mut self, traces: impl Iterator<Item = &'a Summary>) {
        for summary in traces {
            let event = Event::default().event("trace");
            let event = event.id(summary.trace_id.to_string());
            self.waiting.push_back(event.data((self.draw)(summary)));
        }
    }

    fn count(&mut self, what: &str, count: usize) {
        if count > 0 {
            let event = Event::default().event(what).data(count.to_string());
            self.waiting.push_back(event);
        }
    }

    fn away(&mut self, error: &store::Error) {
        tracing::warn!(%error, "a live list could not be filled");
        self.say_away();
    }

    fn say_away(&mut self) {
        if !std::mem::replace(&mut self.is_away, true) {
            let event = Event::default().event("away").data(AWAY);
            self.waiting.push_back(event);
        }
    }

    fn say_back(&mut self) {
        if std::mem::take(&mut self.is_away) {
            let event = Event::default().event("back").data(BACK);
            self.waiting.push_back(event);
        }
    }
}
