//! The address of two traces beside each other.

use leptos_router::params::ParamsMap;
use model::id::TraceId;

use super::{CompareAddress, query_string};
use crate::error::AppError;

/// What a form calls each trace that is chosen in a list.
pub(crate) const CHOSEN: &str = "trace";

/// `/compare?a=&b=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TracePairAddress {
    /// What is compared with.
    pub(crate) a: TraceId,
    /// What is asked about.
    pub(crate) b: TraceId,
}

/// What an address asks to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compared {
    Sets(CompareAddress),
    Traces(TracePairAddress),
    /// Two traces were chosen in a list: they have an address of their own.
    Elsewhere(TracePairAddress),
    /// So many traces were chosen in a list, and not two.
    NotTwo(usize),
}

impl Compared {
    /// # Errors
    /// When what should be a trace id is none.
    pub(crate) fn read(query: &ParamsMap) -> Result<Self, AppError> {
        let chosen = query.get_all(CHOSEN).unwrap_or_default();
        match (query.get("a"), query.get("b"), chosen.as_slice()) {
            (Some(a), Some(b), _) => Ok(Self::Traces(TracePairAddress::parse(&a, &b)?)),
            (Some(_), None, _) | (None, Some(_), _) => Ok(Self::NotTwo(1)),
            (None, None, []) => Ok(Self::Sets(CompareAddress::read(query))),
            (None, None, [a, b]) => Ok(Self::Elsewhere(TracePairAddress::parse(a, b)?)),
            (None, None, others) => Ok(Self::NotTwo(others.len())),
        }
    }
}

impl TracePairAddress {
    fn parse(a: &str, b: &str) -> Result<Self, AppError> {
        let (a, b) = (a.parse()?, b.parse()?);
        Ok(Self { a, b })
    }

    /// The other way round.
    pub(crate) fn turned(self) -> Self {
        Self {
            a: self.b,
            b: self.a,
        }
    }

    pub(crate) fn href(self) -> String {
        let ids = [self.a, self.b].map(|id| id.to_string());
        let fields = [("a", &*ids[0]), ("b", &*ids[1])];
        format!("{}{}", CompareAddress::PATH, query_string(&fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&'static str, &str)]) -> Result<Compared, AppError> {
        Compared::read(&fields.iter().copied().collect())
    }

    #[test]
    fn two_traces_are_named_or_chosen_in_a_list() {
        let ids = [1, 2].map(|number| format!("{number:032x}"));
        let [a, b] = ids.each_ref().map(String::as_str);
        let pair = TracePairAddress::parse(a, b).expect("ids");
        assert_eq!(read(&[("a", a), ("b", b)]), Ok(Compared::Traces(pair)));
        let chosen = [(CHOSEN, a), (CHOSEN, b)];
        assert_eq!(read(&chosen), Ok(Compared::Elsewhere(pair)));
        assert_eq!(read(&chosen[..1]), Ok(Compared::NotTwo(1)));
        let three = [chosen[0], chosen[1], chosen[0]];
        assert_eq!(read(&three), Ok(Compared::NotTwo(3)));
        assert_eq!(read(&[("b", b)]), Ok(Compared::NotTwo(1)));
        assert!(read(&[("a", a), ("b", "region:x")]).is_err());
        let sets = read(&[("q", "os:iOS")]);
        assert!(matches!(sets, Ok(Compared::Sets(_))), "{sets:?}");
        assert_eq!(pair.href(), format!("/compare?a={a}&b={b}"));
        assert_eq!(pair.turned().turned(), pair);
    }
}
