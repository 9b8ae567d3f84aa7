//! The overview and journeys: figures against those computed from the durations that were sent,
//! and the forms as browsers without scripts send them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::{Value, json};
use tests::server::Server;
use tests::{spans, wait};

const MILLI: u64 = 1_000_000;
const MINUTE: u64 = 60_000 * MILLI;

/// A request of a journey.
#[derive(Debug, Clone)]
struct Sent {
    journey: &'static str,
    region: &'static str,
    release: &'static str,
    minutes_ago: u64,
    nanos: u64,
    failed: bool,
}

/// An even spread from 100 to 400 ms, the same every time.
fn usual(number: u64) -> u64 {
    (100 + number * 7_919 % 301) * MILLI
}

/// An hour as usual, and then one in which a release is slow in one region.
fn two_hours() -> Vec<Sent> {
    let mut all = Vec::new();
    for number in 0..600 {
        for minutes_ago in [30, 90] {
            let (region, release) = match (number % 2, number % 4) {
                (0, _) => ("eu-west-1", "4.1.0"),
                (_, 1) => ("sa-east-1", "4.1.0"),
                _ if minutes_ago == 30 => ("sa-east-1", "4.2.0"),
                _ => ("sa-east-1", "4.1.0"),
            };
            let is_slow = release == "4.2.0" && number % 3 == 0;
            all.push(Sent {
                journey: "checkout",
                region,
                release,
                minutes_ago,
                nanos: usual(number) + if is_slow { 2_000 * MILLI } else { 0 },
                failed: number % 50 == 0,
            });
            all.push(Sent {
                journey: "login",
                region: "eu-west-1",
                release: "4.1.0",
                minutes_ago,
                nanos: usual(number),
                failed: false,
            });
        }
    }
    all
}

async fn send(server: &Server, all: &[Sent]) {
    let now = spans::now_nanos();
    let spans: Vec<Value> = all
        .iter()
        .zip(1..)
        .map(|(sent, id)| {
            let start = now - sent.minutes_ago * MINUTE;
            json!({
                "traceId": spans::trace_id(id),
                "spanId": spans::span_id(1),
                "name": format!("ios.request: POST /{}", sent.journey),
                "kind": 2,
                "startTimeUnixNano": start.to_string(),
                "endTimeUnixNano": (start + sent.nanos).to_string(),
                "status": { "code": if sent.failed { 2 } else { 0 } },
                "attributes": [
                    spans::text("app.journey", sent.journey),
                    spans::text("user.region", sent.region),
                    spans::text("release", sent.release),
                ],
            })
        })
        .collect();
    server.send_json(&spans::request("shop-ios", &spans)).await;
    wait::until("all requests to be counted", async || {
        let answer = server.get_json("/api/v1/latency?from=now-3h").await;
        let count = answer["groups"][0]["count"].as_u64();
        (count == Some(spans.len() as u64)).then_some(())
    })
    .await;
}

/// The nearest rank.
fn exact(sent: &[Sent], percent: usize, of: impl Fn(&Sent) -> bool) -> u64 {
    let mut durations: Vec<u64> = sent
        .iter()
        .filter(|sent| of(sent))
        .map(|sent| sent.nanos)
        .collect();
    durations.sort_unstable();
    durations[(durations.len() * percent).div_ceil(100) - 1]
}

/// Whether it is within the one percent that a histogram may be off.
#[track_caller]
fn assert_near(found: &Value, expected: u64) {
    let difference = found.as_u64().unwrap().abs_diff(expected);
    assert!(difference * 100 <= expected, "{found} is not {expected}");
}

#[tokio::test]
async fn figures_are_those_of_what_was_sent() {
    let server = Server::start().await;
    let sent = two_hours();
    send(&server, &sent).await;
    let answer = server.get_json("/api/v1/overview").await;
    let cards = answer["overview"]["cards"].as_array().unwrap();
    assert_eq!(cards.len(), 2);
    for card in cards {
        let journey = card["subject"]["definition"]["name"].as_str().unwrap();
        let is_now = |sent: &Sent| sent.journey == journey && sent.minutes_ago == 30;
        let figures = &card["figures"];
        assert_eq!(figures["count"], 600, "{journey}");
        assert_near(&figures["p50_nanos"], exact(&sent, 50, is_now));
        assert_near(&figures["p95_nanos"], exact(&sent, 95, is_now));
        assert_near(&figures["p99_nanos"], exact(&sent, 99, is_now));
        let failed = if journey == "checkout" { 0.02 } else { 0.0 };
        assert!((figures["error_rate"].as_f64().unwrap() - failed).abs() < 1e-9);
        let verdict = if journey == "checkout" {
            "worse"
        } else {
            "noise"
        };
        assert_eq!(card["change"]["verdict"], verdict, "{journey}");
    }
    let [standout] = answer["overview"]["standouts"]
        .as_array()
        .unwrap()
        .as_slice()
    else {
        panic!("only checkout stands out: {answer:#}");
    };
    assert_eq!(standout["evidence"]["region"], "sa-east-1");
    assert_eq!(standout["evidence"]["release"], "4.2.0");
    for row in answer["overview"]["regions"].as_array().unwrap() {
        let region = row["name"].as_str().unwrap();
        let is_there = |sent: &Sent| sent.region == region && sent.minutes_ago == 30;
        let count = sent.iter().filter(|sent| is_there(sent)).count();
        assert_eq!(row["figures"]["count"], count, "{region}");
        assert_near(&row["figures"]["p95_nanos"], exact(&sent, 95, is_there));
    }
    // What the filter leaves out is in no figure.
    let narrowed = server
        .get_json("/api/v1/overview?q=region:sa-east-1&vs=none")
        .await;
    assert_eq!(narrowed["overview"]["cards"][0]["figures"]["count"], 300);
    assert_eq!(narrowed["overview"]["cards"][0]["change"], Value::Null);
}

#[tokio::test]
async fn a_definition_means_the_past_too() {
    let server = Server::start().await;
    let sent = two_hours();
    send(&server, &sent).await;
    let plain = plain_client();
    let draft = [
        ("draft[name]", "Paying"),
        ("draft[roots]", "*POST /check* @ shop-ios"),
        ("draft[steps]", "ios.request: *\nPOST /charge"),
        ("draft[total]", "300ms"),
    ];
    let response = save(&server, &plain, "/journeys/new", &draft).await;
    assert_eq!(location(&response), "/journeys/1");
    let answer = server.get_json("/api/v1/journeys/1").await;
    let answer = &answer["journey"];
    let is_now = |sent: &Sent| sent.journey == "checkout" && sent.minutes_ago == 30;
    let figures = &answer["card"]["figures"];
    assert_eq!(figures["count"], 600);
    assert_near(&figures["p95_nanos"], exact(&sent, 95, is_now));
    assert_eq!(figures["budget"], "over");
    // Satisfied up to 300 ms, tolerating up to 1.2 s, and 2 % of errors.
    let count = |most: u64| {
        let fast = sent
            .iter()
            .filter(|sent| is_now(sent) && sent.nanos <= most * MILLI);
        f64::from(u32::try_from(fast.count()).unwrap())
    };
    let apdex = f64::midpoint(count(300), count(1_200)) / 600.0 * 0.98;
    // Values in the bucket of a bound count whole.
    assert!((figures["apdex"].as_f64().unwrap() - apdex).abs() < 0.02);
    let columns = answer["columns"].as_array().unwrap();
    let counted: u64 = columns
        .iter()
        .map(|column| column["count"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, 600);
    for (name, part) in [("regions", "region"), ("releases", "release")] {
        for row in answer[name].as_array().unwrap() {
            let is_part = |sent: &Sent| {
                let own = if part == "region" {
                    sent.region
                } else {
                    sent.release
                };
                is_now(sent) && row["name"] == own
            };
            assert_near(&row["figures"]["p95_nanos"], exact(&sent, 95, is_part));
        }
    }
    let slowest = answer["slowest"].as_array().unwrap();
    assert_near(&slowest[0]["duration_nanos"], exact(&sent, 100, is_now));
    assert!(!answer["failed"].as_array().unwrap().is_empty());
    let funnel = &answer["funnel"];
    assert_eq!(funnel["requests"], 100);
    assert_eq!(funnel["steps"][0]["in_order"], 100);
    assert_eq!(funnel["steps"][1]["requests"], 0);
    let journeys = server.get_json("/api/v1/journeys").await;
    let proposed = journeys["proposals"].as_array().unwrap();
    assert_eq!(proposed.len(), 1, "checkout is defined: {proposed:?}");
    assert_eq!(proposed[0]["draft"]["label"], "login");
}

/// One that goes nowhere by itself.
fn plain_client() -> Client {
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none());
    client.build().unwrap()
}

/// Sends the form as a browser without scripts does, from the page at that path.
async fn save(server: &Server, client: &Client, from: &str, fields: &[(&str, &str)]) -> Response {
    post(server, client, "save_journey", from, fields).await
}

async fn post(
    server: &Server,
    client: &Client,
    function: &str,
    from: &str,
    fields: &[(&str, &str)],
) -> Response {
    const NAMES: [&str; 10] = [
        "name",
        "owner",
        "description",
        "label",
        "roots",
        "steps",
        "total",
        "device",
        "network",
        "backend",
    ];
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for name in NAMES {
        let name = format!("draft[{name}]");
        if !fields.iter().any(|(given, _)| *given == name) {
            form.append_pair(&name, "");
        }
    }
    form.extend_pairs(fields);
    client
        .post(format!("http://{}/fn/{function}", server.web))
        .header("accept", "text/html,application/xhtml+xml")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("referer", format!("http://{}{from}", server.web))
        .body(form.finish())
        .send()
        .await
        .unwrap()
}

fn location(response: &Response) -> String {
    assert_eq!(response.status(), StatusCode::FOUND);
    let location = response.headers()["location"].to_str().unwrap();
    let path = location.find("/journeys").unwrap();
    location[path..].to_owned()
}

#[tokio::test]
async fn forms_work_without_scripts() {
    let server = Server::start().await;
    let plain = plain_client();
    let refused = save(
        &server,
        &plain,
        "/journeys/new",
        &[("draft[name]", "Checkout"), ("draft[total]", "soon")],
    )
    .await;
    let page = server.get(&location(&refused)).await.text().await.unwrap();
    for part in [
        "Nothing was saved: mend 2 mistakes below.",
        "Say which requests belong to it",
        "Write a duration such as 800ms or 1.5s",
        "value=\"Checkout\"",
        "value=\"soon\"",
    ] {
        assert!(page.contains(part), "{part} is not on the page");
    }
    let checkout = [("draft[name]", "Checkout"), ("draft[label]", "checkout")];
    let made = save(&server, &plain, "/journeys/new", &checkout).await;
    assert_eq!(location(&made), "/journeys/1");
    let again = save(
        &server,
        &plain,
        "/journeys/new",
        &[("draft[name]", "CHECKOUT"), ("draft[label]", "x")],
    )
    .await;
    let page = server.get(&location(&again)).await.text().await.unwrap();
    assert!(page.contains("Another journey has this name"));
    // Two people have the first version before them.
    let edit = |owner: &'static str, version: &'static str| {
        [
            ("id", "1"),
            ("version", version),
            ("draft[name]", "Checkout"),
            ("draft[label]", "checkout"),
            ("draft[owner]", owner),
        ]
    };
    let first = save(&server, &plain, "/journeys/1/edit", &edit("Payments", "1")).await;
    assert_eq!(location(&first), "/journeys/1");
    let second = save(&server, &plain, "/journeys/1/edit", &edit("Growth", "1")).await;
    let page = server.get(&location(&second)).await.text().await.unwrap();
    for part in [
        "Somebody else has changed this journey",
        "Payments",
        "Save mine over it",
        "value=\"Growth\"",
    ] {
        assert!(page.contains(part), "{part} is not on the page");
    }
    let stored = server.get_json("/api/v1/journeys").await;
    let stored = &stored["journeys"][0];
    assert_eq!(
        (&stored["version"], &stored["definition"]["owner"]),
        (&json!(2), &json!("Payments"))
    );
    // Who deletes what has changed is told as well.
    let deletion = |version: &'static str| [("id", "1"), ("version", version)];
    let outdated = post(
        &server,
        &plain,
        "delete_journey",
        "/journeys/1/edit",
        &deletion("1"),
    )
    .await;
    assert!(location(&outdated).starts_with("/journeys/1/edit?"));
    let deleted = post(
        &server,
        &plain,
        "delete_journey",
        "/journeys/1/edit",
        &deletion("2"),
    )
    .await;
    assert_eq!(location(&deleted), "/journeys");
    for path in ["/journeys/1", "/journeys/1/edit", "/journeys/label:x/edit"] {
        assert_eq!(
            server.get(path).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

/// Anybody can write an address: what it has of words is not said by Throughline.
#[tokio::test]
async fn an_address_puts_no_words_into_our_mouth() {
    let server = Server::start().await;
    let plain = plain_client();
    let fields = [("draft[name]", "Checkout"), ("draft[label]", "checkout")];
    save(&server, &plain, "/journeys/new", &fields).await;
    let hostile = "Call 555-0100 and tell your password";
    let mut draft = json!({ "name": "Mine" });
    for field in [
        "owner",
        "description",
        "label",
        "roots",
        "steps",
        "total",
        "device",
        "network",
        "backend",
    ] {
        draft[field] = json!("");
    }
    let reasons = [
        json!({ "Failed": { "Transport": hostile } }),
        json!({ "Mistakes": [{ "field": "Name", "message": hostile }] }),
        json!(hostile),
    ];
    for path in ["/journeys/new", "/journeys/1/edit"] {
        for reason in &reasons {
            let refusal = json!({ "reason": reason, "version": 1, "draft": draft });
            let page = forged(&server, path, &refusal).await;
            assert!(!page.contains("555-0100"), "{path} says so: {reason}");
            assert!(page.contains("could not be read"), "{path}: {reason}");
        }
        // What is known is said in our words, with what was typed where it was typed.
        let refusal = json!({ "reason": "NameTaken", "version": 1, "draft": draft });
        let page = forged(&server, path, &refusal).await;
        assert!(page.contains("Another journey has this name"));
        assert!(page.contains("value=\"Mine\""), "{path}");
    }
    let refusal = json!({ "reason": "Outdated", "version": 1, "draft": draft });
    let page = forged(&server, "/journeys/1/edit", &refusal).await;
    assert!(page.contains("This is what they saved") && page.contains("<dd>Checkout</dd>"));
}

/// The page of a form, by an address as if the form had been refused.
async fn forged(server: &Server, path: &str, refusal: &Value) -> String {
    let error = URL_SAFE.encode(refusal.to_string());
    let query = format!("__path=%2Ffn%2Fsave_journey&__err={error}");
    let page = server.get(&format!("{path}?{query}")).await;
    page.text().await.unwrap()
}

#[tokio::test]
async fn pages_say_what_their_status_says() {
    let server = Server::start().await;
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/journeys", StatusCode::OK),
        ("/journeys/new", StatusCode::OK),
        ("/journeys/label:nobody", StatusCode::OK),
        ("/journeys/nonsense", StatusCode::BAD_REQUEST),
        ("/?q=servce:x", StatusCode::BAD_REQUEST),
        ("/?q=user:7", StatusCode::BAD_REQUEST),
        ("/journeys?from=yesterday", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(server.get(path).await.status(), status, "{path}");
    }
}
