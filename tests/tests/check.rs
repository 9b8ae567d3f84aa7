//! `throughline check`: the exit code and the table that a pipeline goes by.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::server::Server;
use tests::spans;

/// Two hundred requests of each of two releases. The later one is slow and fails now and then.
async fn shop() -> Server {
    let server = Server::start().await;
    let request = |number: u64| {
        let is_later = number > 200;
        let millis = if is_later {
            400 + number % 100
        } else {
            100 + number % 50
        };
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, millis);
        let release = if is_later { "4.2.0" } else { "4.1.0" };
        root["attributes"] = json!([spans::text("release", release)]);
        if is_later && number.is_multiple_of(4) {
            root["status"] = json!({ "code": 2 });
        }
        root
    };
    let all: Vec<Value> = (1..=400).map(request).collect();
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(400, "").await;
    server
}

fn check(server: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(tests::given("THROUGHLINE_TEST_BINARY"))
        .args(["check", "--server", server])
        .args(arguments)
        .output()
        .unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    (status.code(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_candidate_stops_a_pipeline_and_a_good_one_does_not() {
    let server = shop().await;
    let url = format!("http://{}", server.web);
    let (old, new) = ("release:4.1.0", "release:4.2.0");
    let sides = |a: &'static str, b: &'static str| ["--baseline", a, "--candidate", b];
    let (code, text) = check(&url, &sides(old, new));
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("requests p95") && text.contains("<- regression"),
        "{text}"
    );
    assert!(
        text.contains("requests errors") && text.contains("25 %"),
        "{text}"
    );

    let (code, text) = check(&url, &sides(new, old));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Passed"), "{text}");

    let lenient = [
        &sides(old, new)[..],
        &["--slower", "1000", "--failing", "50"],
    ]
    .concat();
    let (code, text) = check(&url, &lenient);
    assert_eq!(code, Some(0), "{text}");

    let json = [&sides(old, new)[..], &["--json"]].concat();
    let (code, text) = check(&url, &json);
    assert_eq!(code, Some(1), "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["outcome"], "regression");

    let (code, text) = check(&url, &sides(old, "release:9"));
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("too few requests"), "{text}");
    let (code, text) = check(&url, &sides(old, "duration>"));
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("the server refused"), "{text}");
}

#[test]
fn without_a_server_nothing_is_known() {
    let arguments = ["--baseline", "", "--candidate", ""];
    let (code, text) = check("http://127.0.0.1:1", &arguments);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("does not answer"), "{text}");
    let (code, text) = check("nowhere", &arguments);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("is not an address"), "{text}");
}
