//! Single figures of objectives, each with what has to be said about it.

use leptos::prelude::*;
use model::format;
use model::objective::alert::Verdict;
use model::objective::burn::Severity;
use model::objective::{Definition, Status, verdict_of};

/// Share that was good.
#[component]
pub(crate) fn Attainment(status: Status) -> impl IntoView {
    let Some(share) = status.attainment else {
        return view! { <span class="muted">"nothing counted"</span> }.into_any();
    };
    let title = format!(
        "{} of {} were good",
        format::exact(status.tally.good),
        format::exact(status.tally.total)
    );
    view! { <span title=title>{format::attainment(share)}</span> }.into_any()
}

/// What is left of the budget, and so much as a bar.
#[component]
pub(crate) fn BudgetLeft(status: Status) -> impl IntoView {
    let Some(left) = status.budget_left else {
        return view! { <span class="muted">"nothing counted"</span> }.into_any();
    };
    let class = match left {
        ..=0.0 => "left gone",
        ..0.25 => "left low",
        _ => "left",
    };
    let width = format!("{:.1}%", left.clamp(0.0, 1.0) * 100.0);
    view! {
        <span class=class>
            <svg width="72" height="8" aria-hidden="true">
                <rect class="bar-back" width="100%" height="8" rx="2" />
                <rect class="bar" width=width height="8" rx="2" />
            </svg>
            {format::budget_left(left)}
        </span>
    }
    .into_any()
}

/// How fast the budget is being spent.
#[component]
pub(crate) fn BurnNow(rate: Option<f64>) -> impl IntoView {
    let title = "How many times faster than it may the budget is spent, over the windows of the \
                 alerts: at 1× it lasts exactly as long as the window";
    match rate {
        Some(rate) => view! { <span title=title>{format::burn_rate(rate)}</span> }.into_any(),
        None => view! { <span class="muted">"unknown"</span> }.into_any(),
    }
}

/// What the rules say now.
#[component]
pub(crate) fn RuleState(definition: Definition, status: Status) -> impl IntoView {
    let verdict = |severity: Severity| {
        let has = definition.alerting.severities().any(|own| own == severity);
        has.then(|| verdict_of(&status.rules, severity))
    };
    let (class, words) = match (verdict(Severity::Page), verdict(Severity::Ticket)) {
        (None, None) => ("tag", "no rules"),
        (Some(Verdict::Breach), _) => ("tag bad", "page"),
        (_, Some(Verdict::Breach)) => ("tag warn", "ticket"),
        (Some(Verdict::NoData), _) | (None, Some(Verdict::NoData)) => ("tag", "no data"),
        _ => ("tag good", "calm"),
    };
    view! { <span class=class>{words}</span> }
}
