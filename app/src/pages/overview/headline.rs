//! What stands out, in plain words; each part leads to its evidence.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::filter::Test;
use model::format;
use model::journey::Subject;
use model::overview::{BudgetState, Evidence, Overview, Standout};
use model::stats::{Change, Verdict};
use model::time::{Moment, TimeRange};

use crate::address::{CompareAddress, JourneyAddress, OVERVIEW_PATH, Scope};
use crate::components::time::Minute;
use crate::components::time_menu;

#[component]
pub(super) fn Headline(scope: Scope, overview: Overview, now_nanos: i64) -> impl IntoView {
    let sentences = overview.standouts.iter().filter_map(|standout| {
        let card = overview
            .cards
            .iter()
            .find(|card| card.subject.key == standout.key)?;
        let (standout, subject) = (standout.clone(), card.subject.clone());
        Some(view! { <Sentence scope=scope.clone() standout subject now_nanos /> })
    });
    let sentences = sentences.collect_view();
    let compare = (overview.has_before == Some(true)).then(|| {
        let href = CompareAddress::of(scope.clone()).href();
        view! { <a href=href>"Operation by operation"</a> }
    });
    view! {
        <header class="headline">
            <div class="title">
                <h1>"How are our users doing?"</h1>
                <Presets scope=scope.clone() />
            </div>
            <p>{sentences} {rest(&scope, &overview)} " " {compare}</p>
        </header>
    }
}

/// The usual times, one click away.
#[component]
fn Presets(scope: Scope) -> impl IntoView {
    let current = scope.range().ok();
    let links = time_menu::PRESETS.map(|(from, name)| {
        let is_current = current == TimeRange::parse(from, "").ok();
        let href = scope.with_range(from, "").href(OVERVIEW_PATH);
        let current = is_current.then_some("true");
        view! { <li><a href=href aria-current=current>{name}</a></li> }
    });
    view! { <ul class="presets" aria-label="Times">{links.collect_view()}</ul> }
}

/// What is said of everything else.
fn rest(scope: &Scope, overview: &Overview) -> String {
    let journeys = overview.cards.len();
    let others = journeys.saturating_sub(overview.standouts.len());
    let compared = scope.versus().title();
    match overview.has_before {
        _ if journeys == 0 => "No request names a journey yet.".to_owned(),
        None => "Nothing is compared; choose a time to compare with above.".to_owned(),
        Some(false) => {
            format!("Nothing was received in {compared}, so no change can be told.")
        }
        Some(true) if is_silent(overview) => {
            format!("There were too few requests to tell a change from {compared}.")
        }
        Some(true) if overview.standouts.is_empty() => match journeys {
            1 => "Nothing stands out: the one journey is within its usual range.".to_owned(),
            _ => {
                format!("Nothing stands out: all {journeys} journeys are within their usual range.")
            }
        },
        Some(true) if others == 0 => String::new(),
        Some(true) => "Everything else is within its usual range.".to_owned(),
    }
}

/// Whether nothing can be told of any journey that does not stand out.
fn is_silent(overview: &Overview) -> bool {
    let stands_out = |card: &&model::overview::Card| {
        let keys = overview.standouts.iter().map(|standout| &standout.key);
        !keys.into_iter().any(|key| *key == card.subject.key)
    };
    let mut others = overview.cards.iter().filter(stands_out).peekable();
    others.peek().is_some()
        && others.all(|card| {
            let verdict = card.change.map(|change| change.verdict);
            matches!(verdict, None | Some(Verdict::TooFew))
        })
}

/// One journey that stands out.
#[component]
pub(in crate::pages) fn Sentence(
    scope: Scope,
    standout: Standout,
    subject: Subject,
    now_nanos: i64,
) -> impl IntoView {
    let compared = scope.versus().title();
    let page = JourneyAddress {
        key: standout.key.clone(),
        scope: scope.clone(),
    };
    let name = view! { <a href=page.href()>{standout.name.clone()}</a> };
    let p95 = format::duration(standout.p95_nanos);
    let against = match (standout.budget_nanos, standout.budget) {
        (Some(budget), BudgetState::Over) => {
            format!(", over its budget of {}", format::duration(budget))
        }
        (Some(budget), _) => format!(", within its budget of {}", format::duration(budget)),
        (None, _) => String::new(),
    };
    let latency = match standout.latency {
        Some(change) => {
            let class = if change.verdict == Verdict::Worse {
                "bad"
            } else {
                "good"
            };
            view! {
                " is "
                <strong class=class>{speed(&change)}</strong>
                {format!(" than {compared}: p95 is {p95}{against}. ")}
            }
            .into_any()
        }
        None if standout.budget == BudgetState::Over => view! {
            " is "
            <strong class="bad">"over its budget"</strong>
            {format!(": p95 is {p95} against {}. ",
                standout.budget_nanos.map(format::duration).unwrap_or_default())}
        }
        .into_any(),
        None => ().into_any(),
    };
    let errors = standout.errors.map(|change| {
        let (begin, class) = match (
            standout.latency.is_some() || standout.budget == BudgetState::Over,
            change.verdict,
        ) {
            (true, Verdict::Worse) => ("It fails ", "bad"),
            (true, _) => ("It fails less: ", "good"),
            (false, Verdict::Worse) => (" fails ", "bad"),
            (false, _) => (" fails less: ", "good"),
        };
        view! {
            {begin}
            <strong class=class>{format!("{} of the time", format::share(change.now))}</strong>
            {format!(", after {} in {compared}. ", format::share(change.before))}
        }
    });
    let evidence = standout.evidence;
    view! {
        {name}
        {latency}
        {errors}
        <Where scope subject evidence now_nanos />
    }
}

/// Where most of a change is, since when, and in what.
#[component]
fn Where(scope: Scope, subject: Subject, evidence: Evidence, now_nanos: i64) -> impl IntoView {
    let mut tests = Vec::new();
    let mut parts = Vec::new();
    for (dimension, value, before) in [
        (Dimension::Region, evidence.region, "in "),
        (Dimension::Release, evidence.release, "with release "),
    ] {
        if let Some(value) = value {
            tests.push(Test::dimension(dimension, value.clone()));
            let href = scope.evidence_href(&subject, &tests);
            parts.push(view! { {before} <a href=href>{value}</a> }.into_any());
        }
    }
    if let Some(since) = evidence.since_nanos {
        let until = scope.to.clone();
        let narrowed = scope.with_range(&Moment::At(since).to_string(), &until);
        let href = narrowed.evidence_href(&subject, &tests);
        let time = view! { <a href=href><Minute nanos=since now_nanos /></a> };
        parts.push(view! { "since " {time} }.into_any());
    }
    if let Some(shift) = evidence.segment {
        let more = format::duration(shift.now_nanos - shift.before_nanos);
        let key = subject.key.clone();
        let address = JourneyAddress {
            key,
            scope: scope.clone(),
        };
        let href = format!("{}#segments", address.href());
        let name = format!(
            "{} (+{more} on average)",
            model::overview::segment_words(shift.segment)
        );
        parts.push(view! { "in " <a href=href>{name}</a> }.into_any());
    }
    if parts.is_empty() {
        return ().into_any();
    }
    let count = parts.len();
    let parts = parts.into_iter().enumerate().map(|(place, part)| {
        let end = if place + 1 == count { ". " } else { ", " };
        view! { {part} {end} }
    });
    let parts = parts.collect_view();
    view! { "Most of it is " {parts} }.into_any()
}

/// `24 % slower`, `half as slow`: how much by the ratio of the 95th percentiles.
fn speed(change: &Change) -> String {
    let ratio = change.ratio.unwrap_or(1.0);
    let word = if ratio >= 1.0 { "slower" } else { "faster" };
    if ratio >= 2.0 {
        return format!("{ratio:.1} times slower");
    }
    let percent = ((ratio - 1.0).abs() * 100.0).round();
    format!("{percent} % {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_told_in_words() {
        let of = |ratio| {
            speed(&Change {
                before: 1.0,
                now: ratio,
                ratio: Some(ratio),
                verdict: Verdict::Noise,
            })
        };
        assert_eq!(of(1.24), "24 % slower");
        assert_eq!(of(0.94), "6 % faster");
        assert_eq!(of(3.12), "3.1 times slower");
    }
}
