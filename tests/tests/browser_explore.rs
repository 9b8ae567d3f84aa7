//! The explorer in a real Chromium: from all requests to a selection, what sets it apart, its list.

use fantoccini::Locator;
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

/// So many requests are fast, and so many are slow; only these are of the new release.
const FAST: u64 = 40;
const SLOW: u64 = 12;

async fn shop(scripts: Scripts) -> (Server, Browser) {
    let server = Server::start().await;
    let request = |number: u64, millis: u64, release: &str| {
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, millis);
        root["attributes"] = serde_json::json!([
            spans::text("deployment.release", release),
            spans::text("user.region", "sa-east-1")
        ]);
        root
    };
    let fast = (1..=FAST).map(|number| request(number, 90 + number, "4.1.0"));
    let slow = (1..=SLOW).map(|number| request(100 + number, 2_000 + number, "4.2.0"));
    let all: Vec<_> = fast.chain(slow).collect();
    server.send_json(&spans::request("shop", &all)).await;
    let count = usize::try_from(FAST + SLOW).expect("few");
    server.wait_for_traces(count, "").await;
    let browser = Browser::start(&server.web, scripts).await;
    (server, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_selection_is_told_apart_and_opens_as_the_list_it_counts() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        browser.open("/explore").await;
        browser.shows("52 requests by time and duration").await;
        browser.open("/explore?least=1s&by=release").await;
        browser.shows("12 requests in the selection").await;
        browser.shows("12 against 40").await;
        let apart = browser.css(".contrast tbody tr").await.text().await;
        let apart = apart.expect("text");
        for part in ["release", "4.2.0", "100 %", "0 %"] {
            assert!(apart.contains(part), "{part} is not in {apart}");
        }
        let groups = browser.css(".groups tbody").await.text().await;
        let groups = groups.expect("text");
        assert!(
            groups.contains("4.1.0") && groups.contains("40"),
            "{groups}"
        );
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        let first = browser.client.find(Locator::Css(".slowest tbody a")).await;
        let slowest = first.expect("a request").attr("href").await;
        let expected = format!("/traces/{}", spans::trace_id(100 + SLOW));
        assert_eq!(slowest.expect("an attribute"), Some(expected));
        let list = browser.named("a", "Open as list").await;
        list.click().await.expect("a click");
        browser.shows("All 12 traces, newest first").await;
        browser.assert_quiet_console().await;
    }
}
