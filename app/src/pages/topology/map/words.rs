//! What the map says of a node or an edge.

use model::format;
use model::topology::{Changes, Figures, Standing};

use super::super::answer::words;

pub(super) fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Worse => "worse",
        Standing::New => "new",
        Standing::Gone => "gone",
        Standing::Better => "better",
        Standing::Usual => "usual",
        Standing::TooFew => "few",
    }
}

/// As short as can be: `12/s · 240 ms · 1.2 % err`.
pub(super) fn figures(figures: &Figures) -> String {
    let Some(p95) = figures.p95_nanos else {
        return "nothing counted".to_owned();
    };
    let errors = figures.error_rate.filter(|rate| *rate > 0.0);
    let errors = errors.map(|rate| format!(" · {} err", format::share(rate)));
    format!(
        "{} · {}{}",
        format::rate(figures.per_second),
        format::duration(p95),
        errors.unwrap_or_default()
    )
}

/// As people say it.
pub(super) fn in_words(figures: &Figures) -> String {
    let Some(p95) = figures.p95_nanos else {
        return "nothing counted in this time".to_owned();
    };
    format!(
        "{}, p95 {}, {} errors",
        format::rate(figures.per_second),
        format::duration(p95),
        format::share(figures.error_rate.unwrap_or(0.0))
    )
}

pub(super) fn standing_in_words(standing: Standing, changes: &Changes) -> String {
    match standing {
        Standing::Usual => String::new(),
        _ => format!("; {}", words(standing, changes)),
    }
}
