//! `/explore`: requests by time and duration, what sets some of them apart, and the slowest.

mod groups;
mod query;
mod selection;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::format;
use model::layout::heatmap::Selection;

use self::groups::GroupsView;
use self::query::{Chart, Figures, Groups, Selected, get_chart, get_groups, get_selected};
use self::selection::SelectedView;
use crate::address::{ExploreAddress, Scope};
use crate::components::filter_bar::FilterBar;
use crate::components::first_trace::FirstTrace;
use crate::components::heatmap::HeatmapView;
use crate::components::local_time::Time;
use crate::components::notice::ErrorNotice;
use crate::components::time_menu;
use crate::error::AppError;

#[component]
pub(crate) fn ExplorePage() -> impl IntoView {
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(ExploreAddress::read));
    // What is fetched again when filter or time change, and not when the selection does.
    let scope = Memo::new(move |_| address.get().scope);
    let by = Memo::new(move |_| address.get().by);
    let chart = Resource::new(move || scope.get(), ask_chart);
    let groups = Resource::new(move || (scope.get(), by.get()), ask_groups);
    view! {
        <Title text="Explore" />
        {move || view! { <FilterBar path=ExploreAddress::PATH.into() scope=scope.get() /> }}
        <Transition fallback=|| view! { <p class="muted">"Counting requests…"</p> }>
            {move || Suspend::new(async move {
                match chart.await {
                    Ok(chart) if chart.is_database_empty => {
                        view! { <FirstTrace otlp_http=chart.otlp_http /> }.into_any()
                    }
                    Ok(chart) => view! { <Found address chart groups /> }.into_any(),
                    Err(error) => view! { <ErrorNotice error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// A mistake in the address is told here and now; the server is only asked what makes sense.
async fn ask_chart(scope: Scope) -> Result<Chart, AppError> {
    scope.filter()?;
    scope.range()?;
    get_chart(scope.q, scope.from, scope.to).await
}

async fn ask_groups((scope, by): (Scope, String)) -> Result<Option<Groups>, AppError> {
    scope.filter()?;
    scope.range()?;
    if by.is_empty() {
        return Ok(None);
    }
    get_groups(scope.q, scope.from, scope.to, by)
        .await
        .map(Some)
}

async fn ask_selected(
    (scope, selection): (Scope, Result<Option<Selection>, AppError>),
) -> Result<Option<(Selection, Selected)>, AppError> {
    let Some(selection) = selection? else {
        return Ok(None);
    };
    let selected = get_selected(scope.q, scope.from, scope.to, selection).await?;
    Ok(Some((selection, selected)))
}

#[component]
fn Found(
    address: Memo<ExploreAddress>,
    chart: Chart,
    groups: Resource<Result<Option<Groups>, AppError>>,
) -> impl IntoView {
    let now_nanos = chart.now_nanos;
    let selection = Memo::new(move |_| address.get().selection(now_nanos));
    let selected = Resource::new(move || (address.get().scope, selection.get()), ask_selected);
    let navigate = use_navigate();
    let select = Callback::new(move |selection: Selection| {
        let href = address
            .get_untracked()
            .with_selection(Some(&selection))
            .href();
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&href, options);
    });
    let is_something = chart.all.count > 0;
    let heatmap = StoredValue::new(chart.heatmap.clone());
    let picture = move || {
        let selection = selection.get().ok().flatten();
        let heatmap = heatmap.get_value();
        view! { <HeatmapView heatmap selection now_nanos select /> }
    };
    let empty = move || {
        let wider = address
            .get()
            .with_scope(address.get().scope.with_range("now-30d", ""));
        view! {
            <div class="notice">
                <p>"No request began in this time and meets the filter."</p>
                <p><a href=wider.href()>"Look at the last 30 days"</a></p>
            </div>
        }
    };
    view! {
        <section class="card explore" aria-label="Requests by time and duration">
            <Head address chart />
            {if is_something { picture.into_any() } else { empty.into_any() }}
            {is_something.then(|| view! { <ByFigures address /> })}
        </section>
        <Transition fallback=|| view! { <p class="muted">"Looking at the selection…"</p> }>
            {move || Suspend::new(async move {
                match selected.await {
                    Ok(None) => ().into_any(),
                    Ok(Some((selection, selected))) => {
                        view! { <SelectedView address=address.get() selection selected /> }.into_any()
                    }
                    Err(error) => view! { <ErrorNotice error /> }.into_any(),
                }
            })}
        </Transition>
        <Transition fallback=|| view! { <p class="muted">"Grouping…"</p> }>
            {move || Suspend::new(async move {
                match groups.await {
                    Ok(groups) => view! { <GroupsView address=address.get() groups /> }.into_any(),
                    Err(error) => view! { <ErrorNotice error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The answer in figures.
#[component]
fn Head(address: Memo<ExploreAddress>, chart: Chart) -> impl IntoView {
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
    let percentiles = percentiles.map(|nanos| {
        let [p50, p95, p99] = nanos.map(format::duration);
        format!("p50 {p50} · p95 {p95} · p99 {p99}")
    });
    let errors = (errors > 0).then(|| {
        let text = format::counted(usize::try_from(errors).unwrap_or(0), "error");
        view! { <span class="bad">{text}</span> }
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
                {percentiles} " " {errors} " " {sampled} " "
                {move || address.get().scope.range().as_ref().map(time_menu::title).unwrap_or_default()}
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
fn ByFigures(address: Memo<ExploreAddress>) -> impl IntoView {
    let scope = address.get_untracked().scope;
    let kept = [
        ("q", scope.q),
        ("from", scope.from),
        ("to", scope.to),
        ("vs", scope.vs),
        ("by", address.get_untracked().by),
    ];
    let kept = kept.map(|(name, value)| {
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    });
    view! {
        <details class="by-figures">
            <summary>"Select by figures"</summary>
            <form method="get" action=ExploreAddress::PATH>
                {kept.into_iter().collect_view()}
                <label>"From" <input name="since" placeholder="now-30m" /></label>
                <label>"To" <input name="until" placeholder="now" /></label>
                <label>"At least" <input name="least" placeholder="500ms" /></label>
                <label>"Below" <input name="below" placeholder="2s" /></label>
                <button class="button">"Select"</button>
            </form>
        </details>
    }
}
