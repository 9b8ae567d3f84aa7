//! When the alerts of an objective fired.

use leptos::prelude::*;
use model::format;
use store::alerts::AlertEpisode;

use crate::components::time::Minute;

#[component]
pub(super) fn AlertHistory(episodes: Vec<AlertEpisode>, now_nanos: i64) -> impl IntoView {
    if episodes.is_empty() {
        return view! {
            <section class="card">
                <header class="card-head"><h2>"No alert has fired yet"</h2></header>
            </section>
        }
        .into_any();
    }
    let count = format::counted(episodes.len(), "alert");
    let rows = episodes.into_iter().map(|episode| {
        let length = match episode.resolved_nanos {
            Some(at) => format::duration(at - episode.fired_nanos),
            None => "until now".to_owned(),
        };
        view! {
            <tr>
                <th scope="row"><Minute nanos=episode.fired_nanos now_nanos /></th>
                <td>{length}</td>
                <td>{episode.severity.name()}</td>
                <td>{episode.headline}</td>
                <td>{episode.acknowledged_by}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card">
            <header class="card-head"><h2>{count} " fired"</h2></header>
            <div class="scroll" tabindex="0" role="region" aria-label="Alerts that fired">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Fired"</th>
                            <th scope="col">"For"</th>
                            <th scope="col">"Severity"</th>
                            <th scope="col">"What was wrong"</th>
                            <th scope="col">"Acknowledged by"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
