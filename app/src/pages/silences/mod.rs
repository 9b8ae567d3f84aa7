//! `/alerts/silences`: times in which alerts notify nobody, and the forms that set them.

mod edit;
mod form;
mod query;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_meta::Title;
use model::silence::{Schedule, Silence};

pub(crate) use self::edit::{EditSilencePage, NewSilencePage};
use self::query::{Listed, get_silences};
use crate::address::{ALERTS_PATH, edit_silence_href, new_silence_href};
use crate::components::notice::ErrorNotice;
use crate::components::time::Minute;

#[component]
pub(crate) fn SilencesPage() -> impl IntoView {
    view! {
        <Title text="Silences" />
        {Suspend::new(async move {
            match get_silences().await {
                Ok(listed) => view! { <Silences listed /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Silences(listed: Listed) -> impl IntoView {
    let heading = if listed.silences.is_empty() {
        "Nothing is silenced"
    } else {
        "Silences"
    };
    let content = if listed.silences.is_empty() {
        view! {
            <p class="teaching">
                "While a silence holds, alerts fire without telling any receiver. What still fires "
                "when it ends is told then. It comes once, or every week as a maintenance window."
            </p>
        }
        .into_any()
    } else {
        view! { <Table listed /> }.into_any()
    };
    view! {
        <section class="card">
            <header class="card-head">
                <h1>{heading}</h1>
                <p class="card-actions">
                    <a href=ALERTS_PATH>"Alerts"</a>
                    <a class="button" href=new_silence_href(None)>"Silence alerts…"</a>
                </p>
            </header>
            {content}
        </section>
    }
}

#[component]
fn Table(listed: Listed) -> impl IntoView {
    let Listed {
        silences,
        names,
        now_nanos,
    } = listed;
    let rows = silences.into_iter().map(|silence| {
        let definition = &silence.definition;
        let (class, state) = state(&silence, now_nanos);
        let about = about(&silence, &names);
        let href = edit_silence_href(silence.id);
        let author = definition.author.clone();
        let when = match definition.schedule {
            Schedule::Once {
                from_nanos,
                until_nanos,
            } => view! {
                <Minute nanos=from_nanos now_nanos /> " until " <Minute nanos=until_nanos now_nanos />
            }
            .into_any(),
            Schedule::Weekly { .. } => definition.schedule.words().into_any(),
        };
        let reason = definition.reason.clone();
        view! {
            <tr>
                <th scope="row"><a href=href>{about}</a></th>
                <td><span class=class>{state}</span></td>
                <td>{when}</td>
                <td>{author}</td>
                <td class="words">{reason}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Silences">
            <table class="parts silences">
                <thead>
                    <tr>
                        <th scope="col">"Alerts of"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"When"</th>
                        <th scope="col">"Set by"</th>
                        <th scope="col">"Why"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn state(silence: &Silence, now_nanos: i64) -> (&'static str, &'static str) {
    let schedule = &silence.definition.schedule;
    match schedule.ends_nanos() {
        _ if schedule.is_active(now_nanos) => ("tag warn", "holds"),
        Some(ends_nanos) if ends_nanos <= now_nanos => ("tag", "ended"),
        _ => ("tag", "planned"),
    }
}

/// What it is about, in words.
fn about(silence: &Silence, names: &BTreeMap<i64, String>) -> String {
    let definition = &silence.definition;
    let objective = match definition.objective {
        None => "all objectives".to_owned(),
        Some(id) => {
            let name = names.get(&id).cloned();
            name.unwrap_or_else(|| "a deleted objective".to_owned())
        }
    };
    match definition.severity {
        None => objective,
        Some(severity) => format!("{objective}, {}s only", severity.name()),
    }
}
