//! Receivers by the API: set up, changed and deleted; and what is refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::server::{Server, Start};
use tests::{database, spans};

const SECRET: &str = "0123456789abcdef-secret";

async fn send(server: &Server, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let url = format!("http://{}{path}", server.web);
    let request = server.client.request(method, url).json(body);
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_receiver_is_set_up_changed_and_deleted_and_its_secret_told_to_nobody() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    let path = "/api/v1/receivers";
    assert_eq!(server.get_json(path).await, json!({ "receivers": [] }));
    let wanted = json!({
        "name": " On call ",
        "kind": "webhook",
        "url": "https://hooks.example/a",
        "severities": ["page"],
        "secret": SECRET,
    });
    let (status, made) = send(&server, Method::POST, path, &wanted).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let updated_time = made["updated_time"].clone();
    assert_eq!(
        made,
        json!({
            "id": 1,
            "version": 1,
            "name": "On call",
            "kind": "webhook",
            "url": "https://hooks.example/a",
            "severities": ["page"],
            "send_resolved": true,
            "has_secret": true,
            "link": "/alerts/receivers/1/edit",
            "updated_time": updated_time,
        })
    );
    let one = "/api/v1/receivers/1";
    assert_eq!(server.get_json(one).await, made);

    // What is not said of the secret leaves it as it is; an empty one removes it.
    let secret = || database::query(&url, "select secret from receiver");
    let mut change = json!({
        "version": 1,
        "name": "On call",
        "kind": "email",
        "to": ["a@shop.example"],
    });
    let (status, changed) = send(&server, Method::PUT, one, &change).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!((&changed["has_secret"], &*secret()), (&json!(true), SECRET));
    let (status, refused) = send(&server, Method::PUT, one, &change).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("it has version 2"), "{message}");
    change["version"] = json!(2);
    change["secret"] = json!("");
    let (_, changed) = send(&server, Method::PUT, one, &change).await;
    assert_eq!((&changed["has_secret"], &*secret()), (&json!(false), ""));

    let (status, _) = send(&server, Method::POST, path, &wanted).await;
    assert_eq!(status, StatusCode::CONFLICT, "the name is taken");
    for (version, expected) in [
        (1, StatusCode::CONFLICT),
        (3, StatusCode::NO_CONTENT),
        (3, StatusCode::NOT_FOUND),
    ] {
        let path = format!("{one}?version={version}");
        let (status, _) = send(&server, Method::DELETE, &path, &Value::Null).await;
        assert_eq!(status, expected);
    }
    for path in ["/test", "/deliveries"].map(|below| format!("{one}{below}")) {
        let method = if path.ends_with("test") {
            Method::POST
        } else {
            Method::GET
        };
        let (status, _) = send(&server, method, &path, &Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_makes_no_receiver_is_refused_in_words() {
    let server = Server::start().await;
    let with = |field: &str, value: Value| {
        let mut receiver = json!({ "name": "x", "kind": "webhook", "url": "https://a.example" });
        receiver[field] = value;
        receiver
    };
    for (receiver, expected) in [
        (with("name", json!("")), "name: Give it a name"),
        (with("name", json!("a\nb")), "in one line"),
        (with("kind", json!("pigeon")), "unknown variant"),
        (
            with("url", json!("file:///etc/passwd")),
            "url: Write an address",
        ),
        (with("url", json!("https://u:p@a.example")), "without user"),
        (with("severities", json!([])), "Choose which alerts"),
        (with("severities", json!(["loud"])), "unknown variant"),
        (with("secret", json!("short")), "secret: Write 16"),
        (
            json!({ "name": "x", "kind": "email", "to": [] }),
            "at least one",
        ),
        (
            json!({ "name": "x", "kind": "email", "to": ["a b@c"] }),
            "is no address",
        ),
        (with("name", json!("x".repeat(70_000))), ""),
    ] {
        let (status, answer) = send(&server, Method::POST, "/api/v1/receivers", &receiver).await;
        assert!(status.is_client_error(), "{receiver}: {answer}");
        let error = &answer["error"];
        let words = format!("{} {}", error["message"], error["hint"]).to_lowercase();
        assert!(
            words.contains(&expected.to_lowercase()),
            "{expected}: {words}"
        );
    }
    let none = json!({ "receivers": [] });
    assert_eq!(server.get_json("/api/v1/receivers").await, none);
}

/// A form that is refused comes back in an address, where everybody can read what was typed.
#[tokio::test]
async fn a_secret_that_was_typed_does_not_come_back() {
    let server = Server::start().await;
    let post = async |fields: &[(&str, &str)]| {
        let body = fields
            .iter()
            .map(|(name, value)| format!("draft[{name}]={value}"))
            .collect::<Vec<_>>()
            .join("&");
        let client = reqwest::Client::builder().no_proxy();
        let client = client.redirect(reqwest::redirect::Policy::none()).build();
        let request = client
            .unwrap()
            .post(format!("http://{}/fn/save_receiver", server.web))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html")
            .body(body);
        let response = request.send().await.unwrap();
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    let fields = |name, secret| {
        [
            ("name", name),
            ("kind", "webhook"),
            ("url", "https%3A%2F%2Fa.example"),
            ("severities", "page"),
            ("send_resolved", "yes"),
            ("secret", secret),
        ]
    };
    let short = "not-so-long";
    for (name, secret) in [("", SECRET), ("x", short)] {
        let location = post(&fields(name, secret)).await;
        assert!(location.starts_with("/alerts/receivers/new?"), "{location}");
        let page = server.get(&location).await.text().await.unwrap();
        assert!(
            page.contains("Nothing was saved: mend 1 mistake below."),
            "{page}"
        );
        for text in [&location, &page] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert_eq!(post(&fields("x", SECRET)).await, "/alerts/receivers/1/edit");
    for path in [
        "/alerts/receivers",
        "/alerts/receivers/1/edit",
        "/api/v1/receivers/1",
    ] {
        let text = server.get(path).await.text().await.unwrap();
        assert!(
            text.contains("a.example") && !text.contains(SECRET),
            "{path}"
        );
    }
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    let fill = "insert into receiver (updated_nanos, definition)
        select 0, json_build_object(
            'name', 'receiver ' || number, 'kind', 'webhook', 'url', 'https://a.example'
        ) from generate_series(1, 100) as number";
    assert_eq!(database::query(&url, fill), "");
    let wanted = json!({ "name": "x", "kind": "webhook", "url": "https://a.example" });
    let (status, answer) = send(&server, Method::POST, "/api/v1/receivers", &wanted).await;
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    let fill = format!(
        "insert into outbox_message (receiver, created_nanos, message, episodes, at_nanos)
        select 1, 0, '{{\"alerts\":[]}}', '{{}}', {} from generate_series(1, 100)",
        spans::now_nanos() + 3_600_000_000_000,
    );
    assert_eq!(database::query(&url, &fill), "");
    let path = "/api/v1/receivers/1/test";
    let (status, answer) = send(&server, Method::POST, path, &Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("100 messages")
    );
}
