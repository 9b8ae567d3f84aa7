//! The address of the explorer.

use leptos_router::params::ParamsMap;
use model::format;
use model::layout::heatmap::Selection;
use model::time::Moment;

use super::{Place, Scope, link};
use crate::error::AppError;

/// `/explore?q=&from=&to=&by=&sel=FROM/TO/LEAST/BELOW`, as typed: it may not make sense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ExploreAddress {
    pub(crate) scope: Scope,
    /// The label to group by.
    pub(crate) by: String,
    selection: String,
}

impl ExploreAddress {
    pub(crate) const PATH: &str = "/explore";

    pub(crate) fn read(query: &ParamsMap) -> Self {
        let text = |key: &str| query.get(key).unwrap_or_default();
        // A form without scripts sends the parts one by one.
        let parts = ["since", "until", "least", "below"].map(text);
        let selection = match text("sel") {
            given if given.is_empty() && parts.iter().any(|part| !part.is_empty()) => {
                parts.join("/")
            }
            given => given,
        };
        Self {
            scope: Scope::read(query),
            by: text("by"),
            selection,
        }
    }

    /// The part of time and durations that is selected, if any is.
    pub(crate) fn selection(&self, now_nanos: i64) -> Result<Option<Selection>, AppError> {
        if self.selection.is_empty() {
            return Ok(None);
        }
        let damaged = || {
            let reason = "a selection is written FROM/TO/LEAST/BELOW, as in now-1h/now/500ms/2s";
            AppError::Address(reason.to_owned())
        };
        let parts: Vec<&str> = self.selection.split('/').collect();
        let [from, to, least, below] = parts[..] else {
            return Err(damaged());
        };
        let moment = |text: &str, or: &str| -> Result<i64, AppError> {
            let text = if text.is_empty() { or } else { text };
            Ok(text.parse::<Moment>()?.nanos(now_nanos))
        };
        let duration = |text: &str| match text {
            "" => Ok(None),
            text => format::parse_duration(text).map(Some).ok_or_else(damaged),
        };
        let covered = self.scope.covered(now_nanos)?;
        let or = [covered.from_nanos, covered.to_nanos].map(format::rfc3339);
        let selection = Selection {
            from_nanos: moment(from, &or[0])?,
            to_nanos: moment(to, &or[1])?,
            least_nanos: duration(least)?.unwrap_or(0),
            below_nanos: duration(below)?,
        };
        Ok(Some(selection.snapped(covered.finest)))
    }

    pub(crate) fn with_selection(&self, selection: Option<&Selection>) -> Self {
        Self {
            selection: selection.map(ToString::to_string).unwrap_or_default(),
            ..self.clone()
        }
    }

    pub(crate) fn with_scope(&self, scope: Scope) -> Self {
        Self {
            scope,
            ..self.clone()
        }
    }

    pub(crate) fn with_group(&self, by: &str) -> Self {
        Self {
            by: by.to_owned(),
            ..self.clone()
        }
    }

    /// The selection is one of a time, and goes when that changes.
    pub(crate) fn place(&self) -> Place {
        Place {
            path: Self::PATH.to_owned(),
            own: vec![("by", self.by.clone())],
        }
    }

    pub(crate) fn href(&self) -> String {
        let own = [("by", self.by.as_str()), ("sel", &self.selection)];
        link(Self::PATH, &self.scope, &own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::rollup::Resolution;
    use model::time::{HOUR_NANOS, MINUTE_NANOS};

    const NOW: i64 = 2_000_000 * HOUR_NANOS;

    fn address(fields: &[(&str, &str)]) -> ExploreAddress {
        let fields = fields.iter();
        let query: ParamsMap = fields
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        ExploreAddress::read(&query)
    }

    #[test]
    fn a_selection_reads_back() {
        let selection = Selection {
            from_nanos: NOW - HOUR_NANOS,
            to_nanos: NOW - MINUTE_NANOS,
            least_nanos: 500_000_000,
            below_nanos: Some(1_000_000_000),
        }
        .snapped(Resolution::Minute);
        let address = ExploreAddress::default().with_selection(Some(&selection));
        assert_eq!(address.selection(NOW), Ok(Some(selection)));
        assert_eq!(ExploreAddress::default().selection(NOW), Ok(None));
    }

    #[test]
    fn a_form_may_leave_parts_out() {
        let typed = address(&[("since", "now-30m"), ("least", "1us"), ("until", "")]);
        let selection = typed.selection(NOW).expect("it makes sense").expect("some");
        assert_eq!(NOW - selection.from_nanos, 30 * MINUTE_NANOS);
        assert_eq!((selection.to_nanos, selection.below_nanos), (NOW, None));
        for damaged in ["1/2", "now/now/fast/", "x/y/1ms/2ms"] {
            assert!(
                address(&[("sel", damaged)]).selection(NOW).is_err(),
                "{damaged}"
            );
        }
    }
}
