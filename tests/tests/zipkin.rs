//! Zipkin's JSON, version 2, by hand and from a real client.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(
    deprecated,
    reason = "Zipkin's exporter is going, those who use it are not"
)]

use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracerProvider;
use opentelemetry_zipkin::ZipkinExporter;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tests::server::Server;
use tests::spans;

async fn post(server: &Server, body: &Value) -> Response {
    server
        .client
        .post(format!("http://{}/api/v2/spans", server.web))
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .unwrap()
}

fn send(endpoint: String) {
    let exporter = ZipkinExporter::builder()
        .with_collector_endpoint(endpoint)
        .build()
        .unwrap();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter)
        .build();
    let tracer = provider.tracer("zipkin-test");
    let root = tracer
        .span_builder("pay")
        .with_kind(SpanKind::Server)
        .start(&tracer);
    let context = Context::current_with_span(root);
    let mut child = tracer
        .span_builder("charge")
        .with_attributes([KeyValue::new("currency", "BRL")])
        .start_with_context(&tracer, &context);
    opentelemetry::trace::Span::set_status(&mut child, Status::error("declined"));
    opentelemetry::trace::Span::end(&mut child);
    context.span().end();
    provider.shutdown().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_of_a_real_client_arrives() {
    let server = Server::start().await;
    let endpoint = format!("http://{}/api/v2/spans", server.otlp);
    tokio::task::spawn_blocking(move || send(endpoint))
        .await
        .unwrap();
    let trace = &server
        .wait_for_traces(1, "operation:charge status:error attr.currency:BRL")
        .await[0];
    assert_eq!(trace["root_operation"], "pay");
    assert_eq!(
        (&trace["span_count"], &trace["defect_count"]),
        (&json!(2), &json!(0))
    );
    // This client names no service.
    assert_eq!(trace["services"], json!(["unknown_service"]));
}

#[tokio::test]
async fn both_sides_of_a_shared_span_are_kept() {
    let server = Server::start().await;
    let start = spans::now_nanos() / 1_000;
    let span = |id: &str, parent: Option<&str>, kind: Option<&str>, service: &str| {
        json!({
            "traceId": "5af7183fb1d4cf5f", "id": id, "parentId": parent, "kind": kind,
            "name": format!("{service} {id}"), "timestamp": start, "duration": 1_000,
            "localEndpoint": {"serviceName": service},
            "shared": (kind == Some("SERVER")).then_some(true),
        })
    };
    let web = json!([
        span("1", None, None, "web"),
        span("2", Some("1"), Some("CLIENT"), "web")
    ]);
    let backend = json!([
        span("2", Some("1"), Some("SERVER"), "backend"),
        span("3", Some("2"), None, "backend")
    ]);
    for body in [&web, &backend] {
        let answer = post(&server, body).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        assert_eq!(answer.text().await.unwrap(), "");
    }
    let trace = &server.wait_for_traces(1, "service:backend").await[0];
    assert_eq!(trace["trace_id"], "00000000000000005af7183fb1d4cf5f");
    assert_eq!(
        (&trace["span_count"], &trace["defect_count"]),
        (&json!(4), &json!(0))
    );
    assert_eq!(trace["root_operation"], "web 1");
}

#[tokio::test]
async fn refusals_are_explained() {
    let server = Server::start().await;
    let start = spans::now_nanos() / 1_000;
    let good = json!({"traceId": "1", "id": "2", "timestamp": start});
    let mixed = post(&server, &json!([good, 7, {"traceId": "x", "id": "2"}])).await;
    assert_eq!(mixed.status(), StatusCode::ACCEPTED);
    let complaint = mixed.text().await.unwrap();
    assert!(
        complaint.starts_with("1 element rejected: invalid type"),
        "{complaint}"
    );
    assert!(
        complaint.contains("1 span rejected: trace id is not"),
        "{complaint}"
    );

    for (body, says) in [
        (
            json!([{"traceId": "1", "id": "2"}]),
            "start time is missing",
        ),
        (json!({"spans": []}), "not a JSON list of Zipkin spans"),
    ] {
        let refused = post(&server, &body).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        let text = refused.text().await.unwrap();
        assert!(text.contains(says), "{text}");
    }
}
