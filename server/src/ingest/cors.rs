//! Which pages may send spans from a browser (Fetch standard, "CORS protocol").

use std::time::Duration;

use http::Method;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::Origins;

/// How long a browser may rely on the answer to a pre-flight.
const MAX_AGE: Duration = Duration::from_hours(2);

/// Exporters send `content-type`, instrumented pages `traceparent` too, and others as they are
/// told: any header is allowed, for no header means more than another here.
pub(crate) fn layer(origins: &Origins) -> CorsLayer {
    let origins = match origins {
        Origins::Any => AllowOrigin::any(),
        Origins::Listed(listed) => AllowOrigin::list(listed.clone()),
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(MAX_AGE)
}
