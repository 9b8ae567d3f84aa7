//! Traces as they arrive, by the API.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tests::server::{Server, Start};
use tests::{database, spans, wait};
use tokio::time::timeout;

/// Traces that only find out whether the tail watches have numbers from here on.
const MARKERS: u64 = 1_000_000;

/// The service of those.
const MARKER: &str = "marker";

/// Most tails of a server.
const MAX_TAILS: usize = 32;

const HOUR: u64 = 3_600_000_000_000;

#[derive(Debug, Clone, PartialEq)]
struct Event {
    kind: String,
    id: String,
    data: String,
}

impl Event {
    fn count(&self) -> u64 {
        self.data.parse().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap()
    }
}

struct Tail {
    response: Response,
    read: String,
}

impl Tail {
    /// Opens one, with a filter that markers meet too, and waits until it watches.
    async fn open(server: &Server, filter: &str) -> Self {
        let mut tail = Self::opened(ask(server, filter).await);
        let mut number = MARKERS;
        wait::until("a tail that watches", async || {
            number += 1;
            send(server, MARKER, number, 0).await;
            let next = timeout(Duration::from_secs(1), tail.next());
            next.await.ok().map(|event| assert!(event.is_some()))
        })
        .await;
        // What is stored before the last one is told before it.
        let sent = usize::try_from(number - MARKERS).unwrap();
        server.wait_for_traces(sent, "service:marker").await;
        send(server, MARKER, number + 1, 0).await;
        let last = spans::trace_id(number + 1);
        while tail.next().await.expect("the stream goes on").id != last {}
        tail
    }

    fn opened(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            read: String::new(),
        }
    }

    /// The next event with data; none when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let event: String = self.read.drain(..end + 2).collect();
                let field = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| Some(line.strip_prefix(name)?.to_owned()))
                };
                let event = field("data: ").map(|data| Event {
                    kind: field("event: ").unwrap_or_default(),
                    id: field("id: ").unwrap_or_default(),
                    data,
                });
                if event.is_some() {
                    return event;
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok()??;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event that is not about markers.
    async fn expect(&mut self) -> Event {
        let next = async {
            loop {
                let event = self.next().await.expect("the stream goes on");
                if event.kind != "trace" || event.json()["root_service"] != MARKER {
                    return event;
                }
            }
        };
        timeout(wait::LIMIT, next).await.expect("an event")
    }

    async fn expect_trace(&mut self, number: u64) -> Value {
        let event = self.expect().await;
        assert_eq!(
            (&*event.kind, &*event.id),
            ("trace", &*spans::trace_id(number)),
            "{event:?}"
        );
        event.json()
    }
}

async fn ask(server: &Server, filter: &str) -> Response {
    let url = format!("http://{}/api/v1/traces/tail", server.web);
    let query = server.client.get(url).query(&[("q", filter)]);
    query.send().await.unwrap()
}

/// A trace of one span of a service, that began so long ago in nanoseconds.
async fn send(server: &Server, service: &str, number: u64, ago: u64) {
    let mut span = spans::span(number, 1, 0, "GET /", 0, 5);
    spans::set_nanos(&mut span, spans::now_nanos() - ago, 5_000_000);
    server.send_json(&spans::request(service, &[span])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_meets_the_filter_appears() {
    let server = Server::start().await;
    let mut tail = Tail::open(&server, "service:shop,marker").await;
    send(&server, "other", 1, 0).await;
    server.wait_for_traces(1, "service:other").await;
    send(&server, "shop", 2, 0).await;
    let told = tail.expect_trace(2).await;
    let listed = server.wait_for_traces(1, "service:shop").await;
    assert_eq!(told, listed[0], "an object as the list has it");

    // More of a trace that was told is told again, as it is then.
    let late = spans::span(2, 2, 1, "SELECT", 0, 1);
    server.send_json(&spans::request("shop", &[late])).await;
    let told = tail.expect_trace(2).await;
    assert_eq!(told["span_count"], 2);

    let refused = ask(&server, "servce:shop").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_tell_where_summaries_do_not() {
    let server = Server::start().await;
    let filter = "attr.db.system.name:postgresql or service:marker";
    let mut tail = Tail::open(&server, filter).await;
    send(&server, "shop", 1, 0).await;
    server.wait_for_traces(1, "service:shop").await;
    server.send_json(&spans::payment(2)).await;
    tail.expect_trace(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_appears_and_what_is_old_does_not() {
    let server = Server::start().await;
    let mut tail = Tail::open(&server, "").await;
    send(&server, "shop", 1, 2 * HOUR).await;
    server.wait_for_traces(1, "service:shop").await;
    send(&server, "shop", 2, HOUR / 2).await;
    tail.expect_trace(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_begins_with_the_newest() {
    let server = Server::start().await;
    for (number, seconds_ago) in [(1, 30), (2, 20), (3, 120)] {
        send(&server, "shop", number, seconds_ago * 1_000_000_000).await;
    }
    server.wait_for_traces(3, "").await;
    let mut tail = Tail::opened(ask(&server, "").await);
    tail.expect_trace(1).await;
    tail.expect_trace(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_out_in_silence() {
    const ALL: u64 = 400;
    let server = Server::start().await;
    let mut tail = Tail::open(&server, "").await;
    let all: Vec<Value> = (1..=ALL)
        .map(|number| spans::span(number, 1, 0, "x", 0, 1))
        .collect();
    server.send_json(&spans::request("shop", &all)).await;
    let mut told = BTreeSet::new();
    let mut skipped = 0;
    while told.len() as u64 + skipped < ALL {
        let event = tail.expect().await;
        match &*event.kind {
            "trace" => assert!(told.insert(event.id.clone()), "{event:?}"),
            "skipped" => skipped += event.count(),
            other => panic!("{other}: {event:?}"),
        }
    }
    assert_eq!(told.len() as u64 + skipped, ALL);
    assert!(skipped > 0, "so many at once are too many");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_what_other_servers_store() {
    let url = database::create();
    let start = Start::on_database(&url);
    let (one, two) = tokio::join!(start.start(), start.start());
    let mut here = Tail::open(&one, "").await;
    let mut there = Tail::open(&two, "").await;
    for number in 1..=8 {
        let server = if number % 2 == 0 { &one } else { &two };
        send(server, "shop", number, 0).await;
    }
    for tail in [&mut here, &mut there] {
        let mut told = BTreeSet::new();
        while told.len() < 8 {
            told.insert(tail.expect().await.id);
        }
        let expected: BTreeSet<String> = (1..=8).map(spans::trace_id).collect();
        assert_eq!(told, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_room_for_so_many_tails() {
    let server = Server::start().await;
    let mut open = Vec::new();
    for _ in 0..MAX_TAILS {
        open.push(Tail::opened(ask(&server, "").await));
    }
    let refused = ask(&server, "").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let answer: Value = refused.json().await.unwrap();
    assert_eq!(answer["error"]["code"], "too_many");
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("32 live lists"), "{message}");
    // Who leaves makes room.
    open.pop();
    wait::until("room", async || {
        let response = ask(&server, "").await;
        (response.status() == StatusCode::OK).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_that_the_database_is_away_and_goes_on() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    let mut tail = Tail::open(&server, "").await;
    database::close(&url);
    let away = tail.expect().await;
    assert_eq!(away.kind, "away");
    assert!(away.data.contains("does not answer"), "{away:?}");
    database::open(&url);
    assert_eq!(tail.expect().await.kind, "back");
    wait::until("the log to take spans", async || {
        let span = spans::span(1, 1, 0, "GET /", 0, 5);
        let body = spans::request("shop", &[span]).to_string();
        let response = server.post("application/json", body).await;
        (response.status() == StatusCode::OK).then_some(())
    })
    .await;
    tail.expect_trace(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_ends_its_tails() {
    let mut server = Server::start().await;
    let mut tail = Tail::open(&server, "").await;
    server.signal(Signal::SIGTERM);
    let ended = async { while tail.next().await.is_some() {} };
    timeout(wait::LIMIT, ended).await.expect("an end");
    assert!(server.wait().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_noted_for_nobody() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    send(&server, "shop", 1, 0).await;
    server.wait_for_traces(1, "").await;
    let notes = "select count(*) from stored_note";
    assert_eq!(database::query(&url, notes), "0");
    let tail = Tail::open(&server, "").await;
    assert_ne!(database::query(&url, notes), "0");
    // The lease ends some time after the last one has left.
    drop(tail);
    let lasts = "select count(*) from stored_lease where until > now()";
    wait::until("the end of the lease", async || {
        (database::query(&url, lasts) == "0").then_some(())
    })
    .await;
    let before = database::query(&url, notes);
    send(&server, "shop", 2, 0).await;
    server.wait_for_traces(2, "service:shop").await;
    assert_eq!(database::query(&url, notes), before);
}
