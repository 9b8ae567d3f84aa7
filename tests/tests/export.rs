//! `GET /api/v1/traces/export`: whole traces as lines of OTLP JSON.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::Value;
use tests::server::Server;
use tests::spans;

async fn lines(server: &Server, query: &str) -> Vec<Value> {
    let response = server.get(&format!("/api/v1/traces/export?{query}")).await;
    assert_eq!(response.status(), StatusCode::OK, "{query}");
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = response.text().await.unwrap();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

/// The trace ids of a line, and how many spans it has.
fn told(line: &Value) -> (String, usize) {
    let resources = line["resourceSpans"].as_array().unwrap().iter();
    let scopes = resources.flat_map(|resource| resource["scopeSpans"].as_array().unwrap());
    let spans: Vec<&Value> = scopes
        .flat_map(|scope| scope["spans"].as_array().unwrap())
        .collect();
    let id = spans[0]["traceId"].as_str().unwrap().to_owned();
    assert!(spans.iter().all(|span| span["traceId"] == *id));
    (id, spans.len())
}

#[tokio::test]
async fn a_list_is_exported_as_whole_traces_and_says_where_it_goes_on() {
    let server = Server::start().await;
    for number in 1..=3 {
        server.send_json(&spans::payment(number)).await;
    }
    let search = spans::span(4, 1, 0, "GET /search", 0, 3_000);
    server.send_json(&spans::request("search", &[search])).await;
    server.wait_for_traces(4, "").await;

    let payments = lines(&server, "q=service:payment-service").await;
    let found: Vec<(String, usize)> = payments.iter().map(told).collect();
    let expected = [3, 2, 1].map(|number| (spans::trace_id(number), 5));
    assert_eq!(found, expected);
    // It is what the trace alone is, and can be sent again.
    let path = format!("/api/v1/traces/{}", spans::trace_id(1));
    assert_eq!(payments[2], server.get_json(&path).await);
    let other = Server::start().await;
    for line in &payments {
        other.send_json(line).await;
    }
    other.wait_for_traces(3, "").await;

    let slowest = lines(&server, "order=slowest&limit=1").await;
    assert_eq!(told(&slowest[0]), (spans::trace_id(4), 1));
    let [_, more] = slowest.as_slice() else {
        panic!("{slowest:?}");
    };
    assert_eq!(more["resourceSpans"], serde_json::json!([]));
    assert_eq!(more["more"]["message"], "There are more than 1 trace.");
    let next = more["more"]["next_cursor"].as_str().unwrap();
    let rest = lines(&server, &format!("order=slowest&cursor={next}")).await;
    let rest: Vec<String> = rest.iter().map(|line| told(line).0).collect();
    assert_eq!(rest, [3, 2, 1].map(spans::trace_id));

    assert!(lines(&server, "q=region:mars").await.is_empty());
    for wrong in ["limit=1001", "q=regoin:x", "order=oldest"] {
        let response = server.get(&format!("/api/v1/traces/export?{wrong}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
}
