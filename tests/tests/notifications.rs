//! What receivers are told, by a real server to a real receiver of webhooks or of mail.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;
use tests::mailbox::Mailbox;
use tests::server::{Server, Start};
use tests::webhook::{Answer, Received, Webhook};
use tests::{database, spans, wait};

const SECRET: &str = "0123456789abcdef-secret";
const LOOPBACK: &str = "127.0.0.0/8";

/// May tell receivers on this machine.
fn start() -> Start {
    Start::fresh()
        .with("THROUGHLINE_RECEIVER_NETWORKS", LOOPBACK)
        .with("THROUGHLINE_PUBLIC_URL", "https://t.example/")
}

async fn post(server: &Server, path: &str, body: &Value) -> (StatusCode, Value) {
    let url = format!("http://{}{path}", server.web);
    let response = server.client.post(url).json(body).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Sets up a receiver; returns its path.
async fn receiver(server: &Server, receiver: &Value) -> String {
    let (status, made) = post(server, "/api/v1/receivers", receiver).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    format!("/api/v1/receivers/{}", made["id"])
}

async fn test(server: &Server, path: &str) -> String {
    let (status, sent) = post(server, &format!("{path}/test"), &Value::Null).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{sent}");
    sent["delivery"].as_str().unwrap().to_owned()
}

/// Waits until the latest delivery is as it is asked for.
async fn delivery(server: &Server, path: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    wait::until("a delivery", async || {
        let found = server.get_json(&format!("{path}/deliveries")).await;
        let latest = found["deliveries"].as_array().unwrap().first().cloned();
        latest.filter(&is_it)
    })
    .await
}

fn is_delivered(delivery: &Value) -> bool {
    delivery["state"] == "delivered"
}

fn has_failed(delivery: &Value) -> bool {
    delivery["last_error"] != Value::Null
}

/// As docs/receivers.md tells receivers to.
fn verify(received: &Received, secret: &str) {
    let header = received.header("throughline-signature");
    let (time, code) = header
        .strip_prefix("t=")
        .unwrap()
        .split_once(",v1=")
        .unwrap();
    let age = spans::now_nanos() / 1_000_000_000 - time.parse::<u64>().unwrap();
    assert!(age < 300, "{age}");
    let mut keyed = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    keyed.update(time.as_bytes());
    keyed.update(b".");
    keyed.update(&received.body);
    let bytes = (0..code.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&code[at..at + 2], 16));
    let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().unwrap();
    keyed.verify_slice(&bytes).unwrap();
}

#[tokio::test]
async fn each_kind_is_told_in_its_own_form() {
    let (server, hook) = (start().start().await, Webhook::start().await);
    for (number, kind) in ["webhook", "alertmanager", "slack"].into_iter().enumerate() {
        let wanted = json!({
            "name": kind,
            "kind": kind,
            "url": hook.url(&format!("/{kind}?a=b")),
            "secret": SECRET,
        });
        let path = receiver(&server, &wanted).await;
        let id = test(&server, &path).await;
        let told = hook.wait_for(number + 1).await.pop().unwrap();
        assert_eq!(told.path, format!("/{kind}?a=b"));
        assert_eq!(told.header("content-type"), "application/json");
        assert_eq!(told.header("throughline-delivery"), id);
        assert_eq!(told.header("host"), hook.address);
        verify(&told, SECRET);
        let body = told.json();
        match kind {
            "webhook" => {
                assert_eq!(
                    (&body["test"], &body["delivery"]),
                    (&json!(true), &json!(id))
                );
                assert_eq!(body["alerts"][0]["link"], "https://t.example/alerts");
            }
            "alertmanager" => {
                assert_eq!(body["version"], "4");
                assert_eq!(body["externalURL"], "https://t.example");
                assert_eq!(body["alerts"][0]["labels"]["alertname"], "Test");
            }
            _ => {
                let text = body["text"].as_str().unwrap();
                assert!(text.contains("Nothing is wrong"), "{text}");
            }
        }
        let done = delivery(&server, &path, is_delivered).await;
        assert_eq!(
            (&done["attempts"], &done["test"]),
            (&json!(1), &json!(true))
        );
    }
}

#[tokio::test]
async fn a_receiver_that_was_down_is_told_later_and_once() {
    let server = start().start().await;
    let gone = Webhook::start().await;
    let address = gone.address.clone();
    let wanted = json!({ "name": "x", "kind": "webhook", "url": gone.url("/") });
    let path = receiver(&server, &wanted).await;
    drop(gone);
    let id = test(&server, &path).await;
    let failed = delivery(&server, &path, has_failed).await;
    assert_eq!(failed["state"], "waiting");
    let error = failed["last_error"].as_str().unwrap();
    assert!(error.contains("cannot be connected to"), "{error}");

    let hook = Webhook::start_at(&address).await;
    hook.answer(Answer::Status(503));
    hook.wait_for(1).await;
    let refused = |delivery: &Value| {
        let error = delivery["last_error"].as_str().unwrap_or_default();
        error.contains("503 Service Unavailable")
    };
    delivery(&server, &path, refused).await;
    hook.answer(Answer::Status(204));
    let done = delivery(&server, &path, is_delivered).await;
    assert!(done["attempts"].as_u64().unwrap() >= 3, "{done}");
    let told = hook.received();
    assert_eq!(told.len(), 2, "refused once, taken once");
    let ids: Vec<&str> = told
        .iter()
        .map(|told| told.header("throughline-delivery"))
        .collect();
    assert_eq!(ids, [&id, &id]);
    assert_eq!(told[0].body, told[1].body);
    assert!(
        told[0].header("throughline-signature").is_empty(),
        "no secret"
    );
}

#[tokio::test]
async fn what_a_server_was_sending_when_it_was_killed_is_sent_by_another() {
    let url = database::create();
    let start = Start::on_database(&url).with("THROUGHLINE_RECEIVER_NETWORKS", LOOPBACK);
    let (server, hook) = (start.start().await, Webhook::start().await);
    hook.answer(Answer::Never);
    let wanted = json!({ "name": "x", "kind": "webhook", "url": hook.url("/") });
    let path = receiver(&server, &wanted).await;
    let id = test(&server, &path).await;
    hook.wait_for(1).await;
    server.kill().await;
    hook.answer(Answer::Status(200));
    let successor = start.start().await;
    // When the lease of the one that was killed has ended.
    let told = hook.wait_for(2).await;
    assert_eq!(told[1].header("throughline-delivery"), id);
    delivery(&successor, &path, is_delivered).await;
    assert_eq!(hook.received().len(), 2);
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused() {
    let server = Start::fresh().start().await;
    let hook = Webhook::start().await;
    let port = hook.address.rsplit_once(':').unwrap().1;
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
        "0.0.0.0",
    ] {
        let url = format!("http://{host}:{port}/");
        let wanted = json!({ "name": host, "kind": "webhook", "url": url });
        let path = receiver(&server, &wanted).await;
        test(&server, &path).await;
        let failed = delivery(&server, &path, has_failed).await;
        let error = failed["last_error"].as_str().unwrap();
        assert!(error.contains("not public"), "{host}: {error}");
    }
    assert_eq!(hook.received().len(), 0);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (server, hook) = (start().start().await, Webhook::start().await);
    let other = Webhook::start().await;
    hook.answer(Answer::Redirect(other.url("/inner")));
    let wanted = json!({ "name": "x", "kind": "slack", "url": hook.url("/outer") });
    let path = receiver(&server, &wanted).await;
    test(&server, &path).await;
    let failed = delivery(&server, &path, has_failed).await;
    let error = failed["last_error"].as_str().unwrap();
    assert!(
        error.contains("307") && error.contains("not followed"),
        "{error}"
    );
    assert!(hook.received().iter().all(|told| told.path == "/outer"));
    assert_eq!(other.received().len(), 0);
}

#[tokio::test]
async fn a_mail_is_sent_where_the_server_can() {
    let mailbox = Mailbox::start().await;
    let wanted = json!({
        "name": "Team",
        "kind": "email",
        "to": ["ada@shop.example", "bob@shop.example"],
    });
    let server = start()
        .with(
            "THROUGHLINE_SMTP_URL",
            &format!("smtp://{}", mailbox.address),
        )
        .with("THROUGHLINE_SMTP_FROM", "Throughline <alerts@shop.example>")
        .start()
        .await;
    let path = receiver(&server, &wanted).await;
    let id = test(&server, &path).await;
    let mail = mailbox.wait_for(1).await.pop().unwrap();
    assert_eq!(mail.from, "alerts@shop.example");
    assert_eq!(mail.to, ["ada@shop.example", "bob@shop.example"]);
    for part in [
        "Subject: Firing: Test (page)",
        "Nothing is wrong",
        "https://t.example/alerts",
        &format!("Message-ID: <{id}@shop.example>"),
    ] {
        assert!(mail.content.contains(part), "{part}: {}", mail.content);
    }
    delivery(&server, &path, is_delivered).await;

    let server = start().start().await;
    let path = receiver(&server, &wanted).await;
    test(&server, &path).await;
    let failed = delivery(&server, &path, has_failed).await;
    let error = failed["last_error"].as_str().unwrap();
    assert!(error.contains("THROUGHLINE_SMTP_URL is not set"), "{error}");
    let page = server
        .get("/alerts/receivers/new")
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("cannot send e-mail yet"));
}

#[tokio::test]
async fn settings_that_make_no_sense_keep_the_server_from_starting() {
    for (name, value, expected) in [
        (
            "THROUGHLINE_RECEIVER_NETWORKS",
            "inside",
            "\"inside\" is not a network",
        ),
        (
            "THROUGHLINE_PUBLIC_URL",
            "t.example",
            "write the address of the pages",
        ),
        (
            "THROUGHLINE_SMTP_URL",
            "smtps://mail.example",
            "THROUGHLINE_SMTP_FROM too",
        ),
    ] {
        let complaint = Start::fresh().with(name, value).fail().await;
        assert!(complaint.contains(expected), "{complaint}");
    }
}
