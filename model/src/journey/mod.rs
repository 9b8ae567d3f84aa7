//! Journeys: the critical paths of users, such as login or checkout, with an owner, steps and a
//! budget of time.
//!
//! What belongs to a journey is told when it is asked, by the labels that requests are counted
//! under; so a definition means the past as well.

mod draft;
mod pattern;
mod proposal;
mod steps;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use draft::{
    Draft, Field, FieldError, MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_ROOTS, MAX_STEPS,
};
pub use pattern::Pattern;
pub use proposal::{Proposal, proposals};
pub use steps::{Funnel, StepCount};

use crate::dimensions::Dimension;
use crate::filter::{Filter, Test};

/// Places of the labels that tell the journey of a request, in
/// [`Family::labels`](crate::rollup::Family::labels) of requests, in this order: service,
/// operation, journey.
pub const LABELS: [usize; 3] = [0, 1, 2];

/// A journey that somebody has defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    pub id: i64,
    pub definition: Definition,
    /// Counts the changes: who changes it says which version they have seen.
    pub version: i32,
    pub updated_nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub name: String,
    /// Who answers for it; may be empty.
    pub owner: String,
    pub description: String,
    pub requests: Requests,
    /// Operations that a request of the journey has, in their order.
    pub steps: Vec<Pattern>,
    pub budget: Budget,
}

/// Which requests a journey is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Requests {
    /// Those that name it themselves, by the attribute of [`Dimension::Journey`].
    Labelled(String),
    /// Those whose root any of these accepts.
    Roots(Vec<Root>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// None for any.
    pub service: Option<String>,
    pub operation: Pattern,
}

/// How long requests may take, in nanoseconds; what has no budget may take any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budget {
    /// For 95 % of the requests.
    pub total_nanos: Option<i64>,
    /// For the mean of the requests, as those below.
    pub device_nanos: Option<i64>,
    pub network_nanos: Option<i64>,
    /// Gateway, services, databases and third parties together.
    pub backend_nanos: Option<i64>,
}

/// What names a journey in addresses: its number, or the value of the label where nobody has
/// defined it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Key {
    Defined(i64),
    Label(String),
}

/// A journey as pages show it, whether or not somebody has defined it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub key: Key,
    pub definition: Definition,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" names no journey")]
pub struct KeyError(String);

const LABEL_PREFIX: &str = "label:";

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defined(id) => write!(f, "{id}"),
            Self::Label(label) => write!(f, "{LABEL_PREFIX}{label}"),
        }
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let error = || KeyError(text.to_owned());
        match text.strip_prefix(LABEL_PREFIX) {
            Some("") => Err(error()),
            Some(label) => Ok(Self::Label(label.to_owned())),
            None => text.parse().map(Self::Defined).map_err(|_not| error()),
        }
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for Key {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl Requests {
    /// Whether a request belongs to the journey that is counted under this service, operation and
    /// value of the journey's label.
    #[must_use]
    pub fn accepts(&self, service: &str, operation: &str, label: &str) -> bool {
        match self {
            Self::Labelled(value) => value == label,
            Self::Roots(roots) => roots.iter().any(|root| {
                let is_service = root.service.as_deref().is_none_or(|own| own == service);
                is_service && root.operation.accepts(operation)
            }),
        }
    }

    /// The filter that means the same requests; none where those are not told by a single value,
    /// which a list finds at once.
    #[must_use]
    pub fn filter(&self) -> Option<Filter> {
        let test = match self {
            Self::Labelled(value) => Test::dimension(Dimension::Journey, value.clone()),
            Self::Roots(roots) => match roots.as_slice() {
                [root] if root.service.is_none() => Test::root(root.operation.exact()?),
                _ => return None,
            },
        };
        Some(Filter::default().with(test))
    }
}

impl Subject {
    /// What nobody has defined: the requests that name the journey themselves.
    #[must_use]
    pub fn of_label(label: &str) -> Self {
        Self {
            key: Key::Label(label.to_owned()),
            definition: Definition {
                name: label.to_owned(),
                owner: String::new(),
                description: String::new(),
                requests: Requests::Labelled(label.to_owned()),
                steps: vec![],
                budget: Budget::default(),
            },
        }
    }

    /// Whether requests with the values of [`LABELS`] belong to it.
    #[must_use]
    pub fn accepts(&self, labels: &[String]) -> bool {
        let label = |place: usize| labels.get(place).map_or("", String::as_str);
        let requests = &self.definition.requests;
        requests.accepts(label(0), label(1), label(2))
    }
}

impl From<Journey> for Subject {
    fn from(journey: Journey) -> Self {
        Self {
            key: Key::Defined(journey.id),
            definition: journey.definition,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn roots(roots: &[(&str, &str)]) -> Requests {
        let root = |(service, operation): &(&str, &str)| Root {
            service: (!service.is_empty()).then(|| (*service).to_owned()),
            operation: Pattern((*operation).to_owned()),
        };
        Requests::Roots(roots.iter().map(root).collect())
    }

    #[test]
    fn requests_belong_by_label_or_by_root() {
        let labelled = Requests::Labelled("checkout".into());
        assert!(labelled.accepts("shop", "POST /pay", "checkout"));
        assert!(!labelled.accepts("shop", "POST /pay", ""));
        let rooted = roots(&[("shop-ios", "*POST /pay"), ("", "GET /cart*")]);
        assert!(rooted.accepts("shop-ios", "ios.request: POST /pay", ""));
        assert!(!rooted.accepts("shop-web", "browser.request: POST /pay", ""));
        assert!(rooted.accepts("shop-web", "GET /cart/{id}", "other"));
    }

    #[test]
    fn a_journey_has_a_name_in_addresses() {
        for key in [
            Key::Defined(7),
            Key::Label("7".into()),
            Key::Label("a/b c".into()),
        ] {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for text in ["", "x", "label:", "7x"] {
            assert_eq!(text.parse::<Key>(), Err(KeyError(text.into())));
        }
    }

    #[test]
    fn what_a_single_value_tells_has_a_filter() {
        let text = |requests: Requests| Some(requests.filter()?.to_string());
        let labelled = Requests::Labelled("sign in".into());
        assert_eq!(text(labelled).as_deref(), Some("journey:\"sign in\""));
        let root = roots(&[("", "POST /pay")]);
        assert_eq!(text(root).as_deref(), Some("root:\"POST /pay\""));
        for (service, operation) in [("web", "POST /pay"), ("", "POST *")] {
            assert_eq!(text(roots(&[(service, operation)])), None);
        }
    }
}
