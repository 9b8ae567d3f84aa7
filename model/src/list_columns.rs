//! Which columns a list of traces has, as its reader chooses them: `start,root,attr.http.route`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::attribute::{self, Value};
use crate::dimensions::Dimension;
use crate::filter::ATTRIBUTE;
use crate::spelling;
use crate::trace::Trace;

/// Most columns of one list.
pub const MAX_COLUMNS: usize = 16;

/// Longest name of an attribute in a column, in bytes.
pub const MAX_NAME_BYTES: usize = 256;

/// What a list shows of each trace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Column {
    Start,
    /// Service and operation of the root.
    Root,
    Duration,
    Spans,
    Errors,
    Services,
    Flags,
    Outcome,
    /// The id of the trace.
    Trace,
    Dimension(Dimension),
    /// As [`attribute_of`] tells it.
    Attribute(String),
}

impl Column {
    /// All but dimensions and attributes.
    pub const OWN: [Self; 9] = [
        Self::Start,
        Self::Root,
        Self::Duration,
        Self::Spans,
        Self::Errors,
        Self::Services,
        Self::Flags,
        Self::Outcome,
        Self::Trace,
    ];

    /// All but attributes, of which there may be any.
    pub fn known() -> impl Iterator<Item = Self> {
        let dimensions = Dimension::ALL.into_iter().map(Self::Dimension);
        Self::OWN.into_iter().chain(dimensions)
    }

    /// As addresses have it, without what stands in front of attributes.
    fn key(&self) -> &str {
        match self {
            Self::Start => "start",
            Self::Root => "root",
            Self::Duration => "duration",
            Self::Spans => "spans",
            Self::Errors => "errors",
            Self::Services => "services",
            Self::Flags => "flags",
            Self::Outcome => "outcome",
            Self::Trace => "trace",
            Self::Dimension(dimension) => dimension.key(),
            Self::Attribute(name) => name,
        }
    }

    /// As headings have it.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Root => "Request".to_owned(),
            Self::Dimension(Dimension::Os) => "OS".to_owned(),
            Self::Attribute(name) => name.clone(),
            _ => {
                let words = self.key().replace('_', " ");
                let (first, rest) = words.split_at(1);
                format!("{}{rest}", first.to_uppercase())
            }
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = if matches!(self, Self::Attribute(_)) {
            ATTRIBUTE
        } else {
            ""
        };
        write!(f, "{before}{}", self.key())
    }
}

impl FromStr for Column {
    type Err = ColumnsError;

    /// As in filters, a name with a dot in it is that of an attribute.
    fn from_str(text: &str) -> Result<Self, ColumnsError> {
        if let Some(known) = Self::known().find(|column| column.key() == text) {
            return Ok(known);
        }
        let name = text.strip_prefix(ATTRIBUTE);
        let name = name.or_else(|| text.contains('.').then_some(text));
        match name.filter(|name| !name.is_empty()) {
            Some(name) if name.len() > MAX_NAME_BYTES => Err(ColumnsError::Long),
            Some(name) => Ok(Self::Attribute(name.to_owned())),
            None => Err(ColumnsError::Unknown(text.to_owned())),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ColumnsError {
    #[error("There is no column \"{0}\"")]
    Unknown(String),
    #[error("A list has at most {MAX_COLUMNS} columns, and not {0}")]
    TooMany(usize),
    #[error("The name of an attribute has at most {MAX_NAME_BYTES} bytes in a column")]
    Long,
}

impl ColumnsError {
    /// What to write instead.
    #[must_use]
    pub fn hint(&self) -> String {
        let names = || -> Vec<String> { Column::known().map(|known| known.to_string()).collect() };
        match self {
            Self::Unknown(word) => {
                let names = names();
                let known = names.iter().map(String::as_str);
                match spelling::nearest(word, known) {
                    Some(meant) => format!("Did you mean {meant}?"),
                    None => format!(
                        "There are {}, and {ATTRIBUTE}NAME for any attribute.",
                        names.join(", ")
                    ),
                }
            }
            Self::TooMany(_) => "Leave some of them out.".into(),
            Self::Long => "Choose another attribute.".into(),
        }
    }
}

/// Some columns, each once, in the order that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

impl Columns {
    pub fn iter(&self) -> impl Iterator<Item = &Column> + Clone {
        self.0.iter()
    }

    #[must_use]
    pub fn contains(&self, column: &Column) -> bool {
        self.0.contains(column)
    }

    /// The names of the attributes among them.
    #[must_use]
    pub fn attributes(&self) -> Vec<&str> {
        let names = self.0.iter().filter_map(|column| match column {
            Column::Attribute(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    }

    /// The same with one that leads to the trace, where none does.
    #[must_use]
    pub fn with_way_in(mut self) -> Self {
        if !self.contains(&Column::Root) && !self.contains(&Column::Trace) {
            self.0.insert(0, Column::Root);
        }
        self
    }
}

impl Default for Columns {
    fn default() -> Self {
        Self(vec![
            Column::Start,
            Column::Root,
            Column::Duration,
            Column::Spans,
            Column::Errors,
            Column::Services,
            Column::Dimension(Dimension::Region),
            Column::Dimension(Dimension::AppVersion),
        ])
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, column) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "," };
            write!(f, "{separator}{column}")?;
        }
        Ok(())
    }
}

/// Reads names with commas between them; none at all are the default.
impl FromStr for Columns {
    type Err = ColumnsError;

    fn from_str(text: &str) -> Result<Self, ColumnsError> {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let count = names.clone().count();
        let mut columns = Vec::new();
        for name in names {
            let column: Column = name.parse()?;
            if !columns.contains(&column) {
                columns.push(column);
            }
            if columns.len() > MAX_COLUMNS {
                return Err(ColumnsError::TooMany(count));
            }
        }
        if columns.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self(columns))
    }
}

/// What of an attribute a list shows: its value on the root span or on that one's resource, or
/// else that of the first span that has it, itself or on its resource; parents before children.
/// None where no span has it.
#[must_use]
pub fn attribute_of<'a>(trace: &'a Trace, name: &str) -> Option<&'a Value> {
    let root = trace.root_position()?;
    let positions = std::iter::once(root).chain(0..trace.spans.len());
    let mut values = positions.flat_map(|position| {
        let span = &trace.spans[position];
        let places = [&span.attributes, &trace.resource_of(span).attributes];
        places.map(|place| attribute::find(place, name))
    });
    values.find_map(|value| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;
    use crate::trace::tests::{build, span, text};

    fn columns(text: &str) -> Result<Columns, ColumnsError> {
        text.parse()
    }

    #[test]
    fn columns_are_read_as_they_are_written() {
        let text = "start,attr.http.route,app_version,services,flags";
        assert_eq!(columns(text).map(|read| read.to_string()), Ok(text.into()));
        let all: Vec<String> = Column::known().map(|known| known.to_string()).collect();
        for name in &all {
            let read: Result<Column, _> = name.parse();
            assert_eq!(read.map(|read| read.to_string()).as_ref(), Ok(name));
        }
        let default = Columns::default();
        assert_eq!(columns(&default.to_string()), Ok(default.clone()));
        assert_eq!(columns(" , "), Ok(default));
    }

    #[test]
    fn a_name_with_a_dot_is_that_of_an_attribute_and_each_stands_once() {
        let read = columns("http.route, attr.http.route,start,start").expect("columns");
        assert_eq!(read.to_string(), "attr.http.route,start");
        assert_eq!(read.attributes(), ["http.route"]);
        assert_eq!(read.with_way_in().to_string(), "root,attr.http.route,start");
        let trace = columns("trace").expect("columns");
        assert_eq!(trace.clone().with_way_in(), trace);
    }

    #[test]
    fn what_is_no_column_is_explained() {
        let refused = columns("start,regoin").expect_err("no column");
        assert_eq!(refused.to_string(), "There is no column \"regoin\"");
        assert_eq!(refused.hint(), "Did you mean region?");
        let unknown = columns("attr.").expect_err("no name");
        assert!(unknown.hint().contains("attr.NAME"), "{}", unknown.hint());
        let many: Vec<String> = (0..=MAX_COLUMNS).map(|n| format!("a.{n}")).collect();
        assert_eq!(columns(&many.join(",")), Err(ColumnsError::TooMany(17)));
        assert!(columns(&many[1..].join(",")).is_ok());
        let long = format!("a.{}", "x".repeat(MAX_NAME_BYTES));
        assert_eq!(columns(&long), Err(ColumnsError::Long));
    }

    #[test]
    fn titles_are_words() {
        let title = |name: &str| name.parse::<Column>().map(|column| column.title());
        assert_eq!(title("app_version").as_deref(), Ok("App version"));
        assert_eq!(title("os").as_deref(), Ok("OS"));
        assert_eq!(title("attr.http.route").as_deref(), Ok("http.route"));
    }

    #[test]
    fn the_root_tells_an_attribute_before_others_do() {
        let with = |id, parent, start, value: &str| Span {
            attributes: vec![text("http.route", value)],
            ..span(id, parent, start)
        };
        let value = |trace: &Trace, name| attribute_of(trace, name).map(ToString::to_string);
        let both = build(vec![with(1, 0, 0, "/a"), with(2, 1, 1, "/b")]);
        assert_eq!(value(&both, "http.route").as_deref(), Some("/a"));
        // The orphan stands first, and the root speaks for the trace.
        let orphan = build(vec![with(1, 0, 5, "/a"), with(2, 9, 1, "/b")]);
        assert_eq!(value(&orphan, "http.route").as_deref(), Some("/a"));
        let below = build(vec![
            span(1, 0, 0),
            with(3, 1, 9, "/c"),
            with(2, 1, 1, "/b"),
        ]);
        assert_eq!(value(&below, "http.route").as_deref(), Some("/b"));
        assert_eq!(value(&below, "service.name").as_deref(), Some("a"));
        assert_eq!(value(&below, "http.method"), None);
        assert_eq!(value(&build(vec![]), "http.route"), None);
    }
}
