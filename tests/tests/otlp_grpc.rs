//! OTLP over gRPC: what is refused, and in which words.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use tests::server::{Server, Start};
use tests::{database, spans, wait};
use tonic::Code;
use tonic::transport::Channel;

async fn client(server: &Server) -> TraceServiceClient<Channel> {
    TraceServiceClient::connect(format!("http://{}", server.otlp_grpc))
        .await
        .unwrap()
}

fn request(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }],
    }
}

fn good() -> Span {
    let start = spans::now_nanos();
    Span {
        trace_id: vec![1; 16],
        span_id: vec![1; 8],
        start_time_unix_nano: start,
        end_time_unix_nano: start + 1,
        ..Span::default()
    }
}

#[tokio::test]
async fn one_bad_span_costs_itself_only() {
    let server = Server::start().await;
    let answer = client(&server)
        .await
        .export(request(vec![good(), Span::default()]))
        .await
        .unwrap();
    let partial = answer.into_inner().partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert!(
        partial
            .error_message
            .starts_with("1 span rejected: trace id")
    );
    assert_eq!(server.wait_for_traces(1, "").await[0]["span_count"], 1);
}

#[tokio::test]
async fn what_is_too_large_or_not_served_is_named() {
    let server = Server::start().await;
    let large = Span {
        name: "x".repeat(65 << 20),
        ..good()
    };
    let refused = client(&server).await.export(request(vec![large])).await;
    assert_eq!(refused.unwrap_err().code(), Code::OutOfRange);

    let mut metrics = MetricsServiceClient::connect(format!("http://{}", server.otlp_grpc))
        .await
        .unwrap();
    let refused = metrics.export(ExportMetricsServiceRequest::default()).await;
    let status = refused.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().contains("MetricsService"), "{status}");
}

#[tokio::test]
async fn without_a_database_clients_are_asked_to_come_back() {
    let database = database::create();
    let server = Start::on_database(&database).start().await;
    let mut client = client(&server).await;
    database::close(&database);

    let status = client.export(request(vec![good()])).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    let retry = "type.googleapis.com/google.rpc.RetryInfo";
    let has_retry = status
        .details()
        .windows(retry.len())
        .any(|window| window == retry.as_bytes());
    assert!(has_retry, "{status:?}");

    let body = prost::Message::encode_to_vec(&request(vec![good()]));
    let answer = server.post("application/x-protobuf", body).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "1");

    database::open(&database);
    wait::until("the database is found again", async || {
        client.export(request(vec![good()])).await.ok()
    })
    .await;
    assert_eq!(server.wait_for_traces(1, "").await[0]["span_count"], 1);
}
