//! Single figures, each with what has to be said about it.

use leptos::prelude::*;
use model::format;
use model::overview::{BudgetState, Figures};

/// Whether the budget is kept; nothing where there is none.
#[component]
pub(crate) fn BudgetTag(state: BudgetState) -> impl IntoView {
    match state {
        BudgetState::None => ().into_any(),
        BudgetState::Within => view! { <span class="tag good">"in budget"</span> }.into_any(),
        BudgetState::Over => view! { <span class="tag bad">"over budget"</span> }.into_any(),
    }
}

/// A duration, or that nothing was counted.
#[component]
pub(crate) fn Duration(nanos: Option<i64>) -> impl IntoView {
    match nanos {
        Some(nanos) => format::duration(nanos).into_any(),
        None => view! { <span class="muted">"none"</span> }.into_any(),
    }
}

/// A share of failed requests.
#[component]
pub(crate) fn ErrorRate(rate: Option<f64>) -> impl IntoView {
    match rate {
        Some(rate) => format::share(rate).into_any(),
        None => view! { <span class="muted">"none"</span> }.into_any(),
    }
}

/// How many requests there were before sampling, and on how many that rests.
#[component]
pub(crate) fn Volume(figures: Figures) -> impl IntoView {
    let counted = usize::try_from(figures.count).unwrap_or(0);
    let title = if figures.is_sampled() {
        format!(
            "About {}, told from {} of them that were kept",
            format::exact(figures.weight),
            format::count(counted)
        )
    } else {
        format!("{}, all counted", format::counted(counted, "request"))
    };
    let sign = figures.is_sampled().then_some("≈ ");
    view! { <span title=title>{sign} {format::short_count(figures.weight)}</span> }
}

/// The 95th percentile with how sure it is.
#[component]
pub(crate) fn Percentile95(figures: Figures) -> impl IntoView {
    let Some(nanos) = figures.p95_nanos else {
        return view! { <Duration nanos=None /> }.into_any();
    };
    let title = match figures.p95_interval {
        Some(interval) => format!(
            "Between {} and {} with 95 % confidence",
            format::duration(interval.low_nanos),
            format::duration(interval.high_nanos)
        ),
        None => "Too few requests to say how sure this is".to_owned(),
    };
    view! { <span title=title>{format::duration(nanos)}</span> }.into_any()
}
