//! The alerts that fire, each with what is wrong and who looks after it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::format;
use model::objective::burn::Severity;
use model::silence::Silence;
use store::alerts::AlertEpisode;

use super::query::AcknowledgeAlert;
use crate::address::{edit_silence_href, new_silence_href, slo_href};
use crate::components::time::Minute;

/// `frozen` are those of which nothing is known now.
#[component]
pub(super) fn Firing(
    episodes: Vec<AlertEpisode>,
    frozen: Vec<i64>,
    silences: Vec<Silence>,
    names: BTreeMap<i64, String>,
    now_nanos: i64,
) -> impl IntoView {
    let items = episodes.into_iter().map(|episode| {
        let is_frozen = frozen.contains(&episode.id);
        let name = names.get(&episode.objective).cloned();
        let (objective, severity) = (episode.objective, episode.severity);
        let mut silences = silences.iter();
        let silence = silences
            .find(|silence| silence.definition.silences(objective, severity, now_nanos))
            .cloned();
        view! { <FiringAlert episode is_frozen silence name now_nanos /> }
    });
    let items = items.collect_view();
    view! { <ul class="firing">{items}</ul> }
}

#[component]
fn FiringAlert(
    episode: AlertEpisode,
    is_frozen: bool,
    silence: Option<Silence>,
    name: Option<String>,
    now_nanos: i64,
) -> impl IntoView {
    let class = match episode.severity {
        Severity::Page => "tag bad",
        Severity::Ticket => "tag warn",
    };
    let name = name.unwrap_or_else(|| "its objective".to_owned());
    let frozen = is_frozen.then(|| {
        view! {
            <p class="muted">
                "Nothing is counted at present, so it stays: that data is missing is no recovery."
            </p>
        }
    });
    let href = new_silence_href(Some(episode.objective));
    let silenced = match silence {
        Some(silence) => view! { <SilencedBy silence now_nanos /> }.into_any(),
        None => view! { <p><a href=href>"Silence…"</a></p> }.into_any(),
    };
    let length = format::duration(now_nanos.saturating_sub(episode.fired_nanos));
    let acknowledged = match (episode.acknowledged_by, episode.acknowledged_nanos) {
        (Some(by), Some(at)) => view! {
            <p>{by} " looks after it since " <Minute nanos=at now_nanos /></p>
        }
        .into_any(),
        _ => view! { <Acknowledge episode=episode.id /> }.into_any(),
    };
    view! {
        <li>
            <p>
                <span class=class>{episode.severity.name()}</span>
                " "
                <strong>{episode.headline}</strong>
            </p>
            <p class="muted">
                "since " <Minute nanos=episode.fired_nanos now_nanos /> ", for " {length} ". "
                <a href=slo_href(episode.objective)>"What spent the budget of " {name}</a>
            </p>
            {frozen}
            {silenced}
            {acknowledged}
        </li>
    }
}

/// Why nobody is told of it, and until when.
#[component]
fn SilencedBy(silence: Silence, now_nanos: i64) -> impl IntoView {
    let href = edit_silence_href(silence.id);
    let until_nanos = silence.definition.schedule.active_until_nanos(now_nanos);
    let (author, reason) = (silence.definition.author, silence.definition.reason);
    view! {
        <p>
            <span class="tag">"silenced"</span>
            " until " <Minute nanos=until_nanos now_nanos /> " by " {author} ": " {reason} " "
            <a href=href>"Change or end it"</a>
        </p>
    }
}

/// A form of one field.
#[component]
fn Acknowledge(episode: i64) -> impl IntoView {
    let action = ServerAction::<AcknowledgeAlert>::new();
    let id = format!("by-{episode}");
    view! {
        <ActionForm action=action attr:class="acknowledge">
            <input type="hidden" name="episode" value=episode.to_string() />
            <label for=id.clone()>"Looked after by"</label>
            <input id=id name="draft[author]" autocomplete="nickname" required=true />
            <button class="button">"Acknowledge"</button>
        </ActionForm>
    }
}
