//! One request of a user, as the spans that the device and the backend make of it.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::attributes::variant;
use super::backend::Backend;
use super::dice::{Dice, SIGMA};
use super::shop::{Action, GATEWAY_WITHOUT_CONTEXT};
use super::visitor::Visitor;

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
}
