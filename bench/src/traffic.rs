//! Requests to send, made before anything is measured.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const MILLISECOND: u64 = 1_000_000;

/// Names as a shop has them, service by service.
const SERVICES: [(&str, [&str; 4]); 8] = [
    (
        "shop-android",
        ["android.request: POST /pay", "render", "parse", "tap"],
    ),
    (
        "gateway",
        ["POST /pay", "authorize", "POST /orders", "rate limit"],
    ),
    (
        "auth-service",
        ["authorize", "GET session", "SELECT session", "verify"],
    ),
    (
        "order-service",
        ["POST /orders", "INSERT order", "POST /charge", "publish"],
    ),
    (
        "cart-service",
        ["GET /carts/{id}", "SELECT cart", "HGETALL cart", "price"],
    ),
    (
        "payment-service",
        [
            "POST /charge",
            "SELECT payment",
            "POST /v1/charges",
            "UPDATE payment",
        ],
    ),
    (
        "fraud-service",
        ["POST /score", "MGET feature", "predict", "SELECT rule"],
    ),
    (
        "mail-service",
        ["consume order", "render", "SMTP send", "INSERT mail"],
    ),
];

/// What the spans are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) spans_per_trace: usize,
    pub(crate) attributes: usize,
    pub(crate) spans_per_request: usize,
}

/// Spans of a trading day of small services, without attributes.
pub(crate) const SMALL: Shape = Shape {
    spans_per_trace: 44,
    attributes: 0,
    spans_per_request: 2_200,
};

/// Spans as instrumentation libraries write them, in batches as SDKs send them.
pub(crate) const FULL: Shape = Shape {
    spans_per_trace: 12,
    attributes: 20,
    spans_per_request: 512,
};

/// Encoded requests with what is in them.
pub(crate) struct Traffic {
    pub(crate) requests: Vec<Request>,
    pub(crate) spans: usize,
    /// Of the requests as protobuf, before any compression.
    pub(crate) bytes: usize,
}

pub(crate) struct Request {
    /// `ExportTraceServiceRequest`.
    pub(crate) body: Vec<u8>,
    /// Hexadecimal id of a trace that is whole with this request.
    pub(crate) trace_id: String,
}

impl Traffic {
    /// So many spans or a few more, the same for the same seed, that start at `now_nanos`.
    pub(crate) fn make(shape: Shape, spans: usize, seed: u64, now_nanos: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut traffic = Self {
            requests: vec![],
            spans: 0,
            bytes: 0,
        };
        let traces = (shape.spans_per_request / shape.spans_per_trace).max(1);
        while traffic.spans < spans {
            let start = now_nanos + traffic.spans as u64 * 1_000;
            let request = request(&mut dice, shape, traces, start);
            traffic.spans += traces * shape.spans_per_trace;
            traffic.bytes += request.body.len();
            traffic.requests.push(request);
        }
        traffic
    }
}

fn request(dice: &mut ChaCha8Rng, shape: Shape, traces: usize, start: u64) -> Request {
    let mut of_service: Vec<Vec<Span>> = vec![vec![]; SERVICES.len()];
    let mut trace_id = vec![];
    for _ in 0..traces {
        trace_id = bytes(dice, 16);
        let ids: Vec<Vec<u8>> = (0..shape.spans_per_trace).map(|_| bytes(dice, 8)).collect();
        for (number, id) in ids.iter().enumerate() {
            let service = number % SERVICES.len();
            // Every span hangs on one of those before it, most on the last of the service above.
            let parent = number.checked_sub(1 + dice.random_range(0..number.clamp(1, 3)));
            of_service[service].push(span(
                dice,
                shape,
                (&trace_id, id, parent.map(|parent| ids[parent].as_slice())),
                SERVICES[service].1[number / SERVICES.len() % 4],
                start + number as u64 * MILLISECOND,
            ));
        }
    }
    let resource_spans = SERVICES
        .iter()
        .zip(of_service)
        .filter(|(_, spans)| !spans.is_empty())
        .map(|((service, _), spans)| ResourceSpans {
            resource: Some(resource(service)),
            scope_spans: vec![ScopeSpans {
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        });
    let message = ExportTraceServiceRequest {
        resource_spans: resource_spans.collect(),
    };
    Request {
        body: message.encode_to_vec(),
        trace_id: model::id::hex_from_bytes(&trace_id),
    }
}

fn span(
    dice: &mut ChaCha8Rng,
    shape: Shape,
    (trace_id, id, parent): (&[u8], &[u8], Option<&[u8]>),
    name: &str,
    start: u64,
) -> Span {
    let microseconds = dice.random_range(50..200_000);
    Span {
        trace_id: trace_id.to_vec(),
        span_id: id.to_vec(),
        parent_span_id: parent.unwrap_or_default().to_vec(),
        name: name.to_owned(),
        kind: dice.random_range(1..=3),
        start_time_unix_nano: start + dice.random_range(0..MILLISECOND),
        end_time_unix_nano: start + microseconds * 1_000 + dice.random_range(0..1_000),
        attributes: (0..shape.attributes)
            .map(|number| attribute(dice, number))
            .collect(),
        flags: 1,
        ..Span::default()
    }
}

fn resource(service: &str) -> Resource {
    let attributes = [
        ("service.name", service),
        ("service.version", "4.2.0"),
        ("telemetry.sdk.language", "rust"),
        ("telemetry.sdk.name", "opentelemetry"),
        ("host.name", "node-7"),
        ("cloud.region", "eu-west-1"),
    ];
    Resource {
        attributes: attributes
            .iter()
            .map(|(key, value)| key_value(key, any_value::Value::StringValue((*value).to_owned())))
            .collect(),
        ..Resource::default()
    }
}

/// The attributes of an instrumented HTTP server with a database behind it: some always the same,
/// some from a small set, some different every time.
fn attribute(dice: &mut ChaCha8Rng, number: usize) -> KeyValue {
    let number_below =
        |dice: &mut ChaCha8Rng, end: i64| any_value::Value::IntValue(dice.random_range(0..end));
    let text = |text: String| any_value::Value::StringValue(text);
    let (key, value) = match number {
        0 => ("http.request.method", text("POST".into())),
        1 => ("http.route", text("/api/v1/carts/{cart}/items".into())),
        2 => ("http.response.status_code", any_value::Value::IntValue(200)),
        3 => {
            let path = format!("/api/v1/carts/{}/items", dice.random_range(0..1_000_000));
            ("url.path", text(path))
        }
        4 => ("url.scheme", text("https".into())),
        5 => ("server.address", text("cart.shop.internal".into())),
        6 => ("server.port", any_value::Value::IntValue(8443)),
        7 => ("network.protocol.version", text("1.1".into())),
        8 => (
            "user_agent.original",
            text("Shop/4.2.0 (Android 14; Pixel 8)".into()),
        ),
        9 => ("db.system.name", text("postgresql".into())),
        10 => ("db.operation.name", text("SELECT".into())),
        11 => (
            "db.query.text",
            text("SELECT id, sku, quantity FROM cart_item WHERE cart_id = $1".into()),
        ),
        12 => ("db.response.returned_rows", number_below(dice, 50)),
        13 => ("thread.id", number_below(dice, 64)),
        14 => (
            "thread.name",
            text(format!("worker-{}", dice.random_range(0..64))),
        ),
        15 => (
            "session.id",
            text(model::id::hex_from_bytes(&bytes(dice, 8))),
        ),
        16 => ("feature_flag.key", text("new_cart".into())),
        17 => (
            "feature_flag.result.value",
            any_value::Value::BoolValue(dice.random()),
        ),
        18 => (
            "cart.total",
            any_value::Value::DoubleValue(dice.random_range(0.0..900.0)),
        ),
        _ => ("shard", number_below(dice, 1_000)),
    };
    key_value(key, value)
}

pub(crate) fn key_value(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

pub(crate) fn bytes(dice: &mut ChaCha8Rng, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    dice.fill_bytes(&mut bytes);
    bytes
}
