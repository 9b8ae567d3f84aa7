//! The address of one trace.

use leptos_router::params::ParamsMap;
use model::id::{SpanId, TraceId};
use model::layout::waterfall::Clock;

use super::query_string;
use crate::error::AppError;

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

    pub(crate) fn without_span(self) -> Self {
        Self { span: None, ..self }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_address_says_what_is_wrong() {
        let path: ParamsMap = [("id".to_owned(), "12".to_owned())].into_iter().collect();
        assert!(matches!(
            TraceAddress::read(&path, &ParamsMap::new()),
            Err(AppError::Address(_))
        ));
    }
}
