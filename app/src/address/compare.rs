//! The address of a comparison.

use leptos_router::params::ParamsMap;
use model::filter::{Filter, Term};
use model::rollup::Coverage;
use model::time::TimeRange;

use super::{Place, Scope};
use crate::error::AppError;

/// The other set's filter where it is all requests.
pub(crate) const ALL: &str = "*";

/// `/compare?q=&from=&to=&vs=&aq=&afrom=&ato=`. The scope says which requests are asked about; the
/// rest says which others they are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CompareAddress {
    pub(crate) scope: Scope,
    /// Those of the others, as they were typed. Without a filter it is the scope's; without a time
    /// it is the scope's where there is a filter, and otherwise what the scope is compared with.
    pub(crate) q: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Which requests belong to a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    pub(crate) filter: Filter,
    pub(crate) time: Coverage,
}

impl CompareAddress {
    pub(crate) const PATH: &str = "/compare";

    pub(crate) fn read(query: &ParamsMap) -> Self {
        let text = |key: &str| query.get(key).unwrap_or_default();
        Self {
            scope: Scope::read(query),
            q: text("aq"),
            from: text("afrom"),
            to: text("ato"),
        }
    }

    pub(crate) fn of(scope: Scope) -> Self {
        Self {
            scope,
            ..Self::default()
        }
    }

    /// The same requests beside all that do not meet the last term of their filter; none where it
    /// has none.
    pub(crate) fn with_the_rest(&self) -> Option<Self> {
        let mut filter = self.scope.filter().ok()?;
        let last = filter.terms.pop()?;
        filter.terms.push(last.negated());
        Some(Self {
            q: filter.to_string(),
            ..Self::of(self.scope.clone())
        })
    }

    /// The set that is asked about, and the other one: none where nothing is compared.
    pub(crate) fn sets(&self, now_nanos: i64) -> Result<(Set, Option<Set>), AppError> {
        let own = Set {
            filter: self.scope.filter()?,
            time: self.scope.covered(now_nanos)?,
        };
        let has_time = !self.from.is_empty() || !self.to.is_empty();
        let time = if has_time {
            let range = TimeRange::parse(&self.from, &self.to)?;
            let (from_nanos, to_nanos) = range.nanos(now_nanos)?;
            Some(Coverage::of(from_nanos, to_nanos, now_nanos))
        } else if self.q.is_empty() {
            self.scope.compared(now_nanos)?
        } else {
            Some(own.time)
        };
        let filter = match self.q.as_str() {
            "" => own.filter.clone(),
            ALL => Filter::default(),
            q => q.parse()?,
        };
        Ok((own, time.map(|time| Set { filter, time })))
    }

    pub(crate) fn place(&self) -> Place {
        let own = [("aq", &self.q), ("afrom", &self.from), ("ato", &self.to)];
        Place {
            path: Self::PATH.to_owned(),
            own: own.map(|(key, value)| (key, value.clone())).to_vec(),
        }
    }

    pub(crate) fn href(&self) -> String {
        self.place().href(&self.scope)
    }
}

/// `region:sa-east-1 beside all others`: the comparison of what meets a term with the rest.
pub(crate) fn beside_the_rest(scope: &Scope, term: Term) -> Option<CompareAddress> {
    let mut filter = scope.filter().ok()?;
    filter.terms.push(term);
    CompareAddress::of(scope.with_filter(&filter)).with_the_rest()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::{DAY_NANOS, HOUR_NANOS};

    const NOW: i64 = 1_000 * DAY_NANOS;

    fn read(fields: &[(&str, &str)]) -> CompareAddress {
        let fields = fields.iter();
        let query: ParamsMap = fields
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        CompareAddress::read(&query)
    }

    #[test]
    fn the_other_set_is_what_the_address_leaves_to_it() {
        let begins = |fields: &[(&str, &str)]| {
            let (own, other) = read(fields).sets(NOW).expect("it makes sense");
            let other = other?;
            let hours = |set: &Set| (NOW - set.time.from_nanos) / HOUR_NANOS;
            Some((hours(&own), hours(&other), other.filter.to_string()))
        };
        let before = Some((1, 2, "region:x".to_owned()));
        assert_eq!(begins(&[("q", "region:x")]), before);
        let filtered = begins(&[("q", "region:x"), ("aq", "region:y")]);
        assert_eq!(filtered, Some((1, 1, "region:y".to_owned())));
        let all = begins(&[("q", "region:x"), ("aq", "*")]);
        assert_eq!(all, Some((1, 1, String::new())));
        let both = begins(&[("aq", "os:iOS"), ("afrom", "now-3h"), ("ato", "now-2h")]);
        assert_eq!(both, Some((1, 3, "os:iOS".to_owned())));
        assert_eq!(begins(&[("vs", "none")]), None);
        assert!(read(&[("aq", "regoin:x")]).sets(NOW).is_err());
    }

    #[test]
    fn the_rest_is_what_does_not_meet_the_last_condition() {
        let all = read(&[("q", "journey:pay region:x")]);
        let rest = all.with_the_rest().expect("there is a condition");
        assert_eq!(
            rest.href(),
            "/compare?q=journey:pay%20region:x&aq=journey:pay%20-region:x"
        );
        let any = read(&[("q", "region:x (os:iOS or os:iPadOS)")]);
        let rest = any.with_the_rest().expect("there is a condition");
        assert_eq!(rest.q, "region:x -(os:iOS or os:iPadOS)");
        assert_eq!(read(&[]).with_the_rest(), None);
    }
}
