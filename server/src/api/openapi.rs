//! `GET /api/v1/openapi.json`: the API described for tools (`OpenAPI` 3.1).

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

const DESCRIPTION: &str = include_str!("openapi.json");

pub(super) async fn description() -> Response {
    ([(CONTENT_TYPE, "application/json")], DESCRIPTION).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Under this prefix a description of ours could only contradict Jaeger's.
    const OF_JAEGER: &str = "/jaeger/";

    /// A route cannot be forgotten, and none is described that is not there. Those under
    /// [`OF_JAEGER`] are Jaeger's API, which Jaeger describes; docs/jaeger.md names what there is
    /// of it.
    #[test]
    fn every_route_is_described() {
        let description: Value = serde_json::from_str(DESCRIPTION).expect("JSON");
        let paths = description["paths"].as_object().expect("paths");
        let described: BTreeSet<&str> = paths.keys().map(String::as_str).collect();
        let routes = include_str!("mod.rs").split(".route(").skip(1);
        let routes = routes.filter_map(|route| route.split('"').nth(1));
        let own = |route: &&str| route.starts_with("/api/") && !route.starts_with(OF_JAEGER);
        let routes: BTreeSet<&str> = routes.filter(own).collect();
        assert_eq!(described, routes);
    }

    #[test]
    fn what_is_referred_to_is_there() {
        let description: Value = serde_json::from_str(DESCRIPTION).expect("JSON");
        let references = DESCRIPTION.split("\"#/").skip(1);
        let references = references.filter_map(|reference| reference.split('"').next());
        let mut count = 0;
        for reference in references {
            let found = description.pointer(&format!("/{reference}"));
            assert!(found.is_some(), "{reference}");
            count += 1;
        }
        assert!(count > 10);
    }
}
