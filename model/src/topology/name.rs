//! What nodes are called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::calls::Callee;
use crate::format;

/// What a node is. The order is that in which a request meets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// On the devices of users.
    App,
    Service,
    Database,
    Queue,
    /// Somebody who sends no spans.
    ThirdParty,
    /// Several nodes together.
    Group,
}

impl NodeKind {
    pub const ALL: [Self; 6] = [
        Self::App,
        Self::Service,
        Self::Database,
        Self::Queue,
        Self::ThirdParty,
        Self::Group,
    ];

    /// As it stands in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Service => "service",
            Self::Database => "database",
            Self::Queue => "queue",
            Self::ThirdParty => "third-party",
            Self::Group => "group",
        }
    }

    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ThirdParty => "third party",
            other => other.key(),
        }
    }

    /// Several of them.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::App => "apps",
            Self::Service => "services",
            Self::Database => "databases",
            Self::Queue => "queues",
            Self::ThirdParty => "third parties",
            Self::Group => "groups",
        }
    }

    /// Whether it sends spans itself, so that it has operations of its own.
    #[must_use]
    pub fn is_service(self) -> bool {
        matches!(self, Self::App | Self::Service)
    }

    /// As calls name it ([`Callee::name`]); what is not known counts as a service.
    pub(super) fn of_callee(name: &str) -> Self {
        match Callee::ALL.into_iter().find(|kind| kind.name() == name) {
            None | Some(Callee::Service) => Self::Service,
            Some(Callee::Database) => Self::Database,
            Some(Callee::Queue) => Self::Queue,
            Some(Callee::ThirdParty) => Self::ThirdParty,
        }
    }

    /// As calls know it; none for a group.
    #[must_use]
    pub fn callee(self) -> Option<Callee> {
        match self {
            Self::App | Self::Service => Some(Callee::Service),
            Self::Database => Some(Callee::Database),
            Self::Queue => Some(Callee::Queue),
            Self::ThirdParty => Some(Callee::ThirdParty),
            Self::Group => None,
        }
    }
}

/// A node's kind and name, in addresses `database:orders`. A database may be called as a service
/// is, and is another node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeName {
    pub kind: NodeKind,
    pub name: String,
}

impl NodeName {
    #[must_use]
    pub fn new(kind: NodeKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.name.is_empty() {
            "no name"
        } else {
            &self.name
        }
    }

    /// As a sentence or a title begins: `Service gateway`.
    #[must_use]
    pub fn heading(&self) -> String {
        format!(
            "{} {}",
            format::capitalised(self.kind.title()),
            self.title()
        )
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.key(), self.name)
    }
}

/// No node is called like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a node is written KIND:NAME, as in service:checkout or database:orders")]
pub struct NodeNameError;

impl FromStr for NodeName {
    type Err = NodeNameError;

    fn from_str(text: &str) -> Result<Self, NodeNameError> {
        let (kind, name) = text.split_once(':').ok_or(NodeNameError)?;
        let known = NodeKind::ALL.into_iter().find(|own| own.key() == kind);
        Ok(Self::new(known.ok_or(NodeNameError)?, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in NodeKind::ALL {
            let name = NodeName::new(kind, "a:b c");
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        assert_eq!("cart".parse::<NodeName>(), Err(NodeNameError));
        assert_eq!("x:cart".parse::<NodeName>(), Err(NodeNameError));
    }
}
