//! How a waterfall is looked at. All of it stands in the address, so that every view is a link.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Clock;
use crate::id::SpanId;

/// Most spans, and most services, that an address names as folded.
pub const MAX_FOLDED: usize = 200;

/// Most characters of what is looked for.
pub const MAX_FIND: usize = 500;

/// By what the spans below one are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Sort {
    #[default]
    Start,
    /// The longest first.
    Duration,
}

impl Sort {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Start => Self::Duration,
            Self::Duration => Self::Start,
        }
    }
}

/// Which spans hide what is below them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fold {
    /// All at this depth and deeper; 0 for the roots.
    pub depth: Option<usize>,
    /// All of these services.
    pub services: BTreeSet<String>,
    /// These are the other way round than depth and service say.
    pub turned: BTreeSet<SpanId>,
}

impl Fold {
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A part of the time line, in nanoseconds from its start; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from_nanos: i64,
    pub to_nanos: i64,
}

/// Everything that changes how a waterfall looks, but for the span that is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    pub clock: Clock,
    /// None for the whole time line.
    pub zoom: Option<Window>,
    /// The clock whose time line `zoom` is a part of, where that is the other one: it is found again
    /// on this one ([`Self::settled`]). So a link to the other clock keeps what is looked at.
    pub zoom_clock: Option<Clock>,
    pub fold: Fold,
    /// Only this span and what is below it.
    pub focus: Option<SpanId>,
    pub sort: Sort,
    /// Whether the bars do not say what is on the critical path.
    pub hides_path: bool,
    /// A filter that spans are looked for by.
    pub find: String,
    /// Which row is the first on the page; where scripts run they scroll instead.
    pub first_row: Option<usize>,
}

impl State {
    /// Reads the fields of an address; `get` gives all values of one. What makes no sense counts as
    /// not there: an old link still shows the trace.
    pub fn read(get: impl Fn(&str) -> Vec<String>) -> Self {
        let one = |key| get(key).pop().unwrap_or_default();
        let clock = Clock::of_key(&one("clock")).unwrap_or_default();
        let zoom = read_window(&one("zoom"));
        let zoom_clock = Clock::of_key(&one("zoom_clock"));
        let sort = if one("sort") == "duration" {
            Sort::Duration
        } else {
            Sort::Start
        };
        let turned = one("fold");
        let turned = turned.split(',').take(MAX_FOLDED);
        let services = get("service").into_iter().take(MAX_FOLDED);
        Self {
            clock,
            zoom,
            zoom_clock: zoom_clock.filter(|other| zoom.is_some() && *other != clock),
            fold: Fold {
                depth: one("depth").parse().ok(),
                services: services.filter(|name| !name.is_empty()).collect(),
                turned: turned.filter_map(|id| id.parse().ok()).collect(),
            },
            focus: one("focus").parse().ok(),
            sort,
            hides_path: one("path") == "off",
            find: one("find").trim().chars().take(MAX_FIND).collect(),
            first_row: one("row").parse().ok(),
        }
    }

    /// The fields of the address, without those that say what is so anyway.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        let mut add = |key, value: String| {
            if !value.is_empty() {
                fields.push((key, value));
            }
        };
        let clock = Some(self.clock).filter(|clock| *clock != Clock::default());
        add("clock", clock.map_or("", Clock::key).to_owned());
        let zoom = self
            .zoom
            .map(|zoom| format!("{}..{}", zoom.from_nanos, zoom.to_nanos));
        add("zoom", zoom.unwrap_or_default());
        add(
            "zoom_clock",
            self.zoom_clock.map_or("", Clock::key).to_owned(),
        );
        let number = |number: Option<usize>| number.map(|number| number.to_string());
        add("depth", number(self.fold.depth).unwrap_or_default());
        for service in self.fold.services.iter().take(MAX_FOLDED) {
            add("service", service.clone());
        }
        let turned = self
            .fold
            .turned
            .iter()
            .take(MAX_FOLDED)
            .map(SpanId::to_string);
        add("fold", turned.collect::<Vec<_>>().join(","));
        add(
            "focus",
            self.focus.map(|id| id.to_string()).unwrap_or_default(),
        );
        let by_duration = self.sort == Sort::Duration;
        add(
            "sort",
            if by_duration {
                "duration".into()
            } else {
                String::new()
            },
        );
        add(
            "path",
            if self.hides_path {
                "off".into()
            } else {
                String::new()
            },
        );
        add("find", self.find.clone());
        add("row", number(self.first_row).unwrap_or_default());
        fields
    }

    /// The query of an address, without a question mark.
    #[must_use]
    pub fn query(&self) -> String {
        let fields = self.fields();
        let fields = fields
            .iter()
            .map(|(key, value)| format!("{key}={}", encoded(value)));
        fields.collect::<Vec<_>>().join("&")
    }
}

fn read_window(text: &str) -> Option<Window> {
    let (from, to) = text.split_once("..")?;
    let (from_nanos, to_nanos) = (from.parse().ok()?, to.parse().ok()?);
    (0 <= from_nanos && from_nanos < to_nanos).then_some(Window {
        from_nanos,
        to_nanos,
    })
}

/// As it may stand in a query (RFC 3986, section 3.4), less what separates its parts.
fn encoded(value: &str) -> String {
    let one = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'@' | b',' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::span_id;

    #[test]
    fn what_is_written_is_read() {
        let state = State {
            clock: Clock::Raw,
            zoom: Some(Window {
                from_nanos: 5,
                to_nanos: 900,
            }),
            zoom_clock: Some(Clock::Corrected),
            fold: Fold {
                depth: Some(3),
                services: ["a,b&c".to_owned(), "é".to_owned()].into(),
                turned: [span_id(1), span_id(2)].into(),
            },
            focus: Some(span_id(7)),
            sort: Sort::Duration,
            hides_path: true,
            find: "status:error \"100%\"".into(),
            first_row: Some(400),
        };
        let fields = state.fields();
        let get = |key: &str| -> Vec<String> {
            let of_key = fields.iter().filter(|(found, _)| *found == key);
            of_key.map(|(_, value)| value.clone()).collect()
        };
        assert_eq!(State::read(get), state);
        assert!(state.query().contains("&find=status:error%20%22100%25%22&"));
        assert!(state.query().contains("service=a,b%26c&service=%C3%A9&"));
        assert_eq!(State::default().query(), "");
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        let get = |key: &str| match key {
            "zoom" => vec!["9..2".to_owned()],
            "fold" => vec!["x,,0000000000000000".to_owned()],
            "service" => vec![String::new()],
            _ => vec!["-".to_owned()],
        };
        let state = State::read(get);
        let find = "-".to_owned();
        assert_eq!(
            state,
            State {
                find,
                ..State::default()
            }
        );
    }
}
