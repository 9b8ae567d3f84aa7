//! Tables as comma-separated values, for spreadsheets.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use tests::server::Server;
use tests::spans;

async fn csv(server: &Server, path: &str) -> Vec<String> {
    let response = server.get(path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert_eq!(
        response.headers()["content-type"],
        "text/csv; charset=utf-8"
    );
    let text = response.text().await.unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn tables_have_what_was_sent_and_no_formulas() {
    let server = Server::start().await;
    let request = |number: u64, millis: u64, region: &str| {
        let mut root = spans::span(number, 1, 0, "POST /pay, now", 0, millis);
        root["attributes"] = serde_json::json!([spans::text("user.region", region)]);
        root
    };
    let mut all = [
        request(1, 100, "sa-east-1"),
        request(2, 100, "sa-east-1"),
        request(3, 200, "=1+1"),
    ];
    for request in &mut all[..2] {
        let attributes = request["attributes"].as_array_mut().unwrap();
        attributes.push(spans::text("user.tier", "gold"));
    }
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(3, "").await;

    let regions = csv(&server, "/api/v1/latency?group_by=region&format=csv").await;
    let headings: Vec<&str> = regions[0].split(',').collect();
    let count = headings.iter().position(|name| *name == "count").unwrap();
    assert_eq!(headings[0], "region");
    let cells = |row: &str| -> Vec<String> { row.split(',').map(str::to_owned).collect() };
    let (first, second) = (cells(&regions[1]), cells(&regions[2]));
    assert_eq!((&*first[0], &*first[count]), ("sa-east-1", "2"));
    assert_eq!((&*second[0], &*second[count]), ("'=1+1", "1"));

    let traces = csv(&server, "/api/v1/traces?format=csv&q=region:sa-east-1").await;
    assert_eq!(traces.len(), 3, "{traces:?}");
    assert!(traces[1].contains(",100000000,shop,\"POST /pay, now\",1,0,sa-east-1,"));

    // What requests are not counted by is told by looking at them.
    let tiers = csv(&server, "/api/v1/latency?group_by=tier&format=csv").await;
    assert!(
        tiers[1].starts_with("gold,") && tiers[2].starts_with(','),
        "{tiers:?}"
    );

    let unknown = server.get("/api/v1/latency?format=xml").await;
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn lists_have_the_columns_that_are_chosen() {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    let mut root = spans::span(2, 1, 0, "GET /search", 0, 50);
    root["attributes"] = serde_json::json!([
        spans::text("http.route", "=search"),
        spans::text("user.region", "eu-west-1"),
    ]);
    server.send_json(&spans::request("search", &[root])).await;
    server.wait_for_traces(2, "").await;

    let columns = "columns=duration,region,db.system.name,attr.http.route,services&order=slowest";
    let table = csv(&server, &format!("/api/v1/traces?format=csv&{columns}")).await;
    let ids = [1, 2].map(spans::trace_id);
    let expected = [
        "trace_id,duration_nanos,region,attr.db.system.name,attr.http.route,services".to_owned(),
        // Of the attribute that the root has not, the value of the span below that has it.
        format!(
            "{},900000000,eu-west-1,postgresql,,\"gateway, payment-service, shop-ios\"",
            ids[0]
        ),
        format!("{},50000000,eu-west-1,,'=search,search", ids[1]),
    ];
    assert_eq!(table, expected);
    let page = server.get_json(&format!("/api/v1/traces?{columns}")).await;
    let second = serde_json::json!({
        "trace_id": ids[1],
        "duration_nanos": 50_000_000,
        "region": "eu-west-1",
        "attr.db.system.name": null,
        "attr.http.route": "=search",
        "services": ["search"],
    });
    assert_eq!(page["traces"][1], second);

    let unknown = server.get("/api/v1/traces?columns=start,regoin").await;
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
    let words: serde_json::Value = unknown.json().await.unwrap();
    assert_eq!(words["error"]["hint"], "Did you mean region?");
}
