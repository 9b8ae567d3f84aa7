//! The figures of both sets side by side, and what the difference costs.

use leptos::prelude::*;
use model::comparison::{Comparison, Cost, Figures, PERCENTILES, Percentile};
use model::format;
use model::stats::{Change, Verdict};

use super::sets::NAMES;
use crate::components::change::{ChangeMark, Measure};

/// In a sentence or two.
#[component]
pub(super) fn CostSentence(found: Comparison) -> impl IntoView {
    let Some(cost) = found.cost else {
        return view! {
            <p class="answer">"One of the two sets has no requests, so nothing can be told."</p>
        }
        .into_any();
    };
    let [_, _, _, p95, _] = found.percentiles;
    let p95 = p95.map(|change| view! { <P95 change /> });
    let errors = found.error_rate.map(|change| {
        let (class, word) = match change.verdict {
            Verdict::Worse => ("bad", "They fail more often"),
            Verdict::Better => ("good", "They fail less often"),
            Verdict::Noise | Verdict::TooFew => return ().into_any(),
        };
        let shares = format!(
            ": {} after {}. ",
            format::share(change.now),
            format::share(change.before)
        );
        view! { <b class=class>{word}</b> {shares} }.into_any()
    });
    // A sum of what may be chance would say more than is known.
    let mut percentiles = found.percentiles.iter().flatten();
    let is_changed = percentiles.any(|change| change.verdict.is_significant());
    let total = is_changed.then(|| total(&cost));
    view! { <p class="answer">{p95} {errors} {total}</p> }.into_any()
}

#[component]
fn P95(change: Change) -> impl IntoView {
    let (before, now) = change.nanos();
    let [before, now] = [before, now].map(format::duration);
    let (class, word) = match change.verdict {
        Verdict::Worse => ("bad", "slower"),
        Verdict::Better => ("good", "faster"),
        Verdict::Noise => (
            "muted",
            "no slower and no faster than chance would make them",
        ),
        Verdict::TooFew => ("muted", "too few to tell slower from chance"),
    };
    view! {
        "These requests are "
        <b class=class>{word}</b>
        {format!(": p95 is {now}, of the others it is {before}. ")}
    }
}

/// What users waited for in all.
fn total(cost: &Cost) -> String {
    let word = if cost.nanos >= 0 { "longer" } else { "less" };
    let all = format::duration(cost.nanos.saturating_abs());
    format!("Together they took {all} {word} than they would have at the pace of the others.")
}

#[component]
pub(super) fn FigureTable(found: Comparison) -> impl IntoView {
    let (a, b) = (&found.a.figures, &found.b.figures);
    let percentiles = PERCENTILES.iter().enumerate().map(|(place, share)| {
        let name = format!("p{:.0}", share * 100.0);
        let change = found.percentiles[place];
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="number"><PercentileCell percentile=b.percentiles[place] /></td>
                <td class="number"><PercentileCell percentile=a.percentiles[place] /></td>
                <td class="number"><ChangeMark change measure=Measure::Duration /></td>
            </tr>
        }
    });
    let percentiles = percentiles.collect_view();
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"Figures"</h2>
                <span class="muted">"with their intervals at 95 %"</span>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Figures">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col"><span class="hidden">"Figure"</span></th>
                            <th scope="col" class="number">{NAMES[1]}</th>
                            <th scope="col" class="number">{NAMES[0]}</th>
                            <th scope="col" class="number">"Change"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">"requests"</th>
                            <td class="number">{volume(b)}</td>
                            <td class="number">{volume(a)}</td>
                            <td></td>
                        </tr>
                        {percentiles}
                        <tr>
                            <th scope="row">"errors"</th>
                            <td class="number"><ErrorCell figures=b.clone() /></td>
                            <td class="number"><ErrorCell figures=a.clone() /></td>
                            <td class="number">
                                <ChangeMark change=found.error_rate measure=Measure::Share />
                            </td>
                        </tr>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

/// Those before sampling, marked where they are an estimate.
fn volume(figures: &Figures) -> String {
    let count = usize::try_from(figures.count).unwrap_or(0);
    if figures.is_sampled() {
        format!(
            "≈ {} ({} kept)",
            format::exact(figures.weight),
            format::count(count)
        )
    } else {
        format::count(count)
    }
}

#[component]
fn PercentileCell(percentile: Option<Percentile>) -> impl IntoView {
    let Some(Percentile { nanos, interval }) = percentile else {
        return view! { <span class="muted">"none"</span> }.into_any();
    };
    let range = match interval {
        Some(interval) => format!(
            "{} to {}",
            format::duration(interval.low_nanos),
            format::duration(interval.high_nanos)
        ),
        None => "too few to tell".to_owned(),
    };
    view! {
        <b>{format::duration(nanos)}</b>
        <small class="muted interval">{range}</small>
    }
    .into_any()
}

#[component]
fn ErrorCell(figures: Figures) -> impl IntoView {
    let Some(rate) = figures.error_rate else {
        return view! { <span class="muted">"none"</span> }.into_any();
    };
    let range = figures.error_rate_interval.map(|interval| {
        let range = format!(
            "{} to {}",
            format::share(interval.low),
            format::share(interval.high)
        );
        view! { <small class="muted interval">{range}</small> }
    });
    view! { <b>{format::share(rate)}</b> {range} }.into_any()
}
