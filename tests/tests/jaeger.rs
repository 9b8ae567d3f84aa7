//! The query API of Jaeger under `/jaeger`: searching, and what is answered, in both versions.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::server::Server;
use tests::spans::{self, text};

/// A question, and the traces that are found.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [u64]);

/// Status and body.
async fn ask(server: &Server, path: &str, query: &[(&str, &str)]) -> (StatusCode, Value) {
    let url = format!("http://{}/jaeger/api/{path}", server.web);
    let response = server.client.get(url).query(query).send().await.unwrap();
    let status = response.status();
    assert_eq!(response.headers()["content-type"], "application/json");
    (status, response.json().await.unwrap())
}

/// The body of what is answered well.
async fn answer(server: &Server, path: &str, query: &[(&str, &str)]) -> Value {
    let (status, body) = ask(server, path, query).await;
    assert_eq!(status, StatusCode::OK, "{path} {query:?}: {body}");
    body
}

fn number(id: &Value) -> u64 {
    u64::from_str_radix(id.as_str().unwrap(), 16).unwrap()
}

/// The traces that version 1 finds, in its order.
async fn find(server: &Server, query: &[(&str, &str)]) -> Vec<u64> {
    let body = answer(server, "traces", query).await;
    assert_eq!(body["errors"], Value::Null);
    let traces = body["data"].as_array().unwrap();
    traces
        .iter()
        .map(|trace| number(&trace["traceID"]))
        .collect()
}

/// The same by version 3, once as spans and once as summaries.
async fn find_v3(server: &Server, query: &[(&str, &str)]) -> [Vec<u64>; 2] {
    let body = answer(server, "v3/traces", query).await;
    let mut whole = Vec::new();
    for resource_spans in body["result"]["resourceSpans"].as_array().unwrap() {
        for scope_spans in resource_spans["scopeSpans"].as_array().unwrap() {
            let spans = scope_spans["spans"].as_array().unwrap().iter();
            whole.extend(spans.map(|span| number(&span["traceId"])));
        }
    }
    whole.dedup();
    let body = answer(server, "v3/trace-summaries", query).await;
    let summaries = body["summaries"].as_array().unwrap().iter();
    let summaries = summaries.map(|summary| number(&summary["traceId"]));
    [whole, summaries.collect()]
}

/// What version 3 calls a parameter; both its spellings come up.
fn v3_name(name: &str) -> &str {
    match name {
        "service" => "query.serviceName",
        "operation" => "query.operation_name",
        "tags" => "query.attributes",
        "minDuration" => "query.duration_min",
        "maxDuration" => "query.durationMax",
        "limit" => "query.search_depth",
        other => panic!("version 3 has no {other}"),
    }
}

fn set_nanos(span: &mut Value, start: u64, length: u64) {
    span["startTimeUnixNano"] = json!(start.to_string());
    span["endTimeUnixNano"] = json!((start + length).to_string());
}

/// Trace 1 is a payment with a query that fails, trace 2 a cart, both of the shop; trace 3 is of
/// another service.
async fn shop() -> Server {
    let server = Server::start().await;
    let mut pay = spans::span(1, 1, 0, "POST /pay", 0, 900);
    pay["attributes"] = json!([
        { "key": "http.status_code", "value": { "intValue": "500" } },
        { "key": "retry", "value": { "boolValue": true } },
        { "key": "ratio", "value": { "doubleValue": 0.5 } },
        { "key": "list", "value": { "arrayValue": { "values": [
            { "stringValue": "a" }, { "intValue": "1" },
        ] } } },
        text("user.id", "alice"),
    ]);
    let mut select = spans::span(1, 2, 1, "SELECT", 100, 100);
    select["kind"] = json!(3);
    select["status"] = json!({ "code": 2, "message": "deadlock" });
    select["events"] = json!([{
        "timeUnixNano": spans::now_nanos().to_string(),
        "name": "exception",
        "attributes": [text("exception.type", "Deadlock")],
    }]);
    let mut payment = spans::request("shop", &[pay, select]);
    let resource_spans = &mut payment["resourceSpans"][0];
    let resource = resource_spans["resource"]["attributes"].as_array_mut();
    resource.unwrap().push(text("host.name", "a1"));
    resource_spans["scopeSpans"][0]["scope"] = json!({
        "name": "lib", "version": "1.2", "attributes": [text("scope.colour", "blue")],
    });
    server.send_json(&payment).await;
    let mut cart = spans::span(2, 1, 0, "GET /cart", 10, 50);
    cart["attributes"] = json!([{ "key": "http.status_code", "value": { "intValue": "200" } }]);
    server.send_json(&spans::request("shop", &[cart])).await;
    let other = spans::span(3, 1, 0, "GET /cart", 20, 70);
    server.send_json(&spans::request("other", &[other])).await;
    server.wait_for_traces(3, "").await;
    server
}

#[tokio::test]
async fn all_that_is_asked_holds_on_one_span() {
    let server = shop().await;
    let pay = ("operation", "POST /pay");
    let select = ("operation", "SELECT");
    let error = ("tags", r#"{"error":"true"}"#);
    let cases: &[Case<'_>] = &[
        (&[], &[2, 1]),
        (&[pay], &[1]),
        (&[("operation", "POST")], &[]),
        (&[("tags", r#"{"http.status_code":"500"}"#)], &[1]),
        (&[("tags", r#"{"http.status_code":200}"#)], &[2]),
        (&[("tags", r#"{"http.status_code":"50"}"#)], &[]),
        (&[("tags", r#"{"retry":"true"}"#)], &[1]),
        (&[("tags", r#"{"ratio":"0.5"}"#)], &[1]),
        (&[("tags", r#"{"list":"[\"a\",1]"}"#)], &[1]),
        (&[("tags", r#"{"user.id":"alice"}"#)], &[1]),
        (&[("tags", r#"{"user.id":"bob"}"#)], &[]),
        (&[error], &[1]),
        (&[("tags", r#"{"error":"false"}"#)], &[]),
        (&[error, select], &[1]),
        (&[error, pay], &[]),
        (
            &[("tags", r#"{"error":"true","http.status_code":"500"}"#)],
            &[],
        ),
        (
            &[(
                "tags",
                r#"{"error":"true","otel.status_description":"deadlock"}"#,
            )],
            &[1],
        ),
        (&[("tags", r#"{"otel.status_code":"ERROR"}"#)], &[1]),
        (&[("tags", r#"{"span.kind":"client"}"#)], &[1]),
        (&[("tags", r#"{"span.kind":"server"}"#)], &[2, 1]),
        (&[("tags", r#"{"host.name":"a1"}"#)], &[1]),
        (&[("tags", r#"{"service.name":"shop"}"#)], &[2, 1]),
        (
            &[(
                "tags",
                r#"{"otel.scope.name":"lib","otel.scope.version":"1.2"}"#,
            )],
            &[1],
        ),
        (&[("tags", r#"{"scope.colour":"blue"}"#)], &[1]),
        (&[("tags", r#"{"event":"exception"}"#)], &[1]),
        (
            &[("tags", r#"{"exception.type":"Deadlock"}"#), select],
            &[1],
        ),
        (&[("tags", r#"{"exception.type":"Deadlock"}"#), pay], &[]),
        (&[("minDuration", "900ms")], &[1]),
        (&[("minDuration", "900.001ms")], &[]),
        (&[("maxDuration", "50ms")], &[2]),
        (&[("maxDuration", "49999us")], &[]),
        (&[("minDuration", "100ms"), ("maxDuration", "0.1s")], &[1]),
        (&[("minDuration", "101ms"), ("maxDuration", "899ms")], &[]),
        (&[pay, ("maxDuration", "100ms")], &[]),
        (&[("limit", "1")], &[2]),
        (
            &[("limit", "1"), ("tags", r#"{"span.kind":"server"}"#)],
            &[2],
        ),
        (
            &[
                select,
                (
                    "tags",
                    r#"{"error":"true","span.kind":"client","host.name":"a1"}"#,
                ),
                ("minDuration", "100ms"),
                ("maxDuration", "100ms"),
                ("limit", "5"),
            ],
            &[1],
        ),
    ];
    for (query, expected) in cases {
        let mut query = query.to_vec();
        query.push(("service", "shop"));
        assert_eq!(find(&server, &query).await, *expected, "{query:?}");
        let renamed = query.iter().map(|(name, value)| (v3_name(name), *value));
        let renamed: Vec<(&str, &str)> = renamed.collect();
        let expected = [expected.to_vec(), expected.to_vec()];
        assert_eq!(find_v3(&server, &renamed).await, expected, "{query:?}");
    }
    let simple = [
        ("service", "shop"),
        ("tag", "retry:true"),
        ("tag", "ratio:0.5"),
    ];
    assert_eq!(find(&server, &simple).await, [1]);
    assert_eq!(find(&server, &[("service", "other")]).await, [3]);
    // What nobody has sent is no error.
    assert!(find(&server, &[("service", "nobody")]).await.is_empty());
    let nobody = [("query.service_name", "nobody")];
    assert!(find_v3(&server, &nobody).await.iter().all(Vec::is_empty));
}

#[tokio::test]
async fn traces_are_found_by_when_they_began() {
    let server = Server::start().await;
    let now = spans::now_nanos() / 1_000_000 * 1_000_000;
    for (trace, ago_seconds) in [(1, 60), (2, 7_200)] {
        let mut span = spans::span(trace, 1, 0, "op", 0, 1);
        set_nanos(&mut span, now - ago_seconds * 1_000_000_000, 1_000);
        server.send_json(&spans::request("s", &[span])).await;
    }
    server.wait_for_traces(2, "").await;
    let at = |ago_seconds: u64, more: i64| {
        let micros = i64::try_from(now / 1_000 - ago_seconds * 1_000_000).unwrap();
        (micros + more).to_string()
    };
    let cases: &[Case<'_>] = &[
        (&[], &[1]),
        (&[("lookback", "3h")], &[1, 2]),
        (&[("lookback", "1d")], &[1, 2]),
        (&[("lookback", "20s")], &[]),
        (&[("start", &at(7_200, 0)), ("lookback", "custom")], &[1, 2]),
        (&[("start", &at(7_200, 1))], &[1]),
        (&[("start", &at(7_200, 0)), ("end", &at(60, -1))], &[2]),
        (&[("start", &at(7_200, 1)), ("end", &at(60, 0))], &[1]),
        (&[("end", &at(7_000, 0)), ("lookback", "10m")], &[2]),
        (&[("end", &at(7_000, 0))], &[2]),
    ];
    for (query, expected) in cases {
        let query = [query, &[("service", "s")][..]].concat();
        assert_eq!(find(&server, &query).await, *expected, "{query:?}");
    }
    let summaries = server.list("").await;
    let begun = |place: usize| summaries[place]["start_time"].as_str().unwrap();
    let cases: &[Case<'_>] = &[
        (&[], &[1]),
        (&[("query.start_time_min", begun(1))], &[1, 2]),
        (
            &[
                ("query.startTimeMin", begun(1)),
                ("query.startTimeMax", begun(0)),
            ],
            &[2],
        ),
    ];
    for (query, expected) in cases {
        let query = [query, &[("query.serviceName", "s")][..]].concat();
        let expected = [expected.to_vec(), expected.to_vec()];
        assert_eq!(find_v3(&server, &query).await, expected, "{query:?}");
    }
}

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

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_words() {
    let server = Server::start().await;
    let ids: Vec<String> = (1..=21).map(|id| id.to_string()).collect();
    let ids: Vec<(&str, &str)> = ids.iter().map(|id| ("traceID", id.as_str())).collect();
    let (status, body) = ask(&server, "traces", &ids).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    let (status, _) = ask(&server, "traces", &[&ids[1..], &ids[1..]].concat()).await;
    assert_eq!(status, StatusCode::OK, "the same again is no more");
    let cases: &[(&str, &str)] = &[
        ("traces", "'service' is required"),
        ("traces?service=", "'service' is required"),
        ("traces?service=s&limit=0", "from 1 to 1500"),
        ("traces?service=s&limit=1501", "from 1 to 1500"),
        ("traces?service=s&limit=x", "from 1 to 1500"),
        ("traces?service=s&minDuration=fast", "1.5s"),
        ("traces?service=s&maxDuration=-1s", "1.5s"),
        ("traces?service=s&maxDuration=5", "1.5s"),
        (
            "traces?service=s&minDuration=2s&maxDuration=1s",
            "less than minDuration",
        ),
        ("traces?service=s&tags={", "an object of texts"),
        ("traces?service=s&tags=[1]", "an object of texts"),
        ("traces?service=s&tag=error", "tag=error:true"),
        ("traces?service=s&start=yesterday", "microseconds"),
        ("traces?service=s&end=99999999999999999999", "microseconds"),
        (
            "traces?service=s&start=2000000&end=1000000",
            "ends before it begins",
        ),
        ("traces?service=s&lookback=long", "1.5s"),
        ("traces?service=s&raw=perhaps", "true or false"),
        ("traces?traceID=xyz", "32 hexadecimal digits"),
        ("traces/0", "32 hexadecimal digits"),
        ("traces/1?start=x", "microseconds"),
        ("operations", "'service' is required"),
        ("operations?service=s&spanKind=sever", "server"),
        ("dependencies?endTs=x", "milliseconds"),
        ("dependencies?lookback=-1", "negative"),
    ];
    for (path, words) in cases {
        let (status, body) = ask(&server, path, &[]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}: {body}");
        let error = &body["errors"][0];
        assert_eq!((&body["data"], &error["code"]), (&Value::Null, &json!(400)));
        let message = error["msg"].as_str().unwrap();
        assert!(message.contains(words), "{path}: {message}");
    }
    let cases: &[(&str, &str)] = &[
        ("v3/traces", "'query.serviceName' is required"),
        ("v3/trace-summaries", "'query.serviceName' is required"),
        (
            "v3/traces?query.service_name=s&query.search_depth=0",
            "from 1 to 1500",
        ),
        (
            "v3/traces?query.service_name=s&query.duration_min=x",
            "1.5s",
        ),
        (
            "v3/traces?query.service_name=s&query.attributes=x",
            "an object of texts",
        ),
        (
            "v3/traces?query.service_name=s&query.start_time_min=1700000000",
            "RFC 3339",
        ),
        (
            "v3/traces?query.service_name=s&query.start_time_min=2026-01-02T00:00:00Z\
            &query.start_time_max=2026-01-01T00:00:00Z",
            "ends before it begins",
        ),
        (
            "v3/traces?query.service_name=s&query.filter={}",
            "is not answered here",
        ),
        ("v3/traces/x", "32 hexadecimal digits"),
        ("v3/traces/1?start_time=x", "RFC 3339"),
        ("v3/operations", "'service' is required"),
    ];
    for (path, words) in cases {
        let (status, body) = ask(&server, path, &[]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}: {body}");
        let error = &body["error"];
        assert_eq!(
            (&error["httpCode"], &error["grpcCode"]),
            (&json!(400), &json!(3))
        );
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{path}: {message}");
    }
    let (status, body) = ask(&server, "metrics/calls", &[]).await;
    assert_eq!(
        (status, &body["errors"][0]["code"]),
        (StatusCode::NOT_FOUND, &json!(404))
    );
    let (status, body) = ask(&server, "v3/capabilities", &[]).await;
    assert_eq!(
        (status, &body["error"]["httpCode"]),
        (StatusCode::NOT_FOUND, &json!(404))
    );
}
