//! The budget over time with the alerts that fired, and how fast it burns over each window.

use leptos::prelude::*;
use model::format;
use model::layout::budget_chart::BudgetChart;
use model::objective::burn::BurnRule;
use model::objective::{Definition, Episode, PREVIEW_DAYS, Preview};
use store::alerts::AlertEpisode;

use crate::components::budget_chart::BudgetChartView;
use crate::components::time::Minute;

#[component]
pub(super) fn BudgetOverTime(
    definition: Definition,
    preview: Preview,
    episodes: Vec<AlertEpisode>,
    now_nanos: i64,
) -> impl IntoView {
    let fired: Vec<Episode> = episodes
        .iter()
        .filter(|episode| {
            let ended = episode.resolved_nanos.unwrap_or(now_nanos);
            ended > preview.from_nanos
        })
        .map(|episode| Episode {
            severity: episode.severity,
            from_nanos: episode.fired_nanos.max(preview.from_nanos),
            to_nanos: episode.resolved_nanos,
        })
        .collect();
    let chart = BudgetChart::of(preview.from_nanos, &preview.line, &fired);
    let rows = preview.line.iter().rev().map(|(at, left)| {
        let left = left.map_or("nothing counted".to_owned(), format::budget_left);
        view! {
            <tr>
                <th scope="row"><Minute nanos=*at now_nanos /></th>
                <td>{left}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"Budget over time"</h2>
                <span class="muted">{format!("the past {PREVIEW_DAYS} days")}</span>
            </header>
            <BudgetChartView chart />
            <details class="as-table">
                <summary>"The same as a table"</summary>
                <div class="scroll" tabindex="0" role="region" aria-label="Budget over time">
                    <table class="parts">
                        <thead>
                            <tr><th scope="col">"At"</th><th scope="col">"Budget"</th></tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
            <BurnRates definition preview />
        </section>
    }
}

/// Each rule with what it reads.
#[component]
fn BurnRates(definition: Definition, preview: Preview) -> impl IntoView {
    let target = definition.target;
    let rows = preview.status.rules.into_iter().map(move |judged| {
        let BurnRule {
            severity,
            factor,
            long_nanos,
            short_nanos,
        } = judged.rule;
        let rate = |rate: Option<f64>| rate.map_or("nothing counted".to_owned(), format::burn_rate);
        let is_broken = judged.verdict == model::objective::alert::Verdict::Breach;
        let class = is_broken.then_some("bad");
        view! {
            <tr class=class>
                <th scope="row">{severity.name()}</th>
                <td class="number">{format::burn_rate(factor)}</td>
                <td class="number">
                    {rate(judged.reading.long.burn_rate(target))} " "
                    <span class="muted">"over " {format::duration(long_nanos)}</span>
                </td>
                <td class="number">
                    {rate(judged.reading.short.burn_rate(target))} " "
                    <span class="muted">"over " {format::duration(short_nanos)}</span>
                </td>
                <td>{if is_broken { "broken" } else { "kept" }}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let has_rules = !definition.alerting.rules.is_empty();
    has_rules.then(|| {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Rules">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Rule"</th>
                            <th scope="col" class="number">"Fires from"</th>
                            <th scope="col" class="number">"Burns at"</th>
                            <th scope="col" class="number">"and still at"</th>
                            <th scope="col">"Now"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    })
}
