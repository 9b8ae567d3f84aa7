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
    /// Whether this server can send e-mail.
    pub can_send_mail: bool,
}

/// Takes the name of an attribute and the value that was sent.
type StoredValue = dyn Fn(&str, &str) -> Option<String> + Send + Sync;

/// Under which values attributes are stored, where those are not the ones that were sent.
#[derive(Clone)]
pub struct StoredValues(pub Arc<StoredValue>);

impl fmt::Debug for StoredValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredValues")
    }
}
