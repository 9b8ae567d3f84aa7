//! `/explore`: requests by time and duration, what sets some of them apart, and the slowest.

mod groups;
mod query;
mod selection;
mod split;

use leptos::prelude::*;
use leptos_meta::Title;
use model::format;
use model::layout::heatmap;

use self::groups::GroupsView;
use self::query::{Chart, Figures, get_chart, get_groups, get_selected};
use self::selection::SelectedView;
use crate::address::{ExploreAddress, page_query};
use crate::components::change::{ChangeMark, Measure};
use crate::components::exports::{Export, Exports};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::heatmap::HeatmapView;
use crate::components::kept::Kept;
use crate::components::notice::ErrorNotice;
use crate::components::time::Time;
use crate::components::time_menu;
use crate::error::AppError;

#[component]
pub(crate) fn ExplorePage() -> impl IntoView {
    let address = ExploreAddress::read(&page_query());
    view! {
        <Title text="Explore" />
        <FilterBar place=address.place() scope=address.scope.clone() />
        {Suspend::new(async move {
            match get_chart(&address.scope).await {
                Ok(chart) if chart.is_database_empty => {
                    view! { <FirstTrace otlp_http=chart.otlp_http /> }.into_any()
                }
                Ok(chart) => view! { <Found address chart /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Found(address: ExploreAddress, chart: Chart) -> impl IntoView {
    let now_nanos = chart.now_nanos;
    let selection = address.selection(now_nanos);
    let picture = if chart.all.count > 0 {
        let base = address.with_selection(None).href();
        let heatmap = chart.heatmap.clone();
        let selection = selection.clone().ok().flatten();
        view! {
            <HeatmapView heatmap selection now_nanos base />
            <ByFigures address=address.clone() />
        }
        .into_any()
    } else {
        view! { <NothingBegan address=address.clone() /> }.into_any()
    };
    view! {
        <section class="card explore" aria-label="Requests by time and duration">
            <Head address=address.clone() chart />
            {picture}
        </section>
        <Selection address=address.clone() selection />
        <Groups address />
    }
}

/// What is selected, if anything is.
#[component]
fn Selection(
    address: ExploreAddress,
    selection: Result<Option<heatmap::Selection>, AppError>,
) -> impl IntoView {
    Suspend::new(async move {
        let selection = match selection {
            Ok(None) => return ().into_any(),
            Ok(Some(selection)) => selection,
            Err(error) => return view! { <ErrorNotice error /> }.into_any(),
        };
        match Box::pin(get_selected(&address.scope, selection)).await {
            Ok(selected) => view! { <SelectedView address selection selected /> }.into_any(),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        }
    })
}

#[component]
fn Groups(address: ExploreAddress) -> impl IntoView {
    Suspend::new(async move {
        let groups = match address.by.as_str() {
            "" => Ok(None),
            by => get_groups(&address.scope, by).await.map(Some),
        };
        match groups {
            Ok(groups) => view! { <GroupsView address groups /> }.into_any(),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        }
    })
}

#[component]
fn NothingBegan(address: ExploreAddress) -> impl IntoView {
    let wider = address.with_scope(address.scope.with_range("now-30d", ""));
    view! {
        <div class="notice">
            <p>"No request began in this time and meets the filter."</p>
            <p><a href=wider.href()>"Look at the last 30 days"</a></p>
        </div>
    }
}

/// The answer in figures.
#[component]
fn Head(address: ExploreAddress, chart: Chart) -> impl IntoView {
    let Figures {
        count,
        weight,
        errors,
        percentiles,
    } = chart.all;
    let title = format!(
        "{} by time and duration",
        format::counted(usize::try_from(count).unwrap_or(0), "request")
    );
    let changes = chart.changes;
    let percentiles = percentiles.map(|nanos| {
        let [p50, p95, p99] = nanos.map(format::duration);
        let change = changes.map(|changes| {
            view! { " " <ChangeMark change=changes.p95 measure=Measure::Duration /> }
        });
        view! { {format!("p50 {p50} · p95 {p95}")} {change} {format!(" · p99 {p99}")} }
    });
    let errors = (errors > 0).then(|| {
        let text = format::counted(usize::try_from(errors).unwrap_or(0), "error");
        view! { <span class="bad">{text}</span> }
    });
    // Only where it says something: mostly there are few errors, and then no percentage is calm.
    let error_change = changes
        .and_then(|changes| changes.error_rate)
        .filter(|change| change.verdict.is_significant())
        .map(|change| {
            view! {
                <span class="muted">"error rate "</span>
                <ChangeMark change=Some(change) measure=Measure::Share />
            }
        });
    let sampled = is_sampled(count, weight).then(|| {
        let title = "Clients sent a share of their requests; percentiles count each for those it stands for.";
        view! {
            <span class="tag" title=title>
                {format!("sampled: stand for {weight:.0}")}
            </span>
        }
    });
    let since = chart.since_nanos.map(|nanos| {
        view! {
            <p class="note warn">
                "Too many to look at them all: what began before "
                <Time nanos now_nanos=chart.now_nanos />
                " is not counted. Conditions on region, release and the other dimensions of requests are counted whole."
            </p>
        }
    });
    view! {
        <header class="card-head">
            <h1>{title}</h1>
            <span class="muted">
                {percentiles} " " {errors} " " {error_change} " " {sampled} " "
                {address.scope.range().as_ref().map(time_menu::title).unwrap_or_default()}
                " "
                <Exports
                    what="The heatmap"
                    scope=address.scope
                    exports=vec![Export::Svg("heatmap"), Export::Json("heatmap")]
                />
            </span>
        </header>
        {since}
    }
}

/// Whether requests stand for more than themselves.
#[expect(clippy::cast_precision_loss, reason = "a comparison of magnitudes")]
fn is_sampled(count: i64, weight: f64) -> bool {
    weight > count as f64 * 1.001
}

/// The selection as figures, for those without a pointer or without scripts.
#[component]
fn ByFigures(address: ExploreAddress) -> impl IntoView {
    let ExploreAddress { scope, by, .. } = address;
    let kept = [
        ("q", scope.q),
        ("from", scope.from),
        ("to", scope.to),
        ("vs", scope.vs),
        ("by", by),
    ];
    view! {
        <details class="by-figures">
            <summary>"Select by figures"</summary>
            <form method="get" action=ExploreAddress::PATH>
                <Kept fields=kept.to_vec() />
                <label>"From" <input name="since" placeholder="now-30m" /></label>
                <label>"To" <input name="until" placeholder="now" /></label>
                <label>"At least" <input name="least" placeholder="500ms" /></label>
                <label>"Below" <input name="below" placeholder="2s" /></label>
                <button class="button">"Select"</button>
            </form>
        </details>
    }
}
