//! Figures, in cells and in a sentence.

use leptos::prelude::*;
use model::format;
use model::topology::{Changes, Figures, Standing};

use super::super::answer::words;
use crate::components::change::{ChangeMark, Measure};

#[component]
pub(super) fn FigureCells(
    figures: Figures,
    changes: Changes,
    standing: Standing,
    is_compared: bool,
) -> impl IntoView {
    let has_errors = figures.errors > 0;
    let change = is_compared.then(|| {
        view! {
            <td class="number extra">
                <ChangeMark change=changes.p95 measure=Measure::Duration />
            </td>
            <td><StandingTag standing changes /></td>
        }
    });
    view! {
        <td class="number" title=volume(&figures)>{format::rate(figures.per_second)}</td>
        <td class="number"><Nanos nanos=figures.p50_nanos /></td>
        <td class="number"><b><Nanos nanos=figures.p95_nanos /></b></td>
        <td class="number" class:muted=!has_errors>
            {figures.error_rate.map(format::share)}
        </td>
        {change}
    }
}

#[component]
fn Nanos(nanos: Option<i64>) -> impl IntoView {
    match nanos {
        Some(nanos) => format::duration(nanos).into_any(),
        None => view! { <span class="muted">"none"</span> }.into_any(),
    }
}

#[component]
pub(crate) fn StandingTag(standing: Standing, changes: Changes) -> impl IntoView {
    let class = match standing {
        Standing::Worse => "tag bad",
        Standing::Usual | Standing::TooFew => "muted",
        _ => "tag",
    };
    view! { <span class=class>{words(standing, &changes)}</span> }
}

/// `12,400 calls`, or how many they are told from.
pub(crate) fn volume(figures: &Figures) -> String {
    let counted = format::counted(usize::try_from(figures.count).unwrap_or(0), "call");
    if figures.is_sampled() {
        format!(
            "about {}, told from {counted}",
            format::exact(figures.weight)
        )
    } else {
        counted
    }
}

/// `p50 9.9 ms, p95 24 ms +3 %, errors 0.2 % 0 %; as before`.
#[component]
pub(crate) fn FigureLine(
    figures: Figures,
    changes: Changes,
    standing: Standing,
    is_compared: bool,
) -> impl IntoView {
    let Some((p50, p95)) = figures.p50_nanos.zip(figures.p95_nanos) else {
        return view! { "nothing was counted in this time." }.into_any();
    };
    let quantiles = format!(
        "p50 {}, p95 {}",
        format::duration(p50),
        format::duration(p95)
    );
    let errors = format::share(figures.error_rate.unwrap_or(0.0));
    let of =
        |change, measure| is_compared.then(|| view! { " (" <ChangeMark change measure /> ")" });
    let standing = is_compared.then(|| view! { "; " <StandingTag standing changes /> });
    view! {
        {quantiles} {of(changes.p95, Measure::Duration)} {format!(", errors {errors}")}
        {of(changes.error_rate, Measure::Share)} {standing} "."
    }
    .into_any()
}
