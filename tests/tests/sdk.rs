//! The OpenTelemetry SDK for Rust as client: a trace arrives whole.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use opentelemetry::trace::{
    Event, Link, Span, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
    Tracer, TracerProvider,
};
use opentelemetry::{Context, InstrumentationScope, KeyValue, trace::TraceContextExt};
use opentelemetry_otlp::{Compression, Protocol, SpanExporter, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::{Value, json};
use tests::server::Server;

fn http(endpoint: String) -> SpanExporter {
    SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .build()
        .unwrap()
}

fn grpc(endpoint: String, compression: Option<Compression>) -> SpanExporter {
    let mut builder = SpanExporter::builder().with_tonic().with_endpoint(endpoint);
    if let Some(compression) = compression {
        builder = builder.with_compression(compression);
    }
    builder.build().unwrap()
}

fn send(exporter: SpanExporter) -> (TraceId, SpanId) {
    let resource = Resource::builder()
        .with_service_name("sdk-service")
        .with_attribute(KeyValue::new("cloud.region", "eu-west-1"))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter)
        .with_resource(resource)
        .build();
    let scope = InstrumentationScope::builder("sdk-scope")
        .with_version("1.2.3")
        .build();
    let tracer = provider.tracer_with_scope(scope);

    let linked = SpanContext::new(
        TraceId::from(7_u128),
        SpanId::from(8_u64),
        TraceFlags::SAMPLED,
        false,
        TraceState::default(),
    );
    let root = tracer
        .span_builder("checkout")
        .with_kind(SpanKind::Server)
        .with_links(vec![Link::new(
            linked,
            vec![KeyValue::new("why", "retry")],
            0,
        )])
        .start(&tracer);
    let context = Context::current_with_span(root);
    let mut child = tracer
        .span_builder("SELECT cart")
        .with_kind(SpanKind::Client)
        .start_with_context(&tracer, &context);
    child.set_attributes([
        KeyValue::new("rows", 3_i64),
        KeyValue::new("cached", false),
        KeyValue::new("ratio", 0.5),
        KeyValue::new("db.system.name", "postgresql"),
    ]);
    child.add_event("cache miss", vec![KeyValue::new("key", "cart:9")]);
    child.set_status(Status::error("timeout"));
    let ids = (
        child.span_context().trace_id(),
        child.span_context().span_id(),
    );
    child.end();
    context.span().end();
    provider.shutdown().unwrap();
    let _: Option<Event> = None;
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_of_the_sdk_arrives_whole() {
    let server = Server::start().await;
    let endpoint = format!("http://{}/v1/traces", server.otlp);
    // Its HTTP client must not be made within an asynchronous runtime.
    let sent = tokio::task::spawn_blocking(move || send(http(endpoint)));
    assert_whole(&server, sent.await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_arrives_whole_over_grpc_however_compressed() {
    for compression in [None, Some(Compression::Gzip), Some(Compression::Zstd)] {
        let server = Server::start().await;
        let exporter = grpc(format!("http://{}", server.otlp_grpc), compression);
        let sent = tokio::task::spawn_blocking(move || send(exporter));
        assert_whole(&server, sent.await.unwrap()).await;
    }
}

async fn assert_whole(server: &Server, (trace_id, child_id): (TraceId, SpanId)) {
    let summary = &server.wait_for_traces(1, "").await[0];
    assert_eq!(summary["trace_id"], trace_id.to_string());
    let expected = [
        ("root_service", json!("sdk-service")),
        ("root_operation", json!("checkout")),
        ("span_count", json!(2)),
        ("error_count", json!(1)),
        ("region", json!("eu-west-1")),
    ];
    for (key, value) in expected {
        assert_eq!(summary[key], value, "{key}");
    }

    let document = server.get_json(&format!("/api/v1/traces/{trace_id}")).await;
    let of_resources: Vec<&Value> = document["resourceSpans"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    for of_resource in &of_resources {
        assert_eq!(
            attribute(&of_resource["resource"], "service.name"),
            json!({"stringValue": "sdk-service"})
        );
        let scope = &of_resource["scopeSpans"][0]["scope"];
        assert_eq!(
            (&scope["name"], &scope["version"]),
            (&json!("sdk-scope"), &json!("1.2.3"))
        );
    }
    let spans: Vec<&Value> = of_resources
        .iter()
        .flat_map(|of_resource| of_resource["scopeSpans"].as_array().unwrap())
        .flat_map(|of_scope| of_scope["spans"].as_array().unwrap())
        .collect();
    let child = spans
        .iter()
        .find(|span| span["spanId"] == child_id.to_string())
        .unwrap();
    let root = spans
        .iter()
        .find(|span| span["name"] == "checkout")
        .unwrap();
    assert_eq!(
        (&child["name"], &child["kind"], &child["parentSpanId"]),
        (&json!("SELECT cart"), &json!(3), &root["spanId"])
    );
    assert_eq!(child["status"], json!({"code": 2, "message": "timeout"}));
    let attributes = [
        ("rows", json!({"intValue": "3"})),
        ("cached", json!({"boolValue": false})),
        ("ratio", json!({"doubleValue": 0.5})),
        ("db.system.name", json!({"stringValue": "postgresql"})),
    ];
    for (key, value) in attributes {
        assert_eq!(attribute(child, key), value, "{key}");
    }
    assert_eq!(child["events"][0]["name"], "cache miss");
    assert_eq!(
        attribute(&child["events"][0], "key"),
        json!({"stringValue": "cart:9"})
    );
    assert_eq!(
        (&root["kind"], &root["links"][0]["traceId"]),
        (&json!(2), &json!(format!("{:032x}", 7)))
    );
    assert_eq!(
        attribute(&root["links"][0], "why"),
        json!({"stringValue": "retry"})
    );
}

fn attribute(of: &Value, key: &str) -> Value {
    let attributes = of["attributes"].as_array().unwrap();
    attributes
        .iter()
        .find(|attribute| attribute["key"] == key)
        .map_or(Value::Null, |attribute| attribute["value"].clone())
}
