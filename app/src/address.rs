//! Addresses of pages: the state of a page is its URL, and links are built from the same types
//! that read them.

use leptos_router::params::ParamsMap;
use model::cursor::Cursor;
use model::filter::Filter;
use model::id::{SpanId, TraceId};
use model::layout::waterfall::Clock;
use model::time::TimeRange;
use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::error::AppError;

/// `/traces?q=&from=&to=&cursor=`, as typed: it may not make sense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TracesAddress {
    pub(crate) q: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) cursor: String,
}

impl TracesAddress {
    pub(crate) const PATH: &str = "/traces";

    pub(crate) fn read(query: &ParamsMap) -> Self {
        let text = |key: &str| query.get(key).unwrap_or_default();
        Self {
            q: text("q"),
            from: text("from"),
            to: text("to"),
            cursor: text("cursor"),
        }
    }

    pub(crate) fn filter(&self) -> Result<Filter, AppError> {
        Ok(self.q.parse::<Filter>()?)
    }

    pub(crate) fn range(&self) -> Result<TimeRange, AppError> {
        Ok(TimeRange::parse(&self.from, &self.to)?)
    }

    pub(crate) fn after(&self) -> Result<Option<Cursor>, AppError> {
        if self.cursor.is_empty() {
            Ok(None)
        } else {
            Ok(Some(self.cursor.parse()?))
        }
    }

    /// The first page of the same range with another filter.
    pub(crate) fn with_filter(&self, filter: &Filter) -> Self {
        Self {
            q: filter.to_string(),
            cursor: String::new(),
            ..self.clone()
        }
    }

    /// The first page of another range with the same filter.
    pub(crate) fn with_range(&self, from: &str, to: &str) -> Self {
        Self {
            q: self.q.clone(),
            from: from.into(),
            to: to.into(),
            cursor: String::new(),
        }
    }

    pub(crate) fn with_cursor(&self, cursor: Cursor) -> Self {
        Self {
            cursor: cursor.to_string(),
            ..self.clone()
        }
    }

    pub(crate) fn href(&self) -> String {
        let fields = [
            ("q", &self.q),
            ("from", &self.from),
            ("to", &self.to),
            ("cursor", &self.cursor),
        ];
        let query = fields.map(|(key, value)| (key, value.as_str()));
        format!("{}{}", Self::PATH, query_string(&query))
    }
}

/// `/traces/{id}?span=&clock=raw`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceAddress {
    pub(crate) id: TraceId,
    /// The span whose details are shown; none for the root.
    pub(crate) span: Option<SpanId>,
    pub(crate) clock: Clock,
}

impl TraceAddress {
    pub(crate) fn of(id: TraceId) -> Self {
        Self {
            id,
            span: None,
            clock: Clock::Corrected,
        }
    }

    pub(crate) fn read(path: &ParamsMap, query: &ParamsMap) -> Result<Self, AppError> {
        let id = path.get("id").unwrap_or_default().parse()?;
        let span = query.get("span").filter(|text| !text.is_empty());
        let span = span.map(|text| text.parse()).transpose()?;
        let clock = if query.get("clock").as_deref() == Some("raw") {
            Clock::Raw
        } else {
            Clock::Corrected
        };
        Ok(Self { id, span, clock })
    }

    pub(crate) fn with_span(self, span: SpanId) -> Self {
        Self {
            span: Some(span),
            ..self
        }
    }

    pub(crate) fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    pub(crate) fn href(self) -> String {
        let span = self.span.map(|span| span.to_string()).unwrap_or_default();
        let clock = if self.clock == Clock::Raw { "raw" } else { "" };
        format!(
            "/traces/{}{}",
            self.id,
            query_string(&[("span", &span), ("clock", clock)])
        )
    }

    /// The same trace as OTLP JSON.
    pub(crate) fn json_href(self) -> String {
        format!("/api/v1/traces/{}", self.id)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_encodes_what_was_typed() {
        let q = "a b:\"c&d\"".to_owned();
        let address = TracesAddress {
            q,
            from: "now-1h".into(),
            ..TracesAddress::default()
        };
        assert_eq!(address.href(), "/traces?q=a%20b:%22c%26d%22&from=now-1h");
    }

    #[test]
    fn a_trace_address_says_what_is_wrong() {
        let path: ParamsMap = [("id".to_owned(), "12".to_owned())].into_iter().collect();
        assert!(matches!(
            TraceAddress::read(&path, &ParamsMap::new()),
            Err(AppError::Address(_))
        ));
    }
}
