//! What the page shows below its bar.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::filter::Filter;
use model::format;

use super::answer::AnswerInWords;
use super::map::MapCard;
use super::narrow::{has, journeys_of, of_any_journey};
use super::query::Answer;
use super::table::RegionTable;
use crate::address::RegionsAddress;
use crate::components::first_trace::FirstTrace;
use crate::components::segment_bar::SegmentLegend;
use crate::components::time_menu;

const ONE_BY_ONE: &str = "Requests are not counted by all that the filter asks for, so they were \
    looked at one by one: those that were not kept are missing, and where the time goes is not \
    summed up.";

#[component]
pub(super) fn Content(address: RegionsAddress, answer: Answer) -> impl IntoView {
    let regions = answer.regions;
    let has_segments = answer.is_by_rollups;
    let Some(all) = regions.all else {
        return if answer.is_database_empty {
            view! { <FirstTrace otlp_http=answer.otlp_http /> }.into_any()
        } else {
            view! { <NothingCounted address /> }.into_any()
        };
    };
    let sampled = all.is_sampled().then(|| {
        let kept = format::counted(usize::try_from(all.count).unwrap_or(0), "request");
        view! {
            <p class="muted">
                {format!("Sampled: {kept} were kept, and stand for those that were not.")}
            </p>
        }
    });
    let one_by_one = (!answer.is_by_rollups).then(|| {
        view! {
            <p class="muted">
                {ONE_BY_ONE}
            </p>
        }
    });
    let since = answer.since_nanos.map(|nanos| {
        let text = format!(
            "There are more than can be looked at: only since {} UTC.",
            format::rfc3339(nanos)
        );
        view! { <p class="warn">{text}</p> }
    });
    let segments = has_segments.then(|| {
        view! {
            <section class="card">
                <header class="card-head">
                    <h2>"Where the time goes"</h2>
                    <span class="muted">"mean of a request"</span>
                </header>
                <SegmentLegend means=all.means />
            </section>
        }
    });
    let mut rows = if address.is_split {
        regions.by_journey
    } else {
        regions.rows.clone()
    };
    let (column, is_reversed) = address.order();
    column.sort(&mut rows, is_reversed);
    view! {
        <header class="page-head">
            <h1>"Where are users waiting?"</h1>
            <AnswerInWords address=address.clone() headline=regions.headline all=all.clone() />
            {sampled} {one_by_one} {since}
        </header>
        <JourneyChips address=address.clone() journeys=answer.journeys />
        <div class="regions">
            <MapCard address=address.clone() rows=regions.rows circles=regions.circles />
            {segments}
        </div>
        <RegionTable address rows has_segments left_out=regions.left_out />
    }
    .into_any()
}

/// Each journey as a link that narrows to it.
#[component]
fn JourneyChips(address: RegionsAddress, journeys: Vec<String>) -> impl IntoView {
    let filter = address.scope.filter().unwrap_or_default();
    let chosen: Vec<String> = journeys_of(&filter).map(str::to_owned).collect();
    let any = of_any_journey(&filter);
    let choice = |href: String, is_current: bool, name: String| {
        view! {
            <li>
                <a class="choice" href=href aria-current=is_current.then_some("true")>
                    {name}
                </a>
            </li>
        }
    };
    let all = choice(
        address.with_filter(&any).href(),
        chosen.is_empty(),
        "all journeys".to_owned(),
    );
    let choices = journeys.iter().map(|name| {
        let narrowed = any.with(has(Dimension::Journey, name));
        choice(
            address.with_filter(&narrowed).href(),
            chosen.contains(name),
            name.clone(),
        )
    });
    (!journeys.is_empty()).then(|| {
        view! {
            <nav aria-label="Journeys">
                <ul class="choices">{all} {choices.collect_view()}</ul>
            </nav>
        }
    })
}

#[component]
fn NothingCounted(address: RegionsAddress) -> impl IntoView {
    let range = address.scope.range().ok();
    let range = range.as_ref().map(time_menu::title).unwrap_or_default();
    let wider = address.scope.with_range("now-30d", "");
    let wider = wider.href(RegionsAddress::PATH);
    let unfiltered = (!address.scope.q.is_empty()).then(|| {
        let href = address.with_filter(&Filter::default()).href();
        view! { <li><a href=href>"Leave out the filter"</a></li> }
    });
    view! {
        <section class="notice">
            <h1>"No requests found"</h1>
            <p>{format!("Nothing in the range “{range}” meets the filter.")}</p>
            <p>
                "The region of a request is read from the attributes "
                <code>"user.region"</code> ", " <code>"client.geo.region"</code> ", "
                <code>"deployment.region"</code> " and " <code>"cloud.region"</code>
                " of its root span."
            </p>
            <ul>{unfiltered} <li><a href=wider>"Look at the last 30 days"</a></li></ul>
        </section>
    }
}
