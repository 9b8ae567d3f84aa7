//! An incident from its begin to its end, at times that the test gives: the budget burns, the page
//! fires when the workbook says, a receiver is told once, and all that was is written down.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use model::objective::{Alerting, Definition};
use model::receiver::SecretChange;
use serde_json::{Value, json};
use store::objectives::Change;
use store::{Store, Written};
use tests::server::{Server, Start};
use tests::webhook::{Received, Webhook};
use tests::{database, spans, wait};

const MINUTE: u64 = 60_000_000_000;

/// Requests in each minute, of which none or two fail.
const PER_MINUTE: u64 = 20;
const FAILING: u64 = 2;

/// How many minutes before the present the traffic begins, the incident begins and ends, and the
/// traffic ends.
const FROM: u64 = 110;
const BROKEN: u64 = 45;
const MENDED: u64 = 25;
const UNTIL: u64 = 8;

fn minute(now: u64, before: u64) -> u64 {
    (now / MINUTE - before) * MINUTE
}

/// Sends all the traffic at once.
async fn traffic(server: &Server, now: u64) {
    let mut all = Vec::new();
    for before in (UNTIL..FROM).rev() {
        let is_broken = before > MENDED && before <= BROKEN;
        for number in 0..PER_MINUTE {
            let id = before * PER_MINUTE + number;
            let mut root = spans::span(id, 1, 0, "POST /pay", 0, 100);
            let start = minute(now, before) + number * MINUTE / PER_MINUTE;
            root["startTimeUnixNano"] = json!(start.to_string());
            root["endTimeUnixNano"] = json!((start + 50_000_000).to_string());
            if is_broken && number < FAILING {
                root["status"] = json!({ "code": 2 });
            }
            all.push(root);
        }
    }
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(all.len(), "").await;
}

fn objective() -> Definition {
    let definition = json!({
        "name": "Payments",
        "over": "requests",
        "indicator": { "kind": "availability" },
        "target": 0.999,
        "window": "28d",
        "alerting": Alerting {
            rules: vec!["page 14.4 1h 5m".parse().unwrap()],
            ..Alerting::default()
        },
    });
    serde_json::from_value(definition).unwrap()
}

/// An objective, and a receiver of its alerts.
async fn set_up(store: &Store, hook: &Webhook, at_nanos: i64) -> (i64, i64) {
    let change = Change {
        at_nanos,
        ..Change::default()
    };
    let written = store.create_objective(&objective(), &change).await.unwrap();
    let Written::Done(objective) = written else {
        panic!("{written:?}");
    };
    let receiver = json!({ "name": "On call", "kind": "alertmanager", "url": hook.url("/") });
    let receiver = serde_json::from_value(receiver).unwrap();
    let secret = SecretChange::Keep;
    let written = store.create_receiver(&receiver, &secret, at_nanos).await;
    let Written::Done(receiver) = written.unwrap() else {
        panic!("no receiver");
    };
    (objective.id, receiver.id)
}

#[tokio::test]
async fn a_page_fires_when_the_workbook_says_and_is_told_once() {
    let url = database::create();
    let start = Start::on_database(&url).with("THROUGHLINE_RECEIVER_NETWORKS", "127.0.0.0/8");
    let server = start.start().await;
    let now = spans::now_nanos();
    traffic(&server, now).await;
    // From here on the test is the clock.
    server.kill().await;
    let (store, hook) = (Store::connect(&url).await.unwrap(), Webhook::start().await);
    let nanos = |before| at(now, before);
    let (objective, receiver) = set_up(&store, &hook, nanos(FROM)).await;
    let mut at_nanos = nanos(FROM - 60);
    while at_nanos < nanos(UNTIL) {
        let round = store.evaluate_alerts(&|_, _| None, at_nanos).await.unwrap();
        assert_eq!(round.unwrap().objectives, 1);
        at_nanos += i64::try_from(MINUTE).unwrap() / 2;
    }

    let episodes = store.fired_alerts(Some(objective)).await.unwrap();
    assert_eq!(episodes.len(), 1, "{episodes:?}");
    let minutes = |nanos: i64| (nanos - at(now, BROKEN)) / i64::try_from(MINUTE).unwrap();
    // The long window burns at 14.4 when that share of it has gone by: an hour times the burn rate
    // of the rule, by that of the incident (The Site Reliability Workbook, chapter 5). Windows end
    // with a whole minute, and the objective is looked at twice a minute.
    let share = 14.4 * 0.001 / (10.0 / 100.0);
    let predicted = share * 60.0;
    assert!((8.6..8.7).contains(&predicted), "{predicted}");
    let fired = minutes(episodes[0].fired_nanos);
    assert!(
        (8..=9).contains(&fired),
        "fired after {fired} min, not {predicted}"
    );
    // The short window is clean five minutes after the end.
    let resolved = minutes(episodes[0].resolved_nanos.unwrap());
    let lasted = i64::try_from(BROKEN - MENDED).unwrap();
    assert!(
        (lasted + 3..=lasted + 6).contains(&resolved),
        "resolved after {resolved} min"
    );
    assert_eq!(hook.received().len(), 0, "nobody sends it");
    store.close().await;

    let server = start.start().await;
    let told = hook.wait_for(2).await;
    let deliveries = wait::until("all deliveries", async || {
        let path = format!("/api/v1/receivers/{receiver}/deliveries");
        let found = server.get_json(&path).await["deliveries"]
            .as_array()
            .unwrap()
            .clone();
        let is_done = |delivery: &Value| delivery["state"] == "delivered";
        found.iter().all(is_done).then_some(found)
    })
    .await;
    assert_eq!(hook.received().len(), 2, "each once");
    let messages: Vec<Value> = told.iter().map(Received::json).collect();
    let statuses: Vec<&Value> = messages.iter().map(|message| &message["status"]).collect();
    assert_eq!(statuses, ["firing", "resolved"], "in their order");
    let [fired, resolved] = [0, 1].map(|place| &messages[place]["alerts"][0]);
    assert_eq!(fired["fingerprint"], resolved["fingerprint"]);
    assert_eq!(fired["startsAt"], resolved["startsAt"]);
    let summary = fired["annotations"]["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("Payments: the error budget burns at"),
        "{summary}"
    );
    let titles: Vec<&Value> = deliveries
        .iter()
        .map(|delivery| &delivery["title"])
        .collect();
    assert_eq!(
        titles,
        ["Resolved: Payments (page)", "Firing: Payments (page)"]
    );
    let alerts = server.get_json("/api/v1/alerts").await;
    assert_eq!(alerts["firing"], json!([]));
    assert_eq!(alerts["resolved"][0]["id"], deliveries[0]["alerts"][0]);
}

fn at(now: u64, before: u64) -> i64 {
    i64::try_from(minute(now, before)).unwrap()
}
