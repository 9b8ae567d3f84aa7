//! Asking the query API of Jaeger, and something that is found by it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::server::Server;
use crate::spans::{self, text};

/// Status and body.
pub async fn ask(server: &Server, path: &str, query: &[(&str, &str)]) -> (StatusCode, Value) {
    let url = format!("http://{}/jaeger/api/{path}", server.web);
    let response = server.client.get(url).query(query).send().await.unwrap();
    let status = response.status();
    assert_eq!(response.headers()["content-type"], "application/json");
    (status, response.json().await.unwrap())
}

/// The body of what is answered well.
pub async fn answer(server: &Server, path: &str, query: &[(&str, &str)]) -> Value {
    let (status, body) = ask(server, path, query).await;
    assert_eq!(status, StatusCode::OK, "{path} {query:?}: {body}");
    body
}

#[must_use]
pub fn number(id: &Value) -> u64 {
    u64::from_str_radix(id.as_str().unwrap(), 16).unwrap()
}

/// The traces that version 1 finds, in its order.
pub async fn find(server: &Server, query: &[(&str, &str)]) -> Vec<u64> {
    let body = answer(server, "traces", query).await;
    assert_eq!(body["errors"], Value::Null);
    let traces = body["data"].as_array().unwrap();
    traces
        .iter()
        .map(|trace| number(&trace["traceID"]))
        .collect()
}

/// Trace 1 is a payment with a query that fails, trace 2 a cart, both of the shop; trace 3 is of
/// another service.
pub async fn shop() -> Server {
    let server = Server::start().await;
    let mut pay = spans::span(1, 1, 0, "POST /pay", 0, 900);
    pay["attributes"] = json!([
        { "key": "http.status_code", "value": { "intValue": "500" } },
        { "key": "retry", "value": { "boolValue": true } },
        { "key": "ratio", "value": { "doubleValue": 0.5 } },
        { "key": "list", "value": { "arrayValue": { "values": [
            { "stringValue": "a" }, { "intValue": "1" },
        ] } } },
        text("user.id", "alice"),
    ]);
    let mut select = spans::span(1, 2, 1, "SELECT", 100, 100);
    select["kind"] = json!(3);
    select["status"] = json!({ "code": 2, "message": "deadlock" });
    select["events"] = json!([{
        "timeUnixNano": spans::now_nanos().to_string(),
        "name": "exception",
        "attributes": [text("exception.type", "Deadlock")],
    }]);
    let mut payment = spans::request("shop", &[pay, select]);
    let resource_spans = &mut payment["resourceSpans"][0];
    let resource = resource_spans["resource"]["attributes"].as_array_mut();
    resource.unwrap().push(text("host.name", "a1"));
    resource_spans["scopeSpans"][0]["scope"] = json!({
        "name": "lib", "version": "1.2", "attributes": [text("scope.colour", "blue")],
    });
    server.send_json(&payment).await;
    let mut cart = spans::span(2, 1, 0, "GET /cart", 10, 50);
    cart["attributes"] = json!([{ "key": "http.status_code", "value": { "intValue": "200" } }]);
    server.send_json(&spans::request("shop", &[cart])).await;
    let other = spans::span(3, 1, 0, "GET /cart", 20, 70);
    server.send_json(&spans::request("other", &[other])).await;
    server.wait_for_traces(3, "").await;
    server
}
