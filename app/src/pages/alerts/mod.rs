//! `/alerts`: what fires now, what waits, and what has fired.

mod firing;
mod history;
mod query;

use leptos::prelude::*;
use leptos_meta::Title;
use model::format;
use model::objective::alert::Phase;

use self::firing::Firing;
use self::history::{History, Waiting};
use self::query::{AcknowledgeAlert, Answer, get_alerts};
use crate::address::{RECEIVERS_PATH, SILENCES_PATH, SLOS_PATH};
use crate::components::notice::ErrorNotice;

#[component]
pub(crate) fn AlertsPage() -> impl IntoView {
    view! {
        <Title text="Alerts" />
        {Suspend::new(async move {
            match get_alerts().await {
                Ok(answer) => view! { <Answered answer /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Answered(answer: Answer) -> impl IntoView {
    let Answer {
        alerts,
        episodes,
        names,
        silences,
        now_nanos,
    } = answer;
    let action = ServerAction::<AcknowledgeAlert>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let problem = refusal.map(|_refusal| {
        view! {
            <p class="form-problem" role="alert">
                "Nothing was noted: write who looks after it, and send it again."
            </p>
        }
    });
    let (firing, past): (Vec<_>, Vec<_>) = episodes
        .into_iter()
        .partition(|episode| episode.resolved_nanos.is_none());
    let waiting: Vec<_> = alerts
        .iter()
        .filter(|alert| alert.state.phase == Phase::Pending || alert.lacks_data)
        .cloned()
        .collect();
    let heading = match firing.len() {
        0 => "Nothing fires".to_owned(),
        count => format!("{} firing", format::counted(count, "alert")),
    };
    let teaching = names.is_empty().then(|| {
        view! {
            <p class="teaching">
                "Alerts belong to objectives: they fire when an error budget is spent too fast. "
                <a href=SLOS_PATH>"Set an objective"</a>
                " first."
            </p>
        }
    });
    let frozen = alerts
        .into_iter()
        .filter(|alert| alert.state.phase == Phase::Firing && alert.lacks_data)
        .filter_map(|alert| alert.episode)
        .collect();
    view! {
        {problem}
        <section class="card">
            <header class="card-head">
                <h1>{heading}</h1>
                <p class="card-actions">
                    <a class="button" href=SILENCES_PATH>"Silences…"</a>
                    <a class="button" href=RECEIVERS_PATH>"Receivers…"</a>
                </p>
            </header>
            {teaching}
            <Firing episodes=firing frozen silences names=names.clone() now_nanos />
        </section>
        <Waiting alerts=waiting names=names.clone() now_nanos />
        <History episodes=past names now_nanos />
    }
}
