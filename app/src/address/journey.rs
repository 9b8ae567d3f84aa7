//! Addresses of the overview and of journeys.

use leptos_router::params::ParamsMap;
use model::filter::{Term, Test};
use model::journey::{Draft, Field, Key, Subject};
use percent_encoding::utf8_percent_encode;

use super::{ENCODED, ExploreAddress, Scope, link, query_string};
use crate::error::AppError;

pub(crate) const OVERVIEW_PATH: &str = "/";
pub(crate) const JOURNEYS_PATH: &str = "/journeys";

/// `/journeys/{key}?q=&from=&to=&vs=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JourneyAddress {
    pub(crate) key: Key,
    pub(crate) scope: Scope,
}

impl JourneyAddress {
    pub(crate) fn read(path: &ParamsMap, query: &ParamsMap) -> Result<Self, AppError> {
        let key = path.get("key").unwrap_or_default();
        Ok(Self {
            key: key.parse()?,
            scope: Scope::read(query),
        })
    }

    pub(crate) fn path(&self) -> String {
        let key = self.key.to_string();
        // A slash would part the path.
        let key = utf8_percent_encode(&key, ENCODED)
            .to_string()
            .replace('/', "%2F");
        format!("{JOURNEYS_PATH}/{key}")
    }

    pub(crate) fn href(&self) -> String {
        link(&self.path(), &self.scope, &[])
    }

    pub(crate) fn edit_href(&self) -> String {
        format!("{}/edit", self.path())
    }
}

impl Scope {
    /// Where the requests of a journey that also meet some tests are looked into.
    pub(crate) fn evidence_href(&self, subject: &Subject, tests: &[Test]) -> String {
        let own = subject.definition.requests.filter();
        let terms = own.iter().flat_map(|own| own.terms.iter().cloned());
        let tests = tests.iter().cloned().map(Term::Test);
        let asked = self.filter().unwrap_or_default();
        let asked = asked.with_terms(terms.chain(tests));
        let scope = self.with_filter(&asked);
        if own.is_some() {
            scope.href(ExploreAddress::PATH)
        } else {
            // What the filter cannot say, its own page knows.
            let key = subject.key.clone();
            JourneyAddress { key, scope }.href()
        }
    }

    /// The requests of a journey within this scope; none where the filter language cannot say
    /// which they are.
    pub(crate) fn of_journey(&self, subject: &Subject) -> Option<Self> {
        let own = subject.definition.requests.filter()?;
        let mut filter = self.filter().ok()?;
        filter.terms.extend(own.terms);
        Some(self.with_filter(&filter))
    }

    /// The page of a journey, for this scope.
    pub(crate) fn journey_href(&self, subject: &Subject) -> String {
        JourneyAddress {
            key: subject.key.clone(),
            scope: self.clone(),
        }
        .href()
    }

    /// Where the requests that meet some more tests are looked into.
    pub(crate) fn explore_href(&self, tests: &[Test]) -> String {
        let filter = self.filter().unwrap_or_default();
        let filter = filter.with_terms(tests.iter().cloned().map(Term::Test));
        self.with_filter(&filter).href(ExploreAddress::PATH)
    }
}

/// The fields that a link to the form may fill in.
const PREFILLED: [Field; 4] = [Field::Name, Field::Label, Field::Roots, Field::Total];

/// `/journeys/new?name=&label=&roots=&total=`.
pub(crate) fn new_journey_href(draft: &Draft) -> String {
    let values = [&draft.name, &draft.label, &draft.roots, &draft.total];
    let fields: Vec<(&str, &str)> = PREFILLED
        .iter()
        .zip(values)
        .map(|(field, value)| (field.key(), value.as_str()))
        .collect();
    format!("{JOURNEYS_PATH}/new{}", query_string(&fields))
}

pub(crate) fn read_draft(query: &ParamsMap) -> Draft {
    let [name, label, roots, total] =
        PREFILLED.map(|field| query.get(field.key()).unwrap_or_default());
    Draft {
        name,
        label,
        roots,
        total,
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: Key) -> JourneyAddress {
        JourneyAddress {
            key,
            scope: Scope::default(),
        }
    }

    #[test]
    fn a_journey_has_an_address() {
        assert_eq!(of(Key::Defined(7)).edit_href(), "/journeys/7/edit");
        let odd = of(Key::Label("a/b c".into()));
        assert_eq!(odd.href(), "/journeys/label:a%2Fb%20c");
        let path: ParamsMap = [("key".to_owned(), "x".to_owned())].into_iter().collect();
        let read = JourneyAddress::read(&path, &ParamsMap::new());
        assert!(matches!(read, Err(AppError::Address(_))));
    }

    #[test]
    fn evidence_is_where_the_requests_are() {
        let scope = Scope {
            q: "os:iOS".into(),
            vs: "week".into(),
            ..Scope::default()
        };
        let href = scope.evidence_href(&Subject::of_label("pay"), &[]);
        assert_eq!(href, "/explore?q=os:iOS%20journey:pay&vs=week");
    }

    #[test]
    fn a_link_fills_in_the_form() {
        let draft = Draft {
            name: "Sign in".into(),
            roots: "POST /login @ web".into(),
            ..Draft::default()
        };
        let href = new_journey_href(&draft);
        assert_eq!(
            href,
            "/journeys/new?name=Sign%20in&roots=POST%20/login%20@%20web"
        );
    }
}
