//! The address of one trace.

use leptos_router::params::ParamsMap;
use model::filter::{Filter, Test};
use model::id::{SpanId, TraceId};
use model::layout::waterfall::State;
use model::trace_statistics::Order;

use super::TracesAddress;
use crate::error::AppError;
use crate::islands::trace_tabs::trace_href;

/// A way to look at a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TraceView {
    #[default]
    Waterfall,
    Flame,
    Topology,
    Statistics,
}

impl TraceView {
    pub(crate) const ALL: [Self; 4] = [
        Self::Waterfall,
        Self::Flame,
        Self::Topology,
        Self::Statistics,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waterfall => "Waterfall",
            Self::Flame => "Flame graph",
            Self::Topology => "Services",
            Self::Statistics => "Statistics",
        }
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Waterfall => "",
            Self::Flame => "flame",
            Self::Topology => "topology",
            Self::Statistics => "statistics",
        }
    }

    /// That of no key is the waterfall.
    fn of_key(key: &str) -> Self {
        let own = Self::ALL.into_iter().find(|view| view.key() == key);
        own.unwrap_or_default()
    }
}

/// `/traces/{id}?span=&view=&by=`, and how its waterfall is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TraceAddress {
    pub(crate) id: TraceId,
    /// The span whose details are shown; none for the root.
    pub(crate) span: Option<SpanId>,
    pub(crate) view: TraceView,
    /// What statistics are sorted by.
    pub(crate) order: Order,
    pub(crate) waterfall: State,
}

impl TraceAddress {
    pub(crate) fn of(id: TraceId) -> Self {
        Self {
            id,
            span: None,
            view: TraceView::default(),
            order: Order::default(),
            waterfall: State::default(),
        }
    }

    pub(crate) fn read(path: &ParamsMap, query: &ParamsMap) -> Result<Self, AppError> {
        let id = path.get("id").unwrap_or_default().parse()?;
        let span = query.get("span").filter(|text| !text.is_empty());
        let span = span.map(|text| text.parse()).transpose()?;
        let waterfall = State::read(|key| query.get_all(key).unwrap_or_default());
        Ok(Self {
            id,
            span,
            view: TraceView::of_key(query.get_str("view").unwrap_or_default()),
            order: Order::of_key(query.get_str("by").unwrap_or_default()),
            waterfall,
        })
    }

    pub(crate) fn with_span(self, span: SpanId) -> Self {
        Self {
            span: Some(span),
            ..self
        }
    }

    pub(crate) fn with_order(self, order: Order) -> Self {
        Self { order, ..self }
    }

    pub(crate) fn with_waterfall(self, waterfall: State) -> Self {
        Self { waterfall, ..self }
    }

    pub(crate) fn href(&self) -> String {
        let view = self.view.key();
        trace_href(self.id, self.span, view, self.order_key(), &self.waterfall)
    }

    /// Empty for the usual order.
    pub(crate) fn order_key(&self) -> &'static str {
        let order = Some(self.order).filter(|order| *order != Order::default());
        order.map_or("", Order::key)
    }

    /// The same trace as OTLP JSON.
    pub(crate) fn json_href(&self) -> String {
        format!("/api/v1/traces/{}", self.id)
    }

    /// The same as Jaeger's JSON.
    pub(crate) fn jaeger_href(&self) -> String {
        format!("/jaeger/api/traces/{}", self.id)
    }

    /// The traces that have links to this one.
    pub(crate) fn linking_href(&self) -> String {
        let filter = Filter::default().with(Test::link(self.id.to_string()));
        TracesAddress::default().with_filter(&filter).href()
    }
}

#[cfg(test)]
mod tests {
    use super::super::query::read_query;
    use super::*;

    #[test]
    fn a_trace_address_says_what_is_wrong() {
        let path: ParamsMap = [("id".to_owned(), "12".to_owned())].into_iter().collect();
        assert!(matches!(
            TraceAddress::read(&path, &ParamsMap::new()),
            Err(AppError::Address(_))
        ));
    }

    #[test]
    fn a_link_leads_to_the_same_view() {
        let id = "00000000000000000000000000000007";
        let path: ParamsMap = [("id".to_owned(), id.to_owned())].into_iter().collect();
        let query = "?span=0000000000000002&view=flame&by=self&service=a,b%26c&service=d&sort=duration&find=x%25%20y";
        let address = TraceAddress::read(&path, &read_query(&query[1..])).expect("an address");
        assert_eq!(address.waterfall.fold.services.len(), 2);
        assert_eq!(address.href(), format!("/traces/{id}{query}"));
    }
}
