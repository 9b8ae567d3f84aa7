//! The logs of the OpenTelemetry SDK for Rust: a record arrives whole.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::SystemTime;

use opentelemetry::logs::{LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_otlp::{LogExporter, Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use serde_json::{Value, json};
use tests::server::Server;

fn send(exporter: LogExporter) {
    let resource = Resource::builder().with_service_name("sdk-service");
    let provider = SdkLoggerProvider::builder()
        .with_simple_exporter(exporter)
        .with_resource(resource.build())
        .build();
    let logger = provider.logger("sdk-scope");
    let mut record = logger.create_log_record();
    record.set_event_name("app.crash");
    record.set_timestamp(SystemTime::now());
    record.set_severity_number(Severity::Fatal);
    record.set_body("out of memory".into());
    record.add_attribute("frames", 12_i64);
    record.set_trace_context(TraceId::from(7_u128), SpanId::from(8_u64), None);
    logger.emit(record);
    provider.shutdown().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_the_sdk_arrives_whole_over_http() {
    let server = Server::start().await;
    let endpoint = format!("http://{}/v1/logs", server.otlp);
    // Its HTTP client must not be made within an asynchronous runtime.
    let sent = tokio::task::spawn_blocking(move || {
        let exporter = LogExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(endpoint);
        send(exporter.build().unwrap());
    });
    sent.await.unwrap();
    assert_whole(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_the_sdk_arrives_whole_over_grpc() {
    let server = Server::start().await;
    let endpoint = format!("http://{}", server.otlp_grpc);
    let exporter = LogExporter::builder().with_tonic().with_endpoint(endpoint);
    let exporter = exporter.build().unwrap();
    let sent = tokio::task::spawn_blocking(move || send(exporter));
    sent.await.unwrap();
    assert_whole(&server).await;
}

async fn assert_whole(server: &Server) {
    let path = format!("/api/v1/traces/{:032x}/logs", 7);
    let data = server.get_json(&path).await;
    let of_resource = &data["resourceLogs"][0];
    let attributes = of_resource["resource"]["attributes"].as_array().unwrap();
    let service = json!({ "key": "service.name", "value": { "stringValue": "sdk-service" } });
    assert!(attributes.contains(&service));
    let of_scope = &of_resource["scopeLogs"][0];
    assert_eq!(of_scope["scope"]["name"], "sdk-scope");
    let record: &Value = &of_scope["logRecords"][0];
    let expected = [
        ("eventName", json!("app.crash")),
        ("severityNumber", json!(21)),
        ("body", json!({ "stringValue": "out of memory" })),
        ("spanId", json!(format!("{:016x}", 8))),
        (
            "attributes",
            json!([{ "key": "frames", "value": { "intValue": "12" } }]),
        ),
    ];
    for (key, value) in expected {
        assert_eq!(record[key], value, "{key}");
    }
}
