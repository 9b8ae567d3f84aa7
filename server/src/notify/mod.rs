//! Telling receivers what stands in the outbox, again and again until they have it.
//!
//! Any number of servers may do so: each takes what is due for a while, and what it does not
//! account for in time another takes (`store/src/outbox`). So a message may arrive twice, by the
//! same key, but is not lost.

mod address;
mod mail;
mod post;
mod signature;

use std::sync::Arc;
use std::time::Duration;

use model::notification::{
    DeliveryState, Envelope, alertmanager, backoff, mail as mails, plain, slack, template,
};
use model::receiver::{Action, Channel};
use store::Store;
use store::outbox::{Attempt, Lease, Outcome};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

pub(crate) use self::address::{NetworkError, Networks};
pub(crate) use self::mail::{MailError, Mailer};
use self::post::{PostError, Poster, Request};
use crate::clock;

/// How often it is looked whether something is due.
const INTERVAL: Duration = Duration::from_secs(1);

/// Most messages that one server sends at once.
const MAX_AT_ONCE: usize = 16;

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// After which time another server may try: longer than an attempt takes.
const LEASE_NANOS: i64 = 30 * 1_000_000_000;

/// What goes around messages, and by what.
pub(crate) struct Settings {
    /// The address of the pages, without a slash at its end.
    pub(crate) public_url: String,
    /// Addresses that are not public and may be connected to all the same.
    pub(crate) networks: Networks,
    /// None where no e-mail can be sent.
    pub(crate) mailer: Option<Mailer>,
}

/// Why a message did not arrive, in words for whoever has set up the receiver.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Post(#[from] PostError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("this server cannot send e-mail: THROUGHLINE_SMTP_URL is not set")]
    NoMailer,
    #[error("there was no answer within {} s", TIMEOUT.as_secs())]
    Timeout,
    /// Of an action.
    #[error("the server ended while it called")]
    Interrupted,
}

impl SendError {
    /// Whether it is certain that the receiver has got nothing.
    fn is_before_sending(&self) -> bool {
        match self {
            Self::Post(error) => error.is_before_sending(),
            Self::NoMailer => true,
            Self::Mail(_) | Self::Timeout | Self::Interrupted => false,
        }
    }
}

/// What became of a message that nothing went wrong with.
struct Sent {
    state: DeliveryState,
    /// What is kept of what was sent.
    body: Option<String>,
}

impl Sent {
    const DELIVERED: Self = Self {
        state: DeliveryState::Delivered,
        body: None,
    };
}

struct Notifier {
    store: Store,
    settings: Settings,
    poster: Poster,
}

/// Works until it is told to stop, and then ends what it has begun.
pub(crate) async fn notify(store: Store, settings: Settings, mut stop: watch::Receiver<bool>) {
    let poster = match Poster::new(settings.networks.clone()) {
        Ok(poster) => poster,
        Err(error) => {
            tracing::error!(%error, "receivers cannot be told anything");
            return;
        }
    };
    let notifier = Arc::new(Notifier {
        store,
        settings,
        poster,
    });
    let mut sending = JoinSet::new();
    let work = async {
        let mut looks = interval(INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_away = false;
        loop {
            looks.tick().await;
            while sending.try_join_next().is_some() {}
            match notifier.due(MAX_AT_ONCE - sending.len()).await {
                Ok(attempts) => {
                    is_away = false;
                    for attempt in attempts {
                        sending.spawn(Arc::clone(&notifier).deliver(attempt));
                    }
                }
                // Said once, until it works again.
                Err(error) if !std::mem::replace(&mut is_away, true) => {
                    tracing::warn!(%error, "the outbox cannot be read; trying again");
                }
                Err(_) => {}
            }
        }
    };
    tokio::select! {
        () = work => {}
        // An error means that whoever could stop it is gone.
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
    while sending.join_next().await.is_some() {}
}

impl Notifier {
    async fn due(&self, room: usize) -> Result<Vec<Attempt>, store::Error> {
        if room == 0 {
            return Ok(vec![]);
        }
        let now_nanos = clock::now_nanos();
        let lease = Lease {
            now_nanos,
            until_nanos: now_nanos.saturating_add(LEASE_NANOS),
            limit: i64::try_from(room).unwrap_or(i64::MAX),
        };
        self.store.take_deliveries(lease).await
    }

    async fn deliver(self: Arc<Self>, attempt: Attempt) {
        let sent = timeout(TIMEOUT, self.send(&attempt)).await;
        let outcome = outcome(&attempt, sent.unwrap_or(Err(SendError::Timeout)));
        // When this fails too, it is sent again after the lease, by the same key.
        if let Err(error) = self.store.finish_delivery(&attempt, &outcome).await {
            tracing::warn!(%error, delivery = attempt.key, "what came of a delivery was not noted");
        }
    }

    async fn send(&self, attempt: &Attempt) -> Result<Sent, SendError> {
        let envelope = Envelope {
            delivery: &attempt.key,
            receiver: &attempt.definition.name,
            public_url: &self.settings.public_url,
        };
        let message = &attempt.message;
        let (url, payload) = match &attempt.definition.channel {
            Channel::Webhook { url } => (url, plain::payload(message, &envelope)),
            Channel::Alertmanager { url } => (url, alertmanager::payload(message, &envelope)),
            Channel::Slack { url } => (url, slack::payload(message, &envelope)),
            Channel::Email { to } => {
                let mailer = self.settings.mailer.as_ref().ok_or(SendError::NoMailer)?;
                let mail = mails::mail(message, &envelope);
                mailer.send(&attempt.key, to, mail).await?;
                return Ok(Sent::DELIVERED);
            }
            Channel::Action(action) => return self.act(attempt, action, &envelope).await,
        };
        self.post(attempt, url, payload.to_string()).await?;
        Ok(Sent::DELIVERED)
    }

    /// Calls an action, at most once: what may have arrived is not sent again. A test is only
    /// written down, since nobody means it.
    async fn act(
        &self,
        attempt: &Attempt,
        action: &Action,
        envelope: &Envelope<'_>,
    ) -> Result<Sent, SendError> {
        let notice = attempt.message.alerts.first();
        let template = notice.map(|notice| action.template(notice.status()));
        // Changed since it was written.
        let (Some(notice), Some(template)) = (notice, template.filter(|text| !text.is_empty()))
        else {
            return Ok(Sent {
                state: DeliveryState::Skipped,
                body: None,
            });
        };
        let body = template::render(template, notice, envelope);
        let state = if action.dry_run || attempt.message.is_test {
            DeliveryState::DryRun
        } else if attempt.was_interrupted {
            return Err(SendError::Interrupted);
        } else {
            self.post(attempt, &action.url, body.clone()).await?;
            DeliveryState::Delivered
        };
        let body = Some(body);
        Ok(Sent { state, body })
    }

    async fn post(&self, attempt: &Attempt, url: &str, payload: String) -> Result<(), SendError> {
        let body = payload.into_bytes();
        let now_seconds = clock::now_nanos() / 1_000_000_000;
        let secret = attempt.secret.as_deref();
        let signature = secret.map(|secret| signature::header(secret, now_seconds, &body));
        let request = Request {
            url,
            delivery: &attempt.key,
            signature,
            body,
        };
        Ok(self.poster.post(request).await?)
    }
}

/// What is noted of an attempt. That it was given up is said in the log, too: somebody has to know.
fn outcome(attempt: &Attempt, sent: Result<Sent, SendError>) -> Outcome {
    let now_nanos = clock::now_nanos();
    let receiver = attempt.definition.name.as_str();
    let error = match sent {
        Ok(Sent { state, body }) => {
            tracing::info!(
                receiver,
                delivery = attempt.key,
                ?state,
                "a receiver was told"
            );
            return Outcome {
                state,
                at_nanos: now_nanos,
                error: None,
                body,
            };
        }
        Err(error) => error,
    };
    let attempts = u32::try_from(attempt.attempts).unwrap_or_default();
    let is_action = matches!(attempt.definition.channel, Channel::Action(_));
    let may_repeat = !is_action || error.is_before_sending();
    let next_nanos = backoff::next_nanos(attempt.created_nanos, attempts, now_nanos);
    let next_nanos = next_nanos.filter(|_| may_repeat);
    match next_nanos {
        Some(_) => {
            tracing::info!(%error, receiver, attempts, "a receiver was not told; trying again");
        }
        None => {
            tracing::error!(%error, receiver, attempts, "a receiver was not told; given up");
        }
    }
    let words = if may_repeat {
        error.to_string()
    } else {
        format!("{error}; it is not called again, since it may have been")
    };
    Outcome {
        state: match next_nanos {
            Some(_) => DeliveryState::Waiting,
            None => DeliveryState::GivenUp,
        },
        at_nanos: next_nanos.unwrap_or(now_nanos),
        error: Some(words),
        body: None,
    }
}
