//! Feature flags: which were evaluated while a request was served, and their variants.
//!
//! A trace may have many, on the device and in every service, so they are a set and no dimension.
//! They are read from attributes of spans, resources, and events that are named after flags, in the
//! ways that OpenTelemetry and the vendors of flags write them, `feature_flag` being one name of
//! several:
//!
//! - `feature_flag.key` with `feature_flag.result.variant`, `feature_flag.variant` or
//!   `feature_flag.result.value` (semantic conventions, "Feature flag evaluations", current names
//!   and earlier ones),
//! - `feature_flag.NAME` with the variant as its value,
//! - `feature_flag` with `NAME`, `NAME=VARIANT`, a list of those, or a map.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attribute::{self, Attribute, Value};
use crate::trace::Trace;

/// Most flags that a summary names: the first by name. Spans keep them all.
pub const MAX_FLAGS: usize = 16;

/// Longest flag with its variant, in characters; what is longer is cut.
pub const MAX_FLAG_CHARACTERS: usize = 100;

/// The attributes that tell flags, and beginnings of such. A table of dimensions may have more.
pub const NAMES: [&str; 2] = ["feature_flag", "feature_flags"];

/// Attributes that tell the variant of the flag in `key`, the first found wins.
const VARIANTS: [&str; 3] = ["result.variant", "variant", "result.value"];

/// What else the semantic conventions say of an evaluation, now or in an earlier version; no flags.
const CIRCUMSTANCES: [&str; 11] = [
    "key",
    "version",
    "system",
    "set.id",
    "context.id",
    "provider.name",
    "provider_name",
    "result.reason",
    "error.message",
    "evaluation.reason",
    "evaluation.error.message",
];

/// Signs that a database keeps for itself.
const UNUSUAL: [char; 2] = ['\0', '\u{1f}'];

/// A flag and the variant that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Flag {
    /// Without `=`.
    pub name: String,
    /// Empty where nothing tells it.
    pub variant: String,
}

impl Flag {
    /// Reads `NAME=VARIANT`, or a name alone.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (name, variant) = text.split_once('=').unwrap_or((text, ""));
        Self {
            name: name.to_owned(),
            variant: variant.to_owned(),
        }
    }

    /// None for a flag without a name.
    fn new(name: &str, variant: &str) -> Option<Self> {
        let is_usual = |text: &str| !text.contains(UNUSUAL) && !text.contains('=');
        let is_short = name.len() + 1 + variant.len() <= MAX_FLAG_CHARACTERS;
        let flag = if is_short && is_usual(name) && is_usual(variant) {
            Self {
                name: name.to_owned(),
                variant: variant.to_owned(),
            }
        } else {
            Self::cut(name, variant)
        };
        (!flag.name.is_empty()).then_some(flag)
    }

    /// As it reads back, for any name and variant.
    fn cut(name: &str, variant: &str) -> Self {
        let equals = if variant.is_empty() { "" } else { "=" };
        let whole = format!("{name}{equals}{variant}").replace(UNUSUAL, "\u{fffd}");
        Self::parse(&whole.chars().take(MAX_FLAG_CHARACTERS).collect::<String>())
    }
}

/// Prints what [`Flag::parse`] reads.
impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.variant.is_empty() {
            return Ok(());
        }
        write!(f, "={}", self.variant)
    }
}

/// Whether an attribute, or an event of that name, may tell a flag.
#[must_use]
pub fn tells_flag(key: &str, names: &[String]) -> bool {
    names.iter().any(|name| below(key, name).is_some())
}

/// What follows a name and its dot; nothing for the name itself.
fn below<'a>(key: &'a str, name: &str) -> Option<&'a str> {
    let rest = key.strip_prefix(name)?;
    if rest.is_empty() {
        return Some("");
    }
    rest.strip_prefix('.').filter(|rest| !rest.is_empty())
}

/// The flags of a trace, sorted, each once.
#[must_use]
pub fn flags(trace: &Trace, names: &[String]) -> Vec<Flag> {
    let mut found = Found {
        names,
        flags: BTreeSet::new(),
    };
    for resource in &trace.resources {
        found.read(&resource.attributes);
    }
    for span in &trace.spans {
        found.read(&span.attributes);
        for event in span
            .events
            .iter()
            .filter(|event| tells_flag(&event.name, names))
        {
            found.read(&event.attributes);
        }
    }
    found.flags.into_iter().collect()
}

struct Found<'a> {
    names: &'a [String],
    flags: BTreeSet<Flag>,
}

impl Found<'_> {
    /// Attributes that stand side by side.
    fn read(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            for name in self.names {
                match below(&attribute.key, name) {
                    Some("") => self.listed(&attribute.value),
                    Some("key") => self.evaluated(name, &attribute.value, attributes),
                    Some(rest) if CIRCUMSTANCES.contains(&rest) || VARIANTS.contains(&rest) => {}
                    Some(rest) => self.insert(Flag::new(rest, &attribute.value.to_string())),
                    None => {}
                }
            }
        }
    }

    fn evaluated(&mut self, name: &str, key: &Value, attributes: &[Attribute]) {
        let variant = VARIANTS
            .iter()
            .find_map(|rest| attribute::find(attributes, &format!("{name}.{rest}")));
        let variant = variant.map(ToString::to_string).unwrap_or_default();
        self.insert(Flag::new(&key.to_string(), &variant));
    }

    fn listed(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.insert(Flag::new(text, "")),
            Value::Array(values) => {
                for text in values.iter().filter_map(Value::as_str) {
                    self.insert(Flag::new(text, ""));
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    self.insert(Flag::new(&entry.key, &entry.value.to_string()));
                }
            }
            _ => {}
        }
    }

    /// Keeps the first by name, so that it does not matter in which order they come.
    fn insert(&mut self, flag: Option<Flag>) {
        self.flags.extend(flag);
        if self.flags.len() > MAX_FLAGS {
            self.flags.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dimensions::DimensionTable;
    use crate::span::Event;
    use crate::trace::tests::{build, span, text};

    fn of(trace: &Trace) -> String {
        let table = DimensionTable::default();
        let flags = flags(trace, table.flag_names());
        let flags: Vec<String> = flags.iter().map(ToString::to_string).collect();
        flags.join(" ")
    }

    fn of_attributes(attributes: Vec<Attribute>) -> String {
        let mut root = span(1, 0, 0);
        root.attributes = attributes;
        of(&build(vec![root]))
    }

    fn attribute(key: &str, value: Value) -> Attribute {
        let key = key.to_owned();
        Attribute { key, value }
    }

    #[test]
    fn evaluations_are_read_by_all_their_names() {
        for variant in ["result.variant", "variant", "result.value"] {
            let attributes = vec![
                text("feature_flag.key", "new_cart"),
                text("feature_flag.provider.name", "flagd"),
                text(&format!("feature_flag.{variant}"), "on"),
            ];
            assert_eq!(of_attributes(attributes), "new_cart=on");
        }
        let typed = vec![
            text("feature_flag.key", "new_cart"),
            attribute("feature_flag.result.value", Value::Bool(true)),
        ];
        assert_eq!(of_attributes(typed), "new_cart=true");
        assert_eq!(of_attributes(vec![text("feature_flag.key", "a")]), "a");
    }

    #[test]
    fn names_in_keys_lists_and_maps_are_read() {
        let attributes = vec![
            text("feature_flag.new_cart", "on"),
            attribute("feature_flags.batch.size", Value::Int(7)),
            text("feature_flag", "beta"),
            text("feature_flag.", "no name"),
            text("feature_flagged", "no"),
            attribute(
                "feature_flags",
                Value::Array(vec![Value::String("a=b=c".into())]),
            ),
            attribute("feature_flags", Value::Map(vec![text("dark", "off")])),
        ];
        assert_eq!(
            of_attributes(attributes),
            "a=b=c batch.size=7 beta dark=off new_cart=on"
        );
    }

    #[test]
    fn they_are_found_anywhere_in_the_trace() {
        let event = |name: &str| Event {
            time_nanos: 0,
            name: name.into(),
            attributes: vec![
                text("feature_flag.key", name),
                text("feature_flag.result.variant", "on"),
            ],
        };
        let mut child = span(2, 1, 2);
        child.attributes = vec![text("feature_flag.new_cart", "on")];
        child.events = vec![event("feature_flag.evaluation"), event("exception")];
        let mut trace = build(vec![span(1, 0, 0), child]);
        trace.resources[0]
            .attributes
            .push(text("feature_flag.ring", "early"));
        assert_eq!(
            of(&trace),
            "feature_flag.evaluation=on new_cart=on ring=early"
        );
    }

    #[test]
    fn hostile_flags_are_few_and_short_whatever_their_order() {
        let flag = |number: usize| {
            text(
                &format!("feature_flag.{number:03}\0{}", "é".repeat(200)),
                "on",
            )
        };
        let forwards: Vec<_> = (0..500).map(flag).collect();
        let backwards = forwards.iter().rev().cloned().collect();
        let found = of_attributes(forwards);
        assert_eq!(found, of_attributes(backwards));
        let found: Vec<&str> = found.split(' ').collect();
        assert_eq!(found.len(), MAX_FLAGS);
        assert!(found[15].starts_with("015\u{fffd}é"));
        assert_eq!(found[15].chars().count(), MAX_FLAG_CHARACTERS);
    }

    #[test]
    fn a_flag_reads_back() {
        for whole in ["a", "a=b", "a=b=c"] {
            assert_eq!(Flag::parse(whole).to_string(), whole);
        }
    }
}
