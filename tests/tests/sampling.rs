//! Tail sampling: what is kept of the traffic, and that all of it is counted.

use serde_json::json;
use tests::counts::Counts;
use tests::server::Start;
use tests::{spans, wait};

#[tokio::test]
async fn errors_and_slow_requests_are_kept_and_everything_is_counted() {
    let start = Start::fresh().with("THROUGHLINE_SAMPLING", "share 25%, slower 2s");
    let server = start.start().await;
    // By the hash of its id, 2 is within the first quarter of all traces and the others are not.
    let [kept, left_out, failed, slow] = [2, 1, 5, 9];
    let mut error = spans::span(failed, 1, 0, "GET /", 0, 100);
    error["status"] = json!({ "code": 2 });
    let all = [
        spans::span(kept, 1, 0, "GET /", 0, 100),
        spans::span(left_out, 1, 0, "GET /", 0, 100),
        error,
        spans::span(slow, 1, 0, "GET /", 0, 3_000),
    ];
    server.send_json(&spans::request("shop", &all)).await;
    wait::until("all to be counted", async || {
        (Counts::of_rollups(&server).await.requests == 4).then_some(())
    })
    .await;
    let mut found: Vec<(String, f64)> = server
        .list("")
        .await
        .iter()
        .filter_map(|trace| {
            Some((
                trace["trace_id"].as_str()?.into(),
                trace["weight"].as_f64()?,
            ))
        })
        .collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    let expected = [(kept, 4.0), (failed, 1.0), (slow, 1.0)];
    assert_eq!(
        found,
        expected.map(|(id, weight)| (spans::trace_id(id), weight))
    );
    // A late span of a trace that was kept belongs to it, whatever the share.
    let late = spans::span(slow, 2, 1, "SELECT", 10, 20);
    server.send_json(&spans::request("shop", &[late])).await;
    wait::until("the late span", async || {
        let slow = server.list("duration>2s").await;
        (slow[0]["span_count"] == 2 && slow[0]["weight"] == 1.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_makes_no_sense_is_refused_with_words() {
    let start = Start::fresh().with("THROUGHLINE_SAMPLING", "some");
    let complaint = start.fail().await;
    assert!(
        complaint.contains("\"some\" is no part of a sampling policy; write for example"),
        "{complaint}"
    );
}
