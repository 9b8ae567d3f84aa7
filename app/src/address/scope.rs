//! What every page has in its address: the filter, the time, and what it is compared with. It
//! means the same everywhere, and links from page to page keep it.

use leptos_router::params::ParamsMap;
use model::filter::Filter;
use model::rollup::Coverage;
use model::time::TimeRange;

use super::link;
use crate::error::AppError;

/// `?q=&from=&to=&vs=`, as typed: it may not make sense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Scope {
    pub(crate) q: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// [`Versus`] by its name.
    pub(crate) vs: String,
}

/// What a time is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Versus {
    /// What came right before, as long as it is.
    Before,
    /// The same time a week earlier.
    Week,
    Nothing,
}

impl Versus {
    pub(crate) const ALL: [Self; 3] = [Self::Before, Self::Week, Self::Nothing];

    /// As it stands in addresses.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Before => "",
            Self::Week => "week",
            Self::Nothing => "none",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Before => "the time right before",
            Self::Week => "a week earlier",
            Self::Nothing => "nothing",
        }
    }
}

impl Scope {
    pub(crate) fn read(query: &ParamsMap) -> Self {
        let text = |key: &str| query.get(key).unwrap_or_default();
        let vs = text("vs");
        let is_known = Versus::ALL.iter().any(|own| own.key() == vs);
        Self {
            q: text("q"),
            from: text("from"),
            to: text("to"),
            vs: if is_known { vs } else { String::new() },
        }
    }

    pub(crate) fn filter(&self) -> Result<Filter, AppError> {
        Ok(self.q.parse::<Filter>()?)
    }

    pub(crate) fn range(&self) -> Result<TimeRange, AppError> {
        Ok(TimeRange::parse(&self.from, &self.to)?)
    }

    /// What is not known counts as nothing given.
    pub(crate) fn versus(&self) -> Versus {
        let known = Versus::ALL.into_iter().find(|own| own.key() == self.vs);
        known.unwrap_or(Versus::Before)
    }

    /// The time, as rollups and lists can tell it.
    pub(crate) fn covered(&self, now_nanos: i64) -> Result<Coverage, AppError> {
        let (from_nanos, to_nanos) = self.range()?.nanos(now_nanos)?;
        Ok(Coverage::of(from_nanos, to_nanos, now_nanos))
    }

    /// The time that it is compared with.
    pub(crate) fn compared(&self, now_nanos: i64) -> Result<Option<Coverage>, AppError> {
        let now = self.covered(now_nanos)?;
        Ok(match self.versus() {
            Versus::Before => Some(now.before(now_nanos)),
            Versus::Week => Some(now.a_week_earlier(now_nanos)),
            Versus::Nothing => None,
        })
    }

    pub(crate) fn with_filter(&self, filter: &Filter) -> Self {
        Self {
            q: filter.to_string(),
            ..self.clone()
        }
    }

    pub(crate) fn with_range(&self, from: &str, to: &str) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            ..self.clone()
        }
    }

    pub(crate) fn with_versus(&self, versus: Versus) -> Self {
        Self {
            vs: versus.key().into(),
            ..self.clone()
        }
    }

    /// The page at a path, for this scope.
    pub(crate) fn href(&self, path: &str) -> String {
        link(path, self, &[])
    }

    pub(super) fn fields(&self) -> [(&'static str, &str); 4] {
        [
            ("q", &self.q),
            ("from", &self.from),
            ("to", &self.to),
            ("vs", &self.vs),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::{DAY_NANOS, HOUR_NANOS};

    #[test]
    fn a_time_is_compared_with_what_was_before_it() {
        let now = 1_000 * DAY_NANOS;
        let compared = |vs: &str| {
            let scope = Scope {
                vs: vs.into(),
                ..Scope::default()
            };
            let time = scope.compared(now).expect("a time")?;
            Some((now - time.from_nanos, now - time.to_nanos))
        };
        assert_eq!(compared(""), Some((2 * HOUR_NANOS, HOUR_NANOS)));
        let week = 7 * DAY_NANOS;
        assert_eq!(compared("week"), Some((week + HOUR_NANOS, week)));
        assert_eq!(compared("none"), None);
        assert_eq!(compared("?"), compared(""));
    }
}
