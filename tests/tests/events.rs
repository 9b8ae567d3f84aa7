//! `GET /api/v1/events`: what has happened, followed and gone on with after a break.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tests::server::{Server, Start};
use tests::{database, spans};
use tokio::time::timeout;

/// A client that reads one event after the other.
struct Feed {
    response: Response,
    text: String,
}

/// The id, the name and the data of an event.
type Event = (String, String, String);

impl Feed {
    async fn open(server: &Server, last: Option<&str>) -> Self {
        let url = format!("http://{}/api/v1/events", server.web);
        let mut request = server.client.get(url);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event that has a name.
    async fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.text.clone().split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = event.lines();
                    let value = lines.find_map(|line| line.strip_prefix(name));
                    value.unwrap_or_default().trim().to_owned()
                };
                let found = (field("id:"), field("event:"), field("data:"));
                rest.clone_into(&mut self.text);
                if !found.1.is_empty() {
                    return found;
                }
                continue;
            }
            let chunk = timeout(Duration::from_secs(40), self.response.chunk()).await;
            let chunk = chunk.expect("an event in time").unwrap().expect("no end");
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn next_json(&mut self) -> (String, Value) {
        let (id, name, data) = self.next().await;
        let data: Value = serde_json::from_str(&data).unwrap();
        assert_eq!(data["kind"], name);
        (id, data)
    }
}

async fn send(server: &Server, method: Method, path: &str, body: &Value) {
    let url = format!("http://{}{path}", server.web);
    let request = server.client.request(method, url).json(body);
    let response = request.send().await.unwrap();
    let status = response.status();
    assert!(
        status.is_success(),
        "{status}: {}",
        response.text().await.unwrap()
    );
}

fn objective(target: f64) -> Value {
    json!({
        "name": "Up",
        "over": "requests",
        "indicator": { "kind": "availability" },
        "target": target,
        "window": "28d",
        "author": "Ada",
        "version": 1,
    })
}

#[tokio::test]
async fn edits_and_alerts_are_told_in_order_and_after_a_break() {
    let url = database::create();
    let start = Start::on_database(&url);
    let server = start.start().await;
    let mut feed = Feed::open(&server, None).await;
    send(&server, Method::POST, "/api/v1/slos", &objective(0.9)).await;
    let (first, told) = feed.next_json().await;
    assert_eq!(
        (&told["change"], &told["author"]),
        (&json!("created"), &json!("Ada"))
    );
    send(&server, Method::PUT, "/api/v1/slos/1", &objective(0.999)).await;
    let (_, told) = feed.next_json().await;
    assert_eq!(
        (&told["change"], &told["version"]),
        (&json!("changed"), &json!(2))
    );
    let request = |number: u64| {
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, 100);
        root["status"] = json!({ "code": 2 });
        root
    };
    let all: Vec<Value> = (1..=10).map(request).collect();
    server.send_json(&spans::request("shop", &all)).await;
    for severity in ["page", "ticket"] {
        let (_, told) = feed.next_json().await;
        assert_eq!(
            (&told["slo"], &told["severity"]),
            (&json!(1), &json!(severity))
        );
        assert_eq!(told["transition"], "fired");
        assert!(told["alert"].is_i64() && told["time"].is_string(), "{told}");
    }
    server.kill().await;

    let server = start.start().await;
    send(
        &server,
        Method::DELETE,
        "/api/v1/slos/1?version=2",
        &Value::Null,
    )
    .await;
    let mut feed = Feed::open(&server, Some(&first)).await;
    let mut told = Vec::new();
    for _ in 0..6 {
        let (_, event) = feed.next_json().await;
        let what = [&event["change"], &event["transition"]];
        let what = what.into_iter().find_map(Value::as_str).unwrap();
        told.push(what.to_owned());
    }
    let expected = [
        "changed", "fired", "fired", "deleted", "resolved", "resolved",
    ];
    assert_eq!(told, expected);
    // What is not kept any more is counted.
    let forget = format!("delete from state_change where id < {first} + 3");
    assert_eq!(database::query(&url, &forget), "");
    let (_, name, data) = Feed::open(&server, Some(&first)).await.next().await;
    assert_eq!((&*name, &*data), ("missed", "2"));
}

#[tokio::test]
async fn feeds_are_bounded_and_a_wrong_number_is_refused() {
    let server = Server::start().await;
    let url = format!("http://{}/api/v1/events", server.web);
    let wrong = server.client.get(&url).header("last-event-id", "x");
    assert_eq!(
        wrong.send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    let mut feeds = Vec::new();
    for _ in 0..32 {
        feeds.push(Feed::open(&server, None).await);
    }
    let refused = server.client.get(&url).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
}
