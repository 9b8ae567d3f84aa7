//! One request of a user, as the spans that the device and the backend make of it.

use super::dice::Dice;
use super::shop::{
    Action, CART_SERVICE, CONSUMERS, Call, GATEWAY_WITHOUT_CONTEXT, Kind, SLOW_QUERY, SLOW_REGION,
    SLOW_RELEASE,
};
use super::visitor::Visitor;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

const SIGMA: f64 = 0.45;
const MILLI: i64 = 1_000_000;
const MINUTE: i64 = 60_000 * MILLI;

/// How much longer the slow query takes in the release and region that have it.
const SLOW_FACTOR: u32 = 180;

/// A burst of errors lasts as long as one of these windows.
const BURST_WINDOW_NANOS: i64 = 7 * MINUTE;

/// One window in so many is a burst.
const BURST_EVERY: i64 = 5;

/// A span before it is put into a batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SimSpan {
    pub(super) service: &'static str,
    pub(super) trace_id: [u8; 16],
    pub(super) id: [u8; 8],
    pub(super) parent_id: Option<[u8; 8]>,
    pub(super) name: String,
    pub(super) kind: SpanKind,
    /// True time; the device's error is added when it is sent.
    pub(super) start_nanos: i64,
    pub(super) end_nanos: i64,
    /// Message of the error, if it is one.
    pub(super) error: Option<&'static str>,
    pub(super) attributes: Vec<(&'static str, String)>,
    /// Frames that came late while it ran.
    pub(super) late_frames: i64,
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) end_nanos: i64,
    pub(super) device_spans: Vec<SimSpan>,
    pub(super) backend_spans: Vec<SimSpan>,
}

pub(super) fn request(
    dice: &mut Dice,
    visitor: &Visitor,
    action: &Action,
    start_nanos: i64,
) -> Request {
    let trace_id = dice.bytes();
    let root_id = dice.bytes();
    let slowness = visitor.network.3;
    let before = dice.latency(visitor.platform.device_micros / 3, SIGMA);
    let way = dice.latency(visitor.region.network_micros * slowness, SIGMA);
    let way_back = dice.latency(visitor.region.network_micros * slowness, SIGMA);

    let mut backend = Backend {
        dice,
        visitor,
        trace_id,
        spans: Vec::new(),
    };
    let drops_context = visitor.gateway_version == GATEWAY_WITHOUT_CONTEXT;
    if drops_context {
        backend.trace_id = backend.dice.bytes();
    }
    let parent = (!drops_context).then_some(root_id);
    let (gateway_end, error) = backend.gateway(action, parent, start_nanos + before + way);
    let backend_spans = backend.spans;

    let answered = gateway_end + way_back;
    let drawn = answered + dice.latency(visitor.platform.device_micros, SIGMA);
    let device = |id, parent_id, name, kind, start_nanos, end_nanos, error| SimSpan {
        service: visitor.platform.service,
        trace_id,
        id,
        parent_id,
        name,
        kind,
        start_nanos,
        end_nanos,
        error,
        attributes: vec![("app.screen.name", action.screen.to_owned())],
        late_frames: 0,
    };
    let name = format!("{}: {}", visitor.platform.prefix, action.request);
    let mut root = device(
        root_id,
        None,
        name,
        SpanKind::Client,
        start_nanos,
        drawn,
        error,
    );
    root.attributes.extend([
        ("app.journey", action.journey.to_owned()),
        ("user.region", visitor.region.name.to_owned()),
        ("network.connection.type", visitor.network.0.to_owned()),
        ("network.connection.subtype", visitor.network.1.to_owned()),
        ("feature_flag.new_wallet", variant(visitor.has_new_wallet)),
        ("user.tier", visitor.tier.to_owned()),
        ("user.id", visitor.user_id.clone()),
    ]);
    let mut render = device(
        dice.bytes(),
        Some(root_id),
        action.render.to_owned(),
        SpanKind::Internal,
        answered,
        drawn,
        None,
    );
    if dice.chance(0.15) {
        render.late_frames = dice.between(1, 12);
    }
    Request {
        end_nanos: drawn,
        device_spans: vec![root, render],
        backend_spans,
    }
}

/// The backend while it works on one request.
struct Backend<'a> {
    dice: &'a mut Dice,
    visitor: &'a Visitor,
    trace_id: [u8; 16],
    spans: Vec<SimSpan>,
}

impl Backend<'_> {
    /// When the gateway has answered, and with which error.
    fn gateway(
        &mut self,
        action: &Action,
        parent: Option<[u8; 8]>,
        start: i64,
    ) -> (i64, Option<&'static str>) {
        let id = self.dice.bytes();
        let mut at = start + self.dice.latency(1_500, SIGMA);
        let mut error = None;
        for call in action.calls {
            let (end, failed) = self.call(call, "gateway", id, at);
            at = end;
            error = error.or(failed);
            if error.is_some() {
                break;
            }
        }
        let end = at + self.dice.latency(1_000, SIGMA);
        let (method, route) = action.request.split_once(' ').unwrap_or_default();
        let status = if error.is_some() { "502" } else { "200" };
        let attributes = vec![
            ("http.request.method", method.to_owned()),
            ("http.route", route.to_owned()),
            ("http.response.status_code", status.to_owned()),
            // A header of its own, that comes also where the trace context does not.
            ("session.id", self.visitor.session_id.clone()),
        ];
        self.spans.push(SimSpan {
            service: "gateway",
            trace_id: self.trace_id,
            id,
            parent_id: parent,
            name: action.request.to_owned(),
            kind: SpanKind::Server,
            start_nanos: start,
            end_nanos: end,
            error,
            attributes,
            late_frames: 0,
        });
        (end, error)
    }

    /// Makes a call from a span of a service; returns when it has ended, and with which error.
    /// Recursion is as deep as the shop's data.
    fn call(
        &mut self,
        call: &Call,
        caller: &'static str,
        parent: [u8; 8],
        start: i64,
    ) -> (i64, Option<&'static str>) {
        match call.kind {
            Kind::Service => self.service(call, caller, parent, start),
            Kind::Database | Kind::Cache | Kind::Queue | Kind::ThirdParty => {
                self.leaf(call, caller, parent, start)
            }
        }
    }

    fn service(
        &mut self,
        call: &Call,
        caller: &'static str,
        parent: [u8; 8],
        start: i64,
    ) -> (i64, Option<&'static str>) {
        let (client_id, server_id) = (self.dice.bytes(), self.dice.bytes());
        let way = self.dice.latency(400, SIGMA);
        let own = self.dice.latency(call.median_micros, SIGMA);
        let begin = start + way;
        let mut at = begin + own / 2;
        let mut error = None;
        let mut last = at;
        for inner in call.calls {
            let (end, failed) = self.call(inner, call.target, server_id, at);
            last = last.max(end);
            at = if call.is_parallel { at } else { end };
            error = error.or(failed);
            if error.is_some() && !call.is_parallel {
                break;
            }
        }
        let mut attributes = vec![("rpc.service", call.target.to_owned())];
        if call.target == CART_SERVICE {
            attributes.extend([
                ("feature_flag.key", "new_cart".to_owned()),
                ("feature_flag.provider.name", "flagd".to_owned()),
                (
                    "feature_flag.result.variant",
                    variant(self.visitor.has_new_cart),
                ),
            ]);
        }
        let server_end = last + own - own / 2;
        let end = server_end + way;
        let trace_id = self.trace_id;
        let span = |service, id, parent, kind, start_nanos, end_nanos| SimSpan {
            service,
            trace_id,
            id,
            parent_id: Some(parent),
            name: call.operation.to_owned(),
            kind,
            start_nanos,
            end_nanos,
            error,
            attributes: vec![("rpc.service", call.target.to_owned())],
            late_frames: 0,
        };
        self.spans.push(span(
            caller,
            client_id,
            parent,
            SpanKind::Client,
            start,
            end,
        ));
        let server = span(
            call.target,
            server_id,
            client_id,
            SpanKind::Server,
            begin,
            server_end,
        );
        self.spans.push(SimSpan {
            attributes,
            ..server
        });
        (end, error)
    }

    fn leaf(
        &mut self,
        call: &Call,
        caller: &'static str,
        parent: [u8; 8],
        start: i64,
    ) -> (i64, Option<&'static str>) {
        let is_slow = call.operation == SLOW_QUERY
            && self.visitor.release == SLOW_RELEASE
            && self.visitor.region.name == SLOW_REGION;
        let median = if is_slow {
            call.median_micros * SLOW_FACTOR
        } else {
            call.median_micros
        };
        let end = start + self.dice.latency(median, SIGMA);
        let error = failure(self.dice, call, start);
        let id = self.dice.bytes();
        self.spans.push(SimSpan {
            service: caller,
            trace_id: self.trace_id,
            id,
            parent_id: Some(parent),
            name: call.operation.to_owned(),
            kind: if call.kind == Kind::Queue {
                SpanKind::Producer
            } else {
                SpanKind::Client
            },
            start_nanos: start,
            end_nanos: end,
            error,
            attributes: leaf_attributes(call, self.visitor),
            late_frames: 0,
        });
        if call.kind == Kind::Queue {
            self.consume(call, id, end);
        }
        (end, error)
    }

    /// Some service takes the message up later; nobody waits for it.
    fn consume(&mut self, call: &Call, producer: [u8; 8], sent: i64) {
        let Some((_, service, operation)) =
            CONSUMERS.iter().find(|consumer| consumer.0 == call.target)
        else {
            return;
        };
        let start = sent + self.dice.latency(30_000, SIGMA);
        let id = self.dice.bytes();
        let end = start + self.dice.latency(15_000, SIGMA);
        self.spans.push(SimSpan {
            service,
            trace_id: self.trace_id,
            id,
            parent_id: Some(producer),
            name: (*operation).to_owned(),
            kind: SpanKind::Consumer,
            start_nanos: start,
            end_nanos: end,
            error: None,
            attributes: leaf_attributes(call, self.visitor),
            late_frames: 0,
        });
    }
}

fn variant(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

/// What goes wrong with a call, if anything.
fn failure(dice: &mut Dice, call: &Call, at_nanos: i64) -> Option<&'static str> {
    let (rate, message) = match call.kind {
        Kind::ThirdParty => (
            payment_failure_rate(at_nanos),
            "the payment provider answered 503",
        ),
        Kind::Database => (0.0015, "the server closed the connection"),
        Kind::Service | Kind::Cache | Kind::Queue => return None,
    };
    dice.chance(rate).then_some(message)
}

/// Few payments fail, but in bursts every third.
fn payment_failure_rate(at_nanos: i64) -> f64 {
    let window = at_nanos / BURST_WINDOW_NANOS;
    if window.rem_euclid(BURST_EVERY) == 0 {
        0.3
    } else {
        0.01
    }
}

fn leaf_attributes(call: &Call, visitor: &Visitor) -> Vec<(&'static str, String)> {
    let address = format!("{}.{}.internal", call.target, visitor.region.name);
    match call.kind {
        Kind::Database => {
            let (verb, table) = call.operation.split_once(' ').unwrap_or_default();
            let query = match verb {
                "SELECT" => format!("SELECT * FROM {table} WHERE id = ?"),
                "UPDATE" => format!("UPDATE {table} SET changed_at = now() WHERE id = ?"),
                _ => format!("INSERT INTO {table} VALUES (?)"),
            };
            vec![
                ("db.system.name", "postgresql".to_owned()),
                ("db.namespace", call.target.to_owned()),
                ("db.operation.name", verb.to_owned()),
                ("db.collection.name", table.to_owned()),
                ("db.query.text", query),
                ("server.address", address),
            ]
        }
        Kind::Cache => {
            vec![
                ("db.system.name", "redis".to_owned()),
                ("db.namespace", call.target.to_owned()),
                ("server.address", address),
            ]
        }
        Kind::Queue => {
            vec![
                ("messaging.system", "kafka".to_owned()),
                ("messaging.destination.name", call.target.to_owned()),
            ]
        }
        Kind::ThirdParty => vec![
            ("server.address", format!("api.{}.example", call.target)),
            ("peer.service", call.target.to_owned()),
            (
                "url.path",
                call.operation
                    .split_once(' ')
                    .unwrap_or_default()
                    .1
                    .to_owned(),
            ),
        ],
        Kind::Service => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::shop::PAY;
    use std::collections::HashSet;

    fn pay(seed: u64) -> (Visitor, Request) {
        let mut dice = Dice::new(seed, 0);
        let visitor = Visitor::new(&mut dice);
        let request = request(&mut dice, &visitor, &PAY, 0);
        (visitor, request)
    }

    #[test]
    fn every_parent_is_there_unless_the_gateway_dropped_the_context() {
        let mut seen = HashSet::new();
        for seed in 0..200 {
            let (visitor, request) = pay(seed);
            let all: Vec<&SimSpan> = request
                .device_spans
                .iter()
                .chain(&request.backend_spans)
                .collect();
            let ids: HashSet<_> = all.iter().map(|span| (span.trace_id, span.id)).collect();
            let orphans = all.iter().filter(|span| {
                span.parent_id
                    .is_some_and(|id| !ids.contains(&(span.trace_id, id)))
            });
            assert_eq!(orphans.count(), 0);
            let roots = all.iter().filter(|span| span.parent_id.is_none()).count();
            let drops = visitor.gateway_version == GATEWAY_WITHOUT_CONTEXT;
            assert_eq!(roots, if drops { 2 } else { 1 });
            seen.insert(drops);
        }
        assert_eq!(seen.len(), 2, "both kinds of gateways were met");
    }

    #[test]
    fn payments_fail_in_bursts() {
        assert!(payment_failure_rate(0) > 0.2);
        assert!(payment_failure_rate(BURST_WINDOW_NANOS) < 0.02);
    }
}
