//! What an objective would have meant over the past weeks, beside the form that sets it.

use leptos::prelude::*;
use model::format;
use model::layout::budget_chart::BudgetChart;
use model::layout::distribution_chart::DistributionChart;
use model::objective::burn::Severity;
use model::objective::{Definition, Draft, Episode, PREVIEW_DAYS, Preview, Threshold};

use super::query::get_preview;
use crate::components::budget_chart::BudgetChartView;
use crate::components::distribution::DistributionView;
use crate::components::time::Minute;
use crate::context::RequestContext;
use crate::error::AppError;

/// Most alerts that are listed; all of them are counted.
const MAX_EPISODES: usize = 12;

/// A draft that nobody has named yet can be previewed, too.
pub(super) fn definition(draft: &Draft) -> Option<Definition> {
    let mut draft = draft.clone();
    if draft.name.trim().is_empty() {
        "Preview".clone_into(&mut draft.name);
    }
    draft.check().ok()
}

/// The preview as HTML, for a page that is open already.
pub(crate) async fn draw_preview(draft: &Draft) -> Result<String, AppError> {
    let view = preview_view(draft).await?;
    Ok(view.to_html())
}

pub(super) async fn preview_view(draft: &Draft) -> Result<AnyView, AppError> {
    let now_nanos = expect_context::<RequestContext>().now_nanos;
    let preview = get_preview(draft).await?;
    Ok(match (definition(draft), preview) {
        (Some(definition), Some(preview)) => {
            view! { <PreviewView definition preview now_nanos /> }.into_any()
        }
        (Some(_), None) => view! {
            <section class="card notice-card">
                <p>"There is no such journey any more. Choose another one."</p>
            </section>
        }
        .into_any(),
        (None, _) => {
            let mistakes = draft.check().err().unwrap_or_default();
            let mistakes = mistakes
                .into_iter()
                .map(|own| view! { <li>{own.message}</li> });
            view! {
                <section class="card notice-card">
                    <p>"What it would have meant stands here as soon as this is mended:"</p>
                    <ul>{mistakes.collect_view()}</ul>
                </section>
            }
            .into_any()
        }
    })
}

#[component]
fn PreviewView(definition: Definition, preview: Preview, now_nanos: i64) -> impl IntoView {
    let Preview {
        status,
        from_nanos,
        line,
        episodes,
        threshold,
    } = preview;
    let summary = match status.attainment.zip(status.budget_left) {
        None => "Nothing that it is about was counted in its window.".to_owned(),
        Some((share, left)) => format!(
            "{} were {} {}, of {}: {}.",
            format::attainment(share),
            definition.good_words(),
            definition.window.words(),
            format::exact(status.tally.total),
            format::budget_left(left)
        ),
    };
    let class = match status.budget_left {
        Some(left) if left <= 0.0 => "tag bad",
        Some(left) if left < 0.25 => "tag warn",
        Some(_) => "tag good",
        None => "tag",
    };
    let left = status
        .budget_left
        .map_or("nothing counted".to_owned(), |left| {
            format!("budget {}", format::budget_left(left))
        });
    let chart = BudgetChart::of(from_nanos, &line, &episodes);
    let alerts = alert_words(&episodes);
    let threshold = threshold.map(|threshold| {
        view! { <ThresholdView definition=definition.clone() threshold share=status.attainment /> }
    });
    view! {
        <section class="card">
            <header class="card-head">
                <h2>{format!("With these numbers, over the past {PREVIEW_DAYS} days")}</h2>
                <span class=class>{left}</span>
            </header>
            <p class="card-words">{summary}</p>
            <BudgetChartView chart />
            <p class="card-words">{alerts}</p>
            <EpisodeList episodes now_nanos />
            <p class="card-words muted">
                "Looked at once an hour: a real alert looks every half a minute, and fires sooner."
            </p>
        </section>
        {threshold}
    }
}

fn alert_words(episodes: &[Episode]) -> String {
    let count = |severity: Severity| {
        let own = episodes
            .iter()
            .filter(|episode| episode.severity == severity);
        own.count()
    };
    match (count(Severity::Page), count(Severity::Ticket)) {
        (0, 0) => "No alert would have fired.".to_owned(),
        (pages, tickets) => format!(
            "{} and {} would have fired.",
            format::counted(pages, "page"),
            format::counted(tickets, "ticket")
        ),
    }
}

/// The latest first.
#[component]
fn EpisodeList(episodes: Vec<Episode>, now_nanos: i64) -> impl IntoView {
    let count = episodes.len();
    let rows = episodes
        .into_iter()
        .rev()
        .take(MAX_EPISODES)
        .map(|episode| {
            let length = match episode.to_nanos {
                Some(to) => format!("for {}", format::duration(to - episode.from_nanos)),
                None => "until now".to_owned(),
            };
            view! {
                <li>
                    {episode.severity.name()} " "
                    <Minute nanos=episode.from_nanos now_nanos /> " " {length}
                </li>
            }
        });
    let rows = rows.collect_view();
    let more = (count > MAX_EPISODES).then(|| {
        let words = format!("and {} before", format::count(count - MAX_EPISODES));
        view! { <li class="muted">{words}</li> }
    });
    (count > 0).then(|| view! { <ul class="episodes">{rows} {more}</ul> })
}

#[component]
fn ThresholdView(
    definition: Definition,
    threshold: Threshold,
    share: Option<f64>,
) -> impl IntoView {
    let counted = format::duration(threshold.counted_nanos);
    let words = match share.zip(threshold.meets_target_nanos) {
        None => "Nothing was counted.".to_owned(),
        Some((share, meets)) => format!(
            "{} under {counted}; {} % were under {}",
            format::attainment(share),
            definition.target.percent(),
            format::duration(meets)
        ),
    };
    let meets = threshold.meets_target_nanos.map(|nanos| {
        let exact = format::exact_duration(nanos);
        format!(" So is {exact}, the least that would meet the target.")
    });
    let exact = format!(
        "Counted at {}, which is exact: durations are kept within bounds, and this is the nearest.{}",
        format::exact_duration(threshold.counted_nanos),
        meets.unwrap_or_default(),
    );
    let chart = DistributionChart::of(&threshold.distribution);
    view! {
        <section class="card threshold">
            <header class="card-head">
                <h2>"Where the threshold lies"</h2>
                <span class="muted">{words}</span>
            </header>
            <DistributionView chart names=["in time", "too slow"] />
            <p class="card-words muted">{exact}</p>
        </section>
    }
}
