//! The address of the page of regions.

use leptos_router::params::ParamsMap;
use model::filter::Filter;
use model::regions::Column;

use super::{Place, Scope};

/// `/regions?q=&from=&to=&vs=&sort=&split=journey`. What is not known of `sort` and `split` counts
/// as not given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RegionsAddress {
    pub(crate) scope: Scope,
    /// The key of a [`Column`], with a minus in front for the reverse of its order.
    sort: String,
    /// Whether each region has a row for each of its journeys.
    pub(crate) is_split: bool,
}

const BY_JOURNEY: &str = "journey";

const SLOWEST: Column = Column::Percentile(3);

impl RegionsAddress {
    pub(crate) const PATH: &str = "/regions";

    pub(crate) fn read(query: &ParamsMap) -> Self {
        Self {
            scope: Scope::read(query),
            sort: query.get("sort").unwrap_or_default(),
            is_split: query.get("split").as_deref() == Some(BY_JOURNEY),
        }
    }

    /// What rows are ordered by, and whether in reverse; the slowest come first unless something
    /// else is asked for.
    pub(crate) fn order(&self) -> (Column, bool) {
        let (key, is_reversed) = match self.sort.strip_prefix('-') {
            Some(key) => (key, true),
            None => (self.sort.as_str(), false),
        };
        let known = Column::ALL.into_iter().find(|column| column.key() == key);
        known.map_or((SLOWEST, false), |column| (column, is_reversed))
    }

    /// By that column; in reverse when it is by that already.
    pub(crate) fn ordered_by(&self, column: Column) -> Self {
        let sort = match self.order() {
            (current, false) if current == column => format!("-{}", column.key()),
            _ if column == SLOWEST => String::new(),
            _ => column.key().to_owned(),
        };
        Self {
            sort,
            ..self.clone()
        }
    }

    pub(crate) fn split(&self, is_split: bool) -> Self {
        Self {
            is_split,
            ..self.clone()
        }
    }

    pub(crate) fn with_filter(&self, filter: &Filter) -> Self {
        Self {
            scope: self.scope.with_filter(filter),
            ..self.clone()
        }
    }

    pub(crate) fn place(&self) -> Place {
        let split = if self.is_split { BY_JOURNEY } else { "" };
        Place {
            path: Self::PATH.to_owned(),
            own: vec![("sort", self.sort.clone()), ("split", split.to_owned())],
        }
    }

    pub(crate) fn href(&self) -> String {
        self.place().href(&self.scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> RegionsAddress {
        let query = query.iter();
        let query: ParamsMap = query
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        RegionsAddress::read(&query)
    }

    #[test]
    fn a_column_is_chosen_and_turned_round() {
        let slowest = read(&[]);
        assert_eq!(slowest.order(), (Column::Percentile(3), false));
        assert_eq!(read(&[("sort", "age")]).order(), slowest.order());
        let turned = slowest.ordered_by(Column::Percentile(3));
        assert_eq!(turned.href(), "/regions?sort=-p95");
        assert_eq!(turned.ordered_by(Column::Percentile(3)).href(), "/regions");
        let requests = turned.split(true).ordered_by(Column::Requests);
        assert_eq!(requests.href(), "/regions?sort=requests&split=journey");
        assert_eq!(read(&[("sort", "-errors")]).order(), (Column::Errors, true));
    }
}
