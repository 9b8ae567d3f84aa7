//! What must not be stored is nowhere: not in what the API answers, not in the database.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::io::Write;

use serde_json::{Value, json};
use tests::server::{Server, Start};
use tests::{database, spans, wait};

/// What each attribute is sent with, what must be nowhere, and what is read back.
const CASES: [(&str, &str, &str, &str); 9] = [
    (
        "note",
        "write to alice@shop.example",
        "alice@",
        "write to [e-mail]",
    ),
    (
        "order.note",
        "card 4111 1111 1111 1111",
        "1111",
        "card [card]",
    ),
    (
        "log",
        "sent Bearer abc.DEF-123456",
        "DEF-123456",
        "sent Bearer [token]",
    ),
    (
        "http.request.header.cookie",
        "sid=cookie-jar",
        "cookie-jar",
        "[redacted]",
    ),
    (
        "url.full",
        "https://bob:open-sesame@shop.example/",
        "open-sesame",
        "https://bob:[password]@shop.example/",
    ),
    (
        "db.query.text",
        "INSERT INTO account SET password='open-says-me'",
        "open-says-me",
        "INSERT INTO account SET password='[password]'",
    ),
    ("client.address", "203.0.113.77", "113.77", "203.0.113.0"),
    ("session.id", "s-77", "nothing of it", "s-77"),
    ("user.region", "eu-west-1", "nothing of it", "eu-west-1"),
];

/// A trace of one span with all of it.
fn request(trace: u64, user: &str) -> Value {
    let mut span = spans::span(trace, 1, 0, "POST /pay", 0, 100);
    let attributes = CASES.map(|(key, value, _, _)| spans::text(key, value));
    let attributes: Vec<Value> = attributes
        .into_iter()
        .chain([spans::text("user.id", user)])
        .collect();
    span["attributes"] = json!(attributes);
    span["events"] = json!([{
        "timeUnixNano": spans::now_nanos().to_string(),
        "name": "exception",
        "attributes": [spans::text("exception.message", "no such user: alice@shop.example")],
    }]);
    spans::request("shop", &[span])
}

async fn stored(server: &Server, trace: u64) -> Value {
    let path = format!("/api/v1/traces/{}", spans::trace_id(trace));
    wait::until("the trace", async || {
        let response = server.get(&path).await;
        let is_there = response.status().is_success();
        let text = response.text().await.unwrap();
        is_there.then(|| serde_json::from_str::<Value>(&text).unwrap())
    })
    .await
}

fn value<'a>(trace: &'a Value, key: &str) -> &'a str {
    let attributes = &trace["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"];
    let found = attributes
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["key"] == key);
    found.unwrap_or_else(|| panic!("no {key} in {trace}"))["value"]["stringValue"]
        .as_str()
        .unwrap()
}

#[tokio::test]
async fn secrets_are_nowhere() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    server.send_json(&request(1, "alice")).await;
    let trace = stored(&server, 1).await;
    let text = trace.to_string();
    for (key, _, secret, expected) in CASES {
        assert_eq!(value(&trace, key), expected);
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(!text.contains("alice"), "{text}");
    server.wait_for_traces(1, "").await;
    // Documents are compressed; whatever else there is can be read as text.
    let summaries = database::query(&url, "select row_to_json(trace_summary) from trace_summary");
    assert!(
        summaries.contains("s-77") && !summaries.contains("alice"),
        "{summaries}"
    );
    let metrics = server.get("/metrics").await.text().await.unwrap();
    for (rule, count) in [("e-mail", 2), ("hash", 1), ("mask", 1), ("truncate-ip", 1)] {
        let line = format!("throughline_values_redacted_total{{rule=\"{rule}\"}} {count}");
        assert!(
            metrics.lines().any(|found| found == line),
            "{line} in {metrics}"
        );
    }
}

#[tokio::test]
async fn a_user_keeps_the_pseudonym_and_is_found_by_name() {
    let start = Start::fresh();
    let server = start.start().await;
    server.send_json(&request(1, "alice")).await;
    server.send_json(&request(2, "alice")).await;
    server.send_json(&request(3, "bob")).await;
    let alice = value(&stored(&server, 1).await, "user.id").to_owned();
    assert!(alice.starts_with('~'), "{alice}");
    assert_eq!(value(&stored(&server, 2).await, "user.id"), alice);
    assert_ne!(value(&stored(&server, 3).await, "user.id"), alice);
    server.kill().await;

    let server = start.start().await;
    server.send_json(&request(4, "alice")).await;
    assert_eq!(value(&stored(&server, 4).await, "user.id"), alice);
    server.wait_for_traces(4, "").await;
    for filter in [
        "user:alice",
        "attr.user.id:alice",
        &format!("user:\"{alice}\""),
    ] {
        assert_eq!(server.list(filter).await.len(), 3, "{filter}");
    }
    let page = server
        .get("/traces?q=user:alice&from=now-1h")
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains(&spans::trace_id(4)), "{page}");
}

#[tokio::test]
async fn many_attributes_and_long_values_are_counted() {
    let server = Server::start().await;
    let mut span = spans::span(1, 1, 0, "POST /pay", 0, 100);
    let many = (0..130).map(|number| spans::text(&number.to_string(), &"x".repeat(5_000)));
    span["attributes"] = many.collect();
    server.send_json(&spans::request("shop", &[span])).await;
    let trace = stored(&server, 1).await;
    let span = &trace["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["attributes"].as_array().unwrap().len(), 128);
    assert_eq!(span["droppedAttributesCount"], 2);
    assert!(value(&trace, "127").ends_with("x…"));
    let metrics = server.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("throughline_attributes_dropped_total{reason=\"limit\"} 2\n"));
    assert!(
        metrics.contains("throughline_values_truncated_total 128\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn rules_come_from_a_file_and_a_key_from_the_environment() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"# ours\ndrop note\nkeep client.address\nmask-pattern /eu-\\w+-1/ region\n")
        .unwrap();
    let start = Start::fresh()
        .with("THROUGHLINE_REDACTION", &file.path().to_string_lossy())
        .with("THROUGHLINE_PSEUDONYM_KEY", "a key that is long enough");
    let server = start.start().await;
    server.send_json(&request(1, "alice")).await;
    let trace = stored(&server, 1).await;
    assert_eq!(value(&trace, "client.address"), "203.0.113.77");
    assert_eq!(value(&trace, "user.region"), "[region]");
    let span = &trace["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["droppedAttributesCount"], 1);

    fs::write(file.path(), "keep a\nmsk b\n").unwrap();
    let complaint = start.fail().await;
    assert!(
        complaint.contains("line 2: \"msk\" is no rule. Did you mean mask?"),
        "{complaint}"
    );
    let complaint = start
        .clone()
        .with("THROUGHLINE_REDACTION", "/nowhere")
        .fail()
        .await;
    assert!(
        complaint.contains("cannot be read from /nowhere"),
        "{complaint}"
    );
    let complaint = start
        .with("THROUGHLINE_PSEUDONYM_KEY", "short")
        .fail()
        .await;
    assert!(complaint.contains("fewer than 16 bytes"), "{complaint}");
}
