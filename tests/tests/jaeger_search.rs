//! The query API of Jaeger under `/jaeger`: searching, in both versions, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::jaeger::{answer, ask, find, number, shop};
use tests::server::Server;
use tests::spans::{self, set_nanos};

/// A question, and the traces that are found.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [u64]);

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
