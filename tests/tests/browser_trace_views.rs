//! The other ways to look at a trace than its waterfall, in a real Chromium.

use serde_json::json;
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

/// An app that pays: a gateway calls a shop, which asks its database twice and fails once.
async fn shop() -> Server {
    let server = Server::start().await;
    // Enough of the same operation to compare with.
    for trace in 1..=30 {
        server.send_json(&payment(trace, 40 + trace)).await;
    }
    server.send_json(&payment(99, 400)).await;
    server.wait_for_traces(31, "").await;
    server
}

/// The second query takes so many milliseconds.
fn payment(trace: u64, slow: u64) -> serde_json::Value {
    let with = |mut span: serde_json::Value, kind: u8, attributes: &[(&str, &str)]| {
        span["kind"] = json!(kind);
        let attributes = attributes
            .iter()
            .map(|(key, value)| spans::text(key, value));
        span["attributes"] = attributes.collect();
        span
    };
    let end = 60 + slow;
    let mut root = spans::span(trace, 1, 0, "ios.request:/pay", 0, end + 30);
    root["attributes"] = json!([spans::text("app.screen.name", "Payment")]);
    let tap = with(spans::span(trace, 2, 1, "POST /pay", 5, end + 20), 3, &[]);
    let served = with(spans::span(trace, 3, 2, "POST /pay", 15, end), 2, &[]);
    let database = [("db.system.name", "postgresql"), ("db.namespace", "orders")];
    let first = with(
        spans::span(trace, 4, 3, "SELECT orders", 20, 30),
        3,
        &database,
    );
    let mut second = with(
        spans::span(trace, 5, 3, "SELECT orders", 55, slow),
        3,
        &database,
    );
    second["status"] = json!({"code": 2, "message": "deadlock"});
    let of = |service: &str, spans: &[serde_json::Value]| spans::of_service(service, spans);
    json!({ "resourceSpans": [
        of("shop-app", &[root, tap]),
        of("shop", &[served, first, second]),
    ] })
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_trace_is_looked_at_in_four_ways() {
    let server = shop().await;
    let path = format!("/traces/{}", spans::trace_id(99));
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open(&path).await;
        // What the user waited for adds up to what the root took.
        let strip = browser.css(".segment-strip .facts").await;
        let strip = strip.text().await.expect("text");
        assert!(strip.contains("database 430 ms"), "{strip}");
        let device = browser.css("[aria-label='On the device']").await;
        let device = device.text().await.expect("text");
        assert!(device.contains("screen Payment"), "{device}");

        follow(&browser, "Flame graph").await;
        browser.is_at(&format!("{path}?view=flame")).await;
        // Both queries are one frame.
        let frame = browser.css("a[aria-label^='shop SELECT orders']").await;
        let label = frame.attr("aria-label").await.expect("a label");
        let label = label.expect("a label");
        assert!(label.contains("430 ms (88 %)"), "{label}");
        assert!(label.contains("in 2 spans, 1 error"), "{label}");
        frame.click().await.expect("a click");
        let longest = spans::span_id(5);
        browser
            .is_at(&format!("{path}?span={longest}&view=flame"))
            .await;
        browser.shows("deadlock").await;
        browser
            .shows("The request waited 400 ms for this span itself: 82 % of all.")
            .await;
        browser.shows("Slower than 98 % of its peers").await;
        assert_eq!(browser.count(".flame a[aria-current]").await, 1);
        look(&browser, scripts).await;

        follow(&browser, "Services").await;
        browser
            .is_at(&format!("{path}?span={longest}&view=topology"))
            .await;
        assert_eq!(browser.count("svg.calls .node").await, 3);
        let node = browser
            .css("svg.calls a[aria-label^='database orders']")
            .await;
        let label = node.attr("aria-label").await.expect("a label");
        let label = label.expect("a label");
        assert!(
            label.contains("the request waited 430 ms · 88 %"),
            "{label}"
        );
        browser.shows("shop → orders").await;
        look(&browser, scripts).await;

        follow(&browser, "Statistics").await;
        let first = browser.css(".statistics tbody tr").await;
        let first = first.text().await.expect("text");
        assert!(
            first.starts_with("shop SELECT orders 2 1 430 ms"),
            "{first}"
        );
        let all = browser.css(".statistics tfoot tr").await;
        let all = all.text().await.expect("text");
        assert!(all.starts_with("All 5 1"), "{all}");
        let by = browser.css(".statistics a[href*='by=spans']").await;
        by.click().await.expect("a click");
        browser
            .is_at(&format!("{path}?span={longest}&view=statistics&by=spans"))
            .await;
        look(&browser, scripts).await;

        // The same span is selected in all of them.
        follow(&browser, "Waterfall").await;
        browser.shows("deadlock").await;
        let linking = browser.named("a", "Traces that link here").await;
        linking.click().await.expect("a click");
        browser.shows("link:").await;
        browser.assert_quiet_console().await;
    }
}

async fn follow(browser: &Browser, tab: &str) {
    let tab = browser.named("a", tab).await;
    tab.click().await.expect("a click");
}

async fn look(browser: &Browser, scripts: Scripts) {
    if scripts == Scripts::On {
        browser.assert_accessible().await;
    }
}

#[tokio::test]
async fn the_critical_path_adds_up_to_what_the_request_took() {
    let server = shop().await;
    let id = spans::trace_id(99);
    let answer = server
        .get_json(&format!("/api/v1/traces/{id}/critical-path"))
        .await;
    let steps = answer["steps"].as_array().expect("steps");
    let of = |step: &serde_json::Value, key: &str| step[key].as_i64().expect("a number");
    let sum: i64 = steps.iter().map(|step| of(step, "self_nanos")).sum();
    assert_eq!(answer["total_nanos"], sum);
    assert_eq!(sum, 490_000_000);
    let slowest = steps.iter().max_by_key(|step| of(step, "self_nanos"));
    let slowest = slowest.expect("steps");
    assert_eq!(slowest["span_id"], spans::span_id(5));
    assert_eq!(
        (slowest["service"].as_str(), slowest["operation"].as_str()),
        (Some("shop"), Some("SELECT orders"))
    );
    assert_eq!(of(slowest, "self_nanos"), 400_000_000);
    let missing = format!("/api/v1/traces/{}/critical-path", spans::trace_id(7_000));
    assert_eq!(server.get(&missing).await.status(), 404);
    let wrong = server.get("/api/v1/traces/xyz/critical-path").await;
    assert_eq!(wrong.status(), 400);
}

/// A tap whose context the gateway does not take over, and another one at the same time.
async fn broken() -> Server {
    let server = Server::start().await;
    let now = spans::now_nanos() - 10_000_000_000;
    // Kinds are those of OTLP: 2 is a server, 3 a client.
    let in_session = |number: u64, name: &str, offset: u64, length: u64, kind: u8| {
        let mut span = spans::span(number, number, 0, name, 0, 0);
        spans::set_nanos(&mut span, now + offset * 1_000_000, length * 1_000_000);
        span["kind"] = json!(kind);
        span["attributes"] = json!([spans::text("session.id", "s-1")]);
        span
    };
    let tap = in_session(1, "ios.request: POST /pay", 0, 500, 3);
    let other = in_session(2, "ios.request: GET /cart", 20, 500, 3);
    let paid = in_session(3, "POST /pay", 60, 300, 2);
    for (service, span) in [("shop-ios", tap), ("shop-ios", other), ("gateway", paid)] {
        server.send_json(&spans::request(service, &[span])).await;
    }
    server.wait_for_traces(3, "session:s-1").await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_halves_of_a_broken_request_lead_to_each_other() {
    let server = broken().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        let at = |trace, span| {
            format!(
                "/traces/{}?span={}",
                spans::trace_id(trace),
                spans::span_id(span)
            )
        };
        browser
            .open(&format!("/traces/{}", spans::trace_id(1)))
            .await;
        browser.shows("Nobody answers a call in this trace").await;
        browser
            .shows("of another trace of the same session, which began 60 ms later.")
            .await;
        browser.shows("Trace 1 of 3 of its session.").await;
        look(&browser, scripts).await;
        follow(&browser, "gateway POST /pay").await;
        browser.is_at(&at(3, 3)).await;
        browser
            .shows("It was probably called by shop-ios ios.request: POST /pay")
            .await;
        follow(&browser, "shop-ios ios.request: POST /pay").await;
        browser.is_at(&at(1, 1)).await;
        browser.assert_quiet_console().await;
    }
}
