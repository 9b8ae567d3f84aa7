//! The JSON API under `/api/v1`, Jaeger's under `/jaeger`, and the probes.

mod alerts;
mod charts;
mod compare;
mod critical_path;
mod csv;
mod error;
mod events;
mod export;
mod health;
mod heatmap;
mod jaeger;
mod journeys;
mod latency;
mod logs;
mod openapi;
mod receivers;
mod rollups;
mod silences;
mod skeleton;
mod slos;
mod tail;
mod topology;
mod trace;
mod trace_columns;
mod trace_count;
mod trace_difference;
mod traces;
mod views;
mod written;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use store::Store;

use crate::feed::Feeds;
use crate::ingest::redact::Redactor;
use crate::tail::Tails;

pub(crate) fn routes(store: Store, redactor: Arc<Redactor>, tails: Tails, feeds: Feeds) -> Router {
    let jaeger = jaeger::routes(store.clone(), redactor.clone());
    let live = Router::new()
        .route("/api/v1/traces/tail", get(tail::tail))
        .route("/traces/live/rows", get(tail::rows))
        .with_state((tails, redactor.clone()));
    let by_value = Router::new()
        .route("/api/v1/traces", get(traces::list))
        .route("/api/v1/traces/count", get(trace_count::count))
        .route("/api/v1/traces/export", get(export::export))
        .route("/api/v1/charts/latency.svg", get(charts::latency))
        .route("/api/v1/charts/heatmap.svg", get(charts::distribution))
        .route("/api/v1/charts/groups.svg", get(charts::groups))
        .route("/api/v1/charts/regions.svg", get(charts::regions))
        .route("/api/v1/overview", get(journeys::overview))
        .route("/api/v1/journeys", get(journeys::list))
        .route("/api/v1/journeys/{key}", get(journeys::report))
        .route("/api/v1/sessions/{id}/logs", get(logs::of_session))
        .route("/api/v1/latency", get(latency::latency))
        .route("/api/v1/heatmap", get(heatmap::heatmap))
        .route("/api/v1/compare", get(compare::compare))
        .route("/api/v1/topology", get(topology::topology))
        .with_state((store.clone(), redactor.clone()));
    let slos = Router::new()
        .route("/api/v1/slos", get(slos::list).post(slos::create))
        .route(
            "/api/v1/slos/{id}",
            get(slos::read).put(slos::update).delete(slos::delete),
        )
        .route("/api/v1/slos/{id}/status", get(slos::status))
        .route("/api/v1/slos/{id}/versions", get(slos::versions))
        .layer(DefaultBodyLimit::max(written::MAX_BODY_BYTES))
        .with_state((store.clone(), redactor));
    let views = Router::new()
        .route("/api/v1/views", get(views::list).post(views::create))
        .route(
            "/api/v1/views/{id}",
            get(views::read).put(views::update).delete(views::delete),
        )
        .layer(DefaultBodyLimit::max(written::MAX_BODY_BYTES))
        .with_state(store.clone());
    Router::new()
        .route("/api/v1/traces/compare", get(trace_difference::compare))
        .route("/api/v1/traces/{id}", get(trace::download))
        .route(
            "/api/v1/traces/{id}/critical-path",
            get(critical_path::critical_path),
        )
        .route("/api/v1/traces/{id}/logs", get(logs::of_trace))
        .route("/traces/{id}/skeleton", get(skeleton::skeleton))
        .route("/api/v1/openapi.json", get(openapi::description))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state(store.clone())
        .merge(by_value)
        .merge(live)
        .merge(slos)
        .merge(of_alerts(store, feeds))
        .merge(views)
        .merge(jaeger)
}

/// Alerts, who is told of them, and when nobody is.
fn of_alerts(store: Store, feeds: Feeds) -> Router {
    let followed = Router::new()
        .route("/api/v1/events", get(events::follow))
        .with_state(feeds);
    Router::new()
        .route("/api/v1/alerts", get(alerts::list))
        .route("/api/v1/alerts/{id}/acknowledge", post(alerts::acknowledge))
        .route(
            "/api/v1/receivers",
            get(receivers::list).post(receivers::create),
        )
        .route(
            "/api/v1/receivers/{id}",
            get(receivers::read)
                .put(receivers::update)
                .delete(receivers::delete),
        )
        .route("/api/v1/receivers/{id}/test", post(receivers::test))
        .route(
            "/api/v1/receivers/{id}/deliveries",
            get(receivers::deliveries),
        )
        .route(
            "/api/v1/silences",
            get(silences::list).post(silences::create),
        )
        .route(
            "/api/v1/silences/{id}",
            get(silences::read)
                .put(silences::update)
                .delete(silences::delete),
        )
        .layer(DefaultBodyLimit::max(written::MAX_BODY_BYTES))
        .with_state(store)
        .merge(followed)
}
