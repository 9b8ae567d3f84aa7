//! Saved views by the API, and what their links lead to.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::{Value, json};
use tests::database;
use tests::server::{Server, Start};

async fn send(server: &Server, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let url = format!("http://{}{path}", server.web);
    let request = server.client.request(method, url).json(body);
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn create(server: &Server, name: &str, path: &str) -> (StatusCode, Value) {
    let view = json!({ "name": name, "path": path });
    send(server, Method::POST, "/api/v1/views", &view).await
}

/// Where a link leads, without following it.
async fn led_to(server: &Server, path: &str) -> (StatusCode, Option<String>) {
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let url = format!("http://{}{path}", server.web);
    let response = client.get(url).send().await.unwrap();
    let location = response.headers().get("location");
    let location = location.map(|location| location.to_str().unwrap().to_owned());
    (response.status(), location)
}

#[tokio::test]
async fn a_view_is_made_changed_and_deleted() {
    let server = Server::start().await;
    assert_eq!(
        server.get_json("/api/v1/views").await,
        json!({ "views": [] })
    );
    let path = "/explore?q=region:eu-west-1&from=now-1h";
    let (status, made) = create(&server, " Europe ", path).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!((&made["id"], &made["version"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&made["name"], &made["path"]),
        (&json!("Europe"), &json!(path))
    );
    assert_eq!(made["link"], "/views/1");
    assert_eq!(server.get_json("/api/v1/views/1").await, made);
    let (status, location) = led_to(&server, "/views/1").await;
    assert_eq!(status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(location.as_deref(), Some(path), "a relative time stays so");

    let change = json!({ "version": 1, "name": "EU", "path": "/traces?q=a b" });
    let (status, changed) = send(&server, Method::PUT, "/api/v1/views/1", &change).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(
        (&changed["version"], &changed["path"]),
        (&json!(2), &json!("/traces?q=a%20b"))
    );
    let (status, refused) = send(&server, Method::PUT, "/api/v1/views/1", &change).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("it has version 2"), "{message}");
    assert_eq!(server.get_json("/api/v1/views/1").await, changed);

    let (status, _) = create(&server, "eu", "/").await;
    assert_eq!(status, StatusCode::CONFLICT, "the name is taken");
    let nothing = Value::Null;
    for (version, expected) in [
        (1, StatusCode::CONFLICT),
        (2, StatusCode::NO_CONTENT),
        (2, StatusCode::NOT_FOUND),
    ] {
        let path = format!("/api/v1/views/1?version={version}");
        let (status, _) = send(&server, Method::DELETE, &path, &nothing).await;
        assert_eq!(status, expected);
    }
    assert_eq!(
        led_to(&server, "/views/1").await,
        (StatusCode::NOT_FOUND, None)
    );
    assert_eq!(
        led_to(&server, "/views/x").await,
        (StatusCode::BAD_REQUEST, None)
    );
    let unknown = server.get("/api/v1/views/x").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_makes_no_view_is_refused_in_words() {
    let server = Server::start().await;
    for path in [
        "//evil.example/traces",
        "https://evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "/views/1",
        "/fn/delete_view",
        "",
    ] {
        let (status, answer) = create(&server, "x", path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        let hint = answer["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("not the address of a page"), "{path}: {hint}");
    }
    for (name, path) in [
        ("", "/traces".to_owned()),
        (&*"x".repeat(81), "/traces".to_owned()),
        ("x", format!("/traces?q={}", "x".repeat(4_000))),
        ("x", format!("/traces?q={}", "x".repeat(70_000))),
    ] {
        let (status, answer) = create(&server, name, &path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    }
    let odd = json!({ "version": "x", "name": "x", "path": "/" });
    let (status, _) = send(&server, Method::PUT, "/api/v1/views/1", &odd).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // A page of another site cannot send such a form: it needs the type, which browsers ask about.
    let form = server
        .client
        .post(format!("http://{}/api/v1/views", server.web));
    let form = form.body(json!({ "name": "x", "path": "/" }).to_string());
    let status = form.send().await.unwrap().status();
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        server.get_json("/api/v1/views").await,
        json!({ "views": [] })
    );
}

#[tokio::test]
async fn whatever_is_stored_a_link_stays_here() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    for (id, path) in [(1, "//evil.example"), (2, "/views/2"), (3, "/gone")] {
        let statement = format!(
            "insert into saved_view (updated_nanos, name, description, path)
            values (0, 'view {id}', '', '{path}')"
        );
        assert_eq!(database::query(&url, &statement), "");
        let led = led_to(&server, &format!("/views/{id}")).await;
        assert_eq!(led, (StatusCode::NOT_FOUND, None), "{path}");
    }
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    let fill = "insert into saved_view (updated_nanos, name, description, path)
        select 0, 'view ' || number, '', '/traces' from generate_series(1, 499) as number";
    assert_eq!(database::query(&url, fill), "");
    let (status, _) = create(&server, "the last", "/").await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, answer) = create(&server, "one more", "/").await;
    assert_eq!(status, StatusCode::CONFLICT);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("500 views"), "{message}");
    // The menu names the first and leads to the others.
    let page = server.get("/traces").await.text().await.unwrap();
    assert!(page.contains("All views") && !page.contains("view 499"));
}
