//! The address of the list of traces.

use leptos_router::params::ParamsMap;
use model::cursor::Cursor;
use model::filter::Filter;

use super::{Scope, link};
use crate::error::AppError;

/// `/traces?q=&from=&to=&cursor=`, as typed: it may not make sense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TracesAddress {
    pub(crate) scope: Scope,
    pub(crate) cursor: String,
}

impl TracesAddress {
    pub(crate) const PATH: &str = "/traces";

    pub(crate) fn read(query: &ParamsMap) -> Self {
        Self {
            scope: Scope::read(query),
            cursor: query.get("cursor").unwrap_or_default(),
        }
    }

    pub(crate) fn after(&self) -> Result<Option<Cursor>, AppError> {
        if self.cursor.is_empty() {
            Ok(None)
        } else {
            Ok(Some(self.cursor.parse()?))
        }
    }

    /// The first page of the same time with another filter.
    pub(crate) fn with_filter(&self, filter: &Filter) -> Self {
        self.scope.with_filter(filter).into()
    }

    /// The first page of the same list.
    pub(crate) fn newest(&self) -> Self {
        self.scope.clone().into()
    }

    pub(crate) fn with_cursor(&self, cursor: Cursor) -> Self {
        Self {
            cursor: cursor.to_string(),
            ..self.clone()
        }
    }

    pub(crate) fn href(&self) -> String {
        link(Self::PATH, &self.scope, &[("cursor", &self.cursor)])
    }
}

impl From<Scope> for TracesAddress {
    fn from(scope: Scope) -> Self {
        Self {
            scope,
            cursor: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_encodes_what_was_typed() {
        let scope = Scope {
            q: "a b:\"c&d\"".to_owned(),
            from: "now-1h".into(),
            ..Scope::default()
        };
        let address = TracesAddress::from(scope);
        assert_eq!(address.href(), "/traces?q=a%20b:%22c%26d%22&from=now-1h");
    }
}
