//! Dimensions: what is known about the user's side of a request, and from which attributes.
//!
//! Each is read from the root span, then from its resource; the first attribute of the list that
//! is there wins. The names are those of the OpenTelemetry semantic conventions, current first.
//! App and session are read from the member `rum` of `tracestate` where no attribute tells them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::attribute;
use crate::flags;
use crate::propagation::{Rum, rum};
use crate::trace::Trace;

/// Longest value of a dimension, in bytes; what is longer is cut. The span keeps the whole value.
pub const MAX_VALUE_BYTES: usize = 256;

/// The attribute that names the session of a user (session semantic conventions).
pub const SESSION_ID: &str = "session.id";

/// A dimension of the whole trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dimension {
    AppType,
    AppId,
    Region,
    Release,
    AppVersion,
    Os,
    Device,
    DeviceClass,
    Network,
    Environment,
    Tier,
    Journey,
    Session,
    User,
}

impl Dimension {
    pub const ALL: [Self; 14] = [
        Self::AppType,
        Self::AppId,
        Self::Region,
        Self::Release,
        Self::AppVersion,
        Self::Os,
        Self::Device,
        Self::DeviceClass,
        Self::Network,
        Self::Environment,
        Self::Tier,
        Self::Journey,
        Self::Session,
        Self::User,
    ];

    /// Its key in the filter language.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::AppType => "app_type",
            Self::AppId => "app",
            Self::Region => "region",
            Self::Release => "release",
            Self::AppVersion => "app_version",
            Self::Os => "os",
            Self::Device => "device",
            Self::DeviceClass => "device_class",
            Self::Network => "network",
            Self::Environment => "environment",
            Self::Tier => "tier",
            Self::Journey => "journey",
            Self::Session => "session",
            Self::User => "user",
        }
    }

    /// The attributes that it is read from, the first found wins. A [`DimensionTable`] may have
    /// more.
    #[must_use]
    pub fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::AppType => &["app.type"],
            Self::AppId => &["app.id"],
            Self::Region => &[
                "user.region",
                "client.geo.region",
                "deployment.region",
                "cloud.region",
            ],
            Self::Release => &[
                "release",
                "deployment.release",
                "service.version",
                "app.version",
            ],
            Self::AppVersion => &["app.version", "app.build_id"],
            Self::Os => &["os.name", "os.type"],
            Self::Device => &["device.model.name", "device.model.identifier"],
            Self::Network => &[
                "network.connection.subtype",
                "network.connection.type",
                "net.host.connection.type",
            ],
            Self::DeviceClass => &["device.class", "device.type"],
            Self::Environment => &["deployment.environment.name", "deployment.environment"],
            Self::Tier => &["user.tier", "enduser.tier"],
            Self::Journey => &["app.journey", "journey"],
            Self::Session => &[SESSION_ID],
            Self::User => &["user.id", "enduser.id"],
        }
    }
}

/// From which attributes dimensions and [flags](crate::flags) are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DimensionTable {
    dimensions: Vec<(Dimension, Vec<String>)>,
    flags: Vec<String>,
}

/// The key of flags in the filter language, and of their row in the table.
pub const FLAG: &str = "flag";

impl DimensionTable {
    fn row(&mut self, key: &str) -> Option<&mut Vec<String>> {
        if key == FLAG {
            return Some(&mut self.flags);
        }
        let mut rows = self.dimensions.iter_mut();
        let (_, attributes) = rows.find(|(dimension, _)| dimension.key() == key)?;
        Some(attributes)
    }

    /// Attributes that tell flags, and beginnings of such.
    #[must_use]
    pub fn flag_names(&self) -> &[String] {
        &self.flags
    }
}

/// As [`Dimension::attributes`] and [`flags::NAMES`] have it.
impl Default for DimensionTable {
    fn default() -> Self {
        let row = |dimension: Dimension| {
            let names = dimension.attributes().iter();
            (dimension, names.map(|name| (*name).to_owned()).collect())
        };
        Self {
            dimensions: Dimension::ALL.into_iter().map(row).collect(),
            flags: flags::NAMES.map(str::to_owned).to_vec(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error(
        "\"{0}\" is no dimension with its attributes; write for example region=geo.area,area; tier=plan"
    )]
    Row(String),
    #[error("there is no dimension \"{0}\"; there are {known}, {FLAG}", known = Dimension::ALL.map(Dimension::key).join(", "))]
    Dimension(String),
}

/// Reads rows with semicolons between them, as `region=geo.area,area; tier=plan`. Their attributes
/// are looked for first, then those of the default.
impl FromStr for DimensionTable {
    type Err = TableError;

    fn from_str(text: &str) -> Result<Self, TableError> {
        let mut table = Self::default();
        for row in text.split(';').map(str::trim).filter(|row| !row.is_empty()) {
            let (key, names) = row
                .split_once('=')
                .ok_or_else(|| TableError::Row(row.into()))?;
            let key = key.trim();
            let names: Vec<String> = names.split(',').map(|name| name.trim().into()).collect();
            if names.iter().any(String::is_empty) {
                return Err(TableError::Row(row.into()));
            }
            let attributes = table
                .row(key)
                .ok_or_else(|| TableError::Dimension(key.into()))?;
            attributes.splice(0..0, names);
        }
        Ok(table)
    }
}

/// The dimensions of one trace; a dimension that no attribute tells is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dimensions(Vec<(Dimension, String)>);

impl Dimensions {
    #[must_use]
    pub fn of(trace: &Trace, table: &DimensionTable) -> Self {
        let Some(root) = trace.root() else {
            return Self::default();
        };
        let places = [
            root.attributes.as_slice(),
            trace.resource_of(root).attributes.as_slice(),
        ];
        let read = |(dimension, keys): &(Dimension, Vec<String>)| {
            let keys = keys.iter();
            let found =
                keys.flat_map(|key| places.iter().map(move |place| attribute::find(place, key)));
            let mut value = found
                .flatten()
                .map(ToString::to_string)
                .find(|text| !text.is_empty())?;
            value.truncate(value.floor_char_boundary(MAX_VALUE_BYTES));
            Some((*dimension, value))
        };
        let states = trace.spans.iter().map(|span| span.trace_state.as_str());
        let rum = states.filter(|state| !state.is_empty()).find_map(rum);
        let read = |row: &(Dimension, Vec<String>)| read(row).or_else(|| of_rum(rum?, row.0));
        Self(table.dimensions.iter().filter_map(read).collect())
    }

    /// The value of a dimension; none when nothing tells it.
    #[must_use]
    pub fn get(&self, dimension: Dimension) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(found, _)| *found == dimension)?;
        Some(value)
    }

    /// Sets a dimension; `None` leaves it absent.
    #[must_use]
    pub fn with(mut self, dimension: Dimension, value: Option<String>) -> Self {
        self.0.retain(|(found, _)| *found != dimension);
        self.0.extend(value.map(|value| (dimension, value)));
        self
    }
}

/// What the first span that carries one says in its `tracestate`: whoever continued the request
/// carried it on, so it is known also where the device's own span is missing.
fn of_rum(rum: Rum<'_>, dimension: Dimension) -> Option<(Dimension, String)> {
    let value = match dimension {
        Dimension::AppType => rum.app_type,
        Dimension::AppId => rum.app_id,
        Dimension::Session => rum.session_id,
        _ => return None,
    };
    let value = &value[..value.floor_char_boundary(MAX_VALUE_BYTES)];
    (!value.is_empty()).then(|| (dimension, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{build, span, text};

    fn of(trace: &Trace) -> Dimensions {
        Dimensions::of(trace, &DimensionTable::default())
    }

    #[test]
    fn a_table_is_extended_from_the_front() {
        let table: DimensionTable = "tier = plan, package ;region=area".parse().expect("good");
        let mut root = span(1, 0, 0);
        root.attributes = vec![text("user.tier", "gold"), text("package", "basic")];
        let found = Dimensions::of(&build(vec![root]), &table);
        assert_eq!(found.get(Dimension::Tier), Some("basic"));
        let table = |text: &str| text.parse::<DimensionTable>();
        assert_eq!(table(""), Ok(DimensionTable::default()));
        assert_eq!(table("tier"), Err(TableError::Row("tier".into())));
        assert_eq!(table("tier=a,,b"), Err(TableError::Row("tier=a,,b".into())));
        let unknown = table("rank=a").expect_err("unknown").to_string();
        assert!(unknown.contains("no dimension \"rank\"; there are app_type, app,"));
    }

    #[test]
    fn a_table_may_name_more_flags() {
        let table: DimensionTable = "flag = experiment".parse().expect("good");
        assert_eq!(
            table.flag_names(),
            ["experiment", "feature_flag", "feature_flags"]
        );
    }

    #[test]
    fn current_names_win_over_earlier_ones_and_the_span_over_its_resource() {
        let mut root = span(1, 0, 0);
        root.attributes = vec![
            text("enduser.id", "old"),
            text("user.id", "new"),
            text("os.name", ""),
        ];
        let mut trace = build(vec![root]);
        trace.resources[0]
            .attributes
            .extend([text("user.id", "resource"), text("os.type", "linux")]);
        let dimensions = of(&trace);
        assert_eq!(dimensions.get(Dimension::User), Some("new"));
        assert_eq!(
            dimensions.get(Dimension::Os),
            Some("linux"),
            "an empty value tells nothing"
        );
        assert_eq!(dimensions.get(Dimension::Region), None);
    }

    #[test]
    fn the_trace_state_tells_app_and_session_where_no_attribute_does() {
        let mut server = span(2, 1, 5);
        server.trace_state = "rum=v1&ios&shop@7&s-1".into();
        let mut trace = build(vec![span(1, 0, 0), server]);
        let session = |trace: &Trace| {
            let dimensions = of(trace);
            dimensions.get(Dimension::Session).map(str::to_owned)
        };
        assert_eq!(session(&trace), Some("s-1".into()));
        assert_eq!(of(&trace).get(Dimension::AppId), Some("shop@7"));
        trace.spans[0].attributes = vec![text("session.id", "s-2")];
        assert_eq!(session(&trace), Some("s-2".into()));
    }

    #[test]
    fn the_table_for_operators_is_this_one() {
        let manual = include_str!("../../docs/operating.md");
        let rows = Dimension::ALL.map(|dimension| (dimension.key(), dimension.attributes()));
        for (key, attributes) in rows.into_iter().chain([(FLAG, &flags::NAMES[..])]) {
            let names = attributes.iter().map(|name| format!("`{name}`"));
            let row = format!("| `{key}` | {}", names.collect::<Vec<_>>().join(", "));
            let is_row = |line: &str| {
                let rest = line.strip_prefix(&row);
                rest.is_some_and(|rest| rest.starts_with(" |") || rest.starts_with("; else"))
            };
            assert!(manual.lines().any(is_row), "{row}");
        }
    }
}
