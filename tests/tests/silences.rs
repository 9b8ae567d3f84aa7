//! Silences by the API, and what receivers are told while they hold and when they end.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use model::silence::{Definition, Schedule};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use store::objectives::Change;
use store::{Store, Written};
use tests::server::{Server, Start};
use tests::webhook::Webhook;
use tests::{database, spans};

async fn send(server: &Server, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let url = format!("http://{}{path}", server.web);
    let request = server.client.request(method, url).json(body);
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_silence_is_set_changed_and_ended() {
    let server = Server::start().await;
    let path = "/api/v1/silences";
    let who = json!({ "author": "Ada", "reason": "Upgrade" });
    let with = |fields: &Value| {
        let mut wanted = who.clone();
        let object = wanted.as_object_mut().unwrap();
        object.extend(fields.as_object().unwrap().clone());
        wanted
    };
    let for_hours = with(&json!({ "slo": 7, "severity": "page", "until": "2h" }));
    let (status, made) = send(&server, Method::POST, path, &for_hours).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!((&made["slo"], &made["active"]), (&json!(7), &json!(true)));
    assert_eq!(made["weekday"], Value::Null);
    let weekly = with(&json!({
        "version": 1,
        "repeat": "weekly",
        "weekday": "Sunday",
        "start": "23:00",
        "duration": "3h",
    }));
    let one = "/api/v1/silences/1";
    let (status, changed) = send(&server, Method::PUT, one, &weekly).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(
        (&changed["slo"], &changed["duration"]),
        (&Value::Null, &json!("3h"))
    );
    let (status, _) = send(&server, Method::PUT, one, &weekly).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(
        server.get_json(path).await,
        json!({ "silences": [changed] })
    );
    for (wanted, expected) in [
        (json!({ "reason": "x" }), "author: Write who"),
        (json!({ "author": "x" }), "reason: Write why"),
        (with(&json!({ "until": "soon" })), "until: Write how long"),
        (
            with(&json!({ "until": "2026-01-01T00:00:00Z", "from": "now" })),
            "until:",
        ),
        (with(&json!({ "severity": "loud" })), "severity: Choose"),
        (
            with(&json!({ "repeat": "weekly", "weekday": "Someday" })),
            "weekday: Choose",
        ),
        (with(&json!({ "slo": "all" })), "invalid type"),
    ] {
        let (status, answer) = send(&server, Method::POST, path, &wanted).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wanted}: {answer}");
        let words = format!("{} {}", answer["error"]["message"], answer["error"]["hint"]);
        assert!(words.contains(expected), "{expected}: {words}");
    }
    for (version, expected) in [
        (1, StatusCode::CONFLICT),
        (2, StatusCode::NO_CONTENT),
        (2, StatusCode::NOT_FOUND),
    ] {
        let path = format!("{one}?version={version}");
        let (status, _) = send(&server, Method::DELETE, &path, &Value::Null).await;
        assert_eq!(status, expected);
    }
}

const SECOND: i64 = 1_000_000_000;

/// A shop of which every fifth request failed a moment ago, an objective that this breaks, and a
/// receiver; without a server, so that the test is the clock.
struct Incident {
    url: String,
    store: Store,
    hook: Webhook,
    objective: i64,
    now_nanos: i64,
}

impl Incident {
    async fn begin() -> Self {
        let url = database::create();
        let server = Start::on_database(&url).start().await;
        let request = |number: u64| {
            let mut root = spans::span(number, 1, 0, "POST /pay", 0, 100);
            if number.is_multiple_of(5) {
                root["status"] = json!({ "code": 2 });
            }
            root
        };
        let all: Vec<Value> = (1..=40).map(request).collect();
        server.send_json(&spans::request("shop", &all)).await;
        server.wait_for_traces(40, "").await;
        server.kill().await;
        let (store, hook) = (Store::connect(&url).await.unwrap(), Webhook::start().await);
        let definition = json!({
            "name": "Payments",
            "over": "requests",
            "indicator": { "kind": "availability" },
            "target": 0.999,
            "window": "28d",
        });
        let definition = serde_json::from_value(definition).unwrap();
        let change = Change::default();
        let written = store.create_objective(&definition, &change).await.unwrap();
        let Written::Done(objective) = written else {
            panic!("{written:?}");
        };
        let receiver = json!({ "name": "x", "kind": "webhook", "url": hook.url("/") });
        let receiver = serde_json::from_value(receiver).unwrap();
        let secret = model::receiver::SecretChange::Keep;
        store.create_receiver(&receiver, &secret, 0).await.unwrap();
        Self {
            url,
            store,
            hook,
            objective: objective.id,
            now_nanos: i64::try_from(spans::now_nanos()).unwrap(),
        }
    }

    /// A round so many seconds after the begin.
    async fn round(&self, seconds: i64) {
        let now_nanos = self.now_nanos + seconds * SECOND;
        let round = self.store.evaluate_alerts(&|_, _| None, now_nanos).await;
        assert!(round.unwrap().is_some());
    }

    /// What is in the outbox, in its order.
    async fn titles(&self) -> Vec<String> {
        let deliveries = self.store.deliveries(1).await.unwrap().into_iter().rev();
        deliveries
            .map(|delivery| delivery.message.title())
            .collect()
    }

    async fn silence(&self, until_seconds: i64) {
        let definition = Definition {
            objective: Some(self.objective),
            severity: None,
            schedule: Schedule::Once {
                from_nanos: self.now_nanos,
                until_nanos: self.now_nanos + until_seconds * SECOND,
            },
            author: "Ada".into(),
            reason: "Upgrade".into(),
        };
        let written = self.store.create_silence(&definition, self.now_nanos);
        assert!(matches!(written.await.unwrap(), Written::Done(_)));
    }
}

#[tokio::test]
async fn what_a_silence_held_back_is_told_when_it_ends() {
    let incident = Incident::begin().await;
    incident.silence(4).await;
    for seconds in 0..4 {
        incident.round(seconds).await;
        assert!(incident.titles().await.is_empty(), "{seconds}");
    }
    let episodes = incident.store.fired_alerts(None).await.unwrap();
    assert_eq!(episodes.len(), 2, "page and ticket fire all the same");
    // Both rules are broken; whoever is paged needs no ticket.
    incident.round(4).await;
    let told = ["Firing: Payments (page)"];
    assert_eq!(incident.titles().await, told);
    incident.round(5).await;
    assert_eq!(incident.titles().await, told, "once");

    let server = Start::on_database(&incident.url)
        .with("THROUGHLINE_RECEIVER_NETWORKS", "127.0.0.0/8")
        .start()
        .await;
    let body = incident.hook.wait_for(1).await[0].json();
    assert_eq!(body["alerts"][0]["slo"], incident.objective);
    // Who takes the promise back ends its alerts, and the receiver is told so.
    let path = format!("/api/v1/slos/{}?version=1", incident.objective);
    let (status, _) = send(&server, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let body = incident.hook.wait_for(2).await[1].json();
    assert_eq!(body["status"], "resolved");
    let headline = &body["alerts"][0]["headline"];
    assert_eq!(headline, "Payments: the objective was deleted");
    assert_eq!(
        body["alerts"].as_array().unwrap().len(),
        1,
        "of the ticket nobody was told"
    );
}

#[tokio::test]
async fn a_silenced_alert_says_so_on_the_page_and_in_the_api() {
    let incident = Incident::begin().await;
    incident.silence(3_600).await;
    incident.round(0).await;
    let server = Start::on_database(&incident.url).start().await;
    let alerts = server.get_json("/api/v1/alerts").await;
    let firing = alerts["firing"].as_array().unwrap();
    assert_eq!(firing.len(), 2);
    assert!(
        firing.iter().all(|alert| alert["silenced_by"] == 1),
        "{alerts}"
    );
    let page = server.get("/alerts").await.text().await.unwrap();
    assert!(
        page.contains("silenced") && page.contains("Upgrade"),
        "{page}"
    );
}
