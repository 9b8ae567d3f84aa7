//! Links to what a card shows, for reports, spreadsheets and scripts.

use leptos::prelude::*;

use crate::address::{Scope, api_href};

/// What the API has of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Export {
    /// A picture, by its path under `/api/v1/charts`.
    Svg(&'static str),
    /// A table, by its path under `/api/v1`.
    Csv(&'static str),
    Json(&'static str),
    /// Whole traces as lines of OTLP's JSON.
    Otlp(&'static str),
}

impl Export {
    fn name(self) -> &'static str {
        match self {
            Self::Svg(_) => "SVG",
            Self::Csv(_) => "CSV",
            Self::Json(_) => "JSON",
            Self::Otlp(_) => "OTLP",
        }
    }

    fn href(self, scope: &Scope, own: &[(&str, &str)]) -> String {
        match self {
            Self::Svg(path) => api_href(&format!("charts/{path}.svg"), scope, own),
            Self::Csv(path) => api_href(path, scope, &[own, &[("format", "csv")]].concat()),
            Self::Json(path) | Self::Otlp(path) => api_href(path, scope, own),
        }
    }
}

/// `what` names it for those who hear the links without the card; `own` is what the address has
/// beside the scope.
#[component]
pub(crate) fn Exports(
    what: &'static str,
    scope: Scope,
    exports: Vec<Export>,
    #[prop(optional)] own: Vec<(&'static str, String)>,
) -> impl IntoView {
    let own: Vec<(&str, &str)> = own.iter().map(|(key, value)| (*key, &**value)).collect();
    let links = exports.into_iter().map(|export| {
        let name = export.name();
        let label = format!("{what} as {name}");
        view! { <a href=export.href(&scope, &own) aria-label=label>{name}</a> }
    });
    view! { <span class="exports">{links.collect_view()}</span> }
}
