//! `POST /v1/traces`: what is accepted, what is refused, and in which words.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tests::server::{Server, Start};
use tests::{spans, wait};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// `google.rpc.Status`.
#[derive(PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

fn protobuf(spans: Vec<Span>) -> Vec<u8> {
    let scope_spans = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

fn good(id: u8) -> Span {
    let start = spans::now_nanos();
    Span {
        trace_id: vec![1; 16],
        span_id: vec![id; 8],
        start_time_unix_nano: start,
        end_time_unix_nano: start + 1,
        ..Span::default()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn post_gzip(server: &Server, body: Vec<u8>) -> Response {
    let url = format!("http://{}/v1/traces", server.otlp);
    let request = server
        .client
        .post(url)
        .header("content-type", PROTOBUF)
        .header("content-encoding", "gzip");
    request.body(body).send().await.unwrap()
}

async fn status_of(response: Response) -> Status {
    assert_eq!(response.headers()["content-type"], PROTOBUF);
    Status::decode(response.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn protobuf_and_json_plain_and_gzip_are_accepted_on_both_ports() {
    let server = Server::start().await;
    let answer = server.post(PROTOBUF, protobuf(vec![good(1)])).await;
    assert_eq!(
        (answer.status(), answer.bytes().await.unwrap().len()),
        (StatusCode::OK, 0)
    );
    assert_eq!(
        post_gzip(&server, gzip(&protobuf(vec![good(2)])))
            .await
            .status(),
        StatusCode::OK
    );
    server
        .send_json(&spans::request("json", &[spans::span(2, 1, 0, "a", 0, 1)]))
        .await;
    let web = format!("http://{}/v1/traces", server.web);
    let body = spans::request("web", &[spans::span(3, 1, 0, "b", 0, 1)]).to_string();
    let answer = server
        .client
        .post(web)
        .header("content-type", "application/json; charset=utf-8")
        .body(body)
        .send();
    assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
    let traces = server.wait_for_traces(3, "").await;
    let spans: Vec<&Value> = traces.iter().map(|trace| &trace["span_count"]).collect();
    assert_eq!(
        spans.iter().filter_map(|count| count.as_u64()).sum::<u64>(),
        4
    );
}

#[tokio::test]
async fn the_published_example_is_accepted_as_it_stands() {
    let server = Server::start().await;
    // The example of the specification, from memory: upper-case ids, a time long ago.
    let mut span = spans::span(0x5B8E, 1, 0, "I'm a server span", 0, 1000);
    span["traceId"] = json!("5B8EFFF798038103D269B633813FC60C");
    span["spanId"] = json!("EEE19B7EC3C1B174");
    span["parentSpanId"] = json!("EEE19B7EC3C1B173");
    span["startTimeUnixNano"] = json!("1544712660000000000");
    span["endTimeUnixNano"] = json!("1544712661000000000");
    server
        .send_json(&spans::request("my.service", &[span]))
        .await;
    let found = wait::until("the example", async || {
        let page = server
            .get_json("/api/v1/traces?from=2018-12-13&to=2018-12-14")
            .await;
        page["traces"].get(0).cloned()
    })
    .await;
    assert_eq!(found["trace_id"], "5b8efff798038103d269b633813fc60c");
    assert_eq!(
        (&found["duration_nanos"], &found["defect_count"]),
        (&json!(1_000_000_000), &json!(2))
    );
}

#[tokio::test]
async fn one_bad_span_costs_itself_only() {
    let server = Server::start().await;
    let bad = Span {
        trace_id: vec![1; 15],
        ..good(2)
    };
    let answer = server.post(PROTOBUF, protobuf(vec![good(1), bad])).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = ExportTraceServiceResponse::decode(answer.bytes().await.unwrap()).unwrap();
    let partial = answer.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert!(
        partial
            .error_message
            .starts_with("1 span rejected: trace id is not 16 bytes"),
        "{}",
        partial.error_message
    );
    assert_eq!(server.wait_for_traces(1, "").await[0]["span_count"], 1);

    let mut bad = spans::span(7, 2, 0, "b", 0, 1);
    bad["spanId"] = json!("not hexadecimal!");
    let answer = server
        .post(JSON, spans::request("s", &[bad]).to_string())
        .await;
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "1");
}

#[tokio::test]
async fn a_bad_body_is_refused_in_the_clients_encoding() {
    let server = Server::start().await;
    let answer = server.post(PROTOBUF, "no protobuf").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let status = status_of(answer).await;
    assert_eq!(status.code, 3);
    assert!(
        status
            .message
            .contains("not an OTLP trace request in protobuf"),
        "{}",
        status.message
    );

    let answer = server.post(JSON, "{").await;
    assert_eq!(
        (answer.status(), answer.headers()["content-type"] == JSON),
        (StatusCode::BAD_REQUEST, true)
    );
    let status: Value = answer.json().await.unwrap();
    assert_eq!(status["code"], 3);
    assert!(
        status["message"].as_str().unwrap().contains("line 1"),
        "{status}"
    );

    let answer = post_gzip(&server, b"no gzip".to_vec()).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        server.post("text/plain", "hello").await.status(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_however_small_it_was_sent() {
    let server = Server::start().await;
    let bomb = gzip(&vec![0; (64 << 20) + 1]);
    let answer = post_gzip(&server, bomb).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(status_of(answer).await.message.contains("64 MiB"));
    assert_eq!(server.get("/healthz").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_sent_twice_is_stored_once() {
    let server = Server::start().await;
    let payment = spans::payment(1);
    server.send_json(&payment).await;
    server.send_json(&payment).await;
    assert_eq!(server.wait_for_traces(1, "").await[0]["span_count"], 5);
    // Once more, after it was stored, with one new span.
    server.send_json(&payment).await;
    server
        .send_json(&spans::request(
            "late-service",
            &[spans::span(1, 9, 1, "late", 0, 1)],
        ))
        .await;
    wait::until("the late span", async || {
        (server.list("").await[0]["span_count"] == 6).then_some(())
    })
    .await;
    let trace = &server.list("").await[0];
    assert_eq!(
        (&trace["error_count"], &trace["defect_count"]),
        (&json!(1), &json!(0))
    );
    let document = server
        .get_json(&format!("/api/v1/traces/{}", spans::trace_id(1)))
        .await;
    let spans: Vec<&Value> = document["resourceSpans"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|of_resource| of_resource["scopeSpans"][0]["spans"].as_array().unwrap())
        .collect();
    assert_eq!(spans.len(), 6);
}

#[tokio::test]
async fn only_listed_pages_may_send_from_a_browser() {
    let origins = "https://shop.example";
    let start = Start::fresh().with("THROUGHLINE_INGEST_ORIGINS", origins);
    let server = start.start().await;
    let preflight = async |origin: &str| {
        let url = format!("http://{}/v1/traces", server.otlp);
        let request = server
            .client
            .request(Method::OPTIONS, url)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,traceparent");
        request.send().await.unwrap()
    };
    let allowed = preflight(origins).await;
    assert_eq!(allowed.status(), StatusCode::OK);
    assert_eq!(allowed.headers()["access-control-allow-origin"], origins);
    assert_eq!(
        allowed.headers()["access-control-allow-headers"],
        "content-type,traceparent"
    );
    let other = preflight("https://other.example").await;
    assert!(!other.headers().contains_key("access-control-allow-origin"));

    let start = Start::fresh().with("THROUGHLINE_INGEST_ORIGINS", "shop.example");
    assert!(start.fail().await.contains("which is not an origin"));
}

#[tokio::test]
async fn the_metrics_tell_what_came_and_what_became_of_it() {
    let server = Server::start().await;
    server
        .post(PROTOBUF, protobuf(vec![good(1), Span::default()]))
        .await;
    server.post("text/plain", "hello").await;
    server.wait_for_traces(1, "").await;
    let expected = [
        "throughline_spans_accepted_total{protocol=\"otlp_http\"} 1",
        "throughline_spans_rejected_total{reason=\"trace_id\"} 1",
        "throughline_requests_refused_total{reason=\"content_type\"} 1",
        "throughline_requests_waiting_bytes 0",
        "throughline_commit_seconds_count 1",
        "throughline_spans_stored_total 1",
        "throughline_traces_stored_total 1",
    ];
    // A trace is visible a moment before it is counted.
    wait::until("all that has happened is counted", async || {
        let metrics = server.get("/metrics").await.text().await.unwrap();
        let is_there = |line: &&str| metrics.lines().any(|found| found == *line);
        expected.iter().all(is_there).then_some(())
    })
    .await;
}
