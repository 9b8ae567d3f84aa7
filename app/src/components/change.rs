//! A change with its sign, and what it means.

use leptos::prelude::*;
use model::format;
use model::stats::{Change, Verdict};

/// What it is that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Duration,
    Share,
}

/// Red or green only where it is significant; what it rests on stands in the title.
#[component]
pub(crate) fn ChangeMark(change: Option<Change>, measure: Measure) -> impl IntoView {
    let Some(change) = change else {
        return view! {
            <span class="muted" title="Nothing was counted in the time that this is compared with">
                "nothing before"
            </span>
        }
        .into_any();
    };
    let (before, now) = match measure {
        Measure::Duration => {
            let (before, now) = change.nanos();
            (format::duration(before), format::duration(now))
        }
        Measure::Share => (format::share(change.before), format::share(change.now)),
    };
    let text = match change.ratio {
        Some(ratio) => format::change(ratio),
        None if change.now > 0.0 => format!("from {before}"),
        None => format::change(1.0),
    };
    let (class, meaning, explanation) = match change.verdict {
        Verdict::Better => ("change good", "better", "more than chance would explain"),
        Verdict::Worse => ("change bad", "worse", "more than chance would explain"),
        Verdict::Noise => (
            "change muted",
            "noise",
            "chance alone makes such differences",
        ),
        Verdict::TooFew => (
            "change muted",
            "too few",
            "too few requests to tell it from chance",
        ),
    };
    let title = format!("{now} after {before}: {explanation}");
    let word = match change.verdict {
        Verdict::TooFew => view! { <small>{format!(" {meaning}")}</small> }.into_any(),
        _ => view! { <span class="hidden">{format!(" {meaning}")}</span> }.into_any(),
    };
    view! {
        <span class=class title=title>
            {text}
            {word}
        </span>
    }
    .into_any()
}
