//! How fast a budget was spent, day by day, as small bars.

use leptos::prelude::*;
use model::format;
use model::objective::Trend;

/// In pixels.
const HEIGHT: f64 = 20.0;
const DAY_WIDTH: f64 = 6.0;
const GAP: f64 = 1.0;

/// A bar as high as the picture burns at least so fast; a line is drawn at 1, above which a budget
/// does not last.
const LEAST_FULL: f64 = 2.0;

#[component]
pub(crate) fn BurnTrend(trend: Trend) -> impl IntoView {
    let rates = trend.burn_rates;
    let words: Vec<String> = rates
        .iter()
        .map(|rate| rate.map_or_else(|| "nothing counted".to_owned(), format::burn_rate))
        .collect();
    let words = format!(
        "Burn rate by day (UTC), today so far the last: {}",
        words.join(", ")
    );
    let full = rates.iter().flatten().copied().fold(LEAST_FULL, f64::max);
    let bars = (0_u32..).zip(&rates).filter_map(|(day, rate)| {
        let rate = (*rate)?;
        // What is next to nothing is seen.
        let height = (rate.max(0.0) / full * HEIGHT).max(1.0);
        let class = if rate > 1.0 { "fast" } else { "slow" };
        Some(view! {
            <rect
                class=class
                x=format!("{:.0}", f64::from(day) * DAY_WIDTH)
                y=format!("{:.1}", HEIGHT - height)
                width=DAY_WIDTH - GAP
                height=format!("{height:.1}")
            />
        })
    });
    let bars = bars.collect_view();
    let days = u32::try_from(rates.len()).unwrap_or(u32::MAX);
    let width = f64::from(days) * DAY_WIDTH;
    let title = words.clone();
    let even = format!("{:.1}", HEIGHT - HEIGHT / full);
    view! {
        <svg class="burn-trend" width=width height=HEIGHT role="img" aria-label=words>
            <title>{title}</title>
            {bars}
            <line x1="0" x2=width y1=even.clone() y2=even />
        </svg>
    }
}
