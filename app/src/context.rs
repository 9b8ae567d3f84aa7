//! What the server gives to the pages with each request.

use std::net::SocketAddr;

use store::Store;

#[derive(Debug, Clone)]
pub struct RequestContext {
    pub store: Store,
    /// When the request came.
    pub now_nanos: i64,
    /// Where OTLP over HTTP is received, for those who have not sent anything yet.
    pub otlp_http: SocketAddr,
}
