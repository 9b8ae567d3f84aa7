//! What the backend does for a request: the gateway, the services that it calls, and what those ask
//! in turn.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::attributes::{leaf_attributes, variant};
use super::dice::{Dice, SIGMA};
use super::failures::failure;
use super::request::SimSpan;
use super::shop::{
    Action, CART_SERVICE, CONSUMERS, Call, Kind, SLOW_QUERY, SLOW_REGION, SLOW_RELEASE,
};
use super::visitor::Visitor;

/// How much longer the slow query takes in the release and region that have it.
const SLOW_FACTOR: u32 = 180;

/// The backend while it works on one request.
pub(super) struct Backend<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) visitor: &'a Visitor,
    pub(super) trace_id: [u8; 16],
    pub(super) spans: Vec<SimSpan>,
}

impl Backend<'_> {
    /// When the gateway has answered, and with which error.
    pub(super) fn gateway(
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
