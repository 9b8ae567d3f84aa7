//! `GET /api/v1/charts/….svg`: the pictures of the pages, for reports.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use model::filter::Filter;
use model::format;
use model::layout::heatmap::Heatmap;
use model::regions::Regions;
use model::rollup::{Coverage, Rollup};
use serde::Deserialize;
use store::Store;
use store::regions::RegionsQuestion;
use store::requests::{GroupBy, RequestQuestion};

use super::error::ApiError;
use super::rollups::{self, Versus};
use crate::charts::{Bar, ChartError, Heading, LINES, Line, Theme, bars, heatmap, lines, map};
use crate::clock;
use crate::ingest::redact::Redactor;

/// Most columns of time.
const LINE_COLUMNS: usize = 60;
const HEATMAP_COLUMNS: usize = 98;

const PERCENTILES: [(&str, f64); 3] = [("p50", 0.50), ("p95", 0.95), ("p99", 0.99)];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: String,
    from: String,
    to: String,
    /// A label of requests.
    group_by: String,
    /// The map of regions alone compares.
    vs: Versus,
    theme: Theme,
}

type Asked = Result<Query<Parameters>, QueryRejection>;

type Shared = State<(Store, Arc<Redactor>)>;

/// What is asked of a chart, and the time that it is about.
struct Question {
    filter: Filter,
    time: Coverage,
    group_by: Option<GroupBy>,
    /// As it stands under the title.
    subtitle: String,
}

impl Question {
    fn of(parameters: &Parameters, redactor: &Redactor) -> Result<Self, ApiError> {
        let filter: Filter = parameters.q.parse()?;
        let time = rollups::time(&parameters.from, &parameters.to, clock::now_nanos())?;
        let [from, to] = [time.from_nanos, time.to_nanos].map(format::rfc3339);
        let what = if filter.terms.is_empty() {
            "All requests".to_owned()
        } else {
            filter.to_string()
        };
        let group_by = match parameters.group_by.as_str() {
            "" => None,
            name => Some(rollups::group_by(name)?),
        };
        Ok(Self {
            filter: rollups::filter(&parameters.q, redactor)?,
            time,
            group_by,
            subtitle: format!("{what} · {from} to {to}"),
        })
    }

    /// What could not be looked at, since there was too much, is not passed over in silence.
    fn heading(&self, title: String, since_nanos: Option<i64>) -> Heading {
        let since = since_nanos
            .map(|nanos| format!(" · counted from {} on", format::rfc3339(nanos)))
            .unwrap_or_default();
        Heading {
            title,
            subtitle: format!("{}{since}", self.subtitle),
        }
    }
}

/// Percentiles over time, or the 95th percentile of each group.
pub(super) async fn latency(
    State((store, redactor)): Shared,
    parameters: Asked,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters?;
    let asked = Question::of(&parameters, &redactor)?;
    let question = RequestQuestion {
        filter: asked.filter.clone(),
        group_by: asked.group_by.into_iter().collect(),
        slots: asked.time.slots(LINE_COLUMNS),
    };
    let answer = store.requests(&question).await?;
    let quantiles = |slots: &[Rollup], share: f64| {
        let slots = slots.iter();
        slots.map(|slot| slot.durations.quantile(share)).collect()
    };
    let (title, drawn): (_, Vec<Line>) = if asked.group_by.is_some() {
        let groups = answer.groups.iter().take(LINES);
        let line = |group: &store::rollups::Group| Line {
            name: named(&group.key),
            values: quantiles(&group.slots, 0.95),
        };
        let label = parameters.group_by.replace('_', " ");
        (format!("p95 by {label}"), groups.map(line).collect())
    } else {
        let slots = answer.groups.first().map(|group| group.slots.as_slice());
        let slots = slots.unwrap_or_default();
        let line = |(name, share): (&str, f64)| Line {
            name: name.to_owned(),
            values: quantiles(slots, share),
        };
        let drawn = PERCENTILES.map(line).into_iter().collect();
        ("Latency of requests".to_owned(), drawn)
    };
    let heading = asked.heading(title, answer.since_nanos);
    let bounds = question.slots.bounds();
    svg(lines(&heading, bounds, &drawn, parameters.theme))
}

/// Requests by time and duration.
pub(super) async fn distribution(
    State((store, redactor)): Shared,
    parameters: Asked,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters?;
    let asked = Question::of(&parameters, &redactor)?;
    let question = RequestQuestion {
        filter: asked.filter.clone(),
        group_by: vec![],
        slots: asked.time.slots(HEATMAP_COLUMNS),
    };
    let answer = store.requests(&question).await?;
    let slots = answer.groups.first().map(|group| group.slots.as_slice());
    let map = Heatmap::of(&question.slots, slots.unwrap_or_default());
    let heading = asked.heading(
        "Requests by time and duration".to_owned(),
        answer.since_nanos,
    );
    svg(heatmap(&heading, &map, parameters.theme))
}

/// Percentiles of each group, the busiest first; by region where nothing else is asked for.
pub(super) async fn groups(
    State((store, redactor)): Shared,
    parameters: Asked,
) -> Result<Response, ApiError> {
    let Query(mut parameters) = parameters?;
    if parameters.group_by.is_empty() {
        "region".clone_into(&mut parameters.group_by);
    }
    let asked = Question::of(&parameters, &redactor)?;
    let question = RequestQuestion {
        filter: asked.filter.clone(),
        group_by: asked.group_by.into_iter().collect(),
        slots: asked.time.whole(),
    };
    let answer = store.requests(&question).await?;
    let drawn = answer.groups.iter().filter_map(|group| {
        let total = group.total();
        Some(Bar {
            name: named(&group.key),
            p50: total.durations.quantile(0.50)?,
            p95: total.durations.quantile(0.95)?,
        })
    });
    let drawn: Vec<Bar> = drawn.collect();
    let title = format!("Latency by {}", parameters.group_by.replace('_', " "));
    let heading = asked.heading(title, answer.since_nanos);
    svg(bars(&heading, &drawn, parameters.theme))
}

/// The map of the world, with a circle for each region.
pub(super) async fn regions(
    State((store, redactor)): Shared,
    parameters: Asked,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters?;
    let asked = Question::of(&parameters, &redactor)?;
    let question = RegionsQuestion {
        filter: asked.filter.clone(),
        time: asked.time,
        compared: parameters.vs.compared(asked.time, clock::now_nanos()),
    };
    let answer = store.regions(&question).await?;
    let regions = Regions::of(answer.observed(), false);
    let compared = match parameters.vs {
        Versus::Before => ", compared with the time right before",
        Versus::Week => ", compared with a week earlier",
        Versus::None => "",
    };
    let title = format!("p95 by region{compared}");
    let heading = asked.heading(title, answer.since_nanos);
    svg(map(&heading, &regions, parameters.theme))
}

fn named(key: &[String]) -> String {
    match key.first().map(String::as_str) {
        None | Some("") => "not told".to_owned(),
        Some(name) => name.to_owned(),
    }
}

/// An image that runs nothing, wherever it is opened.
fn svg(drawn: Result<String, ChartError>) -> Result<Response, ApiError> {
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
        (CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, drawn?).into_response())
}
