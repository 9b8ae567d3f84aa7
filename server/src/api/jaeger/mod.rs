//! The query API of Jaeger, under `/jaeger`: what the Jaeger UI, Grafana's Jaeger data source and
//! scripts ask, answered from what is stored here. docs/jaeger.md says what it has.
//!
//! Version 1 is the JSON of Jaeger's UI, version 3 that of `api_v3/query_service.proto`
//! (jaeger-idl), with OTLP in it. Both ask the same [`search`].

mod convert;
mod error;
mod names;
mod parameters;
mod search;
mod summary;
mod v1;
mod v3;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};
use http::HeaderName;
use store::Store;

use crate::ingest::redact::Redactor;

/// Says what an answer has not, as with tables.
const MORE: HeaderName = HeaderName::from_static("x-more");

pub(super) fn routes(store: Store, redactor: Arc<Redactor>) -> Router {
    let by_value = Router::new()
        .route("/jaeger/api/traces", get(v1::find))
        .route("/jaeger/api/v3/traces", get(v3::find))
        .route("/jaeger/api/v3/trace-summaries", get(v3::summaries))
        .with_state((store.clone(), redactor));
    Router::new()
        .route("/jaeger/api/services", get(v1::services))
        .route(
            "/jaeger/api/services/{service}/operations",
            get(v1::operation_names),
        )
        .route("/jaeger/api/operations", get(v1::operations))
        .route("/jaeger/api/traces/{id}", get(v1::trace))
        .route("/jaeger/api/dependencies", get(v1::dependencies))
        .route("/jaeger/api/v3/services", get(v3::services))
        .route("/jaeger/api/v3/operations", get(v3::operations))
        .route("/jaeger/api/v3/traces/{id}", get(v3::trace))
        // A client that asks for more of the API is not to read the page of what is not found.
        .route("/jaeger/api/{*rest}", any(v1::unknown))
        .route("/jaeger/api/v3/{*rest}", any(v3::unknown))
        .with_state(store)
        .merge(by_value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_route_is_described() {
        let description = include_str!("../../../../docs/jaeger.md");
        let routes = include_str!("mod.rs").split("\"/jaeger/api/").skip(1);
        let routes = routes.filter_map(|route| route.split('"').next());
        let mut count = 0;
        for route in routes.filter(|route| !route.contains("{*")) {
            let named = description.contains(&format!("`/jaeger/api/{route}"));
            assert!(named, "{route}");
            count += 1;
        }
        assert!(count >= 11, "{count}");
    }
}
