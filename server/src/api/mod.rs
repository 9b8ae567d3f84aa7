//! The JSON API under `/api/v1`, and the probes.

mod error;
mod health;
mod latency;
mod logs;
mod rollups;
mod topology;
mod trace;
mod traces;

use axum::Router;
use axum::routing::get;
use store::Store;

pub(crate) fn routes(store: Store) -> Router {
    Router::new()
        .route("/api/v1/traces", get(traces::list))
        .route("/api/v1/traces/{id}", get(trace::download))
        .route("/api/v1/traces/{id}/logs", get(logs::of_trace))
        .route("/api/v1/sessions/{id}/logs", get(logs::of_session))
        .route("/api/v1/latency", get(latency::latency))
        .route("/api/v1/topology", get(topology::topology))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state(store)
}
