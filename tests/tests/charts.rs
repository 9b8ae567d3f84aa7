//! Charts as SVG: they show what was sent, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use tests::server::Server;
use tests::spans;

async fn svg(server: &Server, path: &str) -> String {
    let response = server.get(path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert_eq!(response.headers()["content-type"], "image/svg+xml");
    let policy = response.headers()["content-security-policy"].to_str();
    assert!(policy.unwrap().starts_with("default-src 'none'"));
    let svg = response.text().await.unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    svg
}

#[tokio::test]
async fn charts_show_the_requests_that_were_sent() {
    let server = Server::start().await;
    for chart in ["latency", "heatmap", "groups", "regions"] {
        let empty = svg(&server, &format!("/api/v1/charts/{chart}.svg")).await;
        assert!(empty.contains("No request was counted"), "{chart}");
    }
    let hostile = "<b>mars</b>";
    let request = |number: u64, millis: u64, region: &str| {
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, millis);
        root["attributes"] = serde_json::json!([spans::text("user.region", region)]);
        root
    };
    let all = [
        request(1, 100, "sa-east-1"),
        request(2, 400, "sa-east-1"),
        request(3, 200, hostile),
    ];
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(3, "").await;

    let lines = svg(&server, "/api/v1/charts/latency.svg").await;
    for name in ["Latency of requests", "All requests", "p50", "p95", "p99"] {
        assert!(lines.contains(name), "{name}");
    }
    let by_region = "/api/v1/charts/latency.svg?group_by=region&theme=dark";
    let by_region = svg(&server, by_region).await;
    for chart in [by_region, svg(&server, "/api/v1/charts/groups.svg").await] {
        assert!(chart.contains("sa-east-1"), "{chart}");
        assert!(chart.contains("&lt;b&gt;mars") && !chart.contains("<b>"));
    }
    let map = svg(&server, "/api/v1/charts/regions.svg?vs=week").await;
    for words in ["p95 by region, compared with a week earlier", "sa-east-1 "] {
        assert!(map.contains(words), "{words}: {map}");
    }
    assert!(map.contains("1 with too few requests to tell") && map.contains("1 region not on the"));
    let one = "/api/v1/charts/regions.svg?q=region:sa-east-1&vs=none&theme=dark";
    let one = svg(&server, one).await;
    assert!(!one.contains("compared with") && !one.contains("not on the map"));
    let rectangles = |svg: &str| svg.matches("<rect").count();
    let all = svg(&server, "/api/v1/charts/heatmap.svg").await;
    let one = "/api/v1/charts/heatmap.svg?q=region:sa-east-1%20duration%3E200ms";
    let one = svg(&server, one).await;
    assert!(one.contains("region:sa-east-1 duration&gt;200ms"), "{one}");
    assert!(rectangles(&all) > rectangles(&one) && rectangles(&one) > 1);
}

#[tokio::test]
async fn mistakes_are_explained() {
    let server = Server::start().await;
    for (mistake, said) in [
        ("latency.svg?q=regoin:x", "regoin"),
        ("latency.svg?group_by=age", "cannot be grouped by age"),
        ("groups.svg?from=yesterday", "yesterday"),
        ("heatmap.svg?theme=pink", "pink"),
        ("regions.svg?vs=yesterday", "yesterday"),
        ("heatmap.svg?from=now&to=now-1h", ""),
    ] {
        let response = server.get(&format!("/api/v1/charts/{mistake}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{mistake}");
        let words = response.text().await.unwrap();
        assert!(words.contains(said), "{words}");
    }
}
