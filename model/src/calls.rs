//! Who calls whom: the edges of the service topology, as one trace shows them.

use serde::{Deserialize, Serialize};

use crate::attribute;
use crate::decomposition::DATABASE_SYSTEM;
use crate::filter::{Filter, Matcher, Path, Relation, SpanField, SpanTest, Term, Test};
use crate::format;
use crate::span::{Kind, Span};
use crate::trace::Trace;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Callee {
    /// A service that sends spans itself.
    Service,
    Database,
    Queue,
    /// Somebody who sends no spans.
    ThirdParty,
}

impl Callee {
    pub const ALL: [Self; 4] = [Self::Service, Self::Database, Self::Queue, Self::ThirdParty];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Database => "database",
            Self::Queue => "queue",
            Self::ThirdParty => "third party",
        }
    }
}

/// One call from a service to another, or to something that sends no spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'a> {
    /// A service.
    pub caller: &'a str,
    pub callee: &'a str,
    pub kind: Callee,
    /// Index of the span that tells of it: the caller's where there is one.
    pub span: usize,
    /// As the caller saw it, where it tells; else as the callee did.
    pub duration_nanos: i64,
    pub is_error: bool,
    /// What the caller waited beyond what the callee worked; only where both told their time.
    /// Negative when their clocks or their spans contradict each other.
    pub network_nanos: Option<i64>,
}

const DATABASE_NAME: [&str; 2] = ["db.namespace", "db.name"];
const MESSAGING_SYSTEM: &str = "messaging.system";
const DESTINATION: [&str; 2] = ["messaging.destination.name", "messaging.destination"];
const PEER_SERVICE: &str = "peer.service";
const SERVER: [&str; 4] = [
    "server.address",
    "net.peer.name",
    "network.peer.address",
    "http.host",
];

/// Whether an attribute of a caller's span says what it calls (semantic conventions for database,
/// messaging and HTTP client spans, the current names and the earlier ones).
#[must_use]
pub fn tells_callee(key: &str) -> bool {
    // None is shorter, and most attributes have another name: the length tells many apart.
    key.len() >= 7
        && (DATABASE_SYSTEM.contains(&key)
            || DATABASE_NAME.contains(&key)
            || DESTINATION.contains(&key)
            || SERVER.contains(&key)
            || key == MESSAGING_SYSTEM
            || key == PEER_SERVICE)
}

/// The calls that a trace shows, in the order of its spans.
pub fn calls(trace: &Trace) -> impl Iterator<Item = Call<'_>> {
    (0..trace.spans.len())
        .filter_map(|position| received(trace, position).or_else(|| outgoing(trace, position)))
}

/// Says that calls took longer for who was called than for who called, which would be a negative
/// time on the network; nothing when none did.
#[must_use]
pub fn contradiction(trace: &Trace) -> Option<String> {
    let network = calls(trace).filter_map(|call| call.network_nanos);
    let negative: Vec<i64> = network.filter(|nanos| *nanos < 0).collect();
    let most = negative.iter().min()?.saturating_neg();
    let count = format::counted(negative.len(), "call");
    let most = format::duration(most);
    Some(format!(
        "{count} took up to {most} longer for the callee than for its caller: a clock or a span is wrong"
    ))
}

/// The call that a span answers: its parent is another service's, or the client's half of it.
fn received(trace: &Trace, position: usize) -> Option<Call<'_>> {
    let (span, parent) = (
        &trace.spans[position],
        &trace.spans[trace.nodes[position].parent?],
    );
    let is_called = matches!(span.kind, Kind::Server | Kind::Consumer);
    let (from, to) = (trace.service_of(parent), trace.service_of(span));
    let is_other = span.resource != parent.resource;
    if from == to && !(is_called && is_other && is_calling(parent)) {
        return None;
    }
    let is_request = parent.kind == Kind::Client && span.kind == Kind::Server;
    let teller = if is_request { parent } else { span };
    Some(Call {
        caller: from,
        callee: to,
        kind: Callee::Service,
        span: position,
        duration_nanos: teller.duration_nanos().max(0),
        is_error: span.is_error() || (is_request && parent.is_error()),
        network_nanos: is_request.then(|| {
            parent
                .duration_nanos()
                .saturating_sub(span.duration_nanos())
        }),
    })
}

/// The call of somebody who tells nothing of it.
fn outgoing(trace: &Trace, position: usize) -> Option<Call<'_>> {
    let span = &trace.spans[position];
    let is_answered = trace
        .children(position)
        .any(|child| trace.spans[child].resource != span.resource);
    if !is_calling(span) || is_answered {
        return None;
    }
    let (kind, callee) = callee_of(span)?;
    Some(Call {
        caller: trace.service_of(span),
        callee,
        kind,
        span: position,
        duration_nanos: span.duration_nanos().max(0),
        is_error: span.is_error(),
        network_nanos: None,
    })
}

fn is_calling(span: &Span) -> bool {
    matches!(span.kind, Kind::Client | Kind::Producer)
}

/// What a caller's span says of whom it calls: the most telling attribute.
fn callee_of(span: &Span) -> Option<(Callee, &str)> {
    let text = |keys: &[&str]| {
        let mut found = keys
            .iter()
            .filter_map(|key| attribute::find(&span.attributes, key)?.as_str());
        found.find(|text| !text.is_empty())
    };
    let system = text(&DATABASE_SYSTEM);
    if let Some(system) = system {
        return Some((Callee::Database, text(&DATABASE_NAME).unwrap_or(system)));
    }
    if let Some(system) = text(&[MESSAGING_SYSTEM]) {
        return Some((Callee::Queue, text(&DESTINATION).unwrap_or(system)));
    }
    let other = text(&[PEER_SERVICE]).or_else(|| text(&SERVER))?;
    Some((Callee::ThirdParty, other))
}

/// The traces in which there is such a call of one by another.
#[must_use]
pub fn crossed(from: &str, to: &str, kind: Callee) -> Filter {
    let is = |field: SpanField, value: &str| {
        Term::Test(Test::Span(SpanTest::Field(field, Matcher::exact(value))))
    };
    let service = |name: &str| Term::Test(Test::service(name));
    // Which of the attributes it was that named the callee, the call does not tell any more.
    let named = |keys: &[&[&str]]| {
        let keys = keys.iter().copied().flatten();
        let tests = keys.map(|key| Term::Test(Test::attribute(*key, to)));
        let is_calling = Term::any(vec![
            is(SpanField::Kind, Kind::Client.name()),
            is(SpanField::Kind, Kind::Producer.name()),
        ]);
        Path {
            first: vec![service(from), is_calling, Term::any(tests.collect())],
            rest: vec![],
        }
    };
    let path = match kind {
        Callee::Service if from == to => Path {
            first: vec![service(from), is(SpanField::Kind, Kind::Client.name())],
            rest: vec![(
                Relation::Child,
                vec![service(to), is(SpanField::Kind, Kind::Server.name())],
            )],
        },
        Callee::Service => Path {
            first: vec![service(from)],
            rest: vec![(Relation::Child, vec![service(to)])],
        },
        Callee::Database => named(&[&DATABASE_NAME, &DATABASE_SYSTEM]),
        Callee::Queue => named(&[&DESTINATION, &[MESSAGING_SYSTEM]]),
        Callee::ThirdParty => named(&[&[PEER_SERVICE], &SERVER]),
    };
    Filter {
        terms: vec![Term::Path(path)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Status, StatusCode};
    use crate::trace::tests::{build, span, text};

    fn kind(kind: Kind, resource: usize, span: Span) -> Span {
        Span {
            kind,
            resource,
            ..span
        }
    }

    fn with(mut span: Span, attributes: &[(&str, &str)]) -> Span {
        let attributes = attributes.iter();
        span.attributes = attributes.map(|(key, value)| text(key, value)).collect();
        span
    }

    #[test]
    fn a_request_is_one_call_with_its_network_time() {
        let mut server = kind(Kind::Server, 1, span(2, 1, 3));
        server.end_nanos = 7;
        server.status = Status {
            code: StatusCode::Error,
            ..Status::default()
        };
        let trace = build(vec![kind(Kind::Client, 0, span(1, 0, 0)), server]);
        let call = Call {
            caller: "a",
            callee: "b",
            kind: Callee::Service,
            span: 1,
            duration_nanos: 10,
            is_error: true,
            network_nanos: Some(6),
        };
        assert_eq!(calls(&trace).collect::<Vec<_>>(), [call]);
    }

    #[test]
    fn who_sends_no_spans_is_named_by_the_caller() {
        let cases: [(&[(&str, &str)], _); 5] = [
            (
                &[("db.system", "redis"), ("server.address", "r1")],
                Some((Callee::Database, "redis")),
            ),
            (
                &[("db.system.name", "postgresql"), ("db.namespace", "shop")],
                Some((Callee::Database, "shop")),
            ),
            (
                &[
                    ("messaging.system", "kafka"),
                    ("messaging.destination.name", "orders"),
                ],
                Some((Callee::Queue, "orders")),
            ),
            (
                &[("server.address", "api.bank.example"), ("peer.service", "")],
                Some((Callee::ThirdParty, "api.bank.example")),
            ),
            (&[("url.full", "x")], None),
        ];
        for (attributes, expected) in cases {
            let trace = build(vec![with(kind(Kind::Client, 0, span(1, 0, 0)), attributes)]);
            let found = calls(&trace).next().map(|call| (call.kind, call.callee));
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_child_of_another_service_is_called_whatever_its_kind() {
        let trace = build(vec![
            span(1, 0, 0),
            kind(Kind::Internal, 1, span(2, 1, 0)),
            span(3, 1, 0),
        ]);
        let found: Vec<_> = calls(&trace)
            .map(|call| (call.span, call.network_nanos))
            .collect();
        assert_eq!(found, [(1, None)]);
    }

    #[test]
    fn a_filter_finds_the_traces_that_crossed_an_edge() {
        let filter = crossed("a", "b", Callee::Service);
        assert_eq!(filter.to_string(), "{service:a} > {service:b}");
        let request = build(vec![
            kind(Kind::Client, 0, span(1, 0, 0)),
            kind(Kind::Server, 1, span(2, 1, 3)),
            with(
                kind(Kind::Client, 1, span(3, 2, 4)),
                &[("db.system", "redis")],
            ),
            with(
                kind(Kind::Producer, 1, span(4, 2, 5)),
                &[
                    ("messaging.system", "kafka"),
                    ("messaging.destination.name", "orders"),
                ],
            ),
        ]);
        let summary = crate::summary::tests::summary(&request).expect("spans");
        for call in calls(&request) {
            let filter = crossed(call.caller, call.callee, call.kind);
            assert_eq!(filter.to_string().parse::<Filter>(), Ok(filter.clone()));
            assert!(filter.accepts(&summary, &request), "{filter}");
        }
        for (from, to, kind) in [
            ("b", "a", Callee::Service),
            ("a", "a", Callee::Service),
            ("a", "redis", Callee::Database),
            ("b", "orders", Callee::Database),
            ("b", "redis", Callee::ThirdParty),
        ] {
            let filter = crossed(from, to, kind);
            assert!(!filter.accepts(&summary, &request), "{filter}");
        }
    }
}
