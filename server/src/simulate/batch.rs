//! Batches as exporters send them: device and backend apart, seconds apart, some late, some twice.

use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, status};

use super::dice::Dice;
use super::request::{Request, SimSpan};
use super::visitor::Visitor;

const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MILLI;

/// What one exporter sends of one request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Batch {
    pub(super) is_device: bool,
    /// The exporter had sent it already, and does not know that it arrived.
    pub(super) is_repeated: bool,
    pub(super) resource_spans: Vec<ResourceSpans>,
    pub(super) span_count: usize,
}

/// The batches of a request, each with the moment when it is sent.
pub(super) fn batches(dice: &mut Dice, visitor: &Visitor, request: &Request) -> Vec<(i64, Batch)> {
    let device = batch(true, device_spans(visitor, &request.device_spans));
    let backend = batch(false, backend_spans(visitor, &request.backend_spans));
    // A phone sends when it finds the time, or when it has a network again.
    let is_late = dice.chance(0.03);
    let device_delay = if is_late {
        dice.between(12 * SECOND, 40 * SECOND)
    } else {
        dice.between(SECOND, 5 * SECOND)
    };
    let device_at = request.end_nanos + device_delay;
    let backend_at = request.end_nanos + dice.between(200 * MILLI, 1_200 * MILLI);
    let mut batches = vec![(backend_at, backend), (device_at, device)];
    if dice.chance(0.02) {
        let chosen = usize::from(dice.chance(0.5));
        let (at, first) = &batches[chosen];
        let again = Batch {
            is_repeated: true,
            ..first.clone()
        };
        batches.push((at + 5 * SECOND, again));
    }
    batches
}

fn batch(is_device: bool, resource_spans: Vec<ResourceSpans>) -> Batch {
    let of_scopes = resource_spans
        .iter()
        .flat_map(|of_resource| &of_resource.scope_spans);
    let span_count = of_scopes.map(|of_scope| of_scope.spans.len()).sum();
    Batch {
        is_device,
        is_repeated: false,
        resource_spans,
        span_count,
    }
}

fn device_spans(visitor: &Visitor, spans: &[SimSpan]) -> Vec<ResourceSpans> {
    let platform = visitor.platform;
    let attributes = vec![
        text("service.name", platform.service),
        text("service.version", visitor.release),
        text("app.version", visitor.release),
        text("telemetry.sdk.name", "opentelemetry"),
        text("telemetry.sdk.language", platform.sdk_language),
        text("os.name", platform.os),
        text("os.version", visitor.os_version),
        text("device.model.name", visitor.device),
        text("session.id", &visitor.session_id),
    ];
    let spans = spans
        .iter()
        .map(|span| otlp_span(span, visitor.clock_error_nanos))
        .collect();
    vec![of_resource(attributes, "shop.app", spans)]
}

fn backend_spans(visitor: &Visitor, spans: &[SimSpan]) -> Vec<ResourceSpans> {
    let mut services: Vec<&str> = spans.iter().map(|span| span.service).collect();
    services.sort_unstable();
    services.dedup();
    let of_service = |service: &str| {
        let version = if service == "gateway" {
            visitor.gateway_version
        } else {
            visitor.release
        };
        let attributes = vec![
            text("service.name", service),
            text("service.version", version),
            text(
                "service.instance.id",
                &format!("{service}-{}-1", visitor.region.name),
            ),
            text("deployment.environment.name", "production"),
            text("cloud.region", visitor.region.name),
            text("telemetry.sdk.name", "opentelemetry"),
            text("telemetry.sdk.language", "rust"),
        ];
        let own = spans.iter().filter(|span| span.service == service);
        of_resource(
            attributes,
            "shop.backend",
            own.map(|span| otlp_span(span, 0)).collect(),
        )
    };
    services.into_iter().map(of_service).collect()
}

fn of_resource(attributes: Vec<KeyValue>, scope: &str, spans: Vec<Span>) -> ResourceSpans {
    let scope = InstrumentationScope {
        name: scope.into(),
        version: "1.0.0".into(),
        ..InstrumentationScope::default()
    };
    ResourceSpans {
        resource: Some(Resource {
            attributes,
            ..Resource::default()
        }),
        scope_spans: vec![ScopeSpans {
            scope: Some(scope),
            spans,
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    }
}

fn otlp_span(span: &SimSpan, clock_error_nanos: i64) -> Span {
    let time = |nanos: i64| u64::try_from(nanos + clock_error_nanos).unwrap_or(1);
    let status = span.error.map(|message| Status {
        message: message.into(),
        code: status::StatusCode::Error.into(),
    });
    let exception = span.error.map(|message| Event {
        time_unix_nano: time(span.end_nanos),
        name: "exception".into(),
        attributes: vec![
            text("exception.type", "UpstreamError"),
            text("exception.message", message),
        ],
        ..Event::default()
    });
    let jank = (span.late_frames > 0).then(|| Event {
        time_unix_nano: time(span.end_nanos),
        name: "app.jank".into(),
        attributes: vec![
            key_value(
                "app.jank.frame_count",
                any_value::Value::IntValue(span.late_frames),
            ),
            key_value("app.jank.threshold", any_value::Value::DoubleValue(0.016)),
        ],
        ..Event::default()
    });
    Span {
        trace_id: span.trace_id.to_vec(),
        span_id: span.id.to_vec(),
        parent_span_id: span.parent_id.map(Vec::from).unwrap_or_default(),
        name: span.name.clone(),
        kind: span.kind.into(),
        start_time_unix_nano: time(span.start_nanos),
        end_time_unix_nano: time(span.end_nanos),
        attributes: span
            .attributes
            .iter()
            .map(|(key, value)| text(key, value))
            .collect(),
        events: exception.into_iter().chain(jank).collect(),
        status,
        ..Span::default()
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    key_value(key, any_value::Value::StringValue(value.into()))
}

fn key_value(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}
