//! What the page asks the store, and what it tells it.

use std::collections::BTreeMap;

use futures::try_join;
use leptos::prelude::*;
use model::objective::{Draft, change_mistakes};
use model::silence::Silence;
use store::alerts::{Alert, AlertEpisode};

use crate::address::ALERTS_PATH;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::forms::{self, Reason};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(super) alerts: Vec<Alert>,
    /// Those that go on first, then the latest.
    pub(super) episodes: Vec<AlertEpisode>,
    /// The names of the objectives that there are.
    pub(super) names: BTreeMap<i64, String>,
    pub(super) silences: Vec<Silence>,
    pub(super) now_nanos: i64,
}

pub(super) async fn get_alerts() -> Result<Answer, AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let (alerts, episodes, objectives, silences) = try_join!(
        store.alerts(),
        store.fired_alerts(None),
        store.objectives(),
        store.silences(),
    )?;
    let names = objectives.into_iter();
    Ok(Answer {
        alerts,
        episodes,
        names: names
            .map(|objective| (objective.id, objective.definition.name))
            .collect(),
        silences,
        now_nanos,
    })
}

/// Why nothing was noted.
pub(crate) type Refusal = forms::Refusal<Draft>;

/// Notes that somebody looks after an alert. Leads back to the alerts, whether or not somebody else
/// was faster.
#[server(prefix = "/fn", endpoint = "acknowledge_alert")]
pub(crate) async fn acknowledge_alert(episode: i64, draft: Draft) -> Result<(), Refusal> {
    let outcome = acknowledge(episode, &draft).await;
    let written = outcome.map(|()| ALERTS_PATH.to_owned());
    forms::answer::<AcknowledgeAlert, _>(written, ALERTS_PATH, None, draft)
}

async fn acknowledge(episode: i64, draft: &Draft) -> Result<(), Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let by = draft.author.trim();
    if by.is_empty() || !change_mistakes(by, "").is_empty() {
        return Err(Reason::Mistakes);
    }
    store.acknowledge_alert(episode, by, now_nanos).await?;
    Ok(())
}
