//! The address of the list of traces.

use leptos_router::params::ParamsMap;
use model::filter::Filter;
use model::list_columns::Columns;
use model::list_order::{Cursor, ListOrder};
use store::traces::Look;

use super::{Place, Scope, link};
use crate::error::AppError;

/// `/traces?q=&from=&to=&order=&columns=&look=&cursor=`, as typed: it may not make sense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TracesAddress {
    pub(crate) scope: Scope,
    /// [`ListOrder`] by its name; empty for the newest first.
    order: String,
    /// [`Columns`] by their names; empty for the default.
    columns: String,
    /// [`Look`] by its name; empty for the first step.
    look: String,
    pub(crate) cursor: String,
}

impl TracesAddress {
    pub(crate) const PATH: &str = "/traces";

    pub(crate) fn read(query: &ParamsMap) -> Self {
        Self {
            scope: Scope::read(query),
            order: query.get("order").unwrap_or_default(),
            // A form sends each name by itself.
            columns: query.get_all("columns").unwrap_or_default().join(","),
            look: query.get("look").unwrap_or_default(),
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

    /// # Errors
    /// When there is no such order.
    pub(crate) fn order(&self) -> Result<ListOrder, AppError> {
        if self.order.is_empty() {
            return Ok(ListOrder::default());
        }
        ListOrder::of_name(&self.order).ok_or_else(|| {
            let names = ListOrder::ALL.map(ListOrder::name).join(", ");
            AppError::Address(format!("lists are ordered by {names}"))
        })
    }

    /// # Errors
    /// When there is no such column, or they are too many.
    pub(crate) fn columns(&self) -> Result<Columns, AppError> {
        Ok(self.columns.parse::<Columns>()?.with_way_in())
    }

    /// How far the count above the list looks.
    ///
    /// # Errors
    /// When there is no such step.
    pub(crate) fn look(&self) -> Result<Look, AppError> {
        if self.look.is_empty() {
            return Ok(Look::default());
        }
        Look::of_name(&self.look).ok_or_else(|| {
            let names = Look::ALL.map(Look::name).join(", ");
            AppError::Address(format!("counts look {names}"))
        })
    }

    /// The same list, with a count that looks so far.
    pub(crate) fn looking(&self, look: Look) -> Self {
        Self {
            look: look.name().to_owned(),
            ..self.clone()
        }
    }

    /// The same list, whichever columns it has.
    pub(crate) fn with_default_columns(&self) -> Self {
        Self {
            columns: String::new(),
            ..self.clone()
        }
    }

    /// What a form keeps that chooses columns.
    pub(crate) fn kept(&self) -> Vec<(&'static str, String)> {
        let scope = self.scope.fields();
        let scope = scope.map(|(key, value)| (key, value.to_owned()));
        let mut kept = scope.to_vec();
        kept.push(("order", self.order.clone()));
        kept.push(("look", self.look.clone()));
        kept.push(("cursor", self.cursor.clone()));
        kept
    }

    /// The first page of the same time with another filter.
    pub(crate) fn with_filter(&self, filter: &Filter) -> Self {
        Self {
            scope: self.scope.with_filter(filter),
            look: String::new(),
            ..self.first_page()
        }
    }

    /// The first page of another time.
    pub(crate) fn within(&self, from: &str, to: &str) -> Self {
        Self {
            scope: self.scope.with_range(from, to),
            ..self.first_page()
        }
    }

    /// The first page in another order.
    pub(crate) fn ordered_by(&self, order: ListOrder) -> Self {
        let name = match order {
            ListOrder::Newest => "",
            other => other.name(),
        };
        Self {
            order: name.to_owned(),
            ..self.first_page()
        }
    }

    /// The first page of the same list.
    pub(crate) fn first_page(&self) -> Self {
        Self {
            cursor: String::new(),
            ..self.clone()
        }
    }

    /// The page, whatever the filter and the time.
    pub(crate) fn place(&self) -> Place {
        Place {
            path: Self::PATH.to_owned(),
            own: vec![
                ("order", self.order.clone()),
                ("columns", self.chosen_columns()),
            ],
        }
    }

    /// What the API needs beside the scope for the same page.
    pub(crate) fn own(&self) -> Vec<(&'static str, String)> {
        vec![
            ("order", self.order.clone()),
            ("cursor", self.cursor.clone()),
        ]
    }

    /// The columns as links have them: nothing where they are the default.
    fn chosen_columns(&self) -> String {
        match self.columns() {
            Ok(columns) if columns == Columns::default() => String::new(),
            Ok(columns) => columns.to_string(),
            Err(_) => self.columns.clone(),
        }
    }

    pub(crate) fn with_cursor(&self, cursor: Cursor) -> Self {
        Self {
            cursor: cursor.to_string(),
            ..self.clone()
        }
    }

    pub(crate) fn href(&self) -> String {
        let columns = self.chosen_columns();
        let own = [
            ("order", &*self.order),
            ("columns", &columns),
            ("look", &self.look),
            ("cursor", &self.cursor),
        ];
        link(Self::PATH, &self.scope, &own)
    }
}

impl From<Scope> for TracesAddress {
    fn from(scope: Scope) -> Self {
        Self {
            scope,
            ..Self::default()
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

    #[test]
    fn columns_come_from_a_form_one_by_one_and_go_into_links_together() {
        let read = |names: &[&str]| {
            let fields = names.iter().map(|name| ("columns", *name));
            TracesAddress::read(&fields.collect())
        };
        let chosen = read(&["start", "root", "", "http.route, user"]);
        let href = "/traces?columns=start,root,attr.http.route,user";
        assert_eq!(chosen.href(), href);
        assert_eq!(read(&["start,root,attr.http.route", "user"]).href(), href);
        assert_eq!(chosen.with_default_columns().href(), "/traces");
        assert_eq!(read(&["", ""]).href(), "/traces");
        let links = read(&["start"]).columns().expect("columns");
        assert_eq!(links.to_string(), "root,start");
        assert!(read(&["regoin"]).columns().is_err());
    }

    #[test]
    fn another_order_begins_anew() {
        let address = TracesAddress {
            cursor: "x".into(),
            ..TracesAddress::default()
        };
        let slowest = address.ordered_by(ListOrder::Slowest);
        assert_eq!(slowest.href(), "/traces?order=slowest");
        assert_eq!(slowest.order(), Ok(ListOrder::Slowest));
        assert_eq!(slowest.ordered_by(ListOrder::Newest).href(), "/traces");
        let order = "oldest".into();
        assert!(TracesAddress { order, ..address }.order().is_err());
    }

    #[test]
    fn a_count_looks_further_until_the_filter_is_another() {
        let address = TracesAddress::default();
        assert_eq!(address.look(), Ok(Look::Near));
        let further = address.looking(Look::Further);
        assert_eq!(further.href(), "/traces?look=further");
        assert_eq!(further.look(), Ok(Look::Further));
        assert_eq!(further.with_filter(&Filter::default()).href(), "/traces");
        let look = "far".into();
        assert!(TracesAddress { look, ..address }.look().is_err());
    }
}
