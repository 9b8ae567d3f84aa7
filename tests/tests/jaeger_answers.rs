//! The query API of Jaeger under `/jaeger`: what is answered, in both versions.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::jaeger::{answer, ask, find, shop};
use tests::server::Server;
use tests::spans::{self, set_nanos, text};

/// A span with everything that spans can have, one millisecond after the start of its parent.
fn rich(start: u64) -> Value {
    let mut rich = spans::span(1, 2, 1, "rich", 0, 1);
    set_nanos(&mut rich, start + 1_000_999, 2_000_999);
    rich["kind"] = json!(4);
    rich["traceState"] = json!("vendor=value");
    rich["status"] = json!({ "code": 2, "message": "gone" });
    rich["attributes"] = json!([
        text("text", "a"),
        { "key": "yes", "value": { "boolValue": false } },
        { "key": "int", "value": { "intValue": "-7" } },
        { "key": "large", "value": { "intValue": "9007199254740993" } },
        { "key": "double", "value": { "doubleValue": 1.5 } },
        { "key": "bytes", "value": { "bytesValue": "AQI=" } },
        { "key": "list", "value": { "arrayValue": { "values": [
            { "stringValue": "x" }, { "intValue": "1" }, { "boolValue": true },
        ] } } },
        { "key": "map", "value": { "kvlistValue": { "values": [text("k", "v")] } } },
    ]);
    rich["events"] = json!([
        {
            "timeUnixNano": (start + 2_000_000).to_string(),
            "name": "retry",
            "attributes": [{ "key": "attempt", "value": { "intValue": "2" } }],
        },
        {
            "timeUnixNano": (start + 3_000_000).to_string(),
            "name": "overruled",
            "attributes": [text("event", "own name")],
        },
    ]);
    rich["links"] = json!([
        { "traceId": spans::trace_id(9), "spanId": spans::span_id(8) },
        {
            "traceId": spans::trace_id(7),
            "spanId": spans::span_id(6),
            "attributes": [text("opentracing.ref_type", "child_of")],
        },
    ]);
    rich
}

fn tag(key: &str, kind: &str, value: &Value) -> Value {
    json!({ "key": key, "type": kind, "value": value })
}

fn string(key: &str, value: &str) -> Value {
    tag(key, "string", &json!(value))
}

/// What it becomes.
fn rich_answer(micros: u64) -> Value {
    let id = spans::trace_id(1);
    json!({
        "traceID": id,
        "spanID": spans::span_id(2),
        "operationName": "rich",
        "references": [
            { "refType": "CHILD_OF", "traceID": id, "spanID": spans::span_id(1) },
            {
                "refType": "FOLLOWS_FROM",
                "traceID": spans::trace_id(9),
                "spanID": spans::span_id(8),
            },
            {
                "refType": "CHILD_OF",
                "traceID": spans::trace_id(7),
                "spanID": spans::span_id(6),
            },
        ],
        "startTime": micros + 1_000,
        "duration": 2_000,
        "tags": [
            string("otel.scope.name", "lib"),
            string("otel.scope.version", "2"),
            string("short", "s"),
            string("text", "a"),
            tag("yes", "bool", &json!(false)),
            tag("int", "int64", &json!(-7)),
            tag("large", "int64", &json!("9007199254740993")),
            tag("double", "float64", &json!(1.5)),
            tag("bytes", "binary", &json!("AQI=")),
            string("list", r#"["x",1,true]"#),
            string("map", r#"{"k":"v"}"#),
            string("span.kind", "producer"),
            string("otel.status_code", "ERROR"),
            string("otel.status_description", "gone"),
            string("w3c.tracestate", "vendor=value"),
            tag("error", "bool", &json!(true)),
        ],
        "logs": [
            {
                "timestamp": micros + 2_000,
                "fields": [string("event", "retry"), tag("attempt", "int64", &json!(2))],
            },
            { "timestamp": micros + 3_000, "fields": [string("event", "own name")] },
        ],
        "processID": "p2",
        "warnings": null,
    })
}

#[tokio::test]
async fn a_span_becomes_what_jaeger_makes_of_it() {
    let server = Server::start().await;
    let start = spans::now_nanos() / 1_000_000 * 1_000_000 - 5_000_000_000;
    let micros = start / 1_000;
    let mut root = spans::span(1, 1, 0, "root", 0, 1);
    set_nanos(&mut root, start, 5_000_000);
    let mut request = spans::request("shop", &[root]);
    request["resourceSpans"]
        .as_array_mut()
        .unwrap()
        .push(json!({
            "resource": { "attributes": [
                text("service.name", "store"),
                text("host.name", "a1"),
                { "key": "process.pid", "value": { "intValue": "42" } },
            ] },
            "scopeSpans": [{
                "scope": { "name": "lib", "version": "2", "attributes": [text("short", "s")] },
                "spans": [rich(start)],
            }],
        }));
    server.send_json(&request).await;
    server.wait_for_traces(1, "spans:2").await;
    let body = answer(&server, "traces/1", &[]).await;
    let id = spans::trace_id(1);
    let expected = json!({
        "data": [{
            "traceID": id,
            "spans": [
                {
                    "traceID": id,
                    "spanID": spans::span_id(1),
                    "operationName": "root",
                    "references": [],
                    "startTime": micros,
                    "duration": 5_000,
                    "tags": [string("span.kind", "server")],
                    "logs": [],
                    "processID": "p1",
                    "warnings": null,
                },
                rich_answer(micros),
            ],
            "processes": {
                "p1": { "serviceName": "shop", "tags": [] },
                "p2": {
                    "serviceName": "store",
                    "tags": [
                        string("host.name", "a1"),
                        tag("process.pid", "int64", &json!(42)),
                    ],
                },
            },
            "warnings": null,
        }],
        "total": 1,
        "limit": 0,
        "offset": 0,
        "errors": null,
    });
    assert_eq!(body, expected);
    // A search answers the same, and version 3 what was sent.
    let found = answer(&server, "traces", &[("service", "store")]).await;
    assert_eq!(found, expected);
    let body = answer(&server, "v3/traces/1", &[]).await;
    let sent = server.get_json(&format!("/api/v1/traces/{id}")).await;
    assert_eq!(body, json!({ "result": sent }));
}

#[tokio::test]
async fn what_is_wrong_with_a_trace_stands_beside_its_spans() {
    let server = Server::start().await;
    server.send_json(&spans::payment(0xab)).await;
    let orphan = spans::span(2, 7, 99, "late", 0, 1);
    server.send_json(&spans::request("shop", &[orphan])).await;
    server.wait_for_traces(2, "").await;
    let moved = answer(&server, "traces/AB", &[]).await;
    let raw = answer(&server, "traces/AB", &[("raw", "true")]).await;
    let (moved, raw) = (&moved["data"][0]["spans"], &raw["data"][0]["spans"]);
    assert_eq!(raw[0]["warnings"], Value::Null);
    let warning = moved[0]["warnings"][0].as_str().unwrap();
    assert!(warning.contains("later than it was sent"), "{warning}");
    let start = |spans: &Value, place: usize| spans[place]["startTime"].as_u64().unwrap();
    assert!(start(raw, 1) - start(raw, 0) > 100_000_000);
    assert!(start(moved, 0) < start(moved, 1) && start(moved, 1) < start(moved, 0) + 900_000);
    assert_eq!(start(moved, 1), start(raw, 1), "the backend keeps its time");

    let orphan = answer(&server, "traces/2", &[]).await;
    let trace = &orphan["data"][0];
    let parent = spans::span_id(99);
    let warning = format!("Its parent {parent} has not arrived");
    assert_eq!(trace["spans"][0]["warnings"], json!([warning]));
    assert_eq!(trace["spans"][0]["references"][0]["spanID"], parent);
    assert_eq!(trace["warnings"], json!(["No root span has arrived"]));

    let query = [("query.service_name", "gateway")];
    let body = answer(&server, "v3/trace-summaries", &query).await;
    let summary = &body["summaries"][0];
    let nanos = |key: &str| -> u64 { summary[key].as_str().unwrap().parse().unwrap() };
    let (first, last) = (nanos("minStartTimeUnixNano"), nanos("maxEndTimeUnixNano"));
    assert_eq!(
        (first / 1_000, last - first),
        (start(moved, 0), 900_000_000)
    );
    let service = |name: &str, spans: usize, errors: usize| json!({ "name": name, "spanCount": spans, "errorSpanCount": errors });
    assert_eq!(
        body,
        json!({ "summaries": [{
            "traceId": spans::trace_id(0xab),
            "rootServiceName": "shop-ios",
            "rootOperationName": "ios.request: POST /pay",
            "minStartTimeUnixNano": first.to_string(),
            "maxEndTimeUnixNano": last.to_string(),
            "spanCount": 5,
            "errorSpanCount": 1,
            "orphanSpanCount": 0,
            "services": [
                service("gateway", 2, 0),
                service("payment-service", 2, 1),
                service("shop-ios", 1, 0),
            ],
        }] })
    );
    let query = [("query.service_name", "shop")];
    let body = answer(&server, "v3/trace-summaries", &query).await;
    assert_eq!(body["summaries"][0]["orphanSpanCount"], 1);
}

#[tokio::test]
async fn traces_are_found_by_their_ids() {
    let server = shop().await;
    let long = format!("traces/{}", spans::trace_id(2));
    for path in ["traces/2", "traces/02", &long] {
        let body = answer(&server, path, &[("start", "1"), ("end", "2")]).await;
        assert_eq!(body["data"][0]["traceID"], spans::trace_id(2), "{path}");
    }
    let several = [("traceID", "3"), ("traceID", "1"), ("traceID", "0003")];
    assert_eq!(find(&server, &several).await, [3, 1]);
    let body = answer(&server, "traces", &[("traceID", "1"), ("traceID", "ABC")]).await;
    assert_eq!(body["data"].as_array().unwrap().len(), 1);
    let missing = json!([{ "msg": "trace not found", "traceID": spans::trace_id(0xabc) }]);
    assert_eq!(body["errors"], missing);

    let (status, body) = ask(&server, "traces/abc", &[]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let message = body["errors"][0]["msg"].as_str().unwrap();
    assert!(message.starts_with("trace not found"), "{message}");
    assert_eq!(
        (&body["data"], &body["errors"][0]["code"]),
        (&Value::Null, &json!(404))
    );
    let (status, body) = ask(&server, "v3/traces/abc", &[]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(body["error"]["httpCode"], 404);
    let body = answer(&server, "v3/traces/3", &[]).await;
    let span = &body["result"]["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["traceId"], spans::trace_id(3));
}

#[tokio::test]
async fn log_records_are_logs_of_the_trace() {
    let server = shop().await;
    let record = json!({ "resourceLogs": [{
        "resource": { "attributes": [text("service.name", "shop")] },
        "scopeLogs": [{ "logRecords": [{
            "traceId": spans::trace_id(2),
            "spanId": spans::span_id(1),
            "timeUnixNano": spans::now_nanos().to_string(),
            "eventName": "cart.empty",
        }] }],
    }] });
    let response = server.post_logs(&record).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body = answer(&server, "traces/2", &[]).await;
    let logs = body["data"][0]["spans"][0]["logs"].as_array().unwrap();
    let fields = logs[0]["fields"].as_array().unwrap();
    assert!(fields.contains(&string("event", "cart.empty")), "{logs:?}");
}

#[tokio::test]
async fn services_operations_and_calls_have_names() {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    server.send_json(&spans::payment(2)).await;
    let mut plain = spans::span(3, 1, 0, "tick", 0, 1);
    plain["kind"] = json!(0);
    server.send_json(&spans::request("clock", &[plain])).await;
    server.wait_for_traces(3, "").await;
    let names = json!(["clock", "gateway", "payment-service", "shop-ios"]);
    assert_eq!(
        answer(&server, "services", &[]).await,
        json!({ "data": names, "total": 4, "limit": 0, "offset": 0, "errors": null })
    );
    let body = answer(&server, "v3/services", &[]).await;
    assert_eq!(body, json!({ "services": names }));

    let body = answer(&server, "services/payment-service/operations", &[]).await;
    let operations = json!(["POST /charge", "SELECT payment_method"]);
    assert_eq!((&body["data"], &body["total"]), (&operations, &json!(2)));
    let operation = |name: &str, kind: &str| json!({ "name": name, "spanKind": kind });
    let gateway = json!([
        operation("POST /charge", "client"),
        operation("POST /pay", "server"),
    ]);
    let of_gateway = [("service", "gateway")];
    let body = answer(&server, "operations", &of_gateway).await;
    assert_eq!(body["data"], gateway);
    let body = answer(&server, "v3/operations", &of_gateway).await;
    assert_eq!(body, json!({ "operations": gateway }));
    let servers = json!([operation("POST /pay", "server")]);
    let query = [("service", "gateway"), ("spanKind", "server")];
    let body = answer(&server, "operations", &query).await;
    assert_eq!(body["data"], servers);
    let query = [("service", "gateway"), ("span_kind", "server")];
    let body = answer(&server, "v3/operations", &query).await;
    assert_eq!(body["operations"], servers);
    let of_clock = [("service", "clock")];
    let body = answer(&server, "operations", &of_clock).await;
    assert_eq!(body["data"], json!([operation("tick", "")]));
    let query = [("service", "clock"), ("span_kind", "internal")];
    let body = answer(&server, "v3/operations", &query).await;
    assert_eq!(body["operations"], json!([operation("tick", "internal")]));
    let body = answer(&server, "operations", &[("service", "nobody")]).await;
    assert_eq!(body["data"], json!([]));

    let call =
        |parent: &str, child: &str| json!({ "parent": parent, "child": child, "callCount": 2 });
    let calls = json!([
        call("gateway", "payment-service"),
        call("shop-ios", "gateway"),
    ]);
    let now = (spans::now_nanos() / 1_000_000).to_string();
    let query = [("endTs", now.as_str()), ("lookback", "604800000")];
    for query in [&query[..], &[]] {
        let body = answer(&server, "dependencies", query).await;
        assert_eq!(body["data"], calls, "{query:?}");
    }
    let long_ago = [("endTs", "1000000000000"), ("lookback", "3600000")];
    let body = answer(&server, "dependencies", &long_ago).await;
    assert_eq!(body["data"], json!([]));
}
