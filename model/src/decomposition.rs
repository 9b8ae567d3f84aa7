//! Where the time went that a user waited for: on the device, on the network, at the gateway, in
//! services, in databases, at third parties.
//!
//! Each moment of the root span belongs to the span that the critical path names for it, and so to
//! one segment. The segments add up to exactly what the root took.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use crate::attribute;
use crate::critical_path::critical_path;
use crate::rollup::Rollup;
use crate::span::{Kind, Span};
use crate::trace::Trace;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Segment {
    /// The app or browser itself.
    Device,
    /// Between processes: what a caller waited beyond what the called one worked.
    Network,
    Gateway,
    Services,
    /// Databases and caches, as their callers saw them.
    Database,
    /// Calls of somebody who sends no spans.
    ThirdParty,
}

impl Segment {
    pub const ALL: [Self; 6] = [
        Self::Device,
        Self::Network,
        Self::Gateway,
        Self::Services,
        Self::Database,
        Self::ThirdParty,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Network => "network",
            Self::Gateway => "gateway",
            Self::Services => "services",
            Self::Database => "database",
            Self::ThirdParty => "third party",
        }
    }

    fn place(self) -> usize {
        match self {
            Self::Device => 0,
            Self::Network => 1,
            Self::Gateway => 2,
            Self::Services => 3,
            Self::Database => 4,
            Self::ThirdParty => 5,
        }
    }
}

/// Nanoseconds for each segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Decomposition(pub [i64; Segment::ALL.len()]);

impl Index<Segment> for Decomposition {
    type Output = i64;

    fn index(&self, segment: Segment) -> &i64 {
        &self.0[segment.place()]
    }
}

impl IndexMut<Segment> for Decomposition {
    fn index_mut(&mut self, segment: Segment) -> &mut i64 {
        &mut self.0[segment.place()]
    }
}

impl Decomposition {
    /// Of the request that a root span stands for; `shifts` are those of [`crate::clock_skew`].
    #[must_use]
    pub fn of(trace: &Trace, shifts: &[i64], root: usize) -> Self {
        // A span may have many slices: what it is, is asked once.
        let mut own = vec![0; trace.spans.len()];
        for slice in critical_path(trace, shifts, root) {
            own[slice.span] += slice.nanos();
        }
        let mut decomposition = Self::default();
        for (position, nanos) in own.into_iter().enumerate() {
            if nanos > 0 {
                decomposition[segment_of(trace, position)] += nanos;
            }
        }
        decomposition
    }

    #[must_use]
    pub fn total_nanos(&self) -> i64 {
        self.0.iter().sum()
    }

    /// What is neither the device nor the network.
    #[must_use]
    pub fn backend_nanos(&self) -> i64 {
        self.total_nanos() - self[Segment::Device] - self[Segment::Network]
    }

    /// That of one request on average, by weight.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "sums of durations need far fewer digits than f64 has, and a mean is no longer \
                  than the longest"
    )]
    pub fn mean(requests: &Rollup) -> Self {
        let mut mean = Self::default();
        if requests.weight > 0.0 {
            for (own, sum) in mean.0.iter_mut().zip(&requests.sums) {
                *own = (*sum as f64 / requests.weight).round() as i64;
            }
        }
        mean
    }
}

/// Attributes that name a database's system, the current name first.
pub(crate) const DATABASE_SYSTEM: [&str; 2] = ["db.system.name", "db.system"];

/// Whether a caller's span names a database as what it calls.
pub(crate) fn is_database(span: &Span) -> bool {
    DATABASE_SYSTEM
        .iter()
        .any(|key| attribute::find(&span.attributes, key).is_some())
}

/// The segment of the time that a span is itself answerable for.
#[must_use]
pub fn segment_of(trace: &Trace, position: usize) -> Segment {
    let span = &trace.spans[position];
    let is_device = is_on_device(trace, span);
    if span.kind == Kind::Client {
        return match () {
            () if is_database(span) && is_device => Segment::Device,
            () if is_database(span) => Segment::Database,
            // Whether or not the other side tells of itself, the device waits for what is not it.
            () if is_device || calls_another(trace, position) => Segment::Network,
            () => Segment::ThirdParty,
        };
    }
    if is_device {
        Segment::Device
    } else if is_gateway(trace.service_of(span)) {
        Segment::Gateway
    } else {
        Segment::Services
    }
}

/// Names that device-side spans of a request begin with.
const DEVICE_REQUESTS: [&str; 4] = [
    "browser.request:",
    "miniapp.request:",
    "android.request:",
    "ios.request:",
];

/// Whether a span was made on a user's device.
#[must_use]
pub fn is_on_device(trace: &Trace, span: &Span) -> bool {
    is_device_request(&span.name) || trace.resource_of(span).is_device()
}

/// Whether an operation is called as requests on a user's device are.
#[must_use]
pub fn is_device_request(operation: &str) -> bool {
    DEVICE_REQUESTS
        .iter()
        .any(|prefix| operation.starts_with(prefix))
}

fn calls_another(trace: &Trace, position: usize) -> bool {
    let own = trace.spans[position].resource;
    trace
        .children(position)
        .any(|child| trace.spans[child].resource != own)
}

/// What gateways and proxies are called.
const GATEWAYS: [&str; 10] = [
    "gateway", "ingress", "proxy", "envoy", "nginx", "kong", "traefik", "apisix", "haproxy", "edge",
];

/// Whether a service is a gateway: one of the words of its name says so.
fn is_gateway(service: &str) -> bool {
    service
        .split(|character: char| !character.is_alphanumeric())
        .any(|word| {
            GATEWAYS
                .iter()
                .any(|gateway| word.eq_ignore_ascii_case(gateway))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Resource, Scope};
    use crate::trace::tests::{resource, span, text, trace_id};

    fn on(resource: usize, kind: Kind, span: Span, end_nanos: i64) -> Span {
        Span {
            kind,
            end_nanos,
            resource,
            ..span
        }
    }

    /// ```text
    /// app      |--------------------------------|  0..100
    /// request     |---------------------------|   10..90
    /// gateway        |---------------------|      20..80
    /// call              |---------------|         30..70
    /// service             |-----------|           35..65
    /// query                  |--|                 40..50
    /// charge                      |--|            55..60
    /// ```
    #[test]
    fn every_nanosecond_has_its_segment() {
        let mut phone = resource("shop");
        phone.attributes.push(text("os.name", "iOS"));
        let mut query = on(2, Kind::Client, span(6, 5, 40), 50);
        query.attributes.push(text("db.system.name", "postgresql"));
        let spans = vec![
            on(0, Kind::Internal, span(1, 0, 0), 100),
            on(0, Kind::Client, span(2, 1, 10), 90),
            on(1, Kind::Server, span(3, 2, 20), 80),
            on(1, Kind::Client, span(4, 3, 30), 70),
            on(2, Kind::Server, span(5, 4, 35), 65),
            query,
            on(2, Kind::Client, span(7, 5, 55), 60),
        ];
        let resources = vec![phone, resource("api-gateway"), resource("checkout")];
        let trace = Trace::build(trace_id(), resources, vec![Scope::default()], spans);
        let found = Decomposition::of(&trace, &[0; 7], 0);
        assert_eq!(found.0, [20, 30, 20, 15, 10, 5]);
        assert_eq!(found[Segment::Database], 10);
        assert_eq!(found.total_nanos(), 100);
    }

    /// Would not end in time if each slice of the root looked at all of its children.
    #[test]
    fn width_does_not_matter() {
        let child = |n: u64| {
            let start = i64::try_from(n).expect("small") * 20;
            span(n, 1, start)
        };
        let root = on(0, Kind::Client, span(1, 0, 0), 10_000_000);
        let spans = std::iter::once(root)
            .chain((2..200_000).map(child))
            .collect();
        let trace = Trace::build(
            trace_id(),
            vec![resource("shop")],
            vec![Scope::default()],
            spans,
        );
        let shifts = vec![0; trace.spans.len()];
        assert_eq!(
            Decomposition::of(&trace, &shifts, 0).total_nanos(),
            10_000_000
        );
    }

    #[test]
    fn a_name_with_the_word_makes_a_gateway() {
        assert!(is_gateway("eu-API-Gateway.v2") && is_gateway("nginx"));
        assert!(!is_gateway("knowledge") && !is_gateway("checkout"));
    }

    #[test]
    fn devices_are_told_by_resource_and_by_name() {
        let spans = vec![
            Span {
                name: "android.request: GET /".into(),
                ..span(1, 0, 0)
            },
            span(2, 1, 1),
        ];
        let trace = Trace::build(
            trace_id(),
            vec![Resource::default()],
            vec![Scope::default()],
            spans,
        );
        assert_eq!(segment_of(&trace, 0), Segment::Device);
        assert_eq!(segment_of(&trace, 1), Segment::Services);
    }
}
