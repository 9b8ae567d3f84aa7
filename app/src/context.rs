//! What the server gives to the pages with each request.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use store::Store;

#[derive(Debug, Clone)]
pub struct RequestContext {
    pub store: Store,
    pub stored_values: StoredValues,
    /// When the request came.
    pub now_nanos: i64,
    /// Where OTLP over HTTP is received, for those who have not sent anything yet.
    pub otlp_http: SocketAddr,
}

/// Under which value it is stored that an attribute had a value, where that is another one.
#[derive(Clone)]
pub struct StoredValues(pub Arc<dyn Fn(&str, &str) -> Option<String> + Send + Sync>);

impl fmt::Debug for StoredValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredValues")
    }
}
