//! Addresses of pages: the state of a page is its URL, and links are built from the same types
//! that read them.

mod compare;
mod explore;
mod journey;
mod live;
mod query;
mod receivers;
mod regions;
mod scope;
mod silences;
mod slos;
mod topology;
mod trace;
mod trace_pair;
mod traces;
mod views;

use percent_encoding::{AsciiSet, utf8_percent_encode};

pub(crate) use compare::{ALL, CompareAddress, Set, beside_the_rest};
pub(crate) use explore::ExploreAddress;
pub(crate) use journey::{
    JOURNEYS_PATH, JourneyAddress, OVERVIEW_PATH, new_journey_href, read_draft,
};
pub(crate) use live::{LIVE_PATH, live_rows_href};
pub(crate) use query::page_query;
pub(crate) use receivers::{
    RECEIVERS_PATH, edit_receiver_href, new_receiver_href, read_receiver_id,
};
pub(crate) use regions::RegionsAddress;
pub(crate) use scope::{Scope, Versus};
pub(crate) use silences::{
    SILENCES_PATH, edit_silence_href, new_silence_href, read_new_silence, read_silence_id,
};
pub(crate) use slos::{
    ALERTS_PATH, SLOS_PATH, edit_slo_href, new_slo_href, read_slo_draft, read_slo_id, slo_href,
};
pub(crate) use topology::{SERVICES_PATH, Selected, ServiceAddress, Sort, TopologyAddress};
pub(crate) use trace::{TraceAddress, TraceView};
pub(crate) use trace_pair::{CHOSEN, Compared, TracePairAddress};
pub(crate) use traces::TracesAddress;
pub(crate) use views::{
    VIEWS_PATH, edit_view_href, new_view_href, read_new_view, read_view_id, view_href,
};

/// How to write a filter.
pub(crate) const LANGUAGE_PATH: &str = "/language";

/// A page, with what it has in its query beside the scope, so that it stays when the scope changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) own: Vec<(&'static str, String)>,
}

impl Place {
    pub(crate) fn href(&self, scope: &Scope) -> String {
        let own = self.own.iter().map(|(key, value)| (*key, &**value));
        link(&self.path, scope, &own.collect::<Vec<_>>())
    }
}

/// A page that has nothing of its own.
impl<T: Into<String>> From<T> for Place {
    fn from(path: T) -> Self {
        Self {
            path: path.into(),
            own: vec![],
        }
    }
}

/// A path with what every page has in its query, and with what only this one has.
fn link(path: &str, scope: &Scope, own: &[(&str, &str)]) -> String {
    let fields = [&scope.fields(), own].concat();
    format!("{path}{}", query_string(&fields))
}

/// What the API has for a scope.
pub(crate) fn api_href(path: &str, scope: &Scope, own: &[(&str, &str)]) -> String {
    link(&format!("/api/v1/{path}"), scope, own)
}

/// What may stand in a query as it is (RFC 3986, section 3.4), less what separates its parts:
/// so much that people can read their links.
const ENCODED: &AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b'@')
    .remove(b',');

/// The query with its question mark, without the fields that are empty.
fn query_string(fields: &[(&str, &str)]) -> String {
    let parts = fields.iter().filter(|(_, value)| !value.is_empty());
    let parts = parts.map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, ENCODED)));
    let query = parts.collect::<Vec<_>>().join("&");
    if query.is_empty() {
        query
    } else {
        format!("?{query}")
    }
}
