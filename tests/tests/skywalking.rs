//! SkyWalking's segments, version 3, over gRPC and as JSON, as its agents send them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::channel::mpsc;
use futures::{Stream, stream};
use http::uri::PathAndQuery;
use nix::sys::signal::Signal;
use prost::Message;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tests::server::{Server, Start};
use tests::{database, spans, wait};
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_prost::ProstCodec;

const ENTRY: i32 = 0;
const EXIT: i32 = 1;
const LOCAL: i32 = 2;

#[derive(Clone, PartialEq, Message)]
struct Segment {
    #[prost(string, tag = "1")]
    trace_id: String,
    #[prost(string, tag = "2")]
    id: String,
    #[prost(message, repeated, tag = "3")]
    spans: Vec<Span>,
    #[prost(string, tag = "4")]
    service: String,
}

#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(int32, tag = "1")]
    id: i32,
    #[prost(int32, tag = "2")]
    parent: i32,
    #[prost(int64, tag = "3")]
    start: i64,
    #[prost(int64, tag = "4")]
    end: i64,
    #[prost(message, repeated, tag = "5")]
    refs: Vec<Reference>,
    #[prost(string, tag = "6")]
    operation: String,
    #[prost(int32, tag = "8")]
    kind: i32,
    #[prost(bool, tag = "11")]
    is_error: bool,
}

#[derive(Clone, PartialEq, Message)]
struct Reference {
    #[prost(int32, tag = "1")]
    ref_type: i32,
    #[prost(string, tag = "2")]
    trace_id: String,
    #[prost(string, tag = "3")]
    segment_id: String,
    #[prost(int32, tag = "4")]
    span: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Collection {
    #[prost(message, repeated, tag = "1")]
    segments: Vec<Segment>,
}

/// A segment whose trace id need not be UTF-8.
#[derive(Clone, PartialEq, Message)]
struct LooseSegment {
    #[prost(bytes, tag = "1")]
    trace_id: Vec<u8>,
    #[prost(string, tag = "2")]
    id: String,
    #[prost(message, repeated, tag = "3")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, Message)]
struct Commands {
    #[prost(bytes, repeated, tag = "1")]
    commands: Vec<Vec<u8>>,
}

fn now_millis() -> i64 {
    i64::try_from(spans::now_nanos() / 1_000_000).unwrap()
}

fn span(id: i32, parent: i32, kind: i32, operation: &str) -> Span {
    let start = now_millis() - 1_000 + i64::from(id);
    Span {
        id,
        parent,
        start,
        end: start + 100,
        operation: operation.to_owned(),
        kind,
        ..Span::default()
    }
}

fn segment(trace_id: &str, id: &str, service: &str, spans: Vec<Span>) -> Segment {
    Segment {
        trace_id: trace_id.to_owned(),
        id: id.to_owned(),
        spans,
        service: service.to_owned(),
    }
}

fn called_from(trace_id: &str, segment_id: &str, span: i32, ref_type: i32) -> Vec<Reference> {
    vec![Reference {
        ref_type,
        trace_id: trace_id.to_owned(),
        segment_id: segment_id.to_owned(),
        span,
    }]
}

struct Agent(Grpc<Channel>);

impl Agent {
    async fn connect(server: &Server) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{}", server.otlp_grpc));
        Self(Grpc::new(endpoint.unwrap().connect().await.unwrap()))
    }

    async fn stream<M: Message + 'static>(
        &mut self,
        method: &str,
        messages: impl Stream<Item = M> + Send + 'static,
    ) -> Result<Commands, Status> {
        self.0.ready().await.unwrap();
        let path: PathAndQuery = format!("/skywalking.v3.{method}").parse().unwrap();
        let request = tonic::Request::new(messages);
        let codec = ProstCodec::<M, Commands>::default();
        let answer = self.0.client_streaming(request, path, codec).await?;
        Ok(answer.into_inner())
    }

    async fn collect(&mut self, segments: Vec<Segment>) -> Result<Commands, Status> {
        let method = "TraceSegmentReportService/collect";
        self.stream(method, stream::iter(segments)).await
    }

    async fn collect_in_sync(&mut self, segments: Vec<Segment>) -> Result<Commands, Status> {
        let method = "TraceSegmentReportService/collectInSync";
        let collection = Collection { segments };
        self.stream(method, stream::iter([collection])).await
    }
}

async fn post(server: &Server, path: &str, body: &Value) -> Response {
    server
        .client
        .post(format!("http://{}{path}", server.otlp))
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .unwrap()
}

/// All spans of a trace by name.
async fn spans_of(server: &Server, trace: &Value) -> BTreeMap<String, Value> {
    let id = trace["trace_id"].as_str().unwrap();
    let document = server.get_json(&format!("/api/v1/traces/{id}")).await;
    let list = |of: &Value, key: &str| of[key].as_array().unwrap().clone();
    list(&document, "resourceSpans")
        .iter()
        .flat_map(|of_resource| list(of_resource, "scopeSpans"))
        .flat_map(|of_scope| list(&of_scope, "spans"))
        .map(|span| (span["name"].as_str().unwrap().to_owned(), span))
        .collect()
}

/// A request through two services and a thread, not in the order in which it happened.
fn shop(trace_id: &str) -> Vec<Segment> {
    let web = vec![span(0, -1, ENTRY, "/pay"), span(1, 0, EXIT, "/charge")];
    let entry = Span {
        refs: called_from(trace_id, "web-1", 1, 0),
        ..span(0, -1, ENTRY, "charge")
    };
    let thread = Span {
        refs: called_from(trace_id, "till-1", 1, 1),
        is_error: true,
        ..span(0, -1, LOCAL, "book")
    };
    let till = vec![entry, span(1, 0, LOCAL, "submit")];
    vec![
        segment(trace_id, "till-2", "till", vec![thread]),
        segment(trace_id, "till-1", "till", till),
        segment(trace_id, "web-1", "web", web),
    ]
}

async fn assert_shop(server: &Server) {
    let filter = "service:till operation:book status:error";
    let trace = &server.wait_for_traces(1, filter).await[0];
    assert_eq!(trace["root_operation"], "/pay");
    assert_eq!(trace["services"], json!(["till", "web"]));
    assert_eq!(
        (&trace["span_count"], &trace["defect_count"]),
        (&json!(5), &json!(0))
    );
    let spans = spans_of(server, trace).await;
    for (child, parent) in [
        ("/charge", "/pay"),
        ("charge", "/charge"),
        ("submit", "charge"),
        ("book", "submit"),
    ] {
        let parent_id = &spans[child]["parentSpanId"];
        assert_eq!(parent_id, &spans[parent]["spanId"], "of {child}");
    }
}

#[tokio::test]
async fn a_trace_through_two_services_and_a_thread_is_one_tree() {
    let server = Server::start().await;
    let mut agent = Agent::connect(&server).await;
    let commands = agent.collect(shop("a12f-5807.70.16")).await.unwrap();
    assert_eq!(commands, Commands::default());
    assert_shop(&server).await;
}

#[tokio::test]
async fn it_may_also_come_at_once() {
    let server = Server::start().await;
    let mut agent = Agent::connect(&server).await;
    agent
        .collect_in_sync(shop("a12f-5807.70.16"))
        .await
        .unwrap();
    assert_shop(&server).await;
}

#[tokio::test]
async fn a_stream_that_stays_open_is_stored_as_it_comes() {
    let server = Server::start().await;
    let mut agent = Agent::connect(&server).await;
    let (sender, segments) = mpsc::unbounded();
    let method = "TraceSegmentReportService/collect";
    let stream = tokio::spawn(async move { agent.stream(method, segments).await });
    for number in 1..=2 {
        let root = span(0, -1, ENTRY, "/pay");
        let segment = segment(&format!("trace {number}"), "web-1", "web", vec![root]);
        sender.unbounded_send(segment).unwrap();
        server.wait_for_traces(number, "").await;
    }
    let nameless = segment("trace 3", "", "web", vec![span(0, -1, ENTRY, "/pay")]);
    sender.unbounded_send(nameless).unwrap();
    drop(sender);
    stream.await.unwrap().unwrap();
    let metrics = server.get("/metrics").await.text().await.unwrap();
    let rejected = "throughline_spans_rejected_total{reason=\"segment_id\"} 1";
    assert!(metrics.contains(rejected), "{metrics}");
    let accepted = "throughline_spans_accepted_total{protocol=\"skywalking_grpc\"} 2";
    assert!(metrics.contains(accepted), "{metrics}");
}

#[tokio::test]
async fn an_open_stream_does_not_hold_up_the_end() {
    let mut server = Server::start().await;
    let streams = [
        "TraceSegmentReportService/collect",
        "LogReportService/collect",
    ];
    for method in streams {
        let mut agent = Agent::connect(&server).await;
        let (sender, segments) = mpsc::unbounded();
        let root = span(0, -1, ENTRY, "/pay");
        let segment = segment("trace", "web-1", "web", vec![root]);
        sender.unbounded_send(segment).unwrap();
        tokio::spawn(async move {
            agent.stream(method, segments).await.ok();
            drop(sender);
        });
    }
    server.wait_for_traces(1, "").await;
    server.signal(Signal::SIGTERM);
    let started = Instant::now();
    assert!(server.wait().await.success());
    let took = started.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn what_else_agents_send_is_dropped() {
    let server = Server::start().await;
    let mut agent = Agent::connect(&server).await;
    for method in [
        "ManagementService/reportInstanceProperties",
        "ManagementService/keepAlive",
        "JVMMetricReportService/collect",
        "MeterReportService/collect",
        "MeterReportService/collectBatch",
        "LogReportService/collect",
        "ProfileTask/getProfileTaskCommands",
        "ProfileTask/collectSnapshot",
        "ConfigurationDiscoveryService/fetchConfigurations",
    ] {
        let anything = shop("1");
        let commands = agent.stream(method, stream::iter(anything)).await.unwrap();
        assert_eq!(commands, Commands::default(), "{method}");
    }
    let other = agent.stream("Other/collect", stream::iter(shop("1"))).await;
    assert_eq!(other.unwrap_err().code(), Code::Unimplemented);

    let ping = json!({ "service": "web", "serviceInstance": "web@1" });
    for path in [
        "/v3/management/reportProperties",
        "/v3/management/keepAlive",
        "/v3/logs",
    ] {
        let answer = post(&server, path, &ping).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.text().await.unwrap(), "{}", "{path}");
    }
}

#[tokio::test]
async fn what_is_no_segment_costs_itself_only() {
    let server = Server::start().await;
    let mut agent = Agent::connect(&server).await;
    let loose = |trace_id: &[u8]| LooseSegment {
        trace_id: trace_id.to_vec(),
        id: "web-1".into(),
        spans: vec![span(0, -1, ENTRY, "/pay")],
    };
    let method = "TraceSegmentReportService/collect";
    let both = stream::iter([loose(b"\xff"), loose(b"trace")]);
    agent.stream(method, both).await.unwrap();
    server.wait_for_traces(1, "operation:/pay").await;

    let refused = agent.stream(method, stream::iter([loose(b"\xff")])).await;
    let status = refused.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let says = "1 element rejected: failed to decode";
    assert!(status.message().starts_with(says), "{status}");

    let nameless = segment("trace", "", "web", vec![span(0, -1, ENTRY, "/pay")]);
    let refused = agent.collect_in_sync(vec![nameless]).await;
    let status = refused.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("has no id"), "{status}");
}

#[tokio::test]
async fn json_is_read_as_agents_write_it() {
    let server = Server::start().await;
    let start = now_millis();
    let trace_id = "5b8efff798038103d269b633813fc60c";
    let web = json!({
        "traceId": trace_id, "traceSegmentId": "web-1", "service": "web", "unknown": {},
        "spans": [{
            "spanId": 0, "parentSpanId": -1, "startTime": start, "endTime": start + 9,
            "spanType": "Exit", "spanLayer": "MQ", "operationName": "send", "peer": null,
            "tags": [{ "key": "mq.topic", "value": "orders" }], "logs": null,
        }],
    });
    let till = json!({
        "traceId": trace_id, "traceSegmentId": "till-1", "service": "till",
        "spans": [{
            "spanId": "0", "parentSpanId": -1, "startTime": start.to_string(),
            "endTime": start.to_string(), "spanType": 0, "spanLayer": 4, "operationName": "consume",
            "refs": [{
                "refType": "CrossProcess", "traceId": trace_id, "parentTraceSegmentId": "web-1",
                "parentSpanId": 0,
            }],
        }],
    });
    let answer = post(&server, "/v3/segments", &json!([till, 7])).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let message: Value = answer.json().await.unwrap();
    let message = message["message"].as_str().unwrap().to_owned();
    assert!(
        message.starts_with("1 element rejected: invalid type: integer `7`"),
        "{message}"
    );
    let answer = post(&server, "/v3/segment", &web).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.text().await.unwrap(), "{}");

    let trace = &server
        .wait_for_traces(1, "service:till kind:consumer")
        .await[0];
    assert_eq!(trace["trace_id"], trace_id);
    assert_eq!(
        (&trace["span_count"], &trace["defect_count"]),
        (&json!(2), &json!(0))
    );
    let filter = "service:web kind:producer attr.messaging.destination.name:orders";
    assert_eq!(server.list(filter).await.len(), 1);

    for (path, body, says) in [
        ("/v3/segment", json!(7), "invalid type"),
        ("/v3/segments", json!({}), "not SkyWalking's segments"),
        (
            "/v3/segment",
            json!({"traceId": "1", "traceSegmentId": "2", "spans": [{}]}),
            "start time is missing",
        ),
    ] {
        let refused = post(&server, path, &body).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        let text = refused.text().await.unwrap();
        assert!(text.contains(says), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_trace_that_opentelemetry_began_goes_on() {
    let server = Server::start().await;
    let root = spans::span(7, 9, 0, "tap", 0, 900);
    let request = spans::request("shop-ios", &[root]);
    server.send_json(&request).await;
    let trace_id = spans::trace_id(7);
    let entry = Span {
        refs: called_from(&trace_id, &spans::span_id(9), 0, 0),
        ..span(0, -1, ENTRY, "/pay")
    };
    let segment = segment(&trace_id, "web-1", "web", vec![entry]);
    let mut agent = Agent::connect(&server).await;
    agent.collect(vec![segment]).await.unwrap();

    let trace = &server.wait_for_traces(1, "service:web").await[0];
    assert_eq!(
        (&trace["trace_id"], &trace["root_operation"]),
        (&json!(trace_id), &json!("tap"))
    );
    assert_eq!(
        (&trace["span_count"], &trace["defect_count"]),
        (&json!(2), &json!(0))
    );
    let spans = spans_of(&server, trace).await;
    assert_eq!(spans["/pay"]["parentSpanId"], spans["tap"]["spanId"]);
}

#[tokio::test]
async fn without_a_database_agents_are_asked_to_come_back() {
    let database = database::create();
    let server = Start::on_database(&database).start().await;
    let mut agent = Agent::connect(&server).await;
    database::close(&database);
    let status = agent.collect(shop("1")).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(!status.details().is_empty(), "{status:?}");
    let start = now_millis();
    let body = json!({
        "traceId": "2", "traceSegmentId": "3", "spans": [{ "startTime": start, "endTime": start }],
    });
    let answer = post(&server, "/v3/segment", &body).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "1");

    database::open(&database);
    wait::until("the database is found again", async || {
        agent.collect(shop("1")).await.ok()
    })
    .await;
    assert_shop(&server).await;
}
