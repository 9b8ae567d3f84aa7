//! OTLP logs: which records are kept, and where they are found again.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tests::server::{Server, Start};
use tests::{database, spans, wait};

const PROTOBUF: &str = "application/x-protobuf";

fn request(records: &[Value]) -> Value {
    json!({ "resourceLogs": [{
        "resource": { "attributes": [spans::text("service.name", "shop-ios")] },
        "scopeLogs": [{ "scope": { "name": "app" }, "logRecords": records }],
    }] })
}

/// An event five seconds ago, of a trace.
fn event(trace: u64, name: &str) -> Value {
    json!({
        "traceId": spans::trace_id(trace),
        "timeUnixNano": (spans::now_nanos() - 5_000_000_000).to_string(),
        "eventName": name,
    })
}

async fn answer(response: Response) -> Value {
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}

async fn records_at(server: &Server, path: &str) -> Vec<Value> {
    let data = server.get_json(path).await;
    let of_resources = data["resourceLogs"].as_array().unwrap().iter();
    of_resources
        .flat_map(|of_resource| of_resource["scopeLogs"].as_array().unwrap())
        .flat_map(|of_scope| of_scope["logRecords"].as_array().unwrap())
        .cloned()
        .collect()
}

async fn records_of_trace(server: &Server, trace: u64) -> Vec<Value> {
    let id = spans::trace_id(trace);
    records_at(server, &format!("/api/v1/traces/{id}/logs")).await
}

async fn page(server: &Server, path: &str) -> String {
    let response = server.get(path).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.text().await.unwrap()
}

#[tokio::test]
async fn records_are_events_on_the_page_of_their_trace() {
    let server = Server::start().await;
    let mut of_span = event(1, "payment.declined");
    of_span["spanId"] = json!(spans::span_id(4));
    of_span["severityNumber"] = json!(17);
    of_span["body"] = json!({ "stringValue": "the bank said no" });
    of_span["attributes"] = json!([spans::text("bank.code", "51")]);
    let of_trace = event(1, "app.foreground");
    // Before the spans: the order does not matter.
    let sent = server.post_logs(&request(&[of_span, of_trace])).await;
    assert_eq!(answer(sent).await, json!({}));
    server.send_json(&spans::payment(1)).await;
    server.wait_for_traces(1, "").await;

    let root = page(&server, &format!("/traces/{}", spans::trace_id(1))).await;
    assert!(root.contains("app.foreground"), "{root}");
    assert!(!root.contains("the bank said no"));
    let path = format!("/traces/{}?span={}", spans::trace_id(1), spans::span_id(4));
    let charge = page(&server, &path).await;
    let expected = [
        "payment.declined",
        "log.severity",
        "ERROR",
        "the bank said no",
        "bank.code",
        "exception",
    ];
    for text in expected {
        assert!(charge.contains(text), "{text} is not on the page: {charge}");
    }
}

#[tokio::test]
async fn what_belongs_nowhere_is_refused_politely() {
    let server = Server::start().await;
    let page_view = json!({
        "eventName": "browser.page_view",
        "timeUnixNano": "1544712660300000000",
        "severityNumber": 9,
        "body": { "kvlistValue": { "values": [spans::text("url", "https://shop.example")] } },
    });
    let mut of_session = page_view.clone();
    of_session["attributes"] = json!([spans::text("session.id", "s/1 é")]);
    let mixed = request(&[page_view, of_session, event(1, "tap")]);
    let partial = &answer(server.post_logs(&mixed).await).await["partialSuccess"];
    assert_eq!(partial["rejectedLogRecords"], "1");
    let message = partial["errorMessage"].as_str().unwrap();
    let expected = "1 log record rejected: it has neither a trace id nor a session.id";
    assert!(message.starts_with(expected), "{message}");

    let found = records_at(&server, "/api/v1/sessions/s%2F1%20%C3%A9/logs").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["eventName"], "browser.page_view");
    assert_eq!(
        records_at(&server, "/api/v1/sessions/other/logs").await,
        [] as [Value; 0]
    );
    let wrong = server.get("/api/v1/traces/12/logs").await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);

    let metrics = server.get("/metrics").await.text().await.unwrap();
    for line in [
        "throughline_log_records_accepted_total{protocol=\"otlp_http\"} 2",
        "throughline_log_records_rejected_total{reason=\"no_trace_or_session\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}");
    }
}

#[tokio::test]
async fn what_is_sent_twice_is_stored_once() {
    let server = Server::start().await;
    let mut timeless = event(1, "frame.drop");
    timeless["timeUnixNano"] = json!("0");
    let sent = request(&[event(1, "tap"), timeless]);
    for _ in 0..3 {
        assert_eq!(answer(server.post_logs(&sent).await).await, json!({}));
    }
    let found = records_of_trace(&server, 1).await;
    let names: Vec<&Value> = found.iter().map(|record| &record["eventName"]).collect();
    assert_eq!(names, ["tap", "frame.drop"]);
    let observed = found[1]["observedTimeUnixNano"].as_str().unwrap();
    assert!(observed.parse::<u64>().unwrap() > spans::now_nanos() - 60_000_000_000);
}

#[tokio::test]
async fn protobuf_is_read_and_answered_on_both_ports() {
    let server = Server::start().await;
    let record = |name: &str| LogRecord {
        trace_id: vec![7; 16],
        event_name: name.into(),
        ..LogRecord::default()
    };
    let body = |log_records| {
        let scope_logs = vec![ScopeLogs {
            log_records,
            ..ScopeLogs::default()
        }];
        let resource_logs = vec![ResourceLogs {
            scope_logs,
            ..ResourceLogs::default()
        }];
        ExportLogsServiceRequest { resource_logs }.encode_to_vec()
    };
    let mixed = body(vec![record("first"), LogRecord::default()]);
    let sent = server.post_to("/v1/logs", PROTOBUF, mixed).await;
    assert_eq!(sent.headers()["content-type"], PROTOBUF);
    let response = ExportLogsServiceResponse::decode(sent.bytes().await.unwrap()).unwrap();
    assert_eq!(response.partial_success.unwrap().rejected_log_records, 1);

    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&body(vec![record("second")])).unwrap();
    let sent = server
        .client
        .post(format!("http://{}/v1/logs", server.web))
        .header("content-type", PROTOBUF)
        .header("content-encoding", "gzip")
        .body(gzip.finish().unwrap());
    let sent = sent.send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::OK);
    assert_eq!(sent.bytes().await.unwrap().len(), 0);
    let path = format!("/api/v1/traces/{}/logs", "07".repeat(16));
    assert_eq!(records_at(&server, &path).await.len(), 2);
}

#[tokio::test]
async fn what_is_no_request_is_refused_as_for_traces() {
    let server = Server::start().await;
    let damaged = server.post_to("/v1/logs", PROTOBUF, "no protobuf").await;
    assert_eq!(damaged.status(), StatusCode::BAD_REQUEST);
    let text = server.post_to("/v1/logs", "text/plain", "hello").await;
    assert_eq!(text.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let json = server.post_to("/v1/logs", "application/json", "{").await;
    assert_eq!(json.status(), StatusCode::BAD_REQUEST);
    let status: Value = json.json().await.unwrap();
    assert!(status["message"].as_str().unwrap().contains("line 1"));

    let many = vec![json!({ "traceId": spans::trace_id(1) }); 50_001];
    let refused = server.post_logs(&request(&many)).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn without_a_database_clients_are_asked_to_come_back() {
    let database = database::create();
    let server = Start::on_database(&database).start().await;
    database::close(&database);
    let sent = request(&[event(1, "tap")]);
    let refused = server.post_logs(&sent).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    database::open(&database);
    wait::until("the database is found again", async || {
        let status = server.post_logs(&sent).await.status();
        (status == StatusCode::OK).then_some(())
    })
    .await;
    assert_eq!(records_of_trace(&server, 1).await.len(), 1);
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let server = Server::start().await;
    let mut hostile = event(1, "<script>alert(1)</script>");
    hostile["body"] = json!({ "stringValue": "\u{0}<img src=x onerror=alert(2)>\u{202e}" });
    hostile["severityText"] = json!("\"'><svg onload=alert(3)>");
    let session = "s\u{0}'; drop table log_event; --";
    hostile["attributes"] = json!([
        spans::text("<b>key</b>", "</td><script>alert(4)</script>"),
        spans::text("session.id", session),
    ]);
    let sent = server.post_logs(&request(&[hostile])).await;
    assert_eq!(answer(sent).await, json!({}));
    server.send_json(&spans::payment(1)).await;
    server.wait_for_traces(1, "").await;
    let html = page(&server, &format!("/traces/{}", spans::trace_id(1))).await;
    assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
    for markup in ["<script>alert", "<img src=x", "<svg onload", "<b>key"] {
        assert!(!html.contains(markup), "{markup} is markup: {html}");
    }
    let path = "/api/v1/sessions/s%00'%3B%20drop%20table%20log_event%3B%20--/logs";
    assert_eq!(records_at(&server, path).await.len(), 1);
}

#[tokio::test]
async fn records_go_with_their_day() {
    let database = database::create();
    let start = Start::on_database(&database).with("THROUGHLINE_TRACE_RETENTION", "2d");
    let server = start.start().await;
    answer(server.post_logs(&request(&[event(1, "tap")])).await).await;
    assert_eq!(records_of_trace(&server, 1).await.len(), 1);
    let statement = "with old as (select current_date - date '1970-01-01' - 3 as day)
        select prepare_day(day) from old; insert into log_event
        select event_id, day - 3, trace_id, session_id, time_nanos, body from log_event";
    assert_eq!(database::query(&database, statement), "");
    assert_eq!(records_of_trace(&server, 1).await.len(), 2);
    server.kill().await;

    let server = start.start().await;
    wait::until("the old day is gone", async || {
        (records_of_trace(&server, 1).await.len() == 1).then_some(())
    })
    .await;
    let left = "select count(distinct day) from log_event";
    assert_eq!(database::query(&database, left), "1");
}
