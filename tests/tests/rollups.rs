//! Rollups count what traces have, once, whatever the order in which spans arrive; and old or
//! superfluous traces go while what was counted stays.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::counts::Counts;
use tests::server::{Server, Start};
use tests::{database, spans, wait};

async fn groups(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.get_json(&format!("/api/v1/latency?{query}")).await;
    answer["groups"].as_array().unwrap().clone()
}

/// Whether a duration is what its bucket tells, within one percent.
fn is_near(found: &Value, millis: i64) -> bool {
    let expected = millis * 1_000_000;
    (found.as_i64().unwrap() - expected).abs() * 100 <= expected
}

#[tokio::test]
async fn requests_operations_and_calls_are_counted() {
    let server = Server::start().await;
    for trace in 1..=3 {
        server.send_json(&spans::payment(trace)).await;
    }
    let slow = spans::span(9, 1, 0, "GET /search", 0, 3_000);
    server
        .send_json(&spans::request("search-service", &[slow]))
        .await;
    server.wait_for_traces(4, "").await;

    let requests = groups(&server, "group_by=region").await;
    assert_eq!(requests[0]["key"], json!({ "region": "eu-west-1" }));
    assert_eq!(
        (&requests[0]["count"], &requests[1]["count"]),
        (&json!(3), &json!(1))
    );
    assert!(is_near(&requests[0]["p95_nanos"], 900), "{requests:?}");
    assert!(is_near(&requests[0]["sum_database_nanos"], 3 * 400));

    let query = "family=operations&group_by=operation,kind&q=service:payment-service";
    let operations = groups(&server, query).await;
    let charge = operations
        .iter()
        .find(|group| group["key"]["kind"] == "server")
        .unwrap();
    assert_eq!(charge["key"]["operation"], "POST /charge");
    assert_eq!(
        (&charge["count"], &charge["errors"]),
        (&json!(3), &json!(3))
    );

    let topology = server.get_json("/api/v1/topology").await;
    let edges = topology["edges"].as_array().unwrap();
    let edge = |callee: &str| edges.iter().find(|edge| edge["callee"] == callee).unwrap();
    assert_eq!(edge("payment-service")["caller"], "gateway");
    assert_eq!(edge("payment-service")["sum_timed_calls"], 3);
    assert!(is_near(
        &edge("payment-service")["sum_network_nanos"],
        3 * 20
    ));
    assert_eq!(edge("postgresql")["callee_kind"], "database");
    assert_eq!(
        Counts::of_rollups(&server).await,
        Counts::of_traces(&server).await
    );
}

#[tokio::test]
async fn what_comes_late_or_twice_counts_once_before_and_after_compaction() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    let root = spans::span(1, 1, 0, "tap", 0, 900);
    let child = spans::span(1, 2, 1, "GET /cart", 100, 500);
    server
        .send_json(&spans::request("cart", std::slice::from_ref(&child)))
        .await;
    server.wait_for_traces(1, "").await;
    assert_eq!(Counts::of_rollups(&server).await.requests, 0);
    server
        .send_json(&spans::request("shop", std::slice::from_ref(&root)))
        .await;
    wait::until("the root to arrive", async || {
        (Counts::of_rollups(&server).await.requests == 1).then_some(())
    })
    .await;
    for again in [("cart", &child), ("shop", &root)] {
        let request = spans::request(again.0, std::slice::from_ref(again.1));
        server.send_json(&request).await;
    }
    let late = spans::span(1, 3, 2, "SELECT", 200, 100);
    server.send_json(&spans::request("cart", &[late])).await;
    wait::until("the late span", async || {
        (Counts::of_rollups(&server).await.spans == 3).then_some(())
    })
    .await;
    let before = Counts::of_rollups(&server).await;
    assert_eq!(before, Counts::of_traces(&server).await);
    assert_eq!(before.calls.len(), 1);
    wait::until("compaction", async || {
        (database::query(&url, "select count(*) from rollup_delta") == "0").then_some(())
    })
    .await;
    assert_eq!(Counts::of_rollups(&server).await, before);
}

#[tokio::test]
async fn questions_with_few_labels_and_with_many_have_the_same_answer() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    for (trace, network, millis) in [(1, "wifi", 100), (2, "5g", 900), (3, "5g", 300)] {
        let mut root = spans::span(trace, 1, 0, "GET /", 0, millis);
        root["attributes"] = json!([
            spans::text("network.connection.type", network),
            spans::text("cloud.region", "north")
        ]);
        server.send_json(&spans::request("shop", &[root])).await;
    }
    server.wait_for_traces(3, "").await;
    let by_region = groups(&server, "group_by=region").await;
    assert_eq!((by_region.len(), &by_region[0]["count"]), (1, &json!(3)));
    // Labels that broad series do not have, demanded of none.
    let by_all = groups(&server, "group_by=region&q=-network:none").await;
    assert_eq!(by_all, by_region);
    let on_5g = groups(&server, "group_by=region&q=network:5g").await;
    assert_eq!(on_5g[0]["count"], 2);
    wait::until("compaction", async || {
        (database::query(&url, "select count(*) from rollup_delta") == "0").then_some(())
    })
    .await;
    for query in ["group_by=region", "group_by=region&q=-network:none"] {
        assert_eq!(groups(&server, query).await, by_region, "{query}");
    }
    assert_eq!(groups(&server, "group_by=region&q=network:5g").await, on_5g);
    // In one minute or two.
    let broad = "select count(distinct series.id), sum(count) from rollup
        join series on series.id = rollup.series
        where family = 3 and resolution = 0";
    assert_eq!(database::query(&url, broad), "1|3");
}

#[tokio::test]
async fn a_sampled_request_weighs_what_it_stands_for() {
    let server = Server::start().await;
    let mut sampled = spans::span(1, 1, 0, "GET /", 0, 900);
    sampled["traceState"] = json!("ot=th:c");
    let whole = spans::span(2, 1, 0, "GET /", 0, 100);
    server
        .send_json(&spans::request("shop", &[sampled, whole]))
        .await;
    server.wait_for_traces(2, "").await;
    let requests = groups(&server, "").await;
    assert_eq!(
        (&requests[0]["count"], &requests[0]["weight"]),
        (&json!(2), &json!(5.0))
    );
    assert!(is_near(&requests[0]["p50_nanos"], 900));
}

#[tokio::test]
async fn series_without_room_are_counted_together() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    // All but one of the 50 000 that operations may have.
    let fill = "insert into series (family, labels)
        select 1, array['full', number::text, 'server', ''] from generate_series(1, 49999) number";
    assert_eq!(database::query(&url, fill), "");
    let use_them = "insert into rollup (resolution, series, start_nanos, count, errors, weight,
            weighted_errors, sums, buckets, counts, exemplar_buckets, exemplars)
        select 2, id, extract(epoch from current_date)::bigint * 1000000000, 0, 0, 0, 0, '', '', '',
            '', ''
        from series";
    assert_eq!(database::query(&url, use_them), "");
    let one_more = spans::span(1, 1, 0, "GET /first", 0, 100);
    server.send_json(&spans::request("shop", &[one_more])).await;
    server.wait_for_traces(1, "").await;
    for round in 0..2 {
        let beyond = [2, 3].map(|number| {
            let name = format!("GET /{number}");
            spans::span(10 * round + number, 1, 0, &name, 0, 100)
        });
        server.send_json(&spans::request("shop", &beyond)).await;
    }
    server.wait_for_traces(5, "").await;
    let mut found: Vec<(String, Value)> = groups(&server, "family=operations&group_by=operation")
        .await
        .iter()
        .map(|group| {
            let operation = group["key"]["operation"].as_str().unwrap().to_owned();
            (operation, group["count"].clone())
        })
        .collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    let expected = [("GET /first", 1), ("other", 4)];
    assert_eq!(
        found,
        expected.map(|(name, count)| (name.into(), json!(count)))
    );
}

#[tokio::test]
async fn topology_shows_the_edges_with_most_calls() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    let fill = "with edge as (
            insert into series (family, labels)
            select 2, array['shop', 'callee ' || number, 'service']
            from generate_series(1, 1001) number
            returning id, labels
        )
        insert into rollup_delta (series, start_nanos, count, errors, weight, weighted_errors, sums,
            buckets, counts, exemplar_buckets, exemplars)
        select id, extract(epoch from date_trunc('minute', now() - interval '5 minutes'))::bigint * 1000000000, 1, 0,
            case when labels[2] = 'callee 77' then 2 else 1 end, 0, '', int2send(1::smallint),
            int8send(1), '', ''
        from edge";
    assert_eq!(database::query(&url, fill), "");
    let topology = server.get_json("/api/v1/topology").await;
    let edges = topology["edges"].as_array().unwrap();
    assert_eq!(
        (edges.len(), &edges[0]["callee"]),
        (1_000, &json!("callee 77"))
    );
    assert_eq!(topology["edges_left_out"], 1);
}

#[tokio::test]
async fn dimensions_are_read_where_the_operator_says() {
    let start = Start::fresh().with("THROUGHLINE_DIMENSIONS", "tier=plan; region=area");
    let server = start.start().await;
    let mut root = spans::span(1, 1, 0, "GET /", 0, 100);
    root["traceState"] = json!("rum=v1&ios&shop@7&s-1");
    root["attributes"] = json!([
        spans::text("area", "north"),
        spans::text("plan", "gold"),
        spans::text("user.tier", "silver")
    ]);
    server.send_json(&spans::request("shop", &[root])).await;
    let found = server
        .wait_for_traces(
            1,
            "region:north tier:gold session:s-1 app:shop@7 app_type:ios",
        )
        .await;
    assert_eq!(found[0]["region"], "north");
    assert_eq!(groups(&server, "q=region:north").await[0]["count"], 1);
    let wrong = Start::fresh().with("THROUGHLINE_DIMENSIONS", "rank=plan");
    assert!(
        wrong
            .fail()
            .await
            .contains("there is no dimension \"rank\"")
    );
}

#[tokio::test]
async fn questions_that_rollups_cannot_answer_are_refused_with_words() {
    let server = Server::start().await;
    for (query, words) in [
        (
            "family=operations&q=status:error",
            "operations are not counted by status:error",
        ),
        ("group_by=user", "requests cannot be grouped by user"),
        ("group_by=flag,os,flag", "one of them twice"),
        ("family=calls", "family cannot be calls"),
        ("from=yesterday", "yesterday"),
    ] {
        let answer = server.get(&format!("/api/v1/latency?{query}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        let body: Value = answer.json().await.unwrap();
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    }
}

/// Stores a trace as if that many days ago.
async fn store_in_the_past(url: &str, server: &Server, trace: u64, days: i32) {
    let span = spans::span(trace, 1, 0, "GET /old", 0, 100);
    let filter = format!("trace:{}", spans::trace_id(trace));
    server.send_json(&spans::request("shop", &[span])).await;
    server.wait_for_traces(1, &filter).await;
    let day = format!("(current_date - date '1970-01-01' - {days})");
    let id = format!("'\\x{}'", spans::trace_id(trace));
    let prepared = database::query(url, &format!("select prepare_day({day})"));
    assert_eq!(prepared, "");
    for table in ["trace_summary", "trace_chunk"] {
        let update = format!("update {table} set day = {day} where trace_id = {id}");
        assert_eq!(database::query(url, &update), "");
    }
}

#[tokio::test]
async fn old_traces_go_and_what_was_counted_stays() {
    let url = database::create();
    let start = Start::on_database(&url).with("THROUGHLINE_TRACE_RETENTION", "7d");
    let server = start.start().await;
    store_in_the_past(&url, &server, 1, 7).await;
    store_in_the_past(&url, &server, 2, 8).await;
    let ahead = spans::span(3, 1, 0, "GET /ahead", 10 * 86_400_000, 100);
    server.send_json(&spans::request("shop", &[ahead])).await;
    wait::until("the time to come to be counted", async || {
        (Counts::of_rollups(&server).await.requests == 3).then_some(())
    })
    .await;
    let successor = server.successor(&start);
    server.kill().await;
    let server = successor.start().await;
    wait::until("the old day to go", async || {
        (server.list("").await.len() == 2).then_some(())
    })
    .await;
    let kept = server.list("").await;
    assert_eq!(kept[0]["trace_id"], spans::trace_id(3));
    assert_eq!(kept[1]["trace_id"], spans::trace_id(1));
    // The clock that was ahead counts no more; the day that is gone does.
    wait::until("the time to come to be forgotten", async || {
        (Counts::of_rollups(&server).await.requests == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_room_the_oldest_days_go_and_then_nothing_is_taken() {
    let url = database::create();
    let start = Start::on_database(&url);
    let server = start.start().await;
    store_in_the_past(&url, &server, 1, 1).await;
    let today = spans::span(2, 1, 0, "GET /new", 0, 100);
    server.send_json(&spans::request("shop", &[today])).await;
    server.wait_for_traces(2, "").await;
    let full = start.with("THROUGHLINE_STORAGE_LIMIT", "1MB");
    let successor = server.successor(&full);
    server.kill().await;
    let server = successor.start().await;
    let another = spans::request("shop", &[spans::span(3, 1, 0, "GET /", 0, 100)]);
    wait::until("the server to see that it is full", async || {
        let answer = server.post("application/json", another.to_string()).await;
        (answer.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(())
    })
    .await;
    let kept = server.list("").await;
    let is_there = |trace| {
        kept.iter()
            .any(|found| found["trace_id"] == spans::trace_id(trace))
    };
    assert!(!is_there(1) && is_there(2), "{kept:?}");
    let metrics = server.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("throughline_storage_full 1"));
}
