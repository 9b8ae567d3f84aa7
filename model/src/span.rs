//! One span and what hangs on it, in OpenTelemetry's terms.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attribute::{self, Attribute};
use crate::id::{SpanId, TraceId};
use crate::rollup::REGION;

/// What a span did in the conversation between processes (OTLP `Span.SpanKind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Kind {
    #[default]
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::Internal,
        Self::Server,
        Self::Client,
        Self::Producer,
        Self::Consumer,
    ];

    /// The word for it that people type and read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum StatusCode {
    #[default]
    Unset,
    Ok,
    Error,
}

impl StatusCode {
    pub const ALL: [Self; 3] = [Self::Unset, Self::Ok, Self::Error];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Status {
    pub code: StatusCode,
    pub message: String,
}

/// The attribute of a resource that names the service.
pub const SERVICE_NAME: &str = "service.name";

/// The service of a resource that names none (resource semantic conventions, `service.name`).
pub const UNKNOWN_SERVICE: &str = "unknown_service";

/// The process, host, device or app that made spans.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Resource {
    pub attributes: Vec<Attribute>,
}

impl Resource {
    /// `service.name`, which the resource semantic conventions require;
    /// their fallback `unknown_service` when it is missing.
    #[must_use]
    pub fn service(&self) -> &str {
        attribute::find(&self.attributes, SERVICE_NAME)
            .and_then(attribute::Value::as_str)
            .unwrap_or(UNKNOWN_SERVICE)
    }

    /// Whether it is a user's device: an app or a page, and no server (resource semantic
    /// conventions: `device.*`, `browser.*`, `os.name`, `telemetry.sdk.language`).
    #[must_use]
    pub fn is_device(&self) -> bool {
        self.attributes.iter().any(|attribute| {
            let value = attribute.value.as_str().unwrap_or_default();
            let is_one_of =
                |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(value));
            match attribute.key.as_str() {
                "os.name" | "os.type" => is_one_of(&DEVICE_SYSTEMS),
                "telemetry.sdk.language" => value == "webjs",
                key => is_of_device(key),
            }
        })
    }
}

/// Operating systems that only devices run.
const DEVICE_SYSTEMS: [&str; 6] = ["ios", "ipados", "watchos", "tvos", "android", "harmonyos"];

fn is_of_device(key: &str) -> bool {
    key.starts_with("device.") || key.starts_with("browser.")
}

/// Whether an attribute of a resource says what the resource is: its service, where it runs, or
/// that it is a device.
#[must_use]
pub fn tells_origin(key: &str) -> bool {
    REGION.contains(&key)
        || matches!(
            key,
            SERVICE_NAME | "os.name" | "os.type" | "telemetry.sdk.language"
        )
        || is_of_device(key)
}

/// The instrumentation library that made spans.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Scope {
    pub name: String,
    pub version: String,
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub time_nanos: i64,
    pub name: String,
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    pub id: SpanId,
    pub parent_id: Option<SpanId>,
    pub name: String,
    pub kind: Kind,
    /// As the emitting process's own clock told it.
    pub start_nanos: i64,
    pub end_nanos: i64,
    pub status: Status,
    pub trace_state: String,
    pub attributes: Vec<Attribute>,
    pub events: Vec<Event>,
    pub links: Vec<Link>,
    /// Index into [`crate::trace::Trace::resources`].
    pub resource: usize,
    /// Index into [`crate::trace::Trace::scopes`].
    pub scope: usize,
}

impl Span {
    /// End minus start, both by the same clock; negative when that clock was set back meanwhile.
    #[must_use]
    pub fn duration_nanos(&self) -> i64 {
        self.end_nanos.saturating_sub(self.start_nanos)
    }

    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status.code == StatusCode::Error
    }
}
