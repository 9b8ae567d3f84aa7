//! `GET /api/v1/traces`: filters, ranges, orders, pages, errors.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::server::{Server, Start};
use tests::spans;

async fn ids(server: &Server, filter: &str) -> Vec<String> {
    let mut ids: Vec<String> = server
        .list(filter)
        .await
        .iter()
        .filter_map(|trace| {
            Some(
                trace["trace_id"]
                    .as_str()?
                    .trim_start_matches('0')
                    .to_owned(),
            )
        })
        .collect();
    ids.sort();
    ids
}

/// A payment, and a search that takes 3 s.
async fn with_two_traces() -> Server {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    let mut slow = spans::span(2, 1, 0, "GET /search", 0, 3_000);
    slow["attributes"] = json!([{ "key": "results", "value": { "intValue": "17" } }]);
    server
        .send_json(&spans::request("search-service", &[slow]))
        .await;
    server.wait_for_traces(2, "").await;
    server
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let server = with_two_traces().await;
    let expected: [(&str, &[&str]); 18] = [
        ("service:payment-service", &["1"]),
        ("service:payment-service status:error", &["1"]),
        ("service:gateway status:error", &[]),
        ("operation:\"GET /search\"", &["2"]),
        ("duration>1s", &["2"]),
        ("duration<=900ms", &["1"]),
        ("region:eu-west-1 app_version:4.2.0 session:s-77", &["1"]),
        ("region:mars", &[]),
        ("-status:error", &["2"]),
        ("kind:client", &["1"]),
        ("attr.results:17", &["2"]),
        (
            "attr.db.system.name:postgresql service:payment-service",
            &["1"],
        ),
        ("SEARCH", &["2"]),
        ("trace:00000000000000000000000000000002", &["2"]),
        ("root:\"GET /search\"", &["2"]),
        ("outcome:*", &["1", "2"]),
        ("outcome:ok", &["1", "2"]),
        ("outcome:error", &[]),
    ];
    for (filter, found) in expected {
        assert_eq!(ids(&server, filter).await, found, "{filter}");
    }
}

/// Trace ids of all pages, two traces each.
async fn pages(server: &Server, query: &str) -> Vec<u64> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/traces?{query}&limit=2&cursor={cursor}");
        let page = server.get_json(&path).await;
        let traces = page["traces"].as_array().unwrap();
        assert!(traces.len() <= 2);
        let ids = traces.iter().map(|trace| {
            let id = trace["trace_id"].as_str().unwrap();
            u64::from_str_radix(id.trim_start_matches('0'), 16).unwrap()
        });
        found.extend(ids);
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return found,
        }
    }
}

#[tokio::test]
async fn lists_have_an_order_that_their_pages_continue() {
    let server = Server::start().await;
    // Each begins as many milliseconds later as its number says.
    let shapes: [(u64, u64, u64, usize); 7] = [
        (1, 100, 1, 0),
        (2, 900, 4, 1),
        (3, 300, 2, 2),
        (4, 300, 4, 0),
        (5, 50, 1, 1),
        (6, 900, 3, 3),
        (7, 400, 2, 0),
    ];
    for (trace, millis, spans, errors) in shapes {
        let mut all: Vec<Value> = (1..=spans)
            .map(|id| spans::span(trace, id, u64::from(id > 1), "GET /", trace, millis))
            .collect();
        for span in &mut all[..errors] {
            span["status"] = json!({ "code": 2 });
        }
        server.send_json(&spans::request("shop", &all)).await;
    }
    server.wait_for_traces(7, "").await;
    let expected = [
        ("newest", [7, 6, 5, 4, 3, 2, 1]),
        ("slowest", [6, 2, 7, 4, 3, 1, 5]),
        ("errors", [6, 3, 5, 2, 7, 4, 1]),
        ("spans", [4, 2, 6, 7, 3, 5, 1]),
    ];
    for (order, ids) in expected {
        // Told by summaries, and by spans.
        for filter in ["", "operation:GET*", "%7Bspan.duration%3E1ms%7D"] {
            let query = format!("order={order}&q={filter}");
            assert_eq!(pages(&server, &query).await, ids, "{query}");
        }
        let some = pages(&server, &format!("order={order}&q=duration:300ms..400ms")).await;
        let wanted: Vec<u64> = ids
            .into_iter()
            .filter(|id| [3, 4, 7].contains(id))
            .collect();
        assert_eq!(some, wanted, "{order}");
    }
    let refused = server.get("/api/v1/traces?order=oldest").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn filters_join_conditions_and_relate_spans() {
    let server = with_two_traces().await;
    let expected: [(&str, &[&str]); 16] = [
        ("service:payment-service,search-service", &["1", "2"]),
        ("operation:POST*", &["1"]),
        ("operation~\"^(GET|SELECT) \"", &["1", "2"]),
        ("session:*", &["1"]),
        ("attr.results>=17 attr.results:10..20", &["2"]),
        ("spans>1 errors:1 duration:100ms..2s", &["1"]),
        ("event:exc* link:*", &["1"]),
        ("duration>1s or region:eu-west-1", &["1", "2"]),
        ("-(service:payment-service status:error)", &["2"]),
        ("service:gateway (status:error or operation:x)", &[]),
        (
            "{service:gateway} {service:payment-service status:error}",
            &["1"],
        ),
        (
            "{service:shop-ios} >> {service:payment-service status:error} > {SELECT}",
            &["1"],
        ),
        (
            "{service:gateway} > {service:payment-service -status:error}",
            &[],
        ),
        ("{kind:client} ~ {}", &[]),
        ("-{service:gateway}", &["2"]),
        ("{duration>500ms} -status:error", &["2"]),
    ];
    for (filter, found) in expected {
        assert_eq!(ids(&server, filter).await, found, "{filter}");
    }
}

/// On the device as an attribute, in a service as an event, by the operator's own name in a
/// resource; and after a part that came late.
#[tokio::test]
async fn flags_are_found_wherever_they_were_evaluated() {
    let start = Start::fresh().with("THROUGHLINE_DIMENSIONS", "flag=experiment");
    let server = start.start().await;
    let root = spans::span(1, 1, 0, "tap", 0, 100);
    let mut child = spans::span(1, 2, 1, "GET /cart", 10, 50);
    child["events"] = json!([{
        "timeUnixNano": spans::now_nanos().to_string(),
        "name": "feature_flag.evaluation",
        "attributes": [
            spans::text("feature_flag.key", "new_cart"),
            spans::text("feature_flag.result.variant", "on"),
        ],
    }]);
    let mut grandchild = spans::span(1, 3, 2, "SELECT", 20, 10);
    grandchild["attributes"] = json!([spans::text("feature_flag.old_index", "off")]);
    let mut request = spans::request("shop", &[root, child, grandchild]);
    let attributes = request["resourceSpans"][0]["resource"]["attributes"].as_array_mut();
    attributes
        .unwrap()
        .push(spans::text("experiment.colour", "blue"));
    server.send_json(&request).await;
    let plain = spans::span(2, 1, 0, "tap", 0, 100);
    server.send_json(&spans::request("shop", &[plain])).await;
    let found = server.wait_for_traces(2, "").await;
    let flags = |id: u64| {
        let of_trace = found
            .iter()
            .find(|trace| trace["trace_id"] == spans::trace_id(id));
        of_trace.unwrap()["flags"].clone()
    };
    assert_eq!(
        flags(1),
        json!(["colour=blue", "new_cart=on", "old_index=off"])
    );
    assert_eq!(flags(2), json!([]));
    // A request belongs to the group of each of its flags.
    let groups = server.get_json("/api/v1/latency?group_by=flag").await;
    let groups = groups["groups"].as_array().unwrap();
    let mut groups: Vec<_> = groups
        .iter()
        .map(|group| (group["key"]["flag"].as_str().unwrap(), &group["count"]))
        .collect();
    groups.sort_unstable_by_key(|(flag, _)| *flag);
    let one = json!(1);
    let names = ["", "colour=blue", "new_cart=on", "old_index=off"];
    assert_eq!(groups, names.map(|name| (name, &one)));
    let expected: [(&str, &[&str]); 6] = [
        ("flag:new_cart", &["1"]),
        ("flag:new_cart=on flag:colour", &["1"]),
        ("flag:new_cart=off", &[]),
        ("flag:new", &[]),
        ("-flag:new_cart=on", &["2"]),
        ("flag:old_index operation:SELECT", &["1"]),
    ];
    for (filter, found) in expected {
        assert_eq!(ids(&server, filter).await, found, "{filter}");
    }
    let page = server.get(&format!("/traces/{}", spans::trace_id(1))).await;
    let page = page.text().await.unwrap();
    assert!(
        page.contains("?q=flag:new_cart%3Don\">new_cart=on</a>"),
        "{page}"
    );

    let mut late = spans::span(1, 4, 2, "INSERT", 30, 10);
    late["attributes"] = json!([spans::text("feature_flag", "beta")]);
    server.send_json(&spans::request("shop", &[late])).await;
    let found = server.wait_for_traces(1, "flag:beta").await;
    assert_eq!(
        found[0]["flags"],
        json!(["beta", "colour=blue", "new_cart=on", "old_index=off"])
    );
}

#[tokio::test]
async fn pages_have_every_trace_once_newest_first() {
    let server = Server::start().await;
    let spans: Vec<Value> = (1..=25)
        .map(|n| spans::span(n, 1, 0, "op", n / 2, 1))
        .collect();
    server.send_json(&spans::request("s", &spans)).await;
    server.wait_for_traces(25, "").await;
    let mut seen: Vec<(i64, String)> = Vec::new();
    let mut path = "/api/v1/traces?limit=10".to_owned();
    loop {
        let page = server.get_json(&path).await;
        for trace in page["traces"].as_array().into_iter().flatten() {
            let start = trace["start_nanos"]
                .as_str()
                .and_then(|nanos| nanos.parse().ok());
            seen.push((start.unwrap_or_default(), trace["trace_id"].to_string()));
        }
        // What arrives meanwhile does not move the pages.
        server
            .send_json(&spans::request(
                "s",
                &[spans::span(100 + seen.len() as u64, 1, 0, "new", 9_000, 1)],
            ))
            .await;
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/traces?limit=10&cursor={cursor}");
    }
    assert_eq!(seen.len(), 25);
    let mut sorted = seen.clone();
    sorted.sort_by(|left, right| right.cmp(left));
    sorted.dedup();
    assert_eq!(seen, sorted);
}

#[tokio::test]
async fn errors_say_what_to_do() {
    let server = Server::start().await;
    let expected = [
        (
            "/api/v1/traces?q=servce:x",
            400,
            "There is no key \"servce\"",
            "Did you mean service?",
        ),
        (
            "/api/v1/traces?from=x",
            400,
            "\"x\" is not a time",
            "RFC 3339",
        ),
        (
            "/api/v1/traces?from=now&to=now-1h",
            400,
            "ends before it begins",
            "RFC 3339",
        ),
        (
            "/api/v1/traces?limit=0",
            400,
            "limit cannot be 0",
            "from 1 to 1000",
        ),
        (
            "/api/v1/traces?limit=x",
            400,
            "limit",
            "Write each parameter once",
        ),
        ("/api/v1/traces?cursor=x", 400, "cursor", "next_cursor"),
        ("/api/v1/traces/12", 400, "not a trace id", "32 hexadecimal"),
        (
            "/api/v1/traces/00000000000000000000000000000009",
            404,
            "There is no trace",
            "10 seconds",
        ),
    ];
    for (path, status, message, hint) in expected {
        let response = server.get(path).await;
        assert_eq!(
            response.status(),
            StatusCode::from_u16(status).unwrap_or_default(),
            "{path}"
        );
        let body: Value = response.json().await.unwrap_or_default();
        let (found, advice) = (
            body["error"]["message"].to_string(),
            body["error"]["hint"].to_string(),
        );
        assert!(
            found.replace("\\\"", "\"").contains(message),
            "{path}: {found}"
        );
        assert!(advice.contains(hint), "{path}: {advice}");
    }
}

#[tokio::test]
async fn a_list_is_counted_over_time() {
    let server = with_two_traces().await;
    let count = async |query: &str| {
        let path = format!("/api/v1/traces/count?{query}");
        server.get_json(&path).await
    };
    let all = count("").await;
    assert_eq!(all["count"], 2);
    assert_eq!(all["since"], Value::Null);
    let columns = all["columns"].as_array().unwrap();
    let sum = columns
        .iter()
        .map(|column| column["count"].as_i64().unwrap());
    assert_eq!(sum.sum::<i64>(), 2);
    assert_eq!(count("q=service:search-service").await["count"], 1);
    // The spans tell of that.
    let by_spans = count("q=attr.results%3E16&look=further").await;
    assert_eq!(
        (&by_spans["count"], &by_spans["with_errors"]),
        (&json!(1), &json!(0))
    );
    assert!(by_spans["looked_at"].as_u64().is_some());
    assert_eq!(count("from=2020-01-01&to=2020-01-02").await["count"], 0);
    for wrong in ["look=everywhere", "q=servce:x", "from=soon"] {
        let response = server.get(&format!("/api/v1/traces/count?{wrong}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn two_traces_are_compared() {
    let server = with_two_traces().await;
    server.send_json(&spans::payment(3)).await;
    server.wait_for_traces(3, "").await;
    let id = spans::trace_id;
    let path = |a, b| format!("/api/v1/traces/compare?a={a}&b={b}");
    let same = server.get_json(&path(id(1), id(3))).await;
    assert_eq!(same["counts"]["unchanged"], 5);
    assert_eq!(same["a"]["span_count"], same["b"]["span_count"]);
    let other = server.get_json(&path(id(1), id(2))).await;
    assert_eq!(
        (&other["counts"]["added"], &other["counts"]["removed"]),
        (&json!(1), &json!(5))
    );
    let spans = other["spans"].as_array().unwrap();
    let added = spans.iter().find(|span| span["change"] == "added").unwrap();
    assert_eq!(added["operation"], "GET /search");
    assert_eq!(added["a"], Value::Null);
    assert_eq!(added["b"]["duration_nanos"], 3_000_000_000_i64);
    let missing = server.get(&path(id(1), id(77))).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    for wrong in ["a=1", "a=x&b=y", ""] {
        let response = server.get(&format!("/api/v1/traces/compare?{wrong}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
}
