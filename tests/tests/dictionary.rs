//! Documents with a dictionary: learnt from what was stored, used by all servers, read ever after.

use std::ops::RangeInclusive;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::server::{Server, Start};
use tests::{database, spans, wait};

/// Traces that are enough to learn from, by their size.
const TRACES: u32 = 400;

/// Documents that name the newest dictionary: an id of 4 bytes after magic number and descriptor
/// (RFC 8878, section 3.1.1), since their size is known.
const WITH_DICTIONARY: &str = "select count(*)
    from trace_chunk, (select id from dictionary order by created_nanos desc limit 1) as newest
    where get_byte(body, 4) & 35 = 35
        and get_byte(body, 5) | (get_byte(body, 6) << 8) | (get_byte(body, 7) << 16)
            | (get_byte(body, 8) << 24) = id";

/// A trace of some kilobytes: texts that no two have in common, and others that all have.
fn trace(number: u32) -> Value {
    let number = u64::from(number);
    let span = |id: u64| {
        let name = if id == 1 {
            "GET /cart"
        } else {
            "SELECT cart_item"
        };
        let mut span = spans::span(number, id, id - 1, name, 10 * id, 100);
        let dice = |salt: u64| (number * 64 + id).wrapping_mul(0x9e37_79b9_7f4a_7c15 + 2 * salt);
        let some_text: Vec<String> = (0..24).map(|salt| format!("{:016x}", dice(salt))).collect();
        span["attributes"] = json!([
            spans::text("cart.number", &number.to_string()),
            spans::text("http.route", "/api/v1/carts/{cart}/items"),
            spans::text(
                "db.query.text",
                "SELECT id, sku FROM cart_item WHERE cart_id = $1"
            ),
            spans::text("payload", &some_text.concat()),
        ]);
        span
    };
    let all: Vec<Value> = (1..=12).map(span).collect();
    spans::of_service("cart-service", &all)
}

fn trace_id(number: u32) -> String {
    spans::trace_id(number.into())
}

async fn send(server: &Server, numbers: RangeInclusive<u32>) {
    let traces: Vec<Value> = numbers.map(trace).collect();
    server.send_json(&json!({ "resourceSpans": traces })).await;
}

/// Whether a trace can be opened and found by what only its spans tell.
async fn is_whole(server: &Server, number: u32) -> bool {
    let path = format!("/api/v1/traces/{}", trace_id(number));
    let opened = server.get_json(&path).await;
    let text = opened.to_string();
    let found = server.list(&format!("attr.cart.number:{number}")).await;
    text.matches("cart.number").count() == 12
        && found.len() == 1
        && found[0]["trace_id"] == trace_id(number)
}

#[tokio::test]
async fn a_dictionary_is_learnt_and_what_was_stored_before_and_after_is_read() {
    let url = database::create();
    let start = Start::on_database(&url);
    let (one, another) = (start.start().await, start.start().await);
    let count = |sql: &str| database::query(&url, sql).parse::<u64>().unwrap();

    send(&one, 1..=TRACES).await;
    wait::until("a dictionary", async || {
        (count("select count(*) from dictionary") == 1).then_some(())
    })
    .await;
    assert_eq!(count(WITH_DICTIONARY), 0);
    send(&another, TRACES + 1..=TRACES + 40).await;
    one.wait_for_traces(440, "").await;
    assert_eq!(count(WITH_DICTIONARY), 40);

    // A late span is merged with what is stored by a dictionary.
    let late = spans::span(u64::from(TRACES) + 1, 13, 1, "render", 10, 20);
    one.send_json(&spans::request("cart-service", &[late]))
        .await;
    wait::until("the late span", async || {
        let filter = format!("trace:{}", trace_id(TRACES + 1));
        (one.list(&filter).await[0]["span_count"] == 13).then_some(())
    })
    .await;

    for server in [one, another] {
        assert!(is_whole(&server, 1).await && is_whole(&server, TRACES + 40).await);
        let successor = server.successor(&start);
        server.kill().await;
        let server = successor.start().await;
        assert!(is_whole(&server, 1).await && is_whole(&server, TRACES + 40).await);
    }
    assert_eq!(count("select count(*) from dictionary"), 1);
}

#[tokio::test]
async fn a_dictionary_stays_while_a_document_may_need_it_and_its_absence_is_said() {
    let url = database::create();
    let start = Start::on_database(&url);
    let server = start.start().await;
    send(&server, 1..=TRACES).await;
    wait::until("a dictionary", async || {
        (database::query(&url, "select count(*) from dictionary") == "1").then_some(())
    })
    .await;
    send(&server, TRACES + 1..=TRACES + 1).await;
    server.wait_for_traces(401, "").await;

    // Three of one, two, three days ago: today is the oldest day, and that of yesterday may have
    // been taken up today.
    let older = "insert into dictionary (id, created_nanos, body)
        select id + days, created_nanos - days * 86400000000000, body
        from dictionary, generate_series(2, 4) as days";
    assert_eq!(database::query(&url, older), "");
    let successor = server.successor(&start);
    server.kill().await;
    let server = successor.start().await;
    wait::until("the older ones to go", async || {
        (database::query(&url, "select count(*) from dictionary") == "2").then_some(())
    })
    .await;
    assert!(is_whole(&server, TRACES + 1).await);

    let successor = server.successor(&start);
    server.kill().await;
    assert_eq!(database::query(&url, "delete from dictionary"), "");
    let server = successor.start().await;
    let path = format!("/api/v1/traces/{}", trace_id(TRACES + 1));
    let answer = server.get(&path).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let path = format!("/api/v1/traces/{}", trace_id(1));
    assert_eq!(server.get(&path).await.status(), StatusCode::OK);
    // It learns again from what can be read.
    wait::until("another dictionary", async || {
        (database::query(&url, "select count(*) from dictionary") == "1").then_some(())
    })
    .await;
}
