//! Who calls whom: what is counted as it comes and what documents tell agree, and what changed is
//! told.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::server::Server;
use tests::{spans, wait};

const MINUTE_NANOS: u64 = 60_000_000_000;

/// A device calls a gateway, that a cart, which asks a database and tells a queue.
fn order(trace: u64, minutes_ago: u64, cart_millis: u64, fails: bool) -> Value {
    let start = spans::now_nanos() - minutes_ago * MINUTE_NANOS;
    let span = |id: u64, parent: u64, name: &str, kind: u64, offset: u64, length: u64| {
        let mut span = spans::span(trace, id, parent, name, 0, 0);
        spans::set_nanos(&mut span, start + offset * 1_000_000, length * 1_000_000);
        span["kind"] = json!(kind);
        span
    };
    let tap = span(1, 0, "ios.request: POST /order", 3, 0, cart_millis + 60);
    let gateway = span(2, 1, "POST /order", 2, 10, cart_millis + 40);
    let call = span(3, 2, "POST /cart", 3, 15, cart_millis + 20);
    let mut cart = span(4, 3, "POST /cart", 2, 20, cart_millis);
    if fails {
        cart["status"] = json!({ "code": 2 });
    }
    let mut query = span(5, 4, "SELECT items", 3, 21, 4);
    query["attributes"] = json!([
        spans::text("db.system.name", "postgresql"),
        spans::text("db.namespace", "items")
    ]);
    let mut publish = span(6, 4, "publish orders", 4, 26, 2);
    publish["attributes"] = json!([
        spans::text("messaging.system", "kafka"),
        spans::text("messaging.destination.name", "orders")
    ]);
    json!({ "resourceSpans": [
        spans::of_service("shop-ios", &[tap]),
        spans::of_service("gateway", &[gateway, call]),
        spans::of_service("cart", &[cart, query, publish]),
    ]})
}

async fn counted(server: &Server, requests: u64, from: &str) {
    wait::until("all to be counted", async || {
        let answer = server
            .get_json(&format!("/api/v1/latency?from={from}"))
            .await;
        (answer["groups"][0]["count"] == requests).then_some(())
    })
    .await;
}

fn find<'a>(list: &'a Value, key: &str, value: &str) -> &'a Value {
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one[key] == value);
    found.unwrap_or_else(|| panic!("no {value} in {list}"))
}

fn edge<'a>(answer: &'a Value, from: &str, to: &str) -> &'a Value {
    let edges = answer["edges"].as_array().unwrap().iter();
    let mut own = edges.filter(|edge| edge["caller"] == from && edge["callee"] == to);
    own.next()
        .unwrap_or_else(|| panic!("no {from} to {to} in {answer}"))
}

#[tokio::test]
async fn topology_counts_what_documents_tell() {
    let server = Server::start().await;
    for trace in 1..=40 {
        server
            .send_json(&order(trace, 5, 30 + trace, trace % 8 == 0))
            .await;
    }
    for trace in 41..=44 {
        server.send_json(&spans::payment(trace)).await;
    }
    counted(&server, 44, "now-1h").await;
    server.wait_for_traces(44, "").await;
    let by_rollups = server.get_json("/api/v1/topology").await;
    let by_documents = server.get_json("/api/v1/topology?q=outcome:*").await;
    assert_eq!(by_rollups["traces"], Value::Null);
    assert_eq!(by_documents["traces"], 44);
    for list in ["nodes", "edges", "services"] {
        assert_eq!(by_rollups[list], by_documents[list], "{list}");
    }
    let cart = find(&by_rollups["nodes"], "name", "cart");
    assert_eq!(
        (
            &cart["kind"],
            &cart["count"],
            &cart["errors"],
            &cart["basis"]
        ),
        (&json!("service"), &json!(40), &json!(5), &json!("served"))
    );
    assert!(
        (cart["rate"].as_f64().unwrap() - 40.0 / 3_600.0).abs() < 1e-3,
        "{cart}"
    );
    let app = find(&by_rollups["nodes"], "name", "shop-ios");
    assert_eq!((&app["kind"], &app["count"]), (&json!("app"), &json!(44)));
    let items = edge(&by_rollups, "cart", "items");
    assert_eq!(
        (&items["callee_kind"], &items["count"]),
        (&json!("database"), &json!(40))
    );
    assert_eq!(edge(&by_rollups, "cart", "orders")["callee_kind"], "queue");
    let call = edge(&by_rollups, "gateway", "cart");
    let network = call["network_mean_nanos"].as_i64().unwrap();
    assert!((network - 20_000_000).abs() < 200_000, "{call}");
    // A filter leaves the other requests out.
    let payments = server
        .get_json("/api/v1/topology?q=service:payment-service")
        .await;
    assert_eq!(payments["traces"], 4);
    assert_eq!(edge(&payments, "shop-ios", "gateway")["count"], 4);
    assert!(
        payments["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|node| node["name"] != "cart")
    );
    // The filter of an edge finds the traces that crossed it.
    let crossed = server.list("{service:gateway} > {service:cart}").await;
    assert_eq!(crossed.len(), 40);
}

#[tokio::test]
async fn topology_tells_what_changed() {
    let server = Server::start().await;
    for trace in 1..=200 {
        // The hour before, and the last one.
        server
            .send_json(&order(trace, 90, 30 + trace % 7, false))
            .await;
        server
            .send_json(&order(1_000 + trace, 20, 90 + trace % 7, false))
            .await;
    }
    let extra = (1..=12).map(|trace| {
        let mut call = spans::span(5_000 + trace, 1, 0, "GET /rates", 0, 40);
        call["kind"] = json!(3);
        call["attributes"] = json!([spans::text("server.address", "bank.example")]);
        call
    });
    let extra: Vec<Value> = extra.collect();
    server.send_json(&spans::request("rates", &extra)).await;
    counted(&server, 412, "now-3h").await;
    let calm = server.get_json("/api/v1/topology").await;
    assert_eq!(
        (&calm["is_compared"], &calm["compared"]),
        (&json!(false), &Value::Null)
    );
    let found = server.get_json("/api/v1/topology?vs=before").await;
    assert_eq!(found["is_compared"], true);
    let slower = edge(&found, "gateway", "cart");
    assert_eq!(
        (&slower["standing"], &slower["p95_verdict"]),
        (&json!("worse"), &json!("worse"))
    );
    assert_eq!(slower["count_before"], 200);
    assert_eq!(edge(&found, "cart", "items")["standing"], "usual");
    let bank = find(&found["nodes"], "name", "bank.example");
    assert_eq!(
        (&bank["standing"], &bank["kind"]),
        (&json!("new"), &json!("third party"))
    );
    let kinds = server
        .get_json("/api/v1/topology?vs=before&group=kind")
        .await;
    let services = find(&kinds["nodes"], "name", "services");
    assert_eq!(
        (&services["kind"], &services["members"]),
        (&json!("group"), &json!(3))
    );

    let table = server
        .get("/api/v1/topology?vs=before&format=csv&table=nodes")
        .await;
    assert_eq!(table.headers()["content-type"], "text/csv; charset=utf-8");
    let table = table.text().await.unwrap();
    let mut lines = table.lines();
    let headings: Vec<&str> = lines.next().unwrap().split(',').collect();
    for heading in [
        "name",
        "kind",
        "rate",
        "error_rate",
        "p50_nanos",
        "p95_nanos",
        "standing",
    ] {
        assert!(
            headings.contains(&heading),
            "{heading} is not in {headings:?}"
        );
    }
    assert_eq!(lines.count(), found["nodes"].as_array().unwrap().len());
    let refused = server.get("/api/v1/topology?group=colour").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn topology_of_too_many_opens_around_the_busiest() {
    let server = Server::start().await;
    // A chain of two hundred services, called once, but for the one in the middle.
    let chain = |trace: u64, services: std::ops::Range<u64>| {
        let first = services.start;
        let of = services.map(|number| {
            let parent = if number == first { 0 } else { number };
            let span = spans::span(trace, number + 1, parent, "step", 0, 5);
            spans::of_service(&format!("s{number:03}"), &[span])
        });
        json!({ "resourceSpans": of.collect::<Vec<_>>() })
    };
    server.send_json(&chain(1, 0..200)).await;
    server.send_json(&chain(2, 100..101)).await;
    counted(&server, 2, "now-1h").await;
    let text = async |path: &str| server.get(path).await.text().await.unwrap();
    let page = text("/topology").await;
    assert!(page.contains("200 services: 199 connections"));
    assert!(page.contains("The map begins with s100, which is called most."));
    assert!(page.contains("The map shows 5 of 200"));
    assert_eq!(page.matches("data-node=").count(), 5);
    let further = text("/topology?focus=service:s010&hops=1").await;
    assert_eq!(further.matches("data-node=").count(), 3);
    let list = text("/topology?view=table").await;
    assert!(list.contains("200 nodes") && list.contains("s199"));
    let service = text("/services/s100").await;
    assert!(service.contains("Service s100") && service.contains("s099 → s100"));
}
