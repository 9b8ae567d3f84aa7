//! The addresses of the topology and of services.

use leptos_router::params::ParamsMap;
use model::topology::{Column, Grouping, NodeName};
use percent_encoding::utf8_percent_encode;

use super::{ENCODED, Place, Scope, link};

/// `/topology?q=&from=&to=&vs=&view=table&group=&focus=&hops=&node=&caller=&callee=&sort=&calls=`.
/// What is not known of the rest counts as not given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TopologyAddress {
    pub(crate) scope: Scope,
    pub(crate) is_table: bool,
    pub(crate) grouping: Grouping,
    /// The node in the middle.
    pub(crate) focus: Option<NodeName>,
    /// How far to look from there.
    pub(crate) hops: Option<usize>,
    pub(crate) selected: Selected,
    pub(crate) nodes_order: Sort,
    pub(crate) calls_order: Sort,
}

/// What is told more of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Selected {
    #[default]
    Nothing,
    Node(NodeName),
    /// From one node to another.
    Edge(NodeName, NodeName),
}

/// The order of a table: the key of a [`Column`], with a minus in front for the reverse of its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Sort(String);

const TABLE: &str = "table";

/// The busiest first.
const USUAL: Column = Column::Calls;

impl Sort {
    pub(crate) fn order(&self) -> (Column, bool) {
        let (key, is_reversed) = match self.0.strip_prefix('-') {
            Some(key) => (key, true),
            None => (self.0.as_str(), false),
        };
        let known = Column::ALL.into_iter().find(|column| column.key() == key);
        known.map_or((USUAL, false), |column| (column, is_reversed))
    }

    /// By that column; in reverse when it is by that already.
    pub(crate) fn by(&self, column: Column) -> Self {
        Self(match self.order() {
            (current, false) if current == column => format!("-{}", column.key()),
            _ if column == USUAL => String::new(),
            _ => column.key().to_owned(),
        })
    }
}

impl TopologyAddress {
    pub(crate) const PATH: &str = "/topology";

    pub(crate) fn read(query: &ParamsMap) -> Self {
        let text = |key: &str| query.get(key).unwrap_or_default();
        let name = |key: &str| text(key).parse::<NodeName>().ok();
        let selected = match (name("caller"), name("callee"), name("node")) {
            (Some(from), Some(to), _) => Selected::Edge(from, to),
            (_, _, Some(node)) => Selected::Node(node),
            _ => Selected::Nothing,
        };
        let group = text("group");
        let grouping = Grouping::ALL.into_iter().find(|own| own.key() == group);
        Self {
            scope: Scope::read(query),
            is_table: text("view") == TABLE,
            grouping: grouping.unwrap_or_default(),
            focus: name("focus").or_else(|| {
                // Typed into the form, it mostly is a service without its kind.
                let typed = text("focus");
                let is_typed = !typed.is_empty() && !typed.contains(':');
                is_typed.then(|| NodeName::new(model::topology::NodeKind::Service, typed))
            }),
            hops: text("hops").parse().ok(),
            selected,
            nodes_order: Sort(text("sort")),
            calls_order: Sort(text("calls")),
        }
    }

    pub(crate) fn as_table(&self, is_table: bool) -> Self {
        Self {
            is_table,
            ..self.clone()
        }
    }

    pub(crate) fn grouped(&self, grouping: Grouping) -> Self {
        Self {
            grouping,
            focus: None,
            selected: Selected::Nothing,
            ..self.clone()
        }
    }

    /// What is around a node, or everything.
    pub(crate) fn focused(&self, focus: Option<NodeName>, hops: Option<usize>) -> Self {
        Self {
            focus,
            hops,
            ..self.clone()
        }
    }

    pub(crate) fn selecting(&self, selected: Selected) -> Self {
        Self {
            selected,
            ..self.clone()
        }
    }

    pub(crate) fn with_nodes_order(&self, nodes_order: Sort) -> Self {
        Self {
            nodes_order,
            ..self.clone()
        }
    }

    pub(crate) fn with_calls_order(&self, calls_order: Sort) -> Self {
        Self {
            calls_order,
            ..self.clone()
        }
    }

    pub(crate) fn place(&self) -> Place {
        let name = |name: &Option<NodeName>| name.as_ref().map(ToString::to_string);
        let text = |name: Option<String>| name.unwrap_or_default();
        let view = if self.is_table { TABLE } else { "" };
        let hops = self.hops.map(|hops| hops.to_string());
        let mut own = vec![
            ("view", view.to_owned()),
            ("group", self.grouping.key().to_owned()),
            ("focus", text(name(&self.focus))),
            ("hops", text(hops)),
            ("sort", self.nodes_order.0.clone()),
            ("calls", self.calls_order.0.clone()),
        ];
        match &self.selected {
            Selected::Nothing => {}
            Selected::Node(node) => own.push(("node", node.to_string())),
            Selected::Edge(from, to) => {
                own.push(("caller", from.to_string()));
                own.push(("callee", to.to_string()));
            }
        }
        Place {
            path: Self::PATH.to_owned(),
            own,
        }
    }

    /// A page that has only the order of its table.
    pub(crate) fn place_at(&self, path: &str) -> Place {
        Place {
            path: path.to_owned(),
            own: vec![("sort", self.nodes_order.0.clone())],
        }
    }

    pub(crate) fn href(&self) -> String {
        self.place().href(&self.scope)
    }

    /// With what is selected in sight.
    pub(crate) fn selected_href(&self) -> String {
        format!("{}#selected", self.href())
    }
}

pub(crate) const SERVICES_PATH: &str = "/services";

/// `/services/{name}?q=&from=&to=&vs=&sort=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceAddress {
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) order: Sort,
}

impl ServiceAddress {
    pub(crate) fn read(path: &ParamsMap, query: &ParamsMap) -> Self {
        Self {
            name: path.get("name").unwrap_or_default(),
            scope: Scope::read(query),
            order: Sort(query.get("sort").unwrap_or_default()),
        }
    }

    pub(crate) fn of(name: &str, scope: &Scope) -> Self {
        Self {
            name: name.to_owned(),
            scope: scope.clone(),
            order: Sort::default(),
        }
    }

    pub(crate) fn ordered(&self, order: Sort) -> Self {
        Self {
            order,
            ..self.clone()
        }
    }

    pub(crate) fn path(&self) -> String {
        let name = utf8_percent_encode(&self.name, ENCODED).to_string();
        // A slash would part the path.
        format!("{SERVICES_PATH}/{}", name.replace('/', "%2F"))
    }

    pub(crate) fn place(&self) -> Place {
        Place {
            path: self.path(),
            own: vec![("sort", self.order.0.clone())],
        }
    }

    pub(crate) fn href(&self) -> String {
        link(&self.path(), &self.scope, &[("sort", &self.order.0)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::topology::NodeKind;

    fn read(query: &[(&str, &str)]) -> TopologyAddress {
        let query = query.iter();
        let query: ParamsMap = query
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        TopologyAddress::read(&query)
    }

    #[test]
    fn an_address_reads_back() {
        let query = [
            ("focus", "service:a b"),
            ("hops", "3"),
            ("caller", "service:a"),
            ("callee", "database:a"),
            ("sort", "-p95"),
            ("view", "table"),
        ];
        let address = read(&query);
        assert_eq!(
            address.href(),
            "/topology?view=table&focus=service:a%20b&hops=3&sort=-p95&caller=service:a&callee=database:a"
        );
        assert_eq!(address.nodes_order.order(), (Column::P95, true));
        assert_eq!(read(&[("group", "x"), ("node", "y")]).href(), "/topology");
        let typed = read(&[("focus", "cart")]).focus;
        assert_eq!(typed, Some(NodeName::new(NodeKind::Service, "cart")));
    }

    #[test]
    fn a_service_may_be_called_anything() {
        let service = ServiceAddress::of("a/b ?", &Scope::default());
        assert_eq!(service.href(), "/services/a%2Fb%20%3F");
    }
}
