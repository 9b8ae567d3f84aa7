//! Requests of a time that is over, made while they are sent: as many as a month has are more than
//! memory has room for.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::shop::{
    DEVICES, Device, JOURNEYS, Journey, NETWORKS, REGIONS, RELEASES, Step, TIERS, Work,
};
use crate::traffic::{bytes, key_value};

const MINUTE_NANOS: u64 = 60_000_000_000;

/// Traces of one request: what a collector of a region sends of a minute.
const TRACES_PER_REQUEST: usize = 100;

/// Spans of one request.
pub(crate) const SPANS_PER_REQUEST: usize = {
    let mut spans = 0;
    let mut index = 0;
    while index < JOURNEYS.len() {
        spans += TRACES_PER_REQUEST * JOURNEYS[index].percent / 100 * JOURNEYS[index].steps.len();
        index += 1;
    }
    spans
};

/// Traffic of a span of time, in the order in which it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    pub(crate) from_nanos: u64,
    pub(crate) to_nanos: u64,
    pub(crate) requests: usize,
    /// The same seed makes the same traces.
    pub(crate) seed: u64,
}

impl History {
    /// One of its requests, an `ExportTraceServiceRequest`: of one region and one minute.
    pub(crate) fn request(&self, number: usize) -> Vec<u8> {
        // Of every request its own, so that it does not matter who makes it.
        let mut dice = ChaCha8Rng::seed_from_u64(self.seed);
        dice.set_stream(number as u64);
        let length = self.to_nanos - self.from_nanos;
        let minutes = (length / MINUTE_NANOS).saturating_sub(1);
        let minute = minutes * number as u64 / self.requests.max(1) as u64;
        let begin = self.from_nanos + minute * MINUTE_NANOS;
        let region = pick(&mut dice, &REGIONS, |region| region.1).0;
        let mut batch = Batch::default();
        for journey in &JOURNEYS {
            for _ in 0..TRACES_PER_REQUEST * journey.percent / 100 {
                let user = User::new(&mut dice, region);
                let start = begin + dice.random_range(0..MINUTE_NANOS / 2);
                add_trace(&mut dice, &mut batch, journey, &user, start);
            }
        }
        batch.into_message(region).encode_to_vec()
    }
}

/// Somebody with a device, somewhere.
struct User {
    device: &'static Device,
    region: &'static str,
    release: &'static str,
    network: &'static str,
    tier: &'static str,
}

impl User {
    fn new(dice: &mut ChaCha8Rng, region: &'static str) -> Self {
        Self {
            device: pick(dice, &DEVICES, |device| device.percent),
            region,
            release: pick(dice, &RELEASES, |release| release.1).0,
            network: pick(dice, &NETWORKS, |network| network.1).0,
            tier: pick(dice, &TIERS, |tier| tier.1).0,
        }
    }
}

/// Spans by their resource.
#[derive(Default)]
struct Batch {
    of_devices: Vec<ResourceSpans>,
    /// By service and release.
    of_services: Vec<((&'static str, &'static str), Vec<Span>)>,
}

impl Batch {
    fn add(&mut self, service: &'static str, release: &'static str, span: Span) {
        let own = (service, release);
        match self.of_services.iter_mut().find(|(key, _)| *key == own) {
            Some((_, spans)) => spans.push(span),
            None => self.of_services.push((own, vec![span])),
        }
    }

    fn into_message(self, region: &str) -> ExportTraceServiceRequest {
        let of_services = self.of_services.into_iter();
        let of_services = of_services.map(|((service, release), spans)| {
            let attributes = vec![
                text("service.name", service),
                text("service.version", release),
                text("service.instance.id", &format!("{service}-{region}-1")),
                text("deployment.environment.name", "production"),
                text("cloud.region", region),
                text("telemetry.sdk.language", "rust"),
            ];
            of_resource(attributes, spans)
        });
        let resource_spans = self.of_devices.into_iter().chain(of_services).collect();
        ExportTraceServiceRequest { resource_spans }
    }
}

fn of_resource(attributes: Vec<KeyValue>, spans: Vec<Span>) -> ResourceSpans {
    ResourceSpans {
        resource: Some(Resource {
            attributes,
            ..Resource::default()
        }),
        scope_spans: vec![ScopeSpans {
            spans,
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    }
}

fn add_trace(dice: &mut ChaCha8Rng, batch: &mut Batch, journey: &Journey, user: &User, start: u64) {
    let trace_id = bytes(dice, 16);
    let ids: Vec<Vec<u8>> = journey.steps.iter().map(|_| bytes(dice, 8)).collect();
    let parents = parents(journey.steps);
    let times = times(dice, journey.steps, &parents, start);
    let failures = failures(dice, journey.steps, &parents);
    let mut of_device = Vec::new();
    for (index, step) in journey.steps.iter().enumerate() {
        let parent = parents[index].map(|parent| ids[parent].clone());
        let status = failures[index].then(|| Status {
            code: StatusCode::Error.into(),
            message: "the connection was closed".into(),
        });
        let span = Span {
            trace_id: trace_id.clone(),
            span_id: ids[index].clone(),
            parent_span_id: parent.unwrap_or_default(),
            name: step.operation.into(),
            kind: kind(step.work).into(),
            start_time_unix_nano: times[index].0,
            end_time_unix_nano: times[index].1,
            attributes: attributes(dice, journey, user, step, failures[index]),
            status,
            flags: 1,
            ..Span::default()
        };
        if step.service.is_empty() {
            of_device.push(span);
        } else {
            batch.add(step.service, user.release, span);
        }
    }
    let resource = vec![
        text("service.name", user.device.service),
        text("service.version", user.release),
        text("app.version", user.release),
        text("os.name", user.device.os),
        text("device.model.name", user.device.model),
        text("device.class", user.device.class),
        text("session.id", &hex(dice)),
    ];
    batch.of_devices.push(of_resource(resource, of_device));
}

/// The nearest one before that is less deep.
fn parents(steps: &[Step]) -> Vec<Option<usize>> {
    let parent = |index: usize| {
        let mut before = steps[..index].iter();
        before.rposition(|other| other.depth < steps[index].depth)
    };
    (0..steps.len()).map(parent).collect()
}

/// Start and end of each span: half of its own time, those that it waits for one after the other,
/// the other half.
fn times(
    dice: &mut ChaCha8Rng,
    steps: &[Step],
    parents: &[Option<usize>],
    start: u64,
) -> Vec<(u64, u64)> {
    let own: Vec<u64> = steps
        .iter()
        .map(|step| own_nanos(dice, step.micros))
        .collect();
    let mut whole = own.clone();
    for index in (1..steps.len()).rev() {
        if let Some(parent) = parents[index] {
            whole[parent] += whole[index];
        }
    }
    // Where the next one that a span waits for begins.
    let mut next = vec![0; steps.len()];
    let mut times: Vec<(u64, u64)> = Vec::with_capacity(steps.len());
    for index in 0..steps.len() {
        let begin = parents[index].map_or(start, |parent| next[parent]);
        if let Some(parent) = parents[index] {
            next[parent] += whole[index];
        }
        next[index] = begin + own[index] / 2;
        times.push((begin, begin + whole[index]));
    }
    times
}

/// Around the median, seldom more than four times of it, and now and then very long.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive, and some minutes at most"
)]
fn own_nanos(dice: &mut ChaCha8Rng, median_micros: u32) -> u64 {
    let exponent = dice.random_range(-1.0..1.0) + dice.random_range(-1.0..1.0);
    let tail = if dice.random_bool(0.01) { 6.0 } else { 1.0 };
    (f64::from(median_micros) * 1_000.0 * f64::exp2(exponent) * tail) as u64
}

/// Which spans fail: some of those at the end of a chain of calls, and all that wait for them.
fn failures(dice: &mut ChaCha8Rng, steps: &[Step], parents: &[Option<usize>]) -> Vec<bool> {
    let mut failures: Vec<bool> = steps
        .iter()
        .map(|step| match step.work {
            Work::Database => dice.random_bool(0.001_5),
            Work::ThirdParty => dice.random_bool(0.03),
            _ => false,
        })
        .collect();
    for index in (1..steps.len()).rev() {
        if let Some(parent) = parents[index].filter(|_parent| failures[index]) {
            failures[parent] = true;
        }
    }
    failures
}

fn kind(work: Work) -> SpanKind {
    match work {
        Work::Request | Work::Call | Work::Database | Work::Cache | Work::ThirdParty => {
            SpanKind::Client
        }
        Work::Served => SpanKind::Server,
        Work::Queue => SpanKind::Producer,
        Work::Render | Work::Own => SpanKind::Internal,
    }
}

fn attributes(
    dice: &mut ChaCha8Rng,
    journey: &Journey,
    user: &User,
    step: &Step,
    is_failed: bool,
) -> Vec<KeyValue> {
    let (verb, rest) = step
        .operation
        .split_once(' ')
        .unwrap_or((step.operation, ""));
    match step.work {
        Work::Request => vec![
            text("app.journey", journey.name),
            text("user.region", user.region),
            text("network.connection.subtype", user.network),
            text("user.tier", user.tier),
            text("user.id", &format!("u{}", dice.random_range(0..100_000))),
            text(
                "feature_flag.new_cart",
                if dice.random() { "on" } else { "off" },
            ),
        ],
        Work::Served => vec![
            text("http.request.method", verb),
            text("http.route", rest),
            text("url.path", &rest.replace("{id}", &hex(dice))),
            text(
                "http.response.status_code",
                if is_failed { "502" } else { "200" },
            ),
            text(
                "thread.name",
                &format!("worker-{}", dice.random_range(0..64)),
            ),
        ],
        Work::Call => vec![
            text("http.request.method", verb),
            text("server.address", "backend.shop.internal"),
        ],
        Work::Database => vec![
            text("db.system.name", "postgresql"),
            text("db.namespace", step.service),
            text("db.operation.name", verb),
            text("db.query.text", &format!("{verb} {rest} WHERE id = $1")),
            text(
                "db.response.returned_rows",
                &dice.random_range(0..50).to_string(),
            ),
        ],
        Work::Cache => vec![
            text("db.system.name", "redis"),
            text("db.namespace", "cache"),
            text(
                "cache.key",
                &format!("{rest}:{}", dice.random_range(0..1_000_000)),
            ),
        ],
        Work::Queue => vec![
            text("messaging.system", "kafka"),
            text("messaging.destination.name", "shop-events"),
        ],
        Work::ThirdParty => vec![
            text("peer.service", "paywell"),
            text("server.address", "api.paywell.example"),
            text("url.path", rest),
        ],
        Work::Render | Work::Own => vec![text("code.function.name", step.operation)],
    }
}

/// One of several, by their weights.
pub(crate) fn pick<'a, T>(
    dice: &mut ChaCha8Rng,
    choices: &'a [T],
    weight: impl Fn(&T) -> u32,
) -> &'a T {
    let mut rest = dice.random_range(0..choices.iter().map(&weight).sum());
    let chosen = choices.iter().find(|choice| {
        let is_it = rest < weight(choice);
        rest = rest.saturating_sub(weight(choice));
        is_it
    });
    chosen.unwrap_or(&choices[0])
}

fn hex(dice: &mut ChaCha8Rng) -> String {
    model::id::hex_from_bytes(&bytes(dice, 8))
}

fn text(key: &str, value: &str) -> KeyValue {
    key_value(key, any_value::Value::StringValue(value.to_owned()))
}
