//! Objectives by the API: set, judged, changed, reverted and deleted; and their alerts.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::server::Server;
use tests::{spans, wait};

async fn send(server: &Server, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let url = format!("http://{}{path}", server.web);
    let request = server.client.request(method, url).json(body);
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn set(server: &Server, objective: &Value) -> Value {
    let (status, made) = send(server, Method::POST, "/api/v1/slos", objective).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made
}

fn availability(name: &str) -> Value {
    json!({
        "name": name,
        "over": "requests",
        "indicator": { "kind": "availability" },
        "target": 0.9,
        "window": "28d",
    })
}

/// Forty requests of a shop, 100 to 4 000 milliseconds long, of which every fifth fails; half of
/// them from each of two regions.
async fn shop() -> Server {
    let server = Server::start().await;
    let request = |number: u64| {
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, number * 100);
        let region = if number.is_multiple_of(2) {
            "eu-west-1"
        } else {
            "us-east-1"
        };
        root["attributes"] = json!([
            spans::text("user.region", region),
            spans::text("app.journey", "checkout"),
        ]);
        if number.is_multiple_of(5) {
            root["status"] = json!({ "code": 2 });
        }
        root
    };
    let all: Vec<Value> = (1..=40).map(request).collect();
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(40, "").await;
    server
}

fn figures(status: &Value) -> (f64, f64) {
    let figure = |name: &str| status[name].as_f64().unwrap();
    (figure("good"), figure("total"))
}

#[tokio::test]
async fn an_objective_is_judged_as_a_recount_does() {
    let server = shop().await;
    let latency = |filter: &str, over: &Value| {
        let mut objective = json!({
            "name": format!("Fast {filter} {over}"),
            "filter": filter,
            // Where a bucket of histograms starts: counted exactly.
            "indicator": { "kind": "latency", "threshold_nanos": 2_013_265_920_i64 },
            "target": 0.95,
            "window": "7d",
        });
        objective
            .as_object_mut()
            .unwrap()
            .extend(over.as_object().unwrap().clone());
        objective
    };
    let requests = json!({ "over": "requests" });
    let journey = json!({ "over": "journey", "journey": "label:checkout" });
    let other_journey = json!({ "over": "journey", "journey": "label:login" });
    let operations = json!({ "over": "operations" });
    for (objective, expected) in [
        (availability("Up"), (32.0, 40.0)),
        // 100 to 2 000 milliseconds.
        (latency("", &requests), (20.0, 40.0)),
        (latency("region:eu-west-1", &requests), (10.0, 20.0)),
        (latency("region:eu-west-1", &journey), (10.0, 20.0)),
        (latency("", &other_journey), (0.0, 0.0)),
        (latency("service:shop", &operations), (20.0, 40.0)),
        (latency("service:other", &operations), (0.0, 0.0)),
    ] {
        let made = set(&server, &objective).await;
        let path = format!("/api/v1/slos/{}/status", made["id"]);
        let status = server.get_json(&path).await;
        assert_eq!(figures(&status), expected, "{objective}: {status}");
        let (good, total) = expected;
        let target = made["target"].as_f64().unwrap();
        let left = (total > 0.0).then(|| 1.0 - (total - good) / total / (1.0 - target));
        match left {
            None => assert_eq!(status["budget_left"], Value::Null),
            Some(left) => {
                let found = status["budget_left"].as_f64().unwrap();
                assert!((found - left).abs() < 1e-9, "{found} {left}");
            }
        }
        // All of it was a moment ago, so every window has it.
        for rate in status["burn_rates"].as_array().unwrap() {
            let found = rate["rate"].as_f64();
            let expected = left.map(|left| 1.0 - left);
            assert!(
                found
                    .zip(expected)
                    .is_none_or(|(one, other)| (one - other).abs() < 1e-9),
                "{rate}"
            );
            assert_eq!(found.is_some(), expected.is_some());
        }
        let days = status["daily_burn_rates"].as_array().unwrap();
        assert_eq!(days.len(), 14);
        let counted: Vec<f64> = days.iter().filter_map(Value::as_f64).collect();
        assert_eq!(counted.is_empty(), left.is_none());
        // Two of them when midnight was a moment ago.
        if let ([found], Some(left)) = (counted.as_slice(), left) {
            assert!((found - (1.0 - left)).abs() < 1e-9, "{found} {left}");
        }
    }
    let all = server.get_json("/api/v1/slos").await;
    let all = all["slos"].as_array().unwrap();
    assert_eq!(all.len(), 7);
    let up = all.iter().find(|slo| slo["name"] == "Up").unwrap();
    assert_eq!(figures(&up["status"]), (32.0, 40.0), "the same on both");
}

#[tokio::test]
async fn an_objective_is_set_changed_and_deleted_and_every_version_stays() {
    let server = Server::start().await;
    let mut objective = availability(" Up ");
    objective["author"] = json!("Ada");
    objective["reason"] = json!("We promised it");
    let made = set(&server, &objective).await;
    assert_eq!((&made["id"], &made["version"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&made["name"], &made["link"]),
        (&json!("Up"), &json!("/slos/1"))
    );
    assert_eq!(made["alerting"]["rules"].as_array().unwrap().len(), 4);
    assert_eq!(server.get_json("/api/v1/slos/1").await, made);

    let mut change = availability("Up");
    change["target"] = json!(0.999);
    let put = async |change: &Value| send(&server, Method::PUT, "/api/v1/slos/1", change).await;
    let (status, refused) = put(&change).await;
    assert_eq!(
        status,
        StatusCode::BAD_REQUEST,
        "without the version: {refused}"
    );
    change["version"] = json!(1);
    let (status, changed) = put(&change).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(
        (&changed["version"], &changed["target"]),
        (&json!(2), &json!(0.999))
    );
    let (status, refused) = put(&change).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("it has version 2"), "{message}");

    let (status, _) = send(&server, Method::POST, "/api/v1/slos", &availability("up")).await;
    assert_eq!(status, StatusCode::CONFLICT, "the name is taken");
    for (version, expected) in [
        (1, StatusCode::CONFLICT),
        (2, StatusCode::NO_CONTENT),
        (2, StatusCode::NOT_FOUND),
    ] {
        let path = format!("/api/v1/slos/1?version={version}&author=Bob");
        let (status, _) = send(&server, Method::DELETE, &path, &Value::Null).await;
        assert_eq!(status, expected);
    }
    let versions = server.get_json("/api/v1/slos/1/versions").await;
    let told: Vec<(i64, &str, Option<f64>)> = versions["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| {
            let number = version["version"].as_i64().unwrap();
            let author = version["author"].as_str().unwrap();
            (number, author, version["definition"]["target"].as_f64())
        })
        .collect();
    assert_eq!(
        told,
        [
            (3, "Bob", None),
            (2, "", Some(0.999)),
            (1, "Ada", Some(0.9))
        ]
    );
    let unknown = server.get("/api/v1/slos/7/versions").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_makes_no_objective_is_refused_in_words() {
    let server = Server::start().await;
    let with = |field: &str, value: Value| {
        let mut objective = availability("x");
        objective[field] = value;
        objective
    };
    for (objective, expected) in [
        (with("name", json!("")), "name: Give it a name"),
        (with("name", json!("a\0b")), "U+0000"),
        (with("target", json!(1)), "more than 0 and less than 1"),
        (with("target", json!("high")), "invalid type"),
        (with("window", json!("2y")), "is not a window"),
        (with("over", json!("everything")), "unknown variant"),
        (with("filter", json!("duration>")), "filter:"),
        (with("filter", json!("attr.x:y")), "are not counted by"),
        (with("runbook", json!("javascript:alert(1)")), "runbook:"),
        (
            with(
                "indicator",
                json!({ "kind": "latency", "threshold_nanos": 0 }),
            ),
            "threshold: Write a duration",
        ),
        (
            with(
                "alerting",
                json!({ "rules": [{
                "severity": "page",
                "factor": 2,
                "long_nanos": 60_000_000_000_i64,
                "short_nanos": 3_600_000_000_000_i64,
            }] }),
            ),
            "the short window",
        ),
        (with("reason", json!("x".repeat(70_000))), ""),
    ] {
        let (status, answer) = send(&server, Method::POST, "/api/v1/slos", &objective).await;
        assert!(status.is_client_error(), "{objective}: {answer}");
        let error = &answer["error"];
        let words = format!("{} {}", error["message"], error["hint"]);
        let words = words.to_lowercase();
        assert!(
            words.contains(&expected.to_lowercase()),
            "{expected}: {words}"
        );
    }
    assert_eq!(server.get_json("/api/v1/slos").await, json!({ "slos": [] }));
}

#[tokio::test]
async fn a_budget_that_burns_fires_an_alert_that_is_told_once() {
    let server = shop().await;
    let mut objective = availability("Up");
    objective["target"] = json!(0.999);
    let made = set(&server, &objective).await;
    let alerts = async || server.get_json("/api/v1/alerts").await;
    // A round comes every half a minute.
    let fired = wait::until("an alert", async || {
        let found = alerts().await;
        let firing = found["firing"].as_array().unwrap().clone();
        (firing.len() == 2).then_some(firing)
    })
    .await;
    let severities: Vec<&Value> = fired.iter().map(|alert| &alert["severity"]).collect();
    assert!(severities.contains(&&json!("page")) && severities.contains(&&json!("ticket")));
    let headline = fired[0]["headline"].as_str().unwrap();
    assert!(
        headline.starts_with("Up: the error budget burns at 200×"),
        "{headline}"
    );
    assert!(headline.contains("8 of 40 had an error"), "{headline}");

    let path = format!("/api/v1/alerts/{}/acknowledge", fired[0]["id"]);
    let by = json!({ "by": "Ada" });
    let (status, _) = send(&server, Method::POST, &path, &by).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = send(&server, Method::POST, &path, &by).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nobody has to any more");
    assert_eq!(alerts().await["firing"][0]["acknowledged_by"], "Ada");

    // Who takes the promise back ends its alerts.
    let path = format!("/api/v1/slos/{}?version=1", made["id"]);
    let (status, _) = send(&server, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let found = alerts().await;
    assert_eq!(found["firing"], json!([]));
    assert_eq!(found["resolved"].as_array().unwrap().len(), 2);
}
