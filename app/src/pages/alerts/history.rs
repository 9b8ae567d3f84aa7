//! Alerts that do not fire: those that wait, and those that have fired.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::format;
use model::objective::alert::Phase;
use store::alerts::{Alert, AlertEpisode};

use crate::address::slo_href;
use crate::components::time::Minute;

/// Alerts that are about to fire, or of which nothing is known.
#[component]
pub(super) fn Waiting(
    alerts: Vec<Alert>,
    names: BTreeMap<i64, String>,
    now_nanos: i64,
) -> impl IntoView {
    let is_empty = alerts.is_empty();
    let rows = alerts.into_iter().map(|alert| {
        let name = names.get(&alert.objective).cloned().unwrap_or_default();
        let state = match alert.state.phase {
            Phase::Pending => view! {
                "broken since " <Minute nanos=alert.state.since_nanos now_nanos /> ", fires soon"
            }
            .into_any(),
            Phase::Inactive | Phase::Firing => "nothing is counted, so nobody knows".into_any(),
        };
        view! {
            <tr>
                <th scope="row"><a href=slo_href(alert.objective)>{name}</a></th>
                <td>{alert.severity.name()}</td>
                <td>{state}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    (!is_empty).then(|| {
        view! {
            <section class="card">
                <header class="card-head"><h2>"Waiting"</h2></header>
                <div class="scroll" tabindex="0" role="region" aria-label="Alerts that wait">
                    <table class="parts">
                        <thead>
                            <tr>
                                <th scope="col">"Objective"</th>
                                <th scope="col">"Severity"</th>
                                <th scope="col">"State"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

/// Alerts that have fired and are resolved.
#[component]
pub(super) fn History(
    episodes: Vec<AlertEpisode>,
    names: BTreeMap<i64, String>,
    now_nanos: i64,
) -> impl IntoView {
    let is_empty = episodes.is_empty();
    let rows = episodes.into_iter().map(|episode| {
        let name = match names.get(&episode.objective) {
            Some(name) => {
                view! { <a href=slo_href(episode.objective)>{name.clone()}</a> }.into_any()
            }
            None => view! { <span class="muted">"deleted"</span> }.into_any(),
        };
        let length = episode
            .resolved_nanos
            .map(|at| format::duration(at.saturating_sub(episode.fired_nanos)));
        view! {
            <tr>
                <th scope="row"><Minute nanos=episode.fired_nanos now_nanos /></th>
                <td>{length}</td>
                <td>{episode.severity.name()}</td>
                <td>{name}</td>
                <td>{episode.headline}</td>
                <td>{episode.acknowledged_by}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    (!is_empty).then(|| view! {
        <section class="card">
            <header class="card-head"><h2>"Resolved"</h2></header>
            <div class="scroll" tabindex="0" role="region" aria-label="Alerts that were resolved">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Fired"</th>
                            <th scope="col">"For"</th>
                            <th scope="col">"Severity"</th>
                            <th scope="col">"Objective"</th>
                            <th scope="col">"What was wrong"</th>
                            <th scope="col">"Acknowledged by"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    })
}
