//! The address of the list of traces as they arrive.

use super::{Scope, query_string};

/// `/traces/live?q=`. It keeps the time as well, for the other pages.
pub(crate) const LIVE_PATH: &str = "/traces/live";

/// Where its rows come from. `longest` is the duration of a whole bar, in nanoseconds.
pub(crate) fn live_rows_href(scope: &Scope, longest: i64) -> String {
    let longest = longest.to_string();
    let fields = [("q", &*scope.q), ("longest", &*longest)];
    format!("{LIVE_PATH}/rows{}", query_string(&fields))
}
