//! Actions: called once for each change of an alert, or not, with the reason.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use model::receiver::SecretChange;
use serde_json::{Value, json};
use store::objectives::Change;
use store::{Store, Written};
use tests::server::{Server, Start};
use tests::webhook::{Answer, Webhook};
use tests::{database, spans, wait};

const SECOND: i64 = 1_000_000_000;

/// A shop that fails, and an objective with a page that this breaks; without a server, so that
/// the test is the clock.
async fn shop(name: &str) -> (Start, Store) {
    let url = database::create();
    let start = Start::on_database(&url).with("THROUGHLINE_RECEIVER_NETWORKS", "127.0.0.0/8");
    let server = start.start().await;
    let request = |number: u64| {
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, 100);
        root["status"] = json!({ "code": 2 });
        root
    };
    let all: Vec<Value> = (1..=40).map(request).collect();
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(40, "").await;
    server.kill().await;
    let store = Store::connect(&url).await.unwrap();
    let definition = json!({
        "name": name,
        "over": "requests",
        "indicator": { "kind": "availability" },
        "target": 0.999,
        "window": "28d",
    });
    let definition = serde_json::from_value(definition).unwrap();
    let change = Change::default();
    let written = store.create_objective(&definition, &change).await.unwrap();
    assert!(matches!(written, Written::Done(_)));
    (start, store)
}

async fn set_up(store: &Store, receiver: Value) {
    let receiver = serde_json::from_value(receiver).unwrap();
    let written = store.create_receiver(&receiver, &SecretChange::Keep, 0);
    assert!(matches!(written.await.unwrap(), Written::Done(_)));
}

/// A round so many seconds from now.
async fn round(store: &Store, seconds: i64) {
    let now_nanos = i64::try_from(spans::now_nanos()).unwrap() + seconds * SECOND;
    let round = store.evaluate_alerts(&|_, _| None, now_nanos).await;
    assert!(round.unwrap().is_some());
}

/// State, title and what happened of each delivery, the latest first, when all are done.
async fn done(server: &Server, receiver: i64) -> Vec<[String; 3]> {
    wait::until("all to be done", async || {
        let path = format!("/api/v1/receivers/{receiver}/deliveries");
        let found = server.get_json(&path).await["deliveries"]
            .as_array()
            .unwrap()
            .clone();
        let is_done = |delivery: &Value| delivery["state"] != "waiting";
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let told =
            |delivery: &Value| ["state", "title", "last_error"].map(|key| text(&delivery[key]));
        found
            .iter()
            .all(is_done)
            .then(|| found.iter().map(told).collect())
    })
    .await
}

#[tokio::test]
async fn an_action_is_called_or_only_written_down() {
    let name = "Pay \"now\", {link}";
    let (start, store) = shop(name).await;
    let hook = Webhook::start().await;
    let body = r#"{"flag": "cart", "why": "{objective} is {state}", "alert": {alert}}"#;
    for (name, dry_run) in [("real", false), ("dry", true)] {
        set_up(
            &store,
            json!({
                "name": name,
                "kind": "action",
                "url": hook.url(&format!("/{name}")),
                "on_firing": body,
                "dry_run": dry_run,
            }),
        )
        .await;
    }
    round(&store, 0).await;
    let server = start.start().await;
    let title = format!("Firing: {name} (page)");
    assert_eq!(done(&server, 1).await, [["delivered", &title, ""]]);
    assert_eq!(done(&server, 2).await, [["dry_run", &title, ""]]);
    let called = hook.received();
    assert_eq!(called.len(), 1, "the dry one is not called");
    assert_eq!(called[0].path, "/real");
    let sent = called[0].json();
    assert_eq!(sent["why"], format!("{name} is firing"));
    assert!(sent["alert"].is_i64());
    let dry = server.get_json("/api/v1/receivers/2/deliveries").await;
    let written = dry["deliveries"][0]["body"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(written).unwrap(), sent);
}

#[tokio::test]
async fn what_may_have_arrived_is_not_called_again() {
    let (start, store) = shop("Payments").await;
    let [failing, silent] = [Webhook::start().await, Webhook::start().await];
    failing.answer(Answer::Status(503));
    silent.answer(Answer::Never);
    for hook in [&failing, &silent] {
        set_up(
            &store,
            json!({
                "name": hook.address,
                "kind": "action",
                "url": hook.url("/"),
                "on_firing": "{}",
            }),
        )
        .await;
    }
    round(&store, 0).await;
    let server = start.start().await;
    silent.wait_for(1).await;
    let failed = done(&server, 1).await;
    let [state, _, error] = &failed[0];
    assert_eq!(state, "given_up");
    assert!(
        error.contains("503") && error.contains("not called again"),
        "{error}"
    );
    // The server dies in the middle of the other one.
    server.kill().await;
    silent.answer(Answer::Status(200));
    let server = start.start().await;
    let unknown = done(&server, 2).await;
    let [state, _, error] = &unknown[0];
    assert_eq!(state, "given_up");
    assert!(
        error.contains("the server ended while it called"),
        "{error}"
    );
    assert_eq!((failing.received().len(), silent.received().len()), (1, 1));
}

#[tokio::test]
async fn a_cooldown_leaves_calls_out_and_says_so() {
    let (start, store) = shop("Payments").await;
    let hook = Webhook::start().await;
    set_up(
        &store,
        json!({
            "name": "flag",
            "kind": "action",
            "url": hook.url("/"),
            "on_firing": r#"{"on": false}"#,
            "on_resolved": r#"{"on": true}"#,
            "cooldown_nanos": 3_600 * SECOND,
        }),
    )
    .await;
    // The page fires; when its rules are taken away it is resolved, and fires again with them.
    let objective = store.objective(1).await.unwrap().unwrap();
    let mut without = objective.definition.clone();
    without.alerting.rules = vec![];
    let mut definitions = [without, objective.definition].into_iter().cycle();
    let mut version = objective.version;
    round(&store, 0).await;
    for seconds in 1..4 {
        let definition = definitions.next().unwrap();
        let change = Change::default();
        let written = store
            .update_objective(1, version, &definition, &change)
            .await
            .unwrap();
        assert!(matches!(written, Written::Done(_)));
        version += 1;
        round(&store, seconds).await;
    }
    let server = start.start().await;
    let found = done(&server, 1).await;
    let states: Vec<&str> = found
        .iter()
        .rev()
        .map(|[state, ..]| state.as_str())
        .collect();
    assert_eq!(
        states,
        ["delivered", "delivered", "skipped", "skipped"],
        "{found:?}"
    );
    let errors: Vec<&str> = found
        .iter()
        .rev()
        .map(|[_, _, error]| error.as_str())
        .collect();
    assert!(errors[2].contains("not again for 1 h"), "{errors:?}");
    assert_eq!(errors[3], "it was not called when the alert fired");
    let called: Vec<Value> = hook
        .received()
        .iter()
        .map(|told| told.json()["on"].clone())
        .collect();
    assert_eq!(called, [json!(false), json!(true)]);
}
